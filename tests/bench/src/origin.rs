//! The demo image server: warmed up, and its own throughput measured.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use bench_options::Protocol;
use support::archive::contents::File;

use crate::archive::Expected;
use crate::workload::Workload;

/// The number of connections that a browser opens to one host.
const CONNECTIONS: usize = 6;

/// The number of pictures that picsum's address redirects to.
const PICSUM_PICTURES: usize = 1085;

/// The least time that the throughput is measured for, and the most files of one pass.
const THROUGHPUT_TIME: Duration = Duration::from_millis(700);
const THROUGHPUT_FILES: usize = 3_000;

/// A demo image server for one browser.
#[derive(Debug)]
pub struct Origin(support::origin::Origin);

/// What the server alone can send, without latency or bandwidth limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throughput {
    /// Requests per second.
    pub requests: f64,
    /// Megabytes of bodies per second.
    pub megabytes: f64,
}

impl Origin {
    /// Starts the server.
    pub fn start(program: &Path) -> Result<Self> {
        Ok(Self(
            support::origin::Origin::start(program, None).context("could not start the demo image server")?,
        ))
    }

    /// The address that a page fetches from.
    pub fn base(&self, protocol: Protocol) -> &str {
        match protocol {
            Protocol::Http1 => &self.0.http,
            Protocol::Http2 => &self.0.tls,
        }
    }

    /// Lets the server make every file of a workload, and returns what an archive of them must hold.
    pub fn warm_up(&self, workload: &Workload) -> Result<Expected> {
        let named: Option<Vec<(&str, &str)>> =
            workload.files.iter().map(|file| Some((file.name.as_str(), file.plain.as_deref()?))).collect();
        let paths: Vec<String> = match &named {
            Some(named) => named.iter().map(|(_, path)| (*path).to_owned()).collect(),
            None => (0..PICSUM_PICTURES).map(picsum_picture).collect(),
        };
        let mut digests = self.digests(&paths)?;
        Ok(match named {
            None => Expected::AnyOf { known: digests.into_values().collect(), count: workload.files.len() },
            Some(named) => {
                let digest = |(name, path): (&str, &str)| Some((name.to_owned(), digests.remove(path)?));
                Expected::Named(named.into_iter().filter_map(digest).collect())
            }
        })
    }

    /// Returns the SHA-256 of the body at each path.
    pub fn digests<'a>(&self, paths: &'a [String]) -> Result<HashMap<&'a str, String>> {
        let digests = Mutex::new(HashMap::new());
        self.fetch_all(paths, |path, body| {
            let sha256 = File::read(path, body)?.sha256;
            digests.lock().map_err(|_| io::Error::other("another thread panicked"))?.insert(path, sha256);
            Ok(())
        })?;
        Ok(digests.into_inner().unwrap_or_default())
    }

    /// Fetches a workload's files over HTTP/1.1 and drops them.
    pub fn throughput(&self, workload: &Workload) -> Result<Throughput> {
        let plain = workload.files.iter().take(THROUGHPUT_FILES).filter_map(|file| file.plain.clone());
        let mut paths: Vec<String> = plain.collect();
        if paths.is_empty() {
            paths = (0..100).map(picsum_picture).collect();
        }
        let start = Instant::now();
        let (mut requests, bytes) = (0, AtomicU64::new(0));
        while start.elapsed() < THROUGHPUT_TIME {
            self.fetch_all(&paths, |_, body| {
                bytes.fetch_add(io::copy(body, &mut io::sink())?, Ordering::Relaxed);
                Ok(())
            })?;
            requests += paths.len();
        }
        let seconds = start.elapsed().as_secs_f64();
        let megabytes = bytes.into_inner() as f64 / 1e6 / seconds;
        Ok(Throughput { requests: requests as f64 / seconds, megabytes })
    }

    /// Fetches paths over as many connections as a browser would use, and passes on each body.
    fn fetch_all<'a>(
        &self,
        paths: &'a [String],
        receive: impl Fn(&'a str, &mut dyn io::Read) -> io::Result<()> + Sync,
    ) -> Result<()> {
        let next = AtomicUsize::new(0);
        let lane = || {
            let agent = ureq::Agent::new_with_defaults();
            while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut answer = agent.get(self.0.url(path)).call().map_err(ureq::Error::into_io)?;
                receive(path, &mut answer.body_mut().as_reader())?;
            }
            Ok(())
        };
        let failed = thread::scope(|scope| {
            let lanes: Vec<_> = (0..CONNECTIONS.min(paths.len())).map(|_| scope.spawn(lane)).collect();
            lanes.into_iter().find_map(|lane| match lane.join() {
                Ok(result) => result.err(),
                Err(_) => Some(io::Error::other("a client's thread panicked")),
            })
        });
        failed.map_or(Ok(()), Err).context("could not fetch from the demo image server")
    }
}

fn picsum_picture(number: usize) -> String {
    format!("/id/{number}/200/300.jpg")
}

//! The demo image server, in a process of its own: started, warmed up, and its own limit measured.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::archive::{Expected, Sha};
use crate::client::Connection;
use crate::command_line::Protocol;
use crate::error::{Error, Result};
use crate::workload::Workload;

/// As many as a browser opens to one host.
const CONNECTIONS: usize = 6;

/// Pictures that picsum's address leads to.
const PICSUM_PICTURES: usize = 1085;

/// The least time that the limit is measured over, and the most files of one pass.
const LIMIT_TIME: Duration = Duration::from_millis(700);
const LIMIT_FILES: usize = 3_000;

/// A server on free ports, which ends when this is dropped.
#[derive(Debug)]
pub struct Origin {
    program: Child,
    /// The program ends with its standard input.
    input: Option<ChildStdin>,
    http: String,
    tls: String,
}

/// What the server alone manages, without latency or bandwidth limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Requests a second.
    pub requests: f64,
    /// Megabytes of bodies a second.
    pub megabytes: f64,
}

impl Origin {
    /// Starts the server.
    pub fn start(program: &Path) -> Result<Self> {
        let mut program = Command::new(program)
            .args(["--port", "0", "--cross-port", "0", "--tls-port", "0", "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::path("start", program))?;
        let input = program.stdin.take();
        let mut told = HashMap::new();
        for line in program.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
            let line = line.map_err(Error::io("read what the demo image server says"))?;
            if line == "ready" {
                break;
            }
            if let Some((name, value)) = line.split_once(' ') {
                told.insert(name.to_owned(), value.to_owned());
            }
        }
        let address = |name| told.get(name).cloned().unwrap_or_default();
        let origin = Self { http: address("origin"), tls: address("tls"), program, input };
        match origin.http.is_empty() || origin.tls.is_empty() {
            true => Err(Error::Origin("the demo image server did not say where it is".to_owned())),
            false => Ok(origin),
        }
    }

    /// Where a page fetches from.
    pub fn base(&self, protocol: Protocol) -> &str {
        match protocol {
            Protocol::Http1 => &self.http,
            Protocol::Http2 => &self.tls,
        }
    }

    /// Has every file of a workload made, and says what each must be.
    pub fn warm_up(&self, workload: &Workload) -> Result<Expected> {
        let named: Option<Vec<(&str, &str)>> =
            workload.files.iter().map(|file| Some((file.name.as_str(), file.plain.as_deref()?))).collect();
        let Some(named) = named else {
            let paths: Vec<String> =
                (0..PICSUM_PICTURES).map(|number| format!("/id/{number}/200/300.jpg")).collect();
            let known: HashSet<Sha> = self.digests(&paths)?.into_iter().collect();
            return Ok(Expected::AnyOf { known, count: workload.files.len() });
        };
        let paths: Vec<String> = named.iter().map(|(_, path)| (*path).to_owned()).collect();
        let names = named.iter().map(|(name, _)| (*name).to_owned());
        Ok(Expected::Named(names.zip(self.digests(&paths)?).collect()))
    }

    fn digests(&self, paths: &[String]) -> Result<Vec<Sha>> {
        let digests = Mutex::new(vec![Sha::default(); paths.len()]);
        self.fetch_all(paths, |index, connection| {
            let mut digest = Sha256::new();
            connection.get(&paths[index], |bytes| digest.update(bytes))?;
            if let Ok(mut digests) = digests.lock() {
                digests[index] = digest.finalize().into();
            }
            Ok(())
        })?;
        digests.into_inner().map_err(|_| Error::Origin("a checksum's thread went down".to_owned()))
    }

    /// Fetches a workload's files and drops them, over plain HTTP/1.1.
    pub fn limit(&self, workload: &Workload) -> Result<Limit> {
        let plain = workload.files.iter().take(LIMIT_FILES).filter_map(|file| file.plain.clone());
        let mut paths: Vec<String> = plain.collect();
        if paths.is_empty() {
            paths = (0..100).map(|number| format!("/id/{number}/200/300.jpg")).collect();
        }
        let start = Instant::now();
        let (mut requests, bytes) = (0, Mutex::new(0));
        while start.elapsed() < LIMIT_TIME {
            self.fetch_all(&paths, |index, connection| {
                let length = connection.get(&paths[index], |_| {})?;
                if let Ok(mut bytes) = bytes.lock() {
                    *bytes += length;
                }
                Ok(())
            })?;
            requests += paths.len();
        }
        let seconds = start.elapsed().as_secs_f64();
        let bytes = bytes.into_inner().unwrap_or_default();
        Ok(Limit { requests: requests as f64 / seconds, megabytes: bytes as f64 / 1e6 / seconds })
    }

    fn fetch_all(
        &self,
        paths: &[String],
        fetch: impl Fn(usize, &mut Connection) -> io::Result<()> + Sync,
    ) -> Result<()> {
        let authority = self.http.strip_prefix("http://").unwrap_or(&self.http);
        let next = AtomicUsize::new(0);
        let lane = || {
            let mut connection = Connection::open(authority)?;
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= paths.len() {
                    return Ok(());
                }
                fetch(index, &mut connection)?;
            }
        };
        let failed = thread::scope(|scope| {
            let lanes: Vec<_> = (0..CONNECTIONS.min(paths.len())).map(|_| scope.spawn(lane)).collect();
            lanes.into_iter().find_map(|lane| match lane.join() {
                Ok(result) => result.err(),
                Err(_) => Some(io::Error::other("the client's thread went down")),
            })
        });
        failed.map_or(Ok(()), |source| Err(Error::io("fetch from the demo image server")(source)))
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.program.wait();
    }
}

//! The demo image server, as a child process.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use support::origin::Addresses;

use crate::process::{self, Group};
use crate::workspace;

/// The longest time until it is ready: it makes a certificate first.
const START: Duration = Duration::from_secs(60);

/// `cargo xtask origin ARGUMENT…`: the server replaces this process, so that signals go straight to it,
/// and keeps the current folder, so that arguments may be relative paths.
pub fn run(arguments: &[String]) -> Result<()> {
    let program = build()?;
    Err(Command::new(program).args(arguments).exec()).context("could not start the demo image server")
}

/// Builds the server and returns its program.
pub fn build() -> Result<PathBuf> {
    eprintln!("building the demo image server");
    process::run(&mut workspace::cargo(["build", "--package", "origin"]))?;
    Ok(workspace::target().join("debug").join("origin"))
}

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub struct Origin {
    group: Group,
    /// The address for HTTP.
    pub http: String,
    /// The same on another port: another origin.
    pub cross: String,
    /// The address of the folder that it serves, if any.
    pub site: Option<String>,
}

impl Origin {
    /// Starts a server that has been built on free ports, and waits until it answers. With a folder and a
    /// preferred port it serves that folder as well.
    pub fn start(program: &Path, site: Option<(&Path, u16)>) -> Result<Self> {
        let mut command = workspace::command(program);
        command.arg("--until-stdin-closes").stdout(Stdio::piped());
        let mut taken = Vec::new();
        for (option, preferred) in [("--port", 4780), ("--cross-port", 4782), ("--tls-port", 4781)] {
            let port = free_port(preferred, &taken)?;
            taken.push(port);
            command.arg(option).arg(port.to_string());
        }
        if let Some((folder, port)) = site {
            let port = free_port(port, &taken)?;
            command.arg("--warm").arg("--site").arg(folder);
            command.arg("--site-port").arg(port.to_string());
        }
        let mut group = Group::start_piped(&mut command)?;
        let lines = group.lines()?;
        let deadline = Instant::now() + START;
        let printed = std::iter::from_fn(|| {
            lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
        });
        let Addresses { http, cross, site, .. } = Addresses::read(printed)
            .context("the demo image server did not start; its messages are above")?;
        Ok(Self { http, cross, site, group })
    }

    /// Waits for the server's end, which is always an error.
    pub fn wait(mut self) -> Result<()> {
        bail!("`origin` failed with {}", self.group.wait()?)
    }
}

/// The preferred port of the loopback interface, or any free one if it is taken.
pub fn free_port(preferred: u16, but_not: &[u16]) -> Result<u16> {
    let free =
        |candidate| Some(TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).ok()?.local_addr().ok()?.port());
    let mut candidates = [preferred].into_iter().chain([0; 8]).filter_map(free);
    candidates.find(|port| !but_not.contains(port)).context("there is no free port")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_skipped() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port, &[]).unwrap(), port);
    }
}

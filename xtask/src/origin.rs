//! The demo image server, as a child of ours.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::process::{self, Group};
use crate::workspace;

/// It makes a certificate and a few images before it answers.
const START: Duration = Duration::from_secs(60);

/// `cargo xtask origin ARGUMENT…`: the server in our place, so that signals go straight to it, and
/// where we were called, so that a folder can be given relative to there.
pub fn run(arguments: &[String]) -> Result<()> {
    let program = build()?;
    let source = Command::new(program).args(arguments).exec();
    Err(Error::Io { doing: "start the demo image server".to_owned(), source })
}

/// Builds the server and returns its program.
pub fn build() -> Result<PathBuf> {
    eprintln!("building the demo image server");
    process::run(&mut workspace::cargo(["build", "--package", "origin"]))?;
    Ok(workspace::target().join("debug").join("origin"))
}

/// A running server, ended when this is dropped.
#[derive(Debug)]
pub struct Origin {
    group: Group,
    /// Address of its plain HTTP.
    pub http: String,
    /// The same on another port, so another origin to a browser.
    pub cross: String,
    /// Address of the folder that it serves, if any.
    pub site: Option<String>,
}

impl Origin {
    /// Starts a built server on ports that are free, and waits until it answers. With a folder and
    /// a port it serves that folder there too.
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
        let said = lines_until_ready(&mut group)?;
        let address = |name: &str| {
            let line = said.iter().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().to_owned())
        };
        let needed = |name: &str| {
            address(name)
                .ok_or_else(|| Error::Unexpected(format!("the demo image server printed no line `{name}…`")))
        };
        Ok(Self { http: needed("origin ")?, cross: needed("cross ")?, site: address("site "), group })
    }

    /// Returns when the server ends, which it does only when something is wrong.
    pub fn wait(mut self) -> Result<()> {
        let status = self.group.wait()?;
        Err(Error::Failed { command: "origin".to_owned(), status })
    }
}

fn lines_until_ready(group: &mut Group) -> Result<Vec<String>> {
    let lines = group.lines()?;
    let deadline = Instant::now() + START;
    let mut said = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(line) if line.trim() == "ready" => return Ok(said),
            Ok(line) => said.push(line),
            Err(_) => {
                return Err(Error::Unexpected(
                    "the demo image server did not get ready; what it said is above".to_owned(),
                ));
            }
        }
    }
}

/// The preferred port of the loopback interface or, where that is taken, any free one.
pub fn free_port(preferred: u16, but_not: &[u16]) -> Result<u16> {
    let candidates = [preferred].into_iter().chain([0; 8]);
    let mut last = None;
    for candidate in candidates {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => {
                let port = listener.local_addr().map_or(candidate, |address| address.port());
                if !but_not.contains(&port) {
                    return Ok(port);
                }
            }
            Err(error) => last = Some(error),
        }
    }
    Err(Error::Io {
        doing: "find a free port".to_owned(),
        source: last.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port, &[]).unwrap(), port);
    }
}

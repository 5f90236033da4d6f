//! The demo image server (`tests/origin`) in a process of its own.

use std::io::{self, BufRead, BufReader};
use std::ops::Deref;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Where a demo image server listens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// `http://127.0.0.1:PORT`.
    pub http: String,
    /// The same routes on another port: another origin.
    pub cross: String,
    /// The same routes over TLS, with HTTP/2 or HTTP/1.1.
    pub tls: String,
    /// The static site, if the server has one.
    pub site: Option<String>,
}

impl Addresses {
    /// Reads what the server prints, up to its line `ready`. `None` if the lines end before that, or
    /// lack one of the three addresses that every server has.
    pub fn read(lines: impl IntoIterator<Item = String>) -> Option<Self> {
        let mut addresses = Self::default();
        for line in lines {
            match line.trim().split_once(' ').unwrap_or((line.trim(), "")) {
                ("origin", address) => addresses.http = address.to_owned(),
                ("cross", address) => addresses.cross = address.to_owned(),
                ("tls", address) => addresses.tls = address.to_owned(),
                ("site", address) => addresses.site = Some(address.to_owned()),
                ("ready", _) => {
                    let required = [&addresses.http, &addresses.cross, &addresses.tls];
                    let is_complete = required.iter().all(|address| !address.is_empty());
                    return is_complete.then_some(addresses);
                }
                _ => {}
            }
        }
        None
    }
}

/// A demo image server on free ports. Dropping it ends the process.
#[derive(Debug)]
pub struct Origin {
    program: Child,
    /// The program ends with its standard input.
    input: Option<ChildStdin>,
    addresses: Addresses,
}

impl Origin {
    /// Starts a server that has been built, with a static site if `site` names a folder, and waits
    /// until it answers.
    ///
    /// # Errors
    ///
    /// The program can't be run, or ends before it is ready.
    pub fn start(program: &Path, site: Option<&Path>) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(["--port", "0", "--cross-port", "0", "--tls-port", "0", "--until-stdin-closes"]);
        if let Some(folder) = site {
            command.args(["--site-port", "0", "--site"]).arg(folder);
        }
        let mut program = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = program.stdin.take();
        let lines = program.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
        let addresses = Addresses::read(lines.map_while(Result::ok));
        let mut origin = Self { program, input, addresses: Addresses::default() };
        origin.addresses =
            addresses.ok_or_else(|| io::Error::other("the demo image server did not start"))?;
        Ok(origin)
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.http)
    }
}

/// A server's addresses are its own.
impl Deref for Origin {
    type Target = Addresses;

    fn deref(&self) -> &Addresses {
        &self.addresses
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.input.take());
        // Fails only if it has been waited for, which happens nowhere else.
        let _ = self.program.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Option<Addresses> {
        Addresses::read(lines.iter().map(|line| (*line).to_owned()))
    }

    #[test]
    fn addresses_are_read_up_to_ready() {
        let printed = ["origin http://a\n", "cross http://b", "tls https://c", "certificate-spki x="];
        assert_eq!(read(&printed), None, "it is not ready");
        let ready = [&printed[..], &["ready", "origin http://later"]].concat();
        let addresses = read(&ready).unwrap();
        assert_eq!((addresses.http.as_str(), addresses.tls.as_str()), ("http://a", "https://c"));
        assert_eq!(addresses.site, None);
        assert_eq!(read(&["origin http://a", "ready"]), None, "it has no other addresses");
    }
}

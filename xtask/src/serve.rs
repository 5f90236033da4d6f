//! Serves the page together with the demo image server.

use std::panic::resume_unwind;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result};
use lexopt::prelude::*;

use crate::origin::{self, Origin};
use crate::output::say;
use crate::page::{self, Build};
use crate::{process, workspace};

/// Trunk's port.
const PORT: u16 = 8080;

/// `cargo xtask serve`.
pub fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    // Side by side: the page is mostly one compiler at work, the server many.
    let (page, program) = thread::scope(|scope| {
        let server = scope.spawn(origin::build);
        (page::build(Build::Local), server.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    page?;
    let program = program?;
    let dist = workspace::dist();
    let origin = Origin::start(&program, Some((&dist, options.port)))?;
    let page = origin.site.as_ref().context("the demo image server printed no line `site …`")?;
    println!("\nfetchzip is at {page}\ndemo images are at {}\nCtrl-C stops both", origin.http);
    if options.open {
        open(page);
    }
    origin.wait()
}

#[derive(Debug, PartialEq, Eq)]
struct Options {
    port: u16,
    open: bool,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { port: PORT, open: false };
        let mut arguments = lexopt::Parser::from_args(arguments);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("open") => options.open = true,
                Long("port") => options.port = arguments.value()?.parse()?,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// Opens a browser; a failure is reported and the page is still served.
fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if let Err(error) = process::run(Command::new(opener).arg(address)) {
        say!("{error:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let parse = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            Options::parse(&words).ok().map(|options| (options.port, options.open))
        };
        assert_eq!(parse(""), Some((8080, false)));
        assert_eq!(parse("--open --port 9000"), Some((9000, true)));
        assert_eq!(parse("--port"), None);
        assert_eq!(parse("--port 70000"), None);
        assert_eq!(parse("9000"), None);
    }
}

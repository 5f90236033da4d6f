//! The demo image server as a program.

use std::io::{Read, Write};
use std::process::ExitCode;

use anyhow::{Context as _, Error, Result};
use origin::options::{Command, USAGE};
use origin::{Options, Server, options, samples};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("origin: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    match options::parse(std::env::args_os().skip(1)).map_err(Error::msg)? {
        Command::Help => print!("{USAGE}"),
        Command::WriteSamples(folder) => samples::write(&folder)
            .with_context(|| format!("the samples could not be written to {}", folder.display()))?,
        Command::Serve { options, until_stdin_closes } => serve(options, until_stdin_closes)?,
    }
    Ok(())
}

fn serve(options: Options, until_stdin_closes: bool) -> Result<()> {
    let server = Server::start(options)?;
    announce(&server)?;
    if until_stdin_closes {
        // Only its end matters.
        std::io::copy(&mut std::io::stdin().lock().by_ref(), &mut std::io::sink())?;
    } else {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}

/// Prints the addresses, for people and for programs.
fn announce(server: &Server) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "origin {}", server.origin())?;
    writeln!(out, "cross {}", server.cross())?;
    writeln!(out, "tls {}", server.tls())?;
    if let Some(site) = server.site() {
        writeln!(out, "site {site}")?;
    }
    writeln!(out, "certificate-spki {}", server.spki())?;
    writeln!(out, "ready")?;
    out.flush()
}

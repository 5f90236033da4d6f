//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

/// How to use the program.
pub const USAGE: &str = "\
usage: origin [--port 4780] [--tls-port 4781] [--cross-port 4782]
              [--site DIR [--site-port 8080]] [--folder DIR] [--warm] [--until-stdin-closes]
       origin --write-samples DIR

Serves images, and everything that goes wrong with them, on 127.0.0.1 only.
A port of 0 is any that is free. The routes are in tests/origin/README.md.
";

/// How to start a server. The default is free ports, no site and no folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The HTTP/1.1 port; 0 is any that is free.
    pub port: u16,
    /// The port for HTTP/1.1 and HTTP/2 over TLS.
    pub tls_port: u16,
    /// A second HTTP/1.1 port with the same routes, for cross-origin requests.
    pub cross_port: u16,
    /// The folder of the static site, if there is a site.
    pub site: Option<PathBuf>,
    /// The site's port.
    pub site_port: u16,
    /// The folder behind `/folder/`.
    pub folder: Option<PathBuf>,
    /// Paint the demo's pictures at the start instead of at the first request.
    pub warm: bool,
}

/// What the program is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve.
    Serve {
        /// How to start the server.
        options: Options,
        /// Stop when standard input ends, so that the server ends with the program that started it.
        until_stdin_closes: bool,
    },
    /// Write the sample images to a folder.
    WriteSamples(PathBuf),
    /// Print [`USAGE`].
    Help,
}

/// Parses the arguments after the program's name.
///
/// # Errors
///
/// An option does not exist, lacks its value, or has a port that is not a number up to 65535.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut options =
        Options { port: 4780, tls_port: 4781, cross_port: 4782, site_port: 8080, ..Options::default() };
    let mut until_stdin_closes = false;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("tls-port") => options.tls_port = parser.value()?.parse()?,
            Long("cross-port") => options.cross_port = parser.value()?.parse()?,
            Long("site-port") => options.site_port = parser.value()?.parse()?,
            Long("site") => options.site = Some(parser.value()?.into()),
            Long("folder") => options.folder = Some(parser.value()?.into()),
            Long("warm") => options.warm = true,
            Long("until-stdin-closes") => until_stdin_closes = true,
            Long("write-samples") => return Ok(Command::WriteSamples(parser.value()?.into())),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve { options, until_stdin_closes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, lexopt::Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_demo_has_ports_of_its_own() {
        let Ok(Command::Serve { options, until_stdin_closes }) = parsed("--tls-port 0 --site dist") else {
            panic!("not a command to serve");
        };
        assert_eq!(
            (options.port, options.tls_port, options.cross_port, options.site_port),
            (4780, 0, 4782, 8080)
        );
        assert_eq!(options.site, Some("dist".into()));
        assert!(!until_stdin_closes);
    }

    #[test]
    fn a_wrong_command_line_is_refused_in_one_sentence() {
        for (line, sentence) in [
            ("--prot 1", "invalid option '--prot'"),
            ("--port", "missing argument for option '--port'"),
            ("--port 70000", "cannot parse argument \"70000\": number too large to fit in target type"),
            ("serve", "unexpected argument \"serve\""),
        ] {
            assert_eq!(parsed(line).unwrap_err().to_string(), sentence);
        }
    }
}

//! The command line, parsed once into what a server can be started with.

use std::ffi::OsString;
use std::path::PathBuf;

/// Where the demo listens unless it is told otherwise.
const PORT: u16 = 4780;
const TLS_PORT: u16 = 4781;
const CROSS_PORT: u16 = 4782;
const SITE_PORT: u16 = 8080;

/// How to use the program.
pub const USAGE: &str = "\
usage: origin [--port 4780] [--tls-port 4781] [--cross-port 4782]
              [--site DIR [--site-port 8080]] [--folder DIR] [--warm] [--until-stdin-closes]
       origin --write-samples DIR

Serves images, and everything that goes wrong with them, on 127.0.0.1 only.
A port of 0 is any that is free. The routes are in tests/origin/README.md.
";

/// What to start a server with. The default is free ports, no site and no folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The HTTP/1.1 port; 0 is any that is free.
    pub port: u16,
    /// The port for HTTP/1.1 and HTTP/2 over TLS.
    pub tls_port: u16,
    /// A second HTTP/1.1 port with the same routes, for real cross-origin requests.
    pub cross_port: u16,
    /// The folder of the static site, if there is to be one.
    pub site: Option<PathBuf>,
    /// The site's port.
    pub site_port: u16,
    /// The folder behind `/folder/`.
    pub folder: Option<PathBuf>,
    /// Paint the demo's pictures at once instead of when they are first asked for.
    pub warm: bool,
}

/// What the program was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve.
    Serve {
        /// With this.
        options: Options,
        /// Stop when standard input ends, so that the server goes with the program that started it.
        until_stdin_closes: bool,
    },
    /// Write the sample images to a folder.
    WriteSamples(PathBuf),
    /// Say how it is used.
    Help,
}

/// A command line that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionError {
    /// An option that does not exist.
    Unknown(String),
    /// An option at the end that needs a value.
    Missing(String),
    /// A port that is none.
    Port {
        /// The option.
        option: String,
        /// Its value.
        value: String,
    },
}

impl std::fmt::Display for OptionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(option) => write!(f, "there is no option {option:?}"),
            Self::Missing(option) => write!(f, "{option} needs a value"),
            Self::Port { option, value } => write!(f, "{option} takes a port from 0 to 65535, not {value:?}"),
        }
    }
}

impl std::error::Error for OptionError {}

/// Parses the arguments after the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, OptionError> {
    let mut options = Options {
        port: PORT,
        tls_port: TLS_PORT,
        cross_port: CROSS_PORT,
        site_port: SITE_PORT,
        ..Options::default()
    };
    let mut until_stdin_closes = false;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let option = argument.to_string_lossy().into_owned();
        let mut value = || arguments.next().ok_or_else(|| OptionError::Missing(option.clone()));
        match option.as_str() {
            "--port" => options.port = port(&option, &value()?)?,
            "--tls-port" => options.tls_port = port(&option, &value()?)?,
            "--cross-port" => options.cross_port = port(&option, &value()?)?,
            "--site-port" => options.site_port = port(&option, &value()?)?,
            "--site" => options.site = Some(value()?.into()),
            "--folder" => options.folder = Some(value()?.into()),
            "--warm" => options.warm = true,
            "--until-stdin-closes" => until_stdin_closes = true,
            "--write-samples" => return Ok(Command::WriteSamples(value()?.into())),
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(OptionError::Unknown(option)),
        }
    }
    Ok(Command::Serve { options, until_stdin_closes })
}

fn port(option: &str, value: &OsString) -> Result<u16, OptionError> {
    let value = value.to_string_lossy();
    value.parse().map_err(|_| OptionError::Port { option: option.to_owned(), value: value.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, OptionError> {
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
    fn a_senseless_command_line_is_named() {
        for (line, sentence) in [
            ("--prot 1", "there is no option \"--prot\""),
            ("--port", "--port needs a value"),
            ("--port 70000", "--port takes a port from 0 to 65535, not \"70000\""),
        ] {
            assert_eq!(parsed(line).unwrap_err().to_string(), sentence);
        }
    }
}

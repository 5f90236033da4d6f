//! Why a command failed. Each error is one sentence: what happened, to what, and what to do.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};

/// A result whose error is ours.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command of `cargo xtask` failed.
#[derive(Debug)]
pub enum Error {
    /// The command line is wrong.
    Usage(String),
    /// Something is missing that can't be installed from here.
    Missing {
        /// What is missing.
        what: String,
        /// How to get it.
        remedy: String,
    },
    /// A program failed; its own message was printed before.
    Failed {
        /// The command line.
        command: String,
        /// Its exit status.
        status: ExitStatus,
    },
    /// The operating system refused something.
    Io {
        /// What was refused, as in "read dist/index.html".
        doing: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file or program of the project has another form than this code expects.
    Unexpected(String),
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Error {
    /// For `map_err` after an operation on a path: `Error::io("read", path)`.
    pub fn io(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let doing = format!("{verb} {}", path.display());
        move |source| Self::Io { doing, source }
    }

    /// Something is missing, with how to get it.
    pub fn missing(what: &str, remedy: impl Into<String>) -> Self {
        Self::Missing { what: what.to_owned(), remedy: remedy.into() }
    }

    /// 2 for a wrong command line, otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Unexpected(text) => f.write_str(text),
            Self::Missing { what, remedy } => write!(f, "missing: {what}; {remedy}"),
            Self::Failed { command, status } => write!(f, "`{command}` failed with {status}"),
            Self::Io { doing, source } => write!(f, "could not {doing}: {source}"),
        }
    }
}

impl std::error::Error for Error {}

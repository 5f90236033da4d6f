//! What can go wrong, each as one sentence that says what happened, to what, and what to do.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command of `cargo xtask` stopped.
#[derive(Debug)]
pub enum Error {
    /// The command line makes no sense.
    Usage(String),
    /// Something that can't be installed from here is missing.
    Missing {
        /// What is missing.
        what: String,
        /// What whoever reads this can do about it.
        remedy: String,
    },
    /// A program ran and failed; what it had to say is above.
    Failed {
        /// The command line, shortened to what tells it from others.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The operating system refused something.
    Io {
        /// What was being done, as in "read dist/index.html".
        doing: String,
        /// Its reason.
        source: io::Error,
    },
    /// Something that another part of the project made is not as expected.
    Unexpected(String),
}

impl Error {
    /// For `map_err` after an operation on a path: `Error::io("read", path)`.
    pub fn io(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let doing = format!("{verb} {}", path.display());
        move |source| Self::Io { doing, source }
    }

    /// 2 for a command line that makes no sense, otherwise 1.
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
            Self::Usage(sentence) | Self::Unexpected(sentence) => f.write_str(sentence),
            Self::Missing { what, remedy } => write!(f, "missing: {what}; {remedy}"),
            Self::Failed { command, status } => write!(f, "`{command}` failed with {status}"),
            Self::Io { doing, source } => write!(f, "could not {doing}: {source}"),
        }
    }
}

impl std::error::Error for Error {}

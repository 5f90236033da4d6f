//! Errors of the benchmark itself. A contender that fails is a result, not an error.

use std::fmt;
use std::io;
use std::path::Path;

use thiserror::Error;

/// A result whose error is [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why the benchmark stopped.
#[derive(Debug, Error)]
pub enum Error {
    /// The command line is wrong.
    #[error(transparent)]
    Usage(#[from] lexopt::Error),
    /// `cargo xtask bench` did not set this environment variable.
    #[error("{0} is not set: `cargo xtask bench` builds and starts what this program needs")]
    Unset(String),
    /// The operating system refused something.
    #[error("could not {doing}: {source}")]
    Io {
        /// The action, as in "write report.md".
        doing: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The browser or its driver failed.
    #[error("the browser could not {doing}: {message}")]
    Browser {
        /// The action, as in "open a tab".
        doing: String,
        /// The driver's message.
        message: String,
    },
}

impl Error {
    /// For `map_err`.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// For `map_err` after an operation on a path.
    pub fn path(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        Self::io(format!("{verb} {}", path.display()))
    }

    /// For `map_err` after a WebDriver command.
    pub fn browser<E: fmt::Display>(doing: &str) -> impl FnOnce(E) -> Self + use<E> {
        let doing = doing.to_owned();
        move |error| Self::Browser { doing, message: error.to_string() }
    }
}

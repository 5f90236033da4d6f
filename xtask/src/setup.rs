//! Installs what is missing on the machine. A program that is there in a suitable version is used, and
//! nothing that the user installed is overwritten.

pub mod apt;
pub mod cache;
pub mod npm;
pub mod pip;
pub mod rust;
pub mod tools;

use std::fmt::Display;
use std::time::Instant;

use anyhow::{Error, Result, anyhow};

use crate::output::say;

/// The error for something that can't be installed from here, with how to get it.
pub fn missing(what: &str, remedy: impl Display) -> Error {
    anyhow!("missing: {what}; {remedy}")
}

/// Installs something that is missing, and reports how long it is going to take and how long it took.
fn announced(what: &str, how: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    say!("{what} is missing: {how}");
    let start = Instant::now();
    install()?;
    say!("installed {what} in {} s", start.elapsed().as_secs());
    Ok(())
}

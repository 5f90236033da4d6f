//! What has to be on the machine. Everything is looked for first, in a version that will do, and
//! installed only if it is missing; never over anything of the user's own.

pub mod apt;
pub mod cache;
pub mod npm;
pub mod rust;
pub mod tools;

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::error::Result;

/// Every program of this name on PATH, first things first.
fn on_path(program: &str) -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let program = program.to_owned();
    dirs.into_iter().map(move |dir| dir.join(&program)).filter(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    let executable = |file: &std::fs::Metadata| file.permissions().mode() & 0o111 != 0;
    file.metadata().is_ok_and(|file| file.is_file() && executable(&file))
}

/// Says what is missing and how long it will take, installs it, and says how long it took.
fn announced(what: &str, how: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("{what} is missing: {how}");
    let start = Instant::now();
    install()?;
    eprintln!("{what} is there now, after {} s", start.elapsed().as_secs());
    Ok(())
}

/// Whether a variable is there and not empty, as the XDG specification wants it.
fn set_in_environment(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let value = std::env::var_os(name)?;
    (!value.is_empty()).then(|| value.into())
}

//! The JavaScript packages that tests use to read archives, to check the page, and to build applications.

use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;

use super::announced;
use crate::{process, workspace};

/// `tests/node_modules`, in the versions of `tests/package-lock.json`.
pub fn test_packages() -> Result<PathBuf> {
    packages("tests", "npm packages of the tests", "a few seconds")
}

/// `tests/bundlers/node_modules`, in the versions of its own lock file.
pub fn bundlers() -> Result<PathBuf> {
    packages("tests/bundlers", "bundlers", "half a minute")
}

/// `tests/extension/node_modules`, in the versions of its own lock file.
pub fn linter() -> Result<PathBuf> {
    packages("tests/extension", "linter of extensions", "half a minute")
}

/// The packages that a folder's lock file lists, in its `node_modules`.
fn packages(folder: &str, what: &str, takes: &str) -> Result<PathBuf> {
    let folder = workspace::root().join(folder);
    let modules = folder.join("node_modules");
    let wanted = fs::read(folder.join("package-lock.json"))?;
    // A copy of the lock file from which the packages were installed.
    let stamp = modules.join(".installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(modules);
    }
    announced(what, &format!("installing them with npm, {takes}"), || {
        let mut npm = workspace::command("npm");
        npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
        process::run(&mut npm)?;
        Ok(fs::write(&stamp, wanted)?)
    })?;
    Ok(modules)
}

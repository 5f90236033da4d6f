//! The JavaScript packages that tests use to read archives and to check the page.

use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;

use super::announced;
use crate::{process, workspace};

/// `tests/node_modules`, in the versions of `tests/package-lock.json`.
pub fn test_packages() -> Result<PathBuf> {
    let tests = workspace::root().join("tests");
    let modules = tests.join("node_modules");
    let wanted = fs::read(tests.join("package-lock.json"))?;
    // A copy of the lock file from which the packages were installed.
    let stamp = modules.join(".installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(modules);
    }
    let how = "installing them with npm, a few seconds";
    announced("npm packages of the tests", how, || {
        let mut npm = workspace::command("npm");
        npm.current_dir(&tests).args(["ci", "--no-audit", "--no-fund"]);
        process::run(&mut npm)?;
        Ok(fs::write(&stamp, wanted)?)
    })?;
    Ok(modules)
}

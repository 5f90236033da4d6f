//! The JavaScript packages that the tests read archives and look at the page with.

use std::fs;
use std::path::PathBuf;

use super::announced;
use crate::error::{Error, Result};
use crate::{process, workspace};

/// `tests/node_modules`, exactly as `tests/package-lock.json` says.
pub fn test_packages() -> Result<PathBuf> {
    let tests = workspace::root().join("tests");
    let modules = tests.join("node_modules");
    let wanted = tests.join("package-lock.json");
    let wanted = fs::read(&wanted).map_err(Error::io("read", &wanted))?;
    // A copy of the lock file that the packages there were installed from.
    let stamp = modules.join(".installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(modules);
    }
    let how = "installing them with npm, a few seconds";
    announced("what tests/package-lock.json names", how, || {
        let mut npm = workspace::command("npm");
        npm.current_dir(&tests).args(["ci", "--no-audit", "--no-fund"]);
        process::run(&mut npm)?;
        fs::write(&stamp, wanted).map_err(Error::io("write", &stamp))
    })?;
    Ok(modules)
}

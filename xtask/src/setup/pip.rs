//! img2dataset and PySpark, for which lists are exported.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use super::cache::{self, Lock};
use super::{announced, missing};
use crate::{process, workspace};

/// The interpreters that have wheels of all pinned versions, and the one without a version in its name.
const PYTHONS: [&str; 3] = ["python3.11", "python3.12", "python3"];

/// The directory of the programs, in the versions of `tests/readers/requirements.txt`.
pub fn img2dataset() -> Result<PathBuf> {
    let requirements = workspace::root().join("tests/readers/requirements.txt");
    let wanted = fs::read(&requirements)?;
    let environment = cache::tools()?.join("img2dataset");
    let programs = environment.join("bin");
    // A copy of the file from which the packages were installed; written last.
    let stamp = environment.join("installed-from.txt");
    let is_there = || fs::read(&stamp).is_ok_and(|installed| installed == wanted);
    if is_there() {
        return Ok(programs);
    }
    let _lock = Lock::take("img2dataset")?;
    // Another clone may have installed them while this one waited.
    if is_there() {
        return Ok(programs);
    }
    let what = "img2dataset with PySpark";
    let python = PYTHONS.iter().find_map(|name| which::which(name).ok());
    let python = python.ok_or_else(|| missing(what, "it needs Python 3.11 or 3.12"))?;
    announced(what, "installing it with pip, about 90 seconds", || {
        cache::remove_dir(&environment)?;
        // Without its own pip, since Debian's Python has none to put there.
        process::run(Command::new(python).args(["-m", "venv", "--without-pip"]).arg(&environment))?;
        let mut pip = Command::new("pip3");
        pip.arg("--python").arg(programs.join("python"));
        pip.args(["--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-compile"]);
        // PySpark has no wheel.
        pip.args(["--only-binary=:all:", "--no-binary=pyspark", "--requirement"]).arg(&requirements);
        process::run(&mut pip)?;
        Ok(fs::write(&stamp, &wanted)?)
    })?;
    Ok(programs)
}

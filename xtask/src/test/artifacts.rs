//! What several steps work with. Each is built by the first step that asks for it, while others wait.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::steps;
use crate::origin::Origin;
use crate::page::{self, Build};
use crate::setup::npm;
use crate::{package, process, workspace};

/// What was built so far.
#[derive(Debug, Default)]
pub struct Artifacts {
    origin_program: Mutex<Option<PathBuf>>,
    origin: Mutex<Option<Origin>>,
    page: Mutex<Option<PathBuf>>,
    package: Mutex<Option<PathBuf>>,
    node_modules: Mutex<Option<PathBuf>>,
    driven_tests: Mutex<Option<()>>,
}

impl Artifacts {
    /// The demo image server's program. It is built along with its tests: alone it would have fewer
    /// features of its dependencies, and cargo would compile them twice.
    pub fn origin_program(&self) -> Result<PathBuf> {
        let build = || process::run(steps::tests(&["server"]).arg("--no-run"));
        first(
            &self.origin_program,
            || build().map(|()| workspace::target().join("debug/origin")),
            PathBuf::clone,
        )
    }

    /// The addresses of a demo image server, same origin and cross origin. It runs as long as this lives.
    pub fn origin(&self) -> Result<(String, String)> {
        let start = || Origin::start(&self.origin_program()?, None);
        first(&self.origin, start, |origin| (origin.http.clone(), origin.cross.clone()))
    }

    /// The release page.
    pub fn page(&self) -> Result<PathBuf> {
        let build = || page::build(Build::Release).map(|()| workspace::dist());
        first(&self.page, build, PathBuf::clone)
    }

    /// The npm package.
    pub fn package(&self) -> Result<PathBuf> {
        let build = || package::build().map(|()| workspace::pkg());
        first(&self.package, build, PathBuf::clone)
    }

    /// The JavaScript packages of the tests.
    pub fn node_modules(&self) -> Result<PathBuf> {
        first(&self.node_modules, npm::test_packages, PathBuf::clone)
    }

    /// The programs of the tests that drive a browser.
    pub fn driven_tests(&self) -> Result<()> {
        let build = || process::run(steps::tests(&steps::DRIVEN).arg("--no-run"));
        first(&self.driven_tests, build, |()| ())
    }
}

/// What `read` makes of a value that is built at the first call.
fn first<T, R>(
    place: &Mutex<Option<T>>,
    build: impl FnOnce() -> Result<T>,
    read: impl FnOnce(&T) -> R,
) -> Result<R> {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    let value = match place.take() {
        Some(value) => value,
        None => build()?,
    };
    Ok(read(place.insert(value)))
}

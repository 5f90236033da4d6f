//! What `cargo xtask bench` passes to this program.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bench_options::BrowserKind;

use crate::session::Driver;
use crate::site::Folders;

/// Paths and the version.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The demo image server's program.
    pub origin: PathBuf,
    /// The folders that the page is served from.
    pub folders: Folders,
    /// The folder that reports are written to.
    pub output: PathBuf,
    /// fetchzip's version.
    pub version: String,
}

impl Environment {
    /// Reads it from environment variables.
    pub fn read() -> Result<Self> {
        let output = PathBuf::from(text("FETCHZIP_BENCH_OUTPUT")?);
        Ok(Self {
            origin: text("FETCHZIP_ORIGIN_PROGRAM")?.into(),
            folders: Folders {
                package: text("FETCHZIP_PKG")?.into(),
                modules: text("FETCHZIP_NODE_MODULES")?.into(),
                crc: env::var_os("FETCHZIP_BENCH_CRC").map(PathBuf::from),
                scratch: output.clone(),
            },
            output,
            version: text("FETCHZIP_VERSION")?,
        })
    }
}

/// The running driver of a browser, and the browser's program.
pub fn driver(browser: BrowserKind) -> Result<Driver> {
    let of = |what: &str| text(&format!("FETCHZIP_{what}_{}", browser.id().to_uppercase()));
    Ok(Driver { address: of("WEBDRIVER")?, program: of("BROWSER")? })
}

/// The folder of the built page.
pub fn page() -> Result<PathBuf> {
    Ok(text("FETCHZIP_DIST")?.into())
}

fn text(name: &str) -> Result<String> {
    env::var(name).with_context(|| {
        format!("{name} is not set: `cargo xtask bench` builds and starts what this program needs")
    })
}

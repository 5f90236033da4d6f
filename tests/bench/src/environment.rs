//! What `cargo xtask bench` tells this program.

use std::env;
use std::path::PathBuf;

use crate::command_line::{Browser, Named};
use crate::error::{Error, Result};
use crate::session::Driver;
use crate::site::Folders;

/// Where things are.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The demo image server's program.
    pub origin: PathBuf,
    /// What the page is served from.
    pub folders: Folders,
    /// Where reports go.
    pub output: PathBuf,
    /// fetchzip's version.
    pub version: String,
}

impl Environment {
    /// Reads it.
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

/// A browser's driver.
pub fn driver(browser: Browser) -> Result<Driver> {
    let of = |what: &str| text(&format!("FETCHZIP_{what}_{}", browser.name().to_uppercase()));
    Ok(Driver { address: of("WEBDRIVER")?, program: of("BROWSER")? })
}

fn text(name: &str) -> Result<String> {
    env::var(name).map_err(|_| Error::Unset(name.to_owned()))
}

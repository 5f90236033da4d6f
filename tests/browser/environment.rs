//! What `cargo xtask test` passes to the tests.

use std::env;
use std::path::PathBuf;

/// The driver's address.
pub fn webdriver() -> String {
    text("FETCHZIP_WEBDRIVER")
}

/// The browser's program.
pub fn browser_program() -> String {
    text("FETCHZIP_BROWSER_BINARY")
}

/// The folder that browsers save files to.
pub fn downloads() -> PathBuf {
    text("FETCHZIP_DOWNLOADS").into()
}

/// The demo image server's program.
pub fn origin_program() -> PathBuf {
    text("FETCHZIP_ORIGIN_PROGRAM").into()
}

/// The built page.
pub fn dist() -> PathBuf {
    text("FETCHZIP_DIST").into()
}

/// The built extension: a folder for each family of browsers.
pub fn extension() -> PathBuf {
    text("FETCHZIP_EXTENSION").into()
}

/// The built package.
pub fn package() -> PathBuf {
    text("FETCHZIP_PKG").into()
}

/// The folder of npm's packages.
pub fn node_modules() -> PathBuf {
    text("FETCHZIP_NODE_MODULES").into()
}

/// The folder of npm's packages with the bundlers.
pub fn bundlers() -> PathBuf {
    text("FETCHZIP_BUNDLERS").into()
}

/// The file that lists the tests that were skipped, if anyone counts them.
pub fn skipped() -> Option<PathBuf> {
    env::var_os("FETCHZIP_SKIPPED").map(PathBuf::from)
}

/// Whether tests that can be large or long are so: archives of 1.8 GB, hundreds of random acts.
pub fn is_large() -> bool {
    env::var_os("FETCHZIP_LARGE").is_some()
}

/// The repository.
pub fn repository() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn text(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: `cargo xtask test --only page-chromium` builds and starts what these tests need")
    })
}

//! The last steps of a build of the page: a release is shrunk, then its files are named after their content.
//!
//! Trunk calls `cargo xtask integrity` after its `trunk build` and `trunk serve` (see `Trunk.toml`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;
use lexopt::prelude::*;

use crate::content_names::name_files;
use crate::output::say;
use crate::shrink::{self, Text};
use crate::{notices, workspace};

/// `cargo xtask integrity [DIRECTORY]`; Trunk names the directory by `TRUNK_STAGING_DIR`.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut dir = None;
    let mut arguments = lexopt::Parser::from_args(arguments);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(given) if dir.is_none() => dir = Some(given),
            other => return Err(other.unexpected().into()),
        }
    }
    let dir = dir.or_else(|| std::env::var_os("TRUNK_STAGING_DIR"));
    let dir = dir.map_or_else(workspace::dist, PathBuf::from);
    // Set so by `trunk build --release`.
    let is_release = std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release");
    finish(&dir, is_release)
}

/// Adds the notices to the page in `dir`, shrinks it if it is a release, and names its files after their content.
pub fn finish(dir: &Path, is_release: bool) -> Result<()> {
    notices::write(dir)?;
    if is_release {
        shrink_page(dir)?;
    }
    remove_trunk_links(dir)?;
    name_files(dir)
}

/// The page's wasm modules: the page itself, and what reads its lists.
const MODULES: [&str; 2] = ["page", "lists"];

/// Shrinks the page's files. The tools for it are installed by `cargo xtask build`; without them, as
/// when Trunk is called directly, the page is larger.
fn shrink_page(dir: &Path) -> Result<()> {
    if let Some(missing) = shrink::TOOLS.iter().find(|tool| !tool.is_there()) {
        let name = missing.program;
        say!("{name} is missing, so the page is larger than a release; `cargo xtask build` installs it");
        return MODULES.iter().try_for_each(|stem| shrink::strip(dir, stem));
    }
    MODULES.iter().try_for_each(|stem| shrink::shrink(dir, stem))?;
    for (name, text) in [
        ("boot.js", Text::Module),
        ("download.js", Text::Module),
        ("download-worker.js", Text::Plain),
        ("early.js", Text::Plain),
        ("engine/service-worker.js", Text::Plain),
        ("engine/worker.js", Text::Module),
        ("help.js", Text::Module),
        ("launches.js", Text::Module),
        ("pictures.css", Text::Plain),
        ("problem-report.js", Text::Module),
        ("service-worker.js", Text::Plain),
        ("share-worker.js", Text::Plain),
        ("style.css", Text::Plain),
        ("versions.js", Text::Module),
    ] {
        shrink::minify(&dir.join(name), text)?;
    }
    Ok(())
}

/// Removes what is for the build from the HTML files in `dir`.
fn remove_trunk_links(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("html")) {
            let text = fs::read_to_string(&path)?;
            fs::write(&path, without_trunk_links(&text))?;
        }
    }
    Ok(())
}

/// A `<link data-trunk …>` is for the build, not for browsers. Trunk leaves an empty line in its place.
fn without_trunk_links(text: &str) -> String {
    let is_shown = |line: &&str| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("<link data-trunk ")
    };
    text.split_inclusive('\n').filter(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunks_own_links_are_removed() {
        let page = "<head>\n  <link data-trunk rel=\"rust\" href=\"../Cargo.toml\">\n  \n</head>\n";
        assert_eq!(without_trunk_links(page), "<head>\n</head>\n");
    }
}

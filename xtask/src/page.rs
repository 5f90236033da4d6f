//! The page in `dist/`, as Trunk builds it, but without Trunk: installing that takes longer than all else.
//!
//! `cargo xtask test` compares both.

mod assets;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use assets::Asset;
use fs_err as fs;

use crate::bindgen::{self, Extras};
use crate::output::say;
use crate::setup::cache::remove_dir;
use crate::setup::rust;
use crate::setup::tools::{self, Tool};
use crate::{integrity, process, workspace};

/// A kind of build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// As small as possible, to be deployed.
    Release,
    /// Optimised by the compiler alone, because shrinking takes Node: to use the page on any machine.
    Local,
}

impl Build {
    /// The tools that the build needs.
    pub const fn tools(self) -> &'static [Tool] {
        match self {
            Self::Release => &[tools::WASM_OPT, tools::ESBUILD],
            Self::Local => &[],
        }
    }
}

/// Builds the page into `dist/`, and installs the tools for it if they are missing.
pub fn build(kind: Build) -> Result<()> {
    rust::wasm_target()?;
    tools::ready(kind.tools())?;
    let start = Instant::now();
    say!("building the page into dist/, about a minute");
    // Beside `dist`, which is replaced at once.
    let (dist, staging) = (workspace::dist(), workspace::target().join("page"));
    remove_dir(&staging)?;
    fs::create_dir_all(&staging)?;
    assemble(&staging, Extras::default())?;
    integrity::finish(&staging, kind == Build::Release)?;
    remove_dir(&dist)?;
    fs::rename(&staging, &dist)?;
    say!("built dist/ in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Builds the page with Trunk's own `trunk build --release` into a folder.
pub fn build_with_trunk(dir: &Path) -> Result<()> {
    let mut trunk = workspace::command("trunk");
    trunk.args(["build", "--release", "--dist"]).arg(dir);
    process::run(trunk.env("TRUNK_OFFLINE", "true").env("TRUNK_SKIP_VERSION_CHECK", "true"))
}

/// Puts all parts of the page into a folder.
pub fn assemble(out: &Path, extras: Extras) -> Result<()> {
    let www = workspace::root().join("www");
    let page = fs::read_to_string(www.join("index.html"))?;
    for asset in assets::named_in(&page)? {
        match asset {
            Asset::Program { name, features } => {
                let features = format!("--features={features}");
                let arguments =
                    ["build", "--package=fetchzip", "--bin", &name, "--no-default-features", &features];
                let wasm = bindgen::compile(&arguments, &name)?;
                bindgen::module(&wasm, &name, extras, out)?;
            }
            Asset::File { path, folder } => {
                let folder = folder.map_or_else(|| out.to_owned(), |folder| out.join(folder));
                fs::create_dir_all(&folder)?;
                copy(&www.join(path), &folder)?;
            }
            Asset::Folder(path) => {
                copy_all(&www.join(&path), &out.join(path))?;
            }
        }
    }
    Ok(fs::write(out.join("index.html"), page)?)
}

/// Copies the files of a folder, and of those in it, into another.
pub fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_dir() {
            copy_all(&path, &to.join(path.file_name().unwrap_or_default()))?;
        } else {
            copy(&path, to)?;
        }
    }
    Ok(())
}

/// Copies a file into a folder.
pub fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().with_context(|| format!("{} is no file", file.display()))?;
    fs::copy(file, folder.join(name))?;
    Ok(())
}

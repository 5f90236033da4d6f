//! The page, built by Trunk.

use std::time::Instant;

use anyhow::Result;

use crate::output::say;
use crate::setup::rust;
use crate::setup::tools::{self, Tool};
use crate::{process, workspace};

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
            Self::Release => &[tools::WASM_OPT, tools::ESBUILD, tools::WASM_BINDGEN, tools::TRUNK],
            Self::Local => &[tools::WASM_BINDGEN, tools::TRUNK],
        }
    }
}

/// Builds the page into `dist/`, and installs the tools for it if they are missing.
pub fn build(kind: Build) -> Result<()> {
    rust::wasm_target()?;
    tools::ready(kind.tools())?;
    let start = Instant::now();
    say!("building the page into dist/, about a minute");
    let mut trunk = workspace::command("trunk");
    trunk.arg("build");
    trunk.args(match kind {
        Build::Release => &["--release"][..],
        Build::Local => &["--cargo-profile", "release"],
    });
    trunk.args(["--public-url", "./"]).env("TRUNK_OFFLINE", "true").env("TRUNK_SKIP_VERSION_CHECK", "true");
    process::run(&mut trunk)?;
    say!("built dist/ in {:.1} s", start.elapsed().as_secs_f64());
    debug_assert!(workspace::dist().is_dir());
    Ok(())
}

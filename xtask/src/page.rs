//! The page, built by Trunk.

use std::time::Instant;

use crate::error::{Error, Result};
use crate::setup::rust;
use crate::setup::tools::{Tool, Toolbox};
use crate::{process, workspace};

/// `cargo xtask build`.
pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(extra) = arguments.first() {
        return Err(Error::Usage(format!("build takes no argument, such as {extra}")));
    }
    build(Build::Release)
}

/// How much work goes into a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// As small as can be; what is deployed.
    Release,
    /// The same code as the compiler leaves it, since making it small takes Node: for a look at
    /// the page on any machine.
    Local,
}

impl Build {
    /// What the build takes that may be missing.
    pub const fn tools(self) -> &'static [Tool] {
        match self {
            Self::Release => &[Tool::WasmOpt, Tool::Esbuild, Tool::WasmBindgen, Tool::Trunk],
            Self::Local => &[Tool::WasmBindgen, Tool::Trunk],
        }
    }
}

/// Builds the page into `dist/`, installing what that takes.
pub fn build(kind: Build) -> Result<()> {
    rust::wasm_target()?;
    let toolbox = Toolbox::ready(kind.tools())?;
    let start = Instant::now();
    eprintln!("building the page into dist/");
    let mut trunk = toolbox.command(Tool::Trunk)?;
    trunk.arg("build");
    trunk.args(match kind {
        Build::Release => &["--release"][..],
        Build::Local => &["--cargo-profile", "release"],
    });
    trunk.args(["--public-url", "./"]).env("TRUNK_OFFLINE", "true").env("TRUNK_SKIP_VERSION_CHECK", "true");
    process::run(&mut trunk)?;
    eprintln!("built dist/ in {:.1} s", start.elapsed().as_secs_f64());
    debug_assert!(workspace::dist().is_dir());
    Ok(())
}

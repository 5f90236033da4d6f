//! The npm package: the engine without the page, as an ES module with its types.

use std::fs;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::setup::cache::remove_dir;
use crate::setup::rust;
use crate::setup::tools::{Tool, Toolbox};
use crate::{process, shrink, workspace};

/// What the build takes that may be missing.
pub const TOOLS: &[Tool] = &[Tool::WasmOpt, Tool::Esbuild, Tool::WasmBindgen];

/// Copied from the repository's root.
const DOCUMENTS: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// `cargo xtask package`.
pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(extra) = arguments.first() {
        return Err(Error::Usage(format!("package takes no argument, such as {extra}")));
    }
    build()
}

/// Builds the package into `pkg/`, installing what that takes.
pub fn build() -> Result<()> {
    rust::wasm_target()?;
    let toolbox = Toolbox::ready(TOOLS)?;
    let start = Instant::now();
    eprintln!("building the package into pkg/");
    process::run(&mut workspace::cargo([
        "rustc",
        "--package=fetchzip",
        "--lib",
        // Of this kind alone: cargo optimises across crates only where no rlib is wanted as well.
        "--crate-type=cdylib",
        "--release",
        "--no-default-features",
        "--features=api",
        "--target",
        workspace::WASM,
    ]))?;

    let pkg = workspace::pkg();
    remove_dir(&pkg)?;
    let compiled = workspace::target().join(workspace::WASM).join("release/fetchzip.wasm");
    let mut bindgen = toolbox.command(Tool::WasmBindgen)?;
    bindgen.args(["--target", "web", "--split-linked-modules", "--out-dir"]).arg(&pkg).arg(compiled);
    process::run(&mut bindgen)?;

    shrink::shrink(&toolbox, &pkg, "fetchzip")?;

    let manifest = pkg.join("package.json");
    fs::write(&manifest, self::manifest()).map_err(Error::io("write", &manifest))?;
    for name in DOCUMENTS {
        let document = workspace::root().join(name);
        fs::copy(&document, pkg.join(name)).map_err(Error::io("copy", &document))?;
    }
    eprintln!("built pkg/ in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// `snippets/` is there only when wasm-bindgen had any to copy; npm passes over it otherwise.
fn manifest() -> String {
    let version = workspace::VERSION;
    format!(
        r#"{{
  "name": "fetchzip",
  "version": "{version}",
  "description": "Fetches a list of image URLs at once in the browser and hands back one zip.",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "main": "fetchzip.js",
  "module": "fetchzip.js",
  "types": "fetchzip.d.ts",
  "exports": {{
    ".": {{ "types": "./fetchzip.d.ts", "default": "./fetchzip.js" }},
    "./fetchzip_bg.wasm": "./fetchzip_bg.wasm",
    "./package.json": "./package.json"
  }},
  "files": ["fetchzip.js", "fetchzip.d.ts", "fetchzip_bg.wasm", "fetchzip_bg.wasm.d.ts", "snippets", "LICENSE-*"],
  "sideEffects": ["./snippets/*"]
}}
"#
    )
}

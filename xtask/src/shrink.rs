//! What wasm-bindgen made, made small for release.
//!
//! ```text
//! STEM_bg.wasm ─▶ panics: their entry points trap ─▶ locations: blanked ─▶ wasm-opt
//!              ─▶ imports: short names ◀── STEM.js ─▶ esbuild
//! ```
//!
//! Each step is there for the bytes that it saves, which `docs/decisions.md` has.

mod imports;
mod locations;
mod panics;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::setup::tools::{Tool, Toolbox};
use crate::wasm::Module;
use crate::{process, workspace};

/// What it takes.
pub const TOOLS: &[Tool] = &[Tool::WasmOpt, Tool::Esbuild];

/// Makes `STEM.js` and `STEM_bg.wasm` in `dir` small.
pub fn shrink(toolbox: &Toolbox, dir: &Path, stem: &str) -> Result<()> {
    let (compiled, script) = (dir.join(format!("{stem}_bg.wasm")), dir.join(format!("{stem}.js")));
    let mut module = read(&compiled)?;
    panics::trap(&mut module)?;
    locations::blank(&mut module)?;
    write(&compiled, &module.to_bytes())?;

    // The names are kept, for `cargo xtask size` to tell what is whose.
    let named = named(stem);
    if let Some(parent) = named.parent() {
        fs::create_dir_all(parent).map_err(Error::io("make the directory", parent))?;
    }
    let mut optimise = toolbox.command(Tool::WasmOpt)?;
    // Large functions that are called once compress better where they are.
    optimise.args(["-Oz", "--one-caller-inline-max-function-size=20"]);
    process::run(optimise.arg("--debuginfo").arg(&compiled).arg("-o").arg(&named))?;

    let mut module = read(&named)?;
    let text = fs::read_to_string(&script).map_err(Error::io("read", &script))?;
    let text = imports::shorten(&mut module, &text)?;
    module.drop_custom_sections();
    write(&compiled, &module.to_bytes())?;
    write(&script, text.as_bytes())?;
    minify(toolbox, &script, Text::Module)
}

/// Does what needs no tool to `STEM_bg.wasm`.
pub fn strip(dir: &Path, stem: &str) -> Result<()> {
    let compiled = dir.join(format!("{stem}_bg.wasm"));
    let mut module = read(&compiled)?;
    panics::trap(&mut module)?;
    locations::blank(&mut module)?;
    module.drop_custom_sections();
    write(&compiled, &module.to_bytes())
}

/// Where the last build's wasm is with its functions' names.
pub fn named(stem: &str) -> PathBuf {
    workspace::target().join("named").join(format!("{stem}.wasm"))
}

/// What a text is that a browser reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// A JavaScript module, whose own names nobody else sees.
    Module,
    /// A script or a style sheet.
    Plain,
}

/// Takes comments, spaces and long names out of a text.
pub fn minify(toolbox: &Toolbox, file: &Path, text: Text) -> Result<()> {
    let mut esbuild = toolbox.command(Tool::Esbuild)?;
    esbuild.args(["--minify", "--tree-shaking=true", "--log-level=warning", "--legal-comments=none"]);
    // Otherwise it would write what old browsers want.
    esbuild.args(["--target=esnext", "--allow-overwrite"]);
    if text == Text::Module {
        esbuild.arg("--format=esm");
    }
    let mut out = std::ffi::OsString::from("--outfile=");
    out.push(file);
    process::run(esbuild.arg(out).arg(file))
}

/// Reads a module from a file.
pub fn read(path: &Path) -> Result<Module> {
    Module::parse(&fs::read(path).map_err(Error::io("read", path))?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(Error::io("write", path))
}

//! Makes wasm-bindgen's output small for a release.
//!
//! ```text
//! STEM_bg.wasm ─▶ panics: trap at once ─▶ locations: zeros ─▶ wasm-opt ─▶ imports: short names
//! STEM.js ─────────────────────────────────────────────────────────────▶ the same names ─▶ esbuild
//! ```
//!
//! `docs/decisions.md` lists the bytes that each step saves. A step that doesn't find what it
//! changes is an error.

mod imports;
mod locations;
pub mod optimise;
mod panics;

use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;

use crate::setup::tools::{self, Tool};
use crate::wasm::{CustomSections, Module};
use crate::{process, workspace};

/// The tools that shrinking needs.
pub const TOOLS: &[Tool] = &[tools::WASM_OPT, tools::ESBUILD];

/// Makes `STEM.js` and `STEM_bg.wasm` in `dir` small.
pub fn shrink(dir: &Path, stem: &str) -> Result<()> {
    let (compiled, script) = (dir.join(format!("{stem}_bg.wasm")), dir.join(format!("{stem}.js")));
    without_panics(&compiled, CustomSections::Keep)?;

    // Function names stay in this file, for `cargo xtask size`.
    let named = named(stem);
    fs::create_dir_all(named.with_file_name(""))?;
    optimise::optimise(&compiled, &named)?;

    let mut module = read(&named)?;
    let text = fs::read_to_string(&script)?;
    let text = imports::shorten(&mut module, &text)?;
    fs::write(&compiled, module.to_bytes(CustomSections::Drop)?)?;
    fs::write(&script, text)?;
    minify(&script, Text::Module)
}

/// Shrinks `STEM_bg.wasm` as far as that takes no tools.
pub fn strip(dir: &Path, stem: &str) -> Result<()> {
    without_panics(&dir.join(format!("{stem}_bg.wasm")), CustomSections::Drop)
}

fn without_panics(wasm: &Path, custom_sections: CustomSections) -> Result<()> {
    let mut module = read(wasm)?;
    panics::trap(&mut module)?;
    locations::blank(&mut module)?;
    Ok(fs::write(wasm, module.to_bytes(custom_sections)?)?)
}

/// The last build's wasm with function names.
pub fn named(stem: &str) -> PathBuf {
    workspace::target().join("named").join(format!("{stem}.wasm"))
}

/// A kind of text file that a browser reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// A JavaScript module: its top-level names are its own, so they can be shortened.
    Module,
    /// A script or a style sheet.
    Plain,
}

/// Removes comments and white space from a text, and shortens its names.
pub fn minify(file: &Path, text: Text) -> Result<()> {
    let format = if text == Text::Module { &["--format=esm"][..] } else { &[] };
    esbuild(file, &[format, &["--allow-overwrite"]].concat(), file)
}

/// Makes one small module of a module and what it imports.
pub fn bundle(entry: &Path, options: &[&str], out: &Path) -> Result<()> {
    esbuild(entry, &[&["--bundle", "--format=esm"], options].concat(), out)
}

fn esbuild(entry: &Path, options: &[&str], out: &Path) -> Result<()> {
    let mut esbuild = workspace::command("esbuild");
    esbuild.args(["--minify", "--tree-shaking=true", "--log-level=warning", "--legal-comments=none"]);
    // Without a target it would rewrite the text for old browsers.
    esbuild.arg("--target=esnext").args(options);
    let mut outfile = std::ffi::OsString::from("--outfile=");
    outfile.push(out);
    process::run_silent(esbuild.arg(outfile).arg(entry))
}

/// Reads a module from a file.
pub fn read(path: &Path) -> Result<Module> {
    Module::parse(fs::read(path)?)
}

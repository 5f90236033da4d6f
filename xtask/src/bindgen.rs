//! Compiles Rust to wasm, and writes the JavaScript half of it.
//!
//! wasm-bindgen's command-line tool does the same, but takes longer to install than all the rest to build. As a
//! library its version is tied by Cargo to that of the crate, which it must have.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{process, workspace};

/// Calls cargo with these arguments, for wasm and optimised, and returns the path of the module STEM.wasm that it
/// makes.
pub fn compile(arguments: &[&str], stem: &str) -> Result<PathBuf> {
    let mut cargo = workspace::command("cargo");
    process::run(cargo.args(arguments).args(["--release", "--target", workspace::WASM]))?;
    Ok(workspace::target().join(workspace::WASM).join("release").join(format!("{stem}.wasm")))
}

/// How an ES module differs from what wasm-bindgen's command-line tool makes for the web.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// Whether the caller of the module says where its wasm is. Otherwise the script looks for it beside itself,
    /// and so do bundlers, whatever is passed to it.
    pub is_given_its_wasm: bool,
    /// A function that starts the wasm anew.
    pub reset: bool,
    /// Whether scripts that the module links to, such as the worker's, are files in a folder `snippets`, and not texts
    /// in the module that are made into addresses when they are needed.
    pub links_to_files: bool,
}

/// Makes an ES module of compiled wasm: `STEM.js` and `STEM_bg.wasm` in `out`.
pub fn module(wasm: &Path, stem: &str, extras: Extras, out: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name(stem)
        .typescript(false)
        .reset_state_function(extras.reset)
        .split_linked_modules(extras.links_to_files)
        .omit_default_module_path(extras.is_given_its_wasm)
        .web(true)
        .and_then(|bindgen| bindgen.generate(out))
        .with_context(|| format!("no ES module could be made of {}", wasm.display()))
}

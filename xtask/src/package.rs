//! The npm package: the engine without the page, as an ES module with its types.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use fs_err as fs;

use crate::bindgen::{self, Extras};
use crate::output::say;
use crate::setup::cache::remove_dir;
use crate::setup::rust;
use crate::setup::tools::{self, Tool};
use crate::shrink::{self, Text};
use crate::workspace;

/// The tools that the build needs.
pub const TOOLS: &[Tool] = &[tools::WASM_OPT, tools::ESBUILD];

/// Copied from the repository's root.
const DOCUMENTS: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// The files of `downloadSink`, which an application loads only if it calls it: in the repository, and in
/// the package.
pub const DOWNLOAD: [(&str, &str, Text); 2] = [
    ("src/download/download.js", "fetchzip-download.js", Text::Module),
    ("src/download/download-worker.js", "fetchzip-download-worker.js", Text::Plain),
];

/// Exports of the engine that are JavaScript, and stand behind wasm-bindgen's.
const EXPORTS: &str = "src/api/download_sink.js";

/// The package's entry, which imports the engine and [`LISTS`]: a bundler leaves out what is not used.
const ENTRY: &str = "src/api/entry.js";

/// The script of the engine's wasm, which the package's worker imports, too.
const ENGINE: &str = "fetchzip-engine.js";

/// The module that reads lists, in the package.
pub const LISTS: &str = "fetchzip-lists.js";

/// Its source.
const LISTS_ENTRY: &str = "src/lists/parse_list.js";

/// Builds the package into `pkg/`, and installs the tools for it if they are missing.
pub fn build() -> Result<()> {
    rust::wasm_target()?;
    tools::ready(TOOLS)?;
    let start = Instant::now();
    say!("building the package into pkg/, about a minute");
    let pkg = workspace::pkg();
    let extras = Extras { types: true, linked_modules: true };
    module("fetchzip", &["--no-default-features", "--features=api"], "fetchzip", extras, &pkg)?;
    let (entry, root) = (pkg.join("fetchzip.js"), workspace::root());
    fs::write(&entry, fs::read_to_string(&entry)? + &fs::read_to_string(root.join(EXPORTS))?)?;
    shrink::shrink(&pkg, "fetchzip")?;
    fs::rename(&entry, pkg.join(ENGINE))?;
    fs::copy(root.join(ENTRY), &entry)?;
    shrink::minify(&entry, Text::Module)?;
    lists(&pkg)?;
    for (source, name, text) in DOWNLOAD {
        fs::copy(root.join(source), pkg.join(name))?;
        shrink::minify(&pkg.join(name), text)?;
    }

    fs::write(pkg.join("package.json"), manifest())?;
    for name in DOCUMENTS {
        fs::copy(root.join(name), pkg.join(name))?;
    }
    say!("built pkg/ in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Makes the module that reads lists: one file with its wasm inside.
fn lists(pkg: &Path) -> Result<()> {
    const STEM: &str = "fetchzip_lists";
    let parts = workspace::target().join("lists");
    let features = ["--no-default-features", "--features=parse-list"];
    module("fetchzip", &features, STEM, Extras::default(), &parts)?;
    shrink::shrink(&parts, STEM)?;
    // Digits keep the bytes apart, so that they compress better than as base64.
    let wasm = fs::read(parts.join(format!("{STEM}_bg.wasm")))?;
    let digits: String = wasm.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(parts.join(format!("{STEM}_bg.hex")), digits)?;
    let entry = parts.join("entry.js");
    fs::copy(workspace::root().join(LISTS_ENTRY), &entry)?;
    shrink::bundle(&entry, &["--loader:.hex=text"], &pkg.join(LISTS))
}

/// Compiles a package's library to wasm with these options of cargo, and makes the ES module STEM of it in a
/// directory that is emptied before.
pub fn module(package: &str, cargo: &[&str], stem: &str, extras: Extras, out: &Path) -> Result<()> {
    // No rlib beside it: with one, cargo does not optimise across crates.
    let library = ["rustc", "--lib", "--crate-type=cdylib", "--package", package];
    let wasm = bindgen::compile(&[&library, cargo].concat(), &package.replace('-', "_"))?;
    remove_dir(out)?;
    bindgen::module(&wasm, stem, extras, out)
}

/// `snippets/` exists only if wasm-bindgen had any to copy; npm ignores a missing one.
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
    "./fetchzip-download-worker.js": "./fetchzip-download-worker.js",
    "./package.json": "./package.json"
  }},
  "files": ["fetchzip.js", "fetchzip.d.ts", "fetchzip_bg.wasm", "fetchzip_bg.wasm.d.ts", "fetchzip-engine.js", "fetchzip-lists.js", "fetchzip-download.js", "fetchzip-download-worker.js", "snippets", "LICENSE-*"],
  "sideEffects": ["./snippets/*"]
}}
"#
    )
}

//! The npm package: the engine without the page, as an ES module with its types.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
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
const EXPORTS: [&str; 2] = ["src/api/fetch_zip.js", "src/api/download_sink.js"];

/// What wasm-bindgen's script assumes of a page, and what holds on any.
const ASSUMPTIONS: [(&str, &str); 3] = [
    // A page may have put a class of its own in the place of the browser's.
    (
        "typeof Response === 'function' && module instanceof Response",
        "typeof module.arrayBuffer === 'function'",
    ),
    // Timers and listeners from before the wasm was started anew still call.
    ("throw new Error('Cannot invoke closure from previous WASM instance');", "return;"),
    // It is for the package alone.
    ("export function __wbg_reset_state", "function __wbg_reset_state"),
];

/// The type of the function that starts the wasm anew, which is for the package alone.
const RESET_TYPE: &str = "export function __wbg_reset_state(): void;\n";

/// The browser's own class, whatever the page has put in its place: views of the wasm's memory are made by the
/// constructor of the view that they are parts of.
const OWN_VIEW: &str = "const Uint8Array = new TextEncoder().encode().constructor;\n";

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
    let extras = Extras { types: true, linked_modules: true, reset: true };
    module("fetchzip", &["--no-default-features", "--features=api"], "fetchzip", extras, &pkg)?;
    let (entry, root) = (pkg.join("fetchzip.js"), workspace::root());
    let mut script = for_any_page(&fs::read_to_string(&entry)?)?;
    for exports in EXPORTS {
        script += &fs::read_to_string(root.join(exports))?;
    }
    fs::write(&entry, script)?;
    let types = pkg.join("fetchzip.d.ts");
    fs::write(&types, fs::read_to_string(&types)?.replace(RESET_TYPE, ""))?;
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

/// wasm-bindgen's script for pages whose scripts have replaced what the browser provides.
fn for_any_page(script: &str) -> Result<String> {
    let mut script = script.to_owned();
    for (assumption, holds) in ASSUMPTIONS {
        ensure!(script.contains(assumption), "wasm-bindgen's script no longer has `{assumption}`");
        script = script.replace(assumption, holds);
    }
    Ok(OWN_VIEW.to_owned() + &script)
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

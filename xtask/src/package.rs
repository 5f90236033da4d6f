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
use crate::{notices, workspace};

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

/// The scripts of both entries.
const ENTRY: &str = "src/api/entry";

/// What stands behind wasm-bindgen's script of the engine.
const CALLS: &str = "src/api/fetch_zip.js";

/// What wasm-bindgen's script assumes of a page, and what holds on any.
const ASSUMPTIONS: [(&str, &str); 4] = [
    // A page may have put a class of its own in the place of the browser's.
    (
        "typeof Response === 'function' && module instanceof Response",
        "typeof module.arrayBuffer === 'function'",
    ),
    // Nor is what a page's `fetch` returns always the browser's own Response, which alone can be compiled as it arrives.
    ("} else { throw e; }", "} else if (module.bodyUsed) { throw e; }"),
    // Timers and listeners from before the wasm was started anew still call.
    ("throw new Error('Cannot invoke closure from previous WASM instance');", "return;"),
    // It is for the package alone.
    ("export function __wbg_reset_state", "function __wbg_reset_state"),
];

/// The browser's own class, whatever the page has put in its place: views of the wasm's memory are made by the
/// constructor of the view that they are parts of.
const OWN_VIEW: &str = "const Uint8Array = new TextEncoder().encode().constructor;\n";

/// The package's types, for both entries.
const TYPES: &str = "src/api/types.d.ts";

/// The script of the engine's wasm, which the entry and the worker import.
const ENGINE: &str = "fetchzip-engine.js";

/// The worker's script.
const WORKER: &str = "fetchzip-worker.js";

/// The entry in one file.
pub const INLINE: &str = "inline.js";

/// The module that reads lists, in the package.
pub const LISTS: &str = "fetchzip-lists.js";

/// Its source.
const LISTS_ENTRY: &str = "src/lists/parse_list.js";

/// Builds the package into `pkg/`, and installs the tools for it if they are missing.
///
/// ```text
/// wasm ─▶ bindgen ─▶ shrink ─▶ fetchzip_bg.wasm, fetchzip-engine.js ─┐
/// src/api/entry/{files,worker}.js ───────────────────────────────────┼─▶ fetchzip.js, fetchzip-worker.js
/// src/api/entry/inline.js, and all of these inside ──────────────────┴─▶ inline.js
/// ```
pub fn build() -> Result<()> {
    rust::wasm_target()?;
    tools::ready(TOOLS)?;
    let start = Instant::now();
    say!("building the package into pkg/, about a minute");
    let (pkg, root, parts) = (workspace::pkg(), workspace::root(), workspace::target().join("package"));
    remove_dir(&pkg)?;
    fs::create_dir_all(&pkg)?;
    let extras = Extras { is_given_its_wasm: true, reset: true, ..Extras::default() };
    module("fetchzip", &["--no-default-features", "--features=api"], "fetchzip", extras, &parts)?;
    let script = parts.join("fetchzip.js");
    let calls = fs::read_to_string(root.join(CALLS))?;
    fs::write(&script, for_any_page(&fs::read_to_string(&script)?)? + &calls)?;
    shrink::shrink(&parts, "fetchzip")?;
    // One script, with wasm-bindgen's snippets.
    shrink::bundle(&script, &[], &parts.join(ENGINE))?;
    lists(&parts)?;
    for (source, name, text) in DOWNLOAD {
        fs::copy(root.join(source), parts.join(name))?;
        shrink::minify(&parts.join(name), text)?;
    }
    for entry in fs::read_dir(root.join(ENTRY))? {
        let entry = entry?;
        fs::copy(entry.path(), parts.join(entry.file_name()))?;
    }

    // What is a file of its own stays one.
    let apart = [ENGINE, LISTS, DOWNLOAD[0].1].map(|name| format!("--external:./{name}"));
    let apart: Vec<&str> = apart.iter().map(String::as_str).collect();
    shrink::bundle(&parts.join("files.js"), &apart, &pkg.join("fetchzip.js"))?;
    shrink::bundle(&parts.join("worker.js"), &apart, &pkg.join(WORKER))?;
    inline(&parts, &pkg)?;
    for name in [ENGINE, LISTS, "fetchzip_bg.wasm", DOWNLOAD[0].1, DOWNLOAD[1].1] {
        fs::copy(parts.join(name), pkg.join(name))?;
    }
    for types in ["fetchzip.d.ts", "inline.d.ts"] {
        fs::copy(root.join(TYPES), pkg.join(types))?;
    }
    fs::write(pkg.join("package.json"), manifest()?)?;
    for name in DOCUMENTS {
        fs::copy(root.join(name), pkg.join(name))?;
    }
    notices::write(&pkg)?;
    say!("built pkg/ in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Makes the entry in one file.
fn inline(parts: &Path, pkg: &Path) -> Result<()> {
    shrink::bundle(&parts.join("worker.js"), &[], &parts.join("fetchzip-worker.txt"))?;
    write_digits(&parts.join("fetchzip_bg.wasm"), &parts.join("fetchzip_bg.hex"))?;
    shrink::bundle(&parts.join("inline.js"), &["--loader:.hex=text"], &pkg.join(INLINE))
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
fn lists(out: &Path) -> Result<()> {
    const STEM: &str = "fetchzip_lists";
    let parts = workspace::target().join("lists");
    let features = ["--no-default-features", "--features=parse-list"];
    module("fetchzip", &features, STEM, Extras::default(), &parts)?;
    shrink::shrink(&parts, STEM)?;
    write_digits(&parts.join(format!("{STEM}_bg.wasm")), &parts.join(format!("{STEM}_bg.hex")))?;
    let entry = parts.join("entry.js");
    fs::copy(workspace::root().join(LISTS_ENTRY), &entry)?;
    shrink::bundle(&entry, &["--loader:.hex=text"], &out.join(LISTS))
}

/// Writes a file's bytes as hexadecimal digits, which keep the bytes apart, so that they compress better than as
/// base64.
fn write_digits(file: &Path, digits: &Path) -> Result<()> {
    let text: String = fs::read(file)?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(fs::write(digits, text)?)
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

/// The package's description for npm.
fn manifest() -> Result<String> {
    let version = workspace::VERSION;
    let repository = workspace::repository()?.map(|address| {
        format!("\n  \"repository\": {{ \"type\": \"git\", \"url\": \"git+{address}.git\" }},")
    });
    let repository = repository.unwrap_or_default();
    Ok(format!(
        r#"{{
  "name": "fetchzip",
  "version": "{version}",
  "description": "Fetches a list of image URLs at once in the browser and hands back one zip.",
  "keywords": ["download", "fetch", "images", "zip", "wasm", "streams"],
  "license": "MIT OR Apache-2.0",{repository}
  "type": "module",
  "main": "./fetchzip.js",
  "types": "./fetchzip.d.ts",
  "exports": {{
    ".": {{ "types": "./fetchzip.d.ts", "default": "./fetchzip.js" }},
    "./inline": {{ "types": "./inline.d.ts", "default": "./inline.js" }},
    "./fetchzip_bg.wasm": "./fetchzip_bg.wasm",
    "./fetchzip-worker.js": "./fetchzip-worker.js",
    "./fetchzip-download-worker.js": "./fetchzip-download-worker.js",
    "./package.json": "./package.json"
  }},
  "files": ["fetchzip*", "inline*", "LICENSE-*", "third-party-notices.txt"],
  "sideEffects": ["./fetchzip-worker.js", "./fetchzip-download-worker.js"],
  "engines": {{ "node": ">=18" }}
}}
"#
    ))
}

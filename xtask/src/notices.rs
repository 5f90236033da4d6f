//! The notices of every crate in the wasm, whose licences ask to be passed on with it.
//!
//! They are made from what Cargo has unpacked, whose checksums are in Cargo.lock: the same crates give the same
//! text on any machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use serde_json::Value;

use crate::{process, workspace};

/// The file's name in the page, in the package and in the extension.
pub const FILE: &str = "third-party-notices.txt";

/// Files of a crate that are its licence or belong to it begin like this, in any case.
const LICENCES: [&str; 5] = ["licen", "copying", "notice", "copyright", "unlicense"];

/// The part of the wasm that Cargo lists nowhere.
const STANDARD_LIBRARY: &str = "The Rust standard library";

/// Writes the notices into a folder.
pub fn write(folder: &Path) -> Result<()> {
    Ok(fs::write(folder.join(FILE), text()?)?)
}

/// A crate from a registry that is compiled into the wasm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SPDX expression of its licence.
    pub licence: String,
    /// Its `Cargo.toml`.
    manifest: String,
    authors: Vec<String>,
}

/// The crates of the page, the package and the lists' module, by name. What runs while they are compiled is not
/// among them: macros and build scripts.
pub fn crates() -> Result<Vec<Crate>> {
    let mut cargo = workspace::cargo(["metadata", "--locked", "--format-version=1", "--filter-platform"]);
    let metadata = process::read(cargo.arg(workspace::WASM))?;
    compiled_in(&serde_json::from_str(&metadata)?)
}

fn compiled_in(metadata: &Value) -> Result<Vec<Crate>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let by_id = |all: &Value| -> BTreeMap<String, Value> {
        list(all).into_iter().map(|one| (text(&one, "id"), one)).collect()
    };
    let (packages, nodes) = (by_id(&metadata["packages"]), by_id(&metadata["resolve"]["nodes"]));
    let runs_in_the_compiler = |package: &Value| {
        list(&package["targets"]).iter().any(|target| list(&target["kind"]).contains(&"proc-macro".into()))
    };
    let root = packages.iter().find(|(_, package)| package["name"] == "fetchzip");
    let mut open = vec![root.context("cargo metadata lists no package fetchzip")?.0.clone()];
    let (mut seen, mut crates) = (BTreeSet::new(), Vec::new());
    while let Some(id) = open.pop() {
        let package = packages.get(&id).with_context(|| format!("cargo metadata has no package {id}"))?;
        if runs_in_the_compiler(package) || !seen.insert(id.clone()) {
            continue;
        }
        // The repository's own have the licence of the whole.
        if !package["source"].is_null() {
            crates.push(Crate {
                name: text(package, "name"),
                version: text(package, "version"),
                licence: text(package, "license"),
                manifest: text(package, "manifest_path"),
                authors: list(&package["authors"])
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            });
        }
        let dependencies = nodes.get(&id).map(|node| list(&node["deps"])).unwrap_or_default();
        let is_compiled_in =
            |one: &&Value| list(&one["dep_kinds"]).iter().any(|dependency| dependency["kind"].is_null());
        open.extend(dependencies.iter().filter(is_compiled_in).map(|dependency| text(dependency, "pkg")));
    }
    crates.sort();
    Ok(crates)
}

/// The notices.
pub fn text() -> Result<String> {
    // The crates that have the same text, by that text.
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut list = String::new();
    for one in crates()? {
        let name = format!("{} {}", one.name, one.version);
        list += &format!("  {name}, {}\n", one.licence);
        for text in licence_texts(&one)? {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    let standard = mit_of("The Rust Project Contributors")?;
    texts.entry(standard).or_default().insert(STANDARD_LIBRARY.to_owned());
    let mut notices = format!(
        "fetchzip {} is licensed under MIT or Apache-2.0. Its WebAssembly contains parts of these crates:\n\n\
         {list}  {STANDARD_LIBRARY}, MIT OR Apache-2.0\n",
        workspace::VERSION
    );
    let mut groups: Vec<_> = texts.into_iter().map(|(text, names)| (names, text)).collect();
    groups.sort();
    for (names, text) in groups {
        let names: Vec<String> = names.into_iter().collect();
        notices += &format!("\n{}\n{}\n\n{text}\n", "─".repeat(80), names.join("\n"));
    }
    Ok(notices)
}

/// The licence's texts in a crate: MIT's alone where there is a choice with it, and what is no licence but a notice.
fn licence_texts(of: &Crate) -> Result<Vec<String>> {
    let folder = Path::new(&of.manifest).parent().context("a manifest is in a folder")?;
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if LICENCES.iter().any(|begin| name.starts_with(begin)) && entry.file_type()?.is_file() {
            files.insert(name, tidy(&fs::read_to_string(entry.path())?));
        }
    }
    // `MIT/Apache-2.0` is what `MIT OR Apache-2.0` was before SPDX.
    let is_mit_offered =
        of.licence.contains("MIT") && (of.licence.contains("OR") || of.licence.contains('/'));
    if is_mit_offered && files.keys().any(|name| name.contains("mit")) {
        files.retain(|name, _| !["apache", "unlicense", "copying"].iter().any(|other| name.contains(other)));
    }
    if files.is_empty() {
        ensure!(of.licence.contains("MIT"), "{} {} has no licence file", of.name, of.version);
        return Ok(vec![mit_of(&of.authors.join(", "))?]);
    }
    Ok(files.into_values().collect())
}

/// The terms of MIT with another copyright, for what comes without a file of them.
fn mit_of(holders: &str) -> Result<String> {
    let own = fs::read_to_string(workspace::root().join("LICENSE-MIT"))?;
    let terms = own.split_once("\n\n").and_then(|(_, rest)| rest.split_once("\n\n"));
    let (_, terms) = terms.context("LICENSE-MIT has no title and no copyright above its terms")?;
    Ok(format!("MIT License\n\nCopyright (c) {holders}\n\n{}", terms.trim()))
}

/// A text without what only its file's editor added: line ends of Windows, trailing blanks, empty lines around it.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(id: &str, source: Option<&str>, kind: &str) -> Value {
        json!({ "id": id, "name": id, "version": "1.0.0", "license": "MIT", "manifest_path": "/Cargo.toml",
            "source": source, "authors": [], "targets": [{ "kind": [kind] }] })
    }

    #[test]
    fn macros_build_scripts_and_tests_are_not_in_the_wasm() {
        let of = |pkg: &str, kind: Option<&str>| json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [
                package("fetchzip", None, "lib"), package("inside", Some("registry"), "lib"),
                package("deep", Some("registry"), "lib"), package("macro", Some("registry"), "proc-macro"),
                package("below-macro", Some("registry"), "lib"), package("tested-by", Some("registry"), "lib"),
                package("builder", Some("registry"), "lib"), package("unused", Some("registry"), "lib"),
            ],
            "resolve": { "nodes": [
                { "id": "fetchzip", "deps": [of("inside", None), of("macro", None), of("tested-by", Some("dev"))] },
                { "id": "inside", "deps": [of("deep", None), of("builder", Some("build"))] },
                { "id": "deep", "deps": [of("inside", None)] },
                { "id": "macro", "deps": [of("below-macro", None)] },
            ] },
        });
        let names: Vec<String> = compiled_in(&metadata).unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["deep", "inside"]);
    }

    #[test]
    fn every_crate_of_the_wasm_has_its_notice() {
        let notices = text().unwrap();
        for name in ["wasm-bindgen", "web-sys", "gloo-net", "rlsf", "sha2", "csv-core", "futures-util"] {
            let version = format!("{name} {}", workspace::locked_version(name).unwrap_or_default());
            let times = notices.lines().filter(|line| line.trim_start().starts_with(version.trim())).count();
            assert!(times >= 2, "{name} is listed {times} times, and not with a text");
        }
        assert!(!notices.contains("syn 2"), "what only compiles is not passed on");
        let root = workspace::root().to_string_lossy();
        assert!(!notices.contains(&*root), "a path of this machine is in the notices");
    }
}

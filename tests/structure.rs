//! The modules of `src` import in one direction, and no file is too long to read.
//!
//! - `every_import_follows_the_order_of_the_modules`: by [`ORDER`] and [`BROWSER_ORDER`]
//! - `every_module_has_a_place_in_the_order`
//! - `no_files_import_each_other_in_a_circle`
//! - `no_file_is_longer_than_450_lines`
//!
//! Imports are read from the text of `use` declarations and of qualified paths (`crate::…`,
//! `super::…`), without unit tests. `mod` declarations and the `pub use` of a `mod.rs`, which only list
//! what a folder has, are no imports.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of `src`: each imports only those before it.
const ORDER: [&str; 17] = [
    "bytes",
    "text",
    "seconds",
    "calendar",
    "words",
    "image",
    "plan",
    "documents",
    "zip",
    "run",
    "spool",
    "report",
    "job",
    "browser",
    "api",
    "lists",
    "page",
];

/// The modules of `src/browser`: each imports only those before it.
const BROWSER_ORDER: [&str; 8] =
    ["web", "error", "spool", "fetch", "archive", "local", "worker", "run_handle"];

/// The most lines of a file of `src`, its unit tests included.
const MAX_LINES: usize = 450;

/// One import: the file, its line, and the module that is imported, as a path from the crate.
struct Import {
    file: PathBuf,
    line: usize,
    path: Vec<String>,
}

#[test]
fn every_import_follows_the_order_of_the_modules() {
    let sources = Sources::read();
    let mut wrong = Vec::new();
    for import in sources.imports() {
        let from = module_of(&import.file);
        let place = |order: &[&str], name: Option<&String>| {
            name.and_then(|name| order.iter().position(|module| *module == name.as_str()))
        };
        let is_wrong = match (from.first(), import.path.first()) {
            (Some(from), Some(to)) if from != to => {
                let (from, to) = (place(&ORDER, Some(from)), place(&ORDER, Some(to)));
                from.zip(to).is_some_and(|(from, to)| to > from)
            }
            (Some(module), _) if module == "browser" => {
                let (from, to) =
                    (place(&BROWSER_ORDER, from.get(1)), place(&BROWSER_ORDER, import.path.get(1)));
                from.zip(to).is_some_and(|(from, to)| to > from)
            }
            _ => false,
        };
        if is_wrong {
            wrong.push(format!(
                "{}:{} imports {}",
                import.file.display(),
                import.line,
                import.path.join("::")
            ));
        }
    }
    assert!(wrong.is_empty(), "imports against the order:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_place_in_the_order() {
    let sources = Sources::read();
    let mut unknown = BTreeSet::new();
    for file in sources.files.keys() {
        let module = module_of(file);
        let known = |order: &[&str], name: &String| order.contains(&name.as_str());
        if let Some(name) = module.first().filter(|name| !known(&ORDER, name)) {
            unknown.insert(name.clone());
        }
        if module.first().is_some_and(|name| name == "browser")
            && let Some(name) = module.get(1).filter(|name| !known(&BROWSER_ORDER, name))
        {
            unknown.insert(format!("browser::{name}"));
        }
    }
    assert!(unknown.is_empty(), "not in the order: {unknown:?}");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = Sources::read();
    let mut arrows: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    let imports = sources.imports();
    for import in &imports {
        let Some(target) = sources.file_of(&import.path) else { continue };
        if target != import.file {
            arrows.entry(&import.file).or_default().insert(target);
        }
    }
    // A file that imports nothing that is left, or that nothing left imports, is in no circle.
    loop {
        let before = arrows.values().map(BTreeSet::len).sum::<usize>();
        let importers: BTreeSet<&Path> =
            arrows.iter().filter(|(_, targets)| !targets.is_empty()).map(|(file, _)| *file).collect();
        let imported: BTreeSet<&Path> = arrows.values().flatten().copied().collect();
        arrows.retain(|file, _| imported.contains(file));
        arrows.values_mut().for_each(|targets| targets.retain(|target| importers.contains(target)));
        if before == arrows.values().map(BTreeSet::len).sum::<usize>() {
            break;
        }
    }
    arrows.retain(|_, targets| !targets.is_empty());
    assert!(arrows.is_empty(), "files that import each other in circles: {arrows:#?}");
}

#[test]
fn no_file_is_longer_than_450_lines() {
    for (file, text) in Sources::read().files {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", file.display());
    }
}

/// The Rust files of `src`, by their paths from there.
struct Sources {
    files: BTreeMap<PathBuf, String>,
}

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(&root).unwrap().to_owned();
                    let is_of_crate = ["lib.rs", "main.rs"].iter().any(|other| name == Path::new(other));
                    let is_test =
                        name.file_stem().is_some_and(|stem| TEST_FILES.contains(&stem.to_str().unwrap()));
                    if !is_of_crate && !is_test {
                        files.insert(name, fs::read_to_string(&path).unwrap());
                    }
                }
            }
        }
        assert!(files.len() > 100, "only {} files were found", files.len());
        Self { files }
    }

    fn imports(&self) -> Vec<Import> {
        self.files.iter().flat_map(|(file, text)| imports_of(file, text, self)).collect()
    }

    /// The file that defines a path: that of its longest prefix which is a file.
    fn file_of(&self, path: &[String]) -> Option<&Path> {
        (1..=path.len()).rev().find_map(|length| {
            let module: PathBuf = path[..length].iter().collect();
            [module.with_extension("rs"), module.join("mod.rs")]
                .iter()
                .find_map(|file| self.files.get_key_value(file).map(|(file, _)| file.as_path()))
        })
    }

    /// Follows the `pub use` of a `mod.rs` to the module that an imported name comes from.
    fn resolved(&self, mut path: Vec<String>) -> Vec<String> {
        for _ in 0..4 {
            let length = path.len().saturating_sub(1);
            let module: PathBuf = path[..length].iter().collect();
            let Some(text) = self.files.get(&module.join("mod.rs")) else { break };
            let Some(from) = re_exported(text, &path[length]) else { break };
            path.splice(length.., from);
        }
        path
    }
}

/// Files of unit tests and their fixtures.
const TEST_FILES: [&str; 3] = ["tests", "fixtures", "fake_world"];

/// The module of a file: `browser/spool/mod.rs` is `browser::spool`.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<_> =
        file.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    module
}

/// Where a `mod.rs` re-exports a name from, as a path from its own module.
fn re_exported(text: &str, name: &str) -> Option<Vec<String>> {
    declarations(text)
        .into_iter()
        .filter_map(|(_, declaration)| {
            let path = declaration.strip_prefix("pub use ")?.trim_end_matches(';');
            expand(path).into_iter().find_map(|path| {
                let mut path = path;
                let alias = path.pop()?;
                let (original, alias) = alias.split_once(" as ").unwrap_or((&alias, &alias));
                (alias == name && path.first().is_some_and(|first| first != "crate" && first != "super"))
                    .then(|| {
                        path.push(original.to_owned());
                        path
                    })
            })
        })
        .next()
}

fn imports_of(file: &Path, text: &str, sources: &Sources) -> Vec<Import> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let module = module_of(file);
    let is_map = file.ends_with("mod.rs");
    let mut paths: Vec<(usize, String)> = Vec::new();
    for (line, declaration) in declarations(text) {
        match declaration.strip_prefix("use ") {
            Some(path) => paths.push((line, path.trim_end_matches(';').to_owned())),
            None if !is_map => {
                paths.extend(
                    declaration
                        .strip_prefix("pub use ")
                        .map(|path| (line, path.trim_end_matches(';').to_owned())),
                );
            }
            None => {}
        }
    }
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap();
        if !code.trim_start().starts_with("use ") && !code.trim_start().starts_with("pub use ") {
            paths.extend(qualified_paths(code).into_iter().map(|path| (number + 1, path)));
        }
    }
    let mut imports = Vec::new();
    for (line, path) in paths {
        for path in expand(&path) {
            if let Some(path) = absolute(&path, &module, is_map, sources) {
                imports.push(Import { file: file.to_owned(), line, path: sources.resolved(path) });
            }
        }
    }
    imports
}

/// `use` declarations on one line each, with the number of the line that they begin on.
fn declarations(text: &str) -> Vec<(usize, String)> {
    let mut declarations: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (number, line) in text.lines().enumerate() {
        if is_open {
            declarations.last_mut().unwrap().1 += line.trim();
        } else if ["use ", "pub use "].iter().any(|start| line.trim_start().starts_with(start)) {
            declarations.push((number + 1, line.trim_start().to_owned()));
        } else {
            continue;
        }
        is_open = !line.trim_end().ends_with(';');
    }
    declarations
}

/// Paths that begin with `crate::` or `super::` in a line of code.
fn qualified_paths(code: &str) -> Vec<String> {
    let is_of_path = |character: char| character.is_alphanumeric() || character == '_' || character == ':';
    code.split(|character| !is_of_path(character))
        .filter(|path| path.starts_with("crate::") || path.starts_with("super::"))
        .map(|path| path.trim_end_matches(':').to_owned())
        .collect()
}

/// `a::{b, c::{d, self}}` as `a::b`, `a::c::d` and `a::c`.
fn expand(path: &str) -> Vec<Vec<String>> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![
            path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
        ];
    };
    let prefix = before.trim_end_matches("::");
    let inside = &rest[..rest.rfind('}').unwrap()];
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (index, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let expand_part = |part: &&str| match part.trim() {
        "" => Vec::new(),
        "self" => expand(prefix),
        part => expand(&if prefix.is_empty() { part.to_owned() } else { format!("{prefix}::{part}") }),
    };
    parts.iter().flat_map(expand_part).collect()
}

/// A path from the crate; `None` for one into another crate.
fn absolute(path: &[String], module: &[String], is_map: bool, sources: &Sources) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let mut parent = module.to_vec();
            parent.pop();
            let mut rest = rest;
            while rest.first().is_some_and(|part| part == "super") {
                parent.pop();
                rest = &rest[1..];
            }
            Some([parent.as_slice(), rest].concat())
        }
        // A folder's own children, as its `mod.rs` names them.
        _ if is_map => {
            let child = [module, path].concat();
            let is_child = sources
                .file_of(&child[..module.len() + 1])
                .is_some_and(|file| module_of(file).len() > module.len());
            is_child.then_some(child)
        }
        _ => None,
    }
}

#[test]
fn imports_are_read_in_every_form_that_src_uses() {
    let paths = |path: &str| expand(path).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(
        paths("crate::a::{b, c::{self, D}, e}"),
        ["crate::a::b", "crate::a::c", "crate::a::c::D", "crate::a::e"]
    );
    assert_eq!(paths("super::x::Y"), ["super::x::Y"]);
    let text = "use crate::a::{\n    b,\n    c,\n};\n\nfn f() { crate::d::e(); }\n";
    assert_eq!(declarations(text), [(1, "use crate::a::{b,c,};".to_owned())]);
    assert_eq!(qualified_paths("    let x = crate::d::e(super::f);"), ["crate::d::e", "super::f"]);
}

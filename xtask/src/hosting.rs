//! What hosts need beside the files of the page: compressed ones, and the list of those that never change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use fs_err as fs;
use regex_lite::Regex;
use walkdir::WalkDir;

use crate::output::say;
use crate::setup::apt;
use crate::{process, workspace};

/// What compressing makes smaller.
const TEXTS: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// The endings of compressed files.
const COMPRESSED: [&str; 2] = ["br", "gz"];

/// Compresses the files that are its arguments, unless that saves less than a twentieth. Node has both formats, and a
/// build needs Node anyway.
const COMPRESS: &str = r#"
const { readFileSync, writeFileSync } = require("node:fs");
const { brotliCompressSync, constants, gzipSync } = require("node:zlib");
for (const path of process.argv.slice(1)) {
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const both = { br: brotliCompressSync(bytes, { params }), gz: gzipSync(bytes, { level: 9 }) };
  for (const [ending, compressed] of Object.entries(both)) {
    if (compressed.length < bytes.length * 0.95) writeFileSync(`${path}.${ending}`, compressed);
  }
}"#;

/// `cargo xtask compress [DIRECTORY]`.
pub fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => complete(&workspace::dist()),
        [folder] => complete(Path::new(folder)),
        [_, extra, ..] => crate::usage(format!("`compress` takes one directory, and no `{extra}`")),
    }
}

/// Adds compressed files and `_headers` to a page.
pub fn complete(page: &Path) -> Result<()> {
    let start = Instant::now();
    let names = files(page)?;
    let is_text =
        |name: &&PathBuf| name.extension().is_some_and(|ending| TEXTS.iter().any(|text| ending == *text));
    let mut node = workspace::command(apt::NODE.found()?);
    node.args(["--eval", COMPRESS]).args(names.iter().filter(is_text).map(|name| page.join(name)));
    process::run(&mut node)?;
    let headers = fs::read_to_string(workspace::root().join("hosting/_headers"))?;
    fs::write(page.join("_headers"), headers + &lasting(&names)?)?;
    say!("compressed {} in {:.1} s", page.display(), start.elapsed().as_secs_f64());
    Ok(())
}

/// The files of a page by their paths in it, without those that this module adds.
fn files(page: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut names = BTreeSet::new();
    for entry in WalkDir::new(page) {
        let entry = entry?;
        let name = entry.path().strip_prefix(page)?;
        let is_compressed =
            name.extension().is_some_and(|ending| COMPRESSED.iter().any(|one| ending == *one));
        if entry.file_type().is_file() && !is_compressed && name != Path::new("_headers") {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

/// The rules of `_headers` for files that are named after their content, which it can't find by a pattern.
fn lasting(names: &BTreeSet<PathBuf>) -> Result<String> {
    let named = Regex::new(r"-[0-9a-f]{16}\.[a-z0-9]+$")?;
    let names = names.iter().map(|name| name.to_string_lossy()).filter(|name| named.is_match(name));
    Ok(names.map(|name| format!("/{name}\n  Cache-Control: public, max-age=31536000, immutable\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_configuration_has_the_policy_of_the_page() {
        let read = |name: &str| fs::read_to_string(workspace::root().join(name)).unwrap();
        let page = read("www/index.html");
        let policy = Regex::new(r#"http-equiv="Content-Security-Policy" content="([^"]+)""#).unwrap();
        let policy = policy.captures(&page).unwrap()[1].to_owned() + "; frame-ancestors 'none'";
        for name in ["nginx.conf", "Caddyfile", "apache.conf", "_headers"] {
            assert!(
                read(&format!("hosting/{name}")).contains(&policy),
                "{name} has another policy than www/index.html"
            );
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        let names =
            ["page-0123456789abcdef.js", "index.html", "icon-192.png", "samples/a-0123456789abcdef.jpg"];
        let rules = lasting(&names.map(PathBuf::from).into()).unwrap();
        let paths: Vec<&str> = rules.lines().filter(|line| line.starts_with('/')).collect();
        assert_eq!(paths, ["/page-0123456789abcdef.js", "/samples/a-0123456789abcdef.jpg"]);
        assert_eq!(rules.matches("immutable").count(), 2);
    }
}

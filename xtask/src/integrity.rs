//! The last steps of a build of the page: a release is shrunk, then its integrity hashes are filled in.
//!
//! Trunk's own integrity attributes cover neither the wasm nor scripts that it doesn't inject. So the
//! files in `www` hold placeholders, which are replaced once the files they name are final:
//!
//! - `{{sha384 FILE}}` becomes the value of an integrity attribute,
//! - `{{version FILE}}` becomes a short hash of the content, for a query: a host's cache then never
//!   pairs an old file with a new hash.
//!
//! Trunk calls `cargo xtask integrity` after its `trunk build` and `trunk serve` (see `Trunk.toml`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use fs_err as fs;
use lexopt::prelude::*;
use regex_lite::Regex;
use sha2::{Digest, Sha384};

use crate::output::say;
use crate::shrink::{self, Text};
use crate::{notices, workspace};

/// `cargo xtask integrity [DIRECTORY]`; Trunk names the directory by `TRUNK_STAGING_DIR`.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut dir = None;
    let mut arguments = lexopt::Parser::from_args(arguments);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(given) if dir.is_none() => dir = Some(given),
            other => return Err(other.unexpected().into()),
        }
    }
    let dir = dir.or_else(|| std::env::var_os("TRUNK_STAGING_DIR"));
    let dir = dir.map_or_else(workspace::dist, PathBuf::from);
    // Set so by `trunk build --release`.
    let is_release = std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release");
    finish(&dir, is_release)
}

/// Adds the notices to the page in `dir`, shrinks it if it is a release, and fills in its integrity hashes.
pub fn finish(dir: &Path, is_release: bool) -> Result<()> {
    notices::write(dir)?;
    if is_release {
        shrink_page(dir)?;
    }
    fill_in(dir)
}

/// The page's wasm modules: the page itself, and what reads its lists.
const MODULES: [&str; 2] = ["page", "lists"];

/// Shrinks the page's files. The tools for it are installed by `cargo xtask build`; without them, as
/// when Trunk is called directly, the page is larger.
fn shrink_page(dir: &Path) -> Result<()> {
    if let Some(missing) = shrink::TOOLS.iter().find(|tool| !tool.is_there()) {
        let name = missing.program;
        say!("{name} is missing, so the page is larger than a release; `cargo xtask build` installs it");
        return MODULES.iter().try_for_each(|stem| shrink::strip(dir, stem));
    }
    MODULES.iter().try_for_each(|stem| shrink::shrink(dir, stem))?;
    for (name, text) in [
        ("boot.js", Text::Module),
        ("download.js", Text::Module),
        ("download-worker.js", Text::Plain),
        ("early.js", Text::Plain),
        ("help.js", Text::Module),
        ("launches.js", Text::Module),
        ("pictures.css", Text::Plain),
        ("problem-report.js", Text::Module),
        ("service-worker.js", Text::Plain),
        ("share-worker.js", Text::Plain),
        ("style.css", Text::Plain),
    ] {
        shrink::minify(&dir.join(name), text)?;
    }
    Ok(())
}

/// Fills in the placeholders of every script, style sheet and HTML file in `dir`.
fn fill_in(dir: &Path) -> Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        match path.extension().and_then(OsStr::to_str) {
            Some("css" | "js") => files.push((false, path)),
            // Last, because they name scripts and style sheets that have placeholders too.
            Some("html") => files.push((true, path)),
            _ => {}
        }
    }
    files.sort();
    for (is_page, path) in files {
        let text = fs::read_to_string(&path)?;
        let filled = replaced(&text, dir, &path)?;
        let filled = if is_page { without_trunk_links(&filled) } else { filled };
        if filled != text {
            fs::write(&path, filled)?;
        }
    }
    Ok(())
}

fn replaced(text: &str, dir: &Path, path: &Path) -> Result<String> {
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    for found in Regex::new(r"\{\{(sha384|version) ([^{}]+)\}\}")?.captures_iter(text) {
        let (placeholder, [kind, file]) = found.extract();
        let bytes = fs::read(dir.join(file));
        let hash = Sha384::digest(bytes.with_context(|| format!("for {}", path.display()))?);
        if let Some((before, after)) = rest.split_once(placeholder) {
            result.push_str(before);
            rest = after;
        }
        match kind {
            "sha384" => result += &format!("sha384-{}", BASE64_STANDARD.encode(hash)),
            _ => result.extend(hash[..8].iter().map(|byte| format!("{byte:02x}"))),
        }
    }
    Ok(result + rest)
}

/// A `<link data-trunk …>` is for the build, not for browsers. Trunk leaves an empty line in its place.
fn without_trunk_links(text: &str) -> String {
    let is_shown = |line: &&str| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("<link data-trunk ")
    };
    text.split_inclusive('\n').filter(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_filled_in_after_the_files_that_it_names() {
        let dir = std::env::temp_dir().join(format!("fetchzip-integrity-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("a.html"), "<script integrity=\"{{sha384 b.js}}\">").unwrap();
        fs::write(dir.join("b.js"), "import \"./c.wasm?{{version c.wasm}}\";").unwrap();
        fs::write(dir.join("c.wasm"), "abc").unwrap();

        fill_in(&dir).unwrap();

        let script = fs::read_to_string(dir.join("b.js")).unwrap();
        // SHA-384 of "abc" begins like this (FIPS 180-4's own example).
        assert_eq!(script, "import \"./c.wasm?cb00753f45a35e8b\";");
        let hash = BASE64_STANDARD.encode(Sha384::digest(script));
        let page = fs::read_to_string(dir.join("a.html")).unwrap();
        assert_eq!(page, format!("<script integrity=\"sha384-{hash}\">"));
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_placeholder_of_a_missing_file_is_an_error_that_names_both() {
        let error = replaced("{{sha384 gone.js}}", Path::new("nowhere"), Path::new("a.html"));
        let error = format!("{:#}", error.unwrap_err());
        assert!(error.contains("a.html") && error.contains("gone.js"), "{error}");
    }

    #[test]
    fn other_braces_are_left_alone() {
        for text in ["f({{a: 1}})", "${{{x}}}", "{{", "{{version", "{{sha512 a}}"] {
            assert_eq!(replaced(text, Path::new("nowhere"), Path::new("a.html")).unwrap(), text);
        }
    }

    #[test]
    fn trunks_own_links_are_removed() {
        let page = "<head>\n  <link data-trunk rel=\"rust\" href=\"../Cargo.toml\">\n  \n</head>\n";
        assert_eq!(without_trunk_links(page), "<head>\n</head>\n");
    }
}

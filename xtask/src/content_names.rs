//! Names the files of a page after their content.
//!
//! A page that is open, or that comes out of a cache, must find the files of its own version and no others, so
//! whatever it loads is named after its content, and a host can keep those files for as long as it likes. Trunk
//! names only what it finds in the HTML, and its integrity attributes do not cover the wasm. So the texts in
//! `www` hold placeholders, which are replaced once the files that they name are final:
//!
//! - `{{file FILE}}` becomes the name of the file with a hash of its content, and the file gets that name,
//! - `{{sha384 FILE}}` becomes the value of an integrity attribute,
//! - `{{version}}` becomes a hash of all texts that have this placeholder, and so of all that they name.
//!
//! FILE is a path in the page's folder, before it was named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use fs_err as fs;
use regex_lite::Regex;
use sha2::{Digest, Sha384};
use walkdir::WalkDir;

/// The endings of texts, which may have placeholders.
const TEXTS: [&str; 4] = [".css", ".html", ".js", ".webmanifest"];

const VERSION: &str = "{{version}}";

/// Names all files in `dir` that a text names, and replaces the placeholders.
///
/// # Errors
///
/// A placeholder names a file that does not exist, or texts name each other in a circle.
pub fn name_files(dir: &Path) -> Result<()> {
    let mut page = Page::read(dir)?;
    for text in page.texts.clone() {
        page.finish(&text, &mut Vec::new())?;
    }
    page.put_version()
}

/// The files of a page, by their paths in its folder before they were named.
struct Page<'a> {
    dir: &'a Path,
    texts: Vec<String>,
    /// Those that are named after their content.
    to_name: BTreeSet<String>,
    /// Those whose content is final.
    finished: BTreeMap<String, Finished>,
    placeholder: Regex,
}

/// A file whose content is final.
#[derive(Clone, Debug)]
struct Finished {
    /// Its path in the folder.
    path: String,
    /// The value of an integrity attribute.
    integrity: String,
}

impl<'a> Page<'a> {
    fn read(dir: &'a Path) -> Result<Self> {
        let placeholder = Regex::new(r"\{\{(sha384|file) ([^{}]+)\}\}")?;
        let (mut texts, mut to_name) = (Vec::new(), BTreeSet::new());
        for entry in WalkDir::new(dir).sort_by_file_name() {
            let entry = entry?;
            let path = entry.path().strip_prefix(dir)?.to_string_lossy().into_owned();
            if !entry.file_type().is_file() || !TEXTS.iter().any(|ending| path.ends_with(ending)) {
                continue;
            }
            let text = fs::read_to_string(entry.path())?;
            let found = placeholder.captures_iter(&text).map(|found| found.extract().1);
            to_name.extend(found.filter(|[kind, _]| *kind == "file").map(|[_, file]| file.to_owned()));
            texts.push(path);
        }
        Ok(Self { dir, texts, to_name, finished: BTreeMap::new(), placeholder })
    }

    /// Makes a file final, after all that it names; `on_the_way` are the texts that need it for that.
    fn finish(&mut self, file: &str, on_the_way: &mut Vec<String>) -> Result<Finished> {
        if let Some(finished) = self.finished.get(file) {
            return Ok(finished.clone());
        }
        ensure!(on_the_way.iter().all(|other| other != file), "{file} needs itself to get its name");
        on_the_way.push(file.to_owned());
        if self.texts.iter().any(|text| text == file) {
            self.fill_in(file, on_the_way)?;
        }
        on_the_way.pop();
        let namer = || on_the_way.last().map_or_else(String::new, |text| format!("for {text}"));
        let bytes = fs::read(self.dir.join(file)).with_context(namer)?;
        let hash = Sha384::digest(&bytes);
        let mut path = file.to_owned();
        if self.to_name.contains(file) {
            ensure!(
                !contains(&bytes, VERSION),
                "{file} has a version, so it can't be named after its content"
            );
            path = named(file, &hash)?;
            fs::rename(self.dir.join(file), self.dir.join(&path))?;
        }
        let finished = Finished { path, integrity: format!("sha384-{}", BASE64_STANDARD.encode(hash)) };
        self.finished.insert(file.to_owned(), finished.clone());
        Ok(finished)
    }

    /// Replaces the placeholders of a text, but for its version.
    fn fill_in(&mut self, file: &str, on_the_way: &mut Vec<String>) -> Result<()> {
        let text = fs::read_to_string(self.dir.join(file))?;
        let (mut filled, mut rest) = (String::with_capacity(text.len()), text.as_str());
        for found in self.placeholder.clone().captures_iter(&text) {
            let (placeholder, [kind, named]) = found.extract();
            if let Some((before, after)) = rest.split_once(placeholder) {
                filled += before;
                rest = after;
            }
            let Finished { path, integrity } = self.finish(named, on_the_way)?;
            filled += if kind == "file" { &path } else { &integrity };
        }
        filled += rest;
        if filled != text {
            fs::write(self.dir.join(file), filled)?;
        }
        Ok(())
    }

    /// Replaces the version in all texts that have it.
    fn put_version(&self) -> Result<()> {
        let (mut all, mut hash) = (Vec::new(), Sha384::new());
        for file in self.texts.iter().filter(|file| !self.to_name.contains(*file)) {
            let (path, text) = (self.dir.join(file), fs::read_to_string(self.dir.join(file))?);
            if text.contains(VERSION) {
                hash.update(&text);
                all.push((path, text));
            }
        }
        let version = hex(&hash.finalize());
        all.into_iter().try_for_each(|(path, text)| Ok(fs::write(path, text.replace(VERSION, &version))?))
    }
}

/// The path of a file with a hash before its ending.
fn named(file: &str, hash: &[u8]) -> Result<String> {
    let Some((stem, ending)) = file.rsplit_once('.') else { bail!("{file} has no ending") };
    Ok(format!("{stem}-{}.{ending}", hex(hash)))
}

/// The first eight bytes of a hash, which is enough to tell versions apart.
fn hex(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The path of a file before it was named after its content.
pub fn unnamed(path: &str) -> String {
    let unnamed = || {
        let (stem, ending) = path.rsplit_once('.')?;
        let (stem, hash) = stem.rsplit_once('-')?;
        (hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| format!("{stem}.{ending}"))
    };
    unnamed().unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names the files of a folder with these contents; returns the paths and contents of after that.
    fn named_files(test: &str, files: &[(&str, &str)]) -> Result<BTreeMap<String, String>> {
        let dir = std::env::temp_dir().join(format!("fetchzip-names-{test}-{}", std::process::id()));
        for (path, content) in files {
            fs::create_dir_all(dir.join(path).parent().unwrap()).unwrap();
            fs::write(dir.join(path), content).unwrap();
        }
        let result = name_files(&dir);
        let mut named = BTreeMap::new();
        for entry in WalkDir::new(&dir).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&dir).unwrap().to_string_lossy().into_owned();
                named.insert(path, fs::read_to_string(entry.path()).unwrap());
            }
        }
        fs::remove_dir_all(&dir).unwrap();
        result.map(|()| named)
    }

    #[test]
    fn a_file_is_named_after_the_files_that_it_names() {
        let files = [
            ("a.html", "<script src=\"{{file b.js}}\" integrity=\"{{sha384 b.js}}\">"),
            ("b.js", "import \"./{{file sub/c.wasm}}\";"),
            ("sub/c.wasm", "abc"),
            ("sub/other.wasm", "abc"),
        ];
        let named = named_files("order", &files).unwrap();
        // SHA-384 of "abc" begins like this (FIPS 180-4's own example).
        let script = "import \"./sub/c-cb00753f45a35e8b.wasm\";";
        let hash = Sha384::digest(script);
        let (name, integrity) = (format!("b-{}.js", hex(&hash)), BASE64_STANDARD.encode(hash));
        let page = format!("<script src=\"{name}\" integrity=\"sha384-{integrity}\">");
        let expected = [
            ("a.html", page.as_str()),
            (&name, script),
            ("sub/c-cb00753f45a35e8b.wasm", "abc"),
            ("sub/other.wasm", "abc"),
        ];
        assert_eq!(named, expected.map(|(path, content)| (path.to_owned(), content.to_owned())).into());
    }

    #[test]
    fn the_version_changes_with_whatever_is_named() {
        let version = |content| {
            let files = [
                ("index.html", "{{version}} {{file a.js}}"),
                ("worker.js", "{{version}}"),
                ("a.js", "{{file b.css}}"),
                ("b.css", content),
            ];
            let named = named_files("version", &files).unwrap();
            assert!(named["index.html"].starts_with(&named["worker.js"]), "both have the same");
            named["worker.js"].clone()
        };
        assert_eq!(version("one"), version("one"));
        assert_ne!(version("one"), version("two"));
    }

    #[test]
    fn a_placeholder_that_can_not_be_replaced_is_an_error_that_names_the_file() {
        for (files, expected) in [
            (&[("a.html", "{{sha384 gone.js}}")][..], ["a.html", "gone.js"]),
            (&[("a.html", "{{file gone.js}}")], ["a.html", "gone.js"]),
            (&[("a.js", "{{file b.js}}"), ("b.js", "{{file a.js}}")], ["a.js", "itself"]),
            (&[("a.html", "{{file b.js}}"), ("b.js", "{{version}}")], ["b.js", "version"]),
        ] {
            let error = format!("{:#}", named_files("error", files).unwrap_err());
            assert!(expected.iter().all(|part| error.contains(part)), "{error}");
        }
    }

    #[test]
    fn other_braces_are_left_alone() {
        let text = "f({{a: 1}}) ${{{x}}} {{ {{file {{sha512 a}}";
        assert_eq!(named_files("braces", &[("a.js", text)]).unwrap()["a.js"], text);
    }

    #[test]
    fn a_name_can_be_told_from_the_hash_in_it() {
        for (named, unnamed_path) in [
            ("page_bg-cb00753f45a35e8b.wasm", "page_bg.wasm"),
            ("sub/a-cb00753f45a35e8b.js", "sub/a.js"),
            ("icon-192.png", "icon-192.png"),
            ("LICENSE", "LICENSE"),
        ] {
            assert_eq!(unnamed(named), unnamed_path);
        }
    }
}

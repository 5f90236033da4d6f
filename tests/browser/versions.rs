//! Versions of the page, as a host puts one in the place of another.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use support::sha384;

use super::environment;
use super::site;

/// The files of a version of the page, by their paths. Files are named after their content.
#[derive(Clone)]
pub struct Version(BTreeMap<String, Vec<u8>>);

impl Version {
    /// The one that was built, without its sample images.
    pub fn built() -> Self {
        let mut version = Self(BTreeMap::new());
        version.read(&environment::dist(), "");
        version
    }

    fn read(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true if path == "samples" => {}
                true => self.read(&entry.path(), &format!("{path}/")),
                false => drop(self.0.insert(path, fs::read(entry.path()).unwrap())),
            }
        }
    }

    /// Another version, whose file of this name ends in more bytes.
    pub fn with_more(mut self, file: &str, more: &[u8]) -> Self {
        let path = self.0.keys().find(|path| unnamed(path) == file).unwrap().clone();
        let content = [&self.0[&path], more].concat();
        self.change(&path, content);
        let (before, id) = (self.id(), hex(&sha384(&self.0["index.html"])));
        for file in ["index.html", "service-worker.js"] {
            let text = String::from_utf8(self.0[file].clone()).unwrap();
            assert!(text.contains(&before), "{file} has the version");
            self.0.insert(file.into(), text.replace(&before, &id).into());
        }
        self
    }

    /// What its page has as its version.
    pub fn id(&self) -> String {
        let page = String::from_utf8_lossy(&self.0["index.html"]);
        let (_, id) = page.split_once("data-version=\"").unwrap();
        id.split_once('"').unwrap().0.to_owned()
    }

    /// Gives a file another content, and with it another name, wherever it is named.
    fn change(&mut self, path: &str, content: Vec<u8>) {
        let before = self.0.remove(path).unwrap();
        let name = unnamed(path);
        let named = match name.rsplit_once('.') {
            Some((stem, ending)) if name != path => format!("{stem}-{}.{ending}", hex(&sha384(&content))),
            _ => path.to_owned(),
        };
        let replacements = [(path, named.as_str()), (&integrity(&before), &integrity(&content))];
        let renew = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).ok()?;
            let renewed =
                replacements.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
            (renewed != text).then_some(renewed)
        };
        let namers: Vec<_> = self
            .0
            .iter()
            .filter(|(_, bytes)| renew(bytes).is_some())
            .map(|(namer, _)| namer.clone())
            .collect();
        for namer in namers {
            // It may have been changed and named anew by one of those before it.
            let place = self.0.keys().find(|path| unnamed(path) == unnamed(&namer)).unwrap().clone();
            if let Some(renewed) = renew(&self.0[&place]) {
                self.change(&place, renewed.into_bytes());
            }
        }
        self.0.insert(named.clone(), content);
    }

    /// Puts the version into a folder, in place of what is there, or beside it.
    pub fn put_into(&self, folder: &Path, is_beside: bool) {
        if !is_beside {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => fs::remove_dir_all(entry.path()).unwrap(),
                    false => fs::remove_file(entry.path()).unwrap(),
                }
            }
        }
        for (path, content) in &self.0 {
            let target = folder.join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, content).unwrap();
        }
        site::record(folder);
    }
}

/// The path of a file before it was named after its content.
pub fn unnamed(path: &str) -> String {
    let parts = path.rsplit_once('.').and_then(|(stem, ending)| Some((stem.rsplit_once('-')?, ending)));
    match parts {
        Some(((stem, hash), ending)) if hash.len() == 16 => format!("{stem}.{ending}"),
        _ => path.to_owned(),
    }
}

fn hex(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(sha384(content)))
}

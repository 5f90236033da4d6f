//! The content of the demo server's static site in a test.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::environment;
use super::versions::unnamed;

/// A folder that is served. Dropping it removes the folder.
pub struct Site {
    folder: TempDir,
    path: &'static str,
    maps_all_hosts: bool,
    disk: Option<u64>,
    zone: Option<&'static str>,
    has_extension: bool,
}

impl Site {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            path: "/",
            maps_all_hosts: false,
            disk: None,
            zone: None,
            has_extension: false,
        }
    }

    /// The built page, with a first script that records violations of its Content Security Policy, errors
    /// and rejections.
    pub fn page() -> Self {
        let site = Self::new();
        copy(&environment::dist(), site.folder());
        record(site.folder());
        site
    }

    /// Adds a script before all others of the page.
    pub fn with_script(self, name: &str, script: &str) -> Self {
        put_script(self.folder(), name, script);
        self
    }

    /// The path of a file that is named after its content, by the name that it had before.
    pub fn named(&self, file: &str) -> PathBuf {
        let path = self.folder().join(file);
        let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let named = files.filter(|candidate| unnamed(&name(candidate)) == name(&path)).collect::<Vec<_>>();
        assert_eq!(named.len(), 1, "files named {file}: {named:?}");
        named.into_iter().next().unwrap()
    }

    /// A copy of a folder, in a browser that has the extension.
    pub fn beside_extension(folder: &Path) -> Self {
        Self { has_extension: true, ..Self::folder_of(folder) }
    }

    /// The package in `pkg/`, and nothing else.
    pub fn package() -> Self {
        let site = Self::new();
        copy(&environment::package(), &site.folder().join("pkg"));
        site
    }

    /// A copy of a folder, without what it links to.
    pub fn folder_of(folder: &Path) -> Self {
        let site = Self::new();
        copy(folder, site.folder());
        site
    }

    /// Adds a file.
    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder().join(name), content).unwrap();
        self
    }

    /// Adds a folder of the site once more, by another name.
    pub fn with_folder(self, folder: &str, name: &str) -> Self {
        copy(&self.folder().join(folder), &self.folder().join(name));
        self
    }

    /// Adds the repository's sample images in `samples/`.
    pub fn with_samples(self) -> Self {
        copy(&environment::repository().join("www/samples"), &self.folder().join("samples"));
        self
    }

    /// Adds the built page in a folder, where the demo server doesn't offer its own images, like any other
    /// static host.
    pub fn with_page_below(self, folder: &str) -> Self {
        copy(&environment::dist(), &self.folder().join(folder));
        self
    }

    /// Opens the site at this path instead of at the root.
    pub fn at(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    /// Sends `https:` requests to the presets' hosts to the demo server.
    pub fn with_all_hosts_mapped(self) -> Self {
        Self { maps_all_hosts: true, ..self }
    }

    /// Limits the bytes that its pages may store on disk.
    pub fn with_disk_of(self, bytes: u64) -> Self {
        Self { disk: Some(bytes), ..self }
    }

    /// Has the browser be in this time zone, by its name in the IANA's database.
    pub fn in_time_zone(self, zone: &'static str) -> Self {
        Self { zone: Some(zone), ..self }
    }

    pub fn time_zone(&self) -> Option<&'static str> {
        self.zone
    }

    pub fn disk(&self) -> Option<u64> {
        self.disk
    }

    pub fn has_extension(&self) -> bool {
        self.has_extension
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self) -> &str {
        self.path
    }

    pub fn maps_all_hosts(&self) -> bool {
        self.maps_all_hosts
    }
}

/// Has the page in a folder record violations of its Content Security Policy, errors and rejections.
pub fn record(folder: &Path) {
    put_script(folder, "record.js", include_str!("record.js"));
}

/// Adds a script before all others of the page in a folder.
fn put_script(folder: &Path, name: &str, script: &str) {
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index).unwrap();
    let more = html.replacen("<head>", &format!("<head><script src=\"{name}\"></script>"), 1);
    assert_ne!(html, more, "the page has a head");
    fs::write(index, more).unwrap();
    fs::write(folder.join(name), script).unwrap();
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries.map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_symlink() {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

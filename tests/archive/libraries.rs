//! Libraries that read archives. Each reads every entry to its end, and so checks every CRC-32 that
//! it is able to check.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::contents::{File, sha256};

/// A library.
pub struct Library {
    /// What messages call it.
    pub name: &'static str,
    /// The program that runs its script, and arguments before the archive; none for Rust's own.
    command: &'static [&'static str],
    /// Whether it takes 4 GiB, and in a few seconds.
    pub takes_large: bool,
    /// Whether it takes 65,536 entries in a few seconds.
    pub takes_many: bool,
}

const FAST: Library = Library { name: "", command: &[], takes_large: true, takes_many: true };

pub const ALL: &[Library] = &[
    // Built without optimisation, as tests are.
    Library { name: "the zip crate", takes_large: false, ..FAST },
    Library { name: "Python's zipfile", command: &["python3", "python.py"], ..FAST },
    Library { name: "Java's ZipFile", command: &["java", "Java.java", "file"], ..FAST },
    Library { name: "Java's ZipInputStream", command: &["java", "Java.java", "stream"], ..FAST },
    // These hold the whole archive in memory.
    Library { name: "JSZip", command: &["node", "jszip.mjs"], takes_large: false, ..FAST },
    Library { name: "yauzl", command: &["node", "yauzl.mjs"], takes_large: false, ..FAST },
    Library { name: "fflate", command: &["node", "fflate.mjs"], takes_large: false, ..FAST },
    // Its streams cost more than half a millisecond an entry.
    Library { name: "zip.js", command: &["node", "zipjs.mjs"], takes_many: false, ..FAST },
];

impl Library {
    /// The files that it finds, in its own order.
    pub fn read(&self, archive: &Path) -> Vec<File> {
        match self.command.split_first() {
            None => read_by_crate(archive),
            Some((program, arguments)) => self.read_by_script(program, arguments, archive),
        }
    }

    /// How many entries it says there are, of one that does not take many.
    pub fn count(&self, archive: &Path) -> usize {
        let (program, arguments) = self.command.split_first().unwrap();
        self.run(program, arguments, &[archive.as_os_str(), "count".as_ref()]).trim().parse().unwrap()
    }

    fn read_by_script(&self, program: &str, arguments: &[&str], archive: &Path) -> Vec<File> {
        let lines = self.run(program, arguments, &[archive.as_os_str()]);
        lines.lines().map(|line| File::from_line(line).unwrap_or_else(|| panic!("{line:?}"))).collect()
    }

    fn run(&self, program: &str, arguments: &[&str], more: &[&OsStr]) -> String {
        let (script, rest) = arguments.split_first().unwrap();
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/archive/readers").join(script);
        let output =
            Command::new(program).arg(script).args(rest).args(more).output().unwrap_or_else(|error| {
                panic!("{program}: {error}; `cargo xtask test --only readers` installs it")
            });
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} refused the archive: {said}", self.name);
        String::from_utf8(output.stdout).unwrap()
    }
}

fn read_by_crate(archive: &Path) -> Vec<File> {
    let mut archive = zip::ZipArchive::new(fs::File::open(archive).unwrap()).unwrap();
    let count = archive.len();
    let read = |index| {
        let entry = archive.by_index(index).unwrap();
        File { name: entry.name().unwrap().into(), size: entry.size(), sha256: sha256(entry) }
    };
    (0..count).map(read).collect()
}

//! Libraries that read archives. Each reads every entry to its end, so that it checks the CRC-32
//! (all but those that never do).

use std::ffi::OsStr;
use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

use super::contents::{self, File};

/// A library.
pub struct Library {
    /// Its name in messages.
    pub name: &'static str,
    /// The program that runs its script, and the arguments before the archive; empty for Rust's.
    command: &'static [&'static str],
    /// Whether it reads entry after entry as they lie in the archive, and not its directory.
    pub is_stream: bool,
    /// Whether it reads 4 GiB in a few seconds.
    pub takes_large: bool,
    /// Whether it reads 65,536 entries in a few seconds.
    pub takes_many: bool,
}

const FAST: Library =
    Library { name: "", command: &[], is_stream: false, takes_large: true, takes_many: true };

/// All of them.
pub const ALL: &[Library] = &[
    // Built without optimisation, as tests are.
    Library { name: "the zip crate", takes_large: false, ..FAST },
    Library { name: "Python's zipfile", command: &["python3", "python.py"], ..FAST },
    Library { name: "Java's ZipFile", command: &["java", "Java.java", "file"], ..FAST },
    Library {
        name: "Java's ZipInputStream",
        command: &["java", "Java.java", "stream"],
        is_stream: true,
        ..FAST
    },
    // These hold the whole archive in memory.
    Library { name: "JSZip", command: &["node", "jszip.mjs"], takes_large: false, ..FAST },
    Library { name: "yauzl", command: &["node", "yauzl.mjs"], takes_large: false, ..FAST },
    Library { name: "fflate", command: &["node", "fflate.mjs"], takes_large: false, ..FAST },
    // Its streams cost more than half a millisecond an entry.
    Library { name: "zip.js", command: &["node", "zipjs.mjs"], takes_many: false, ..FAST },
];

impl Library {
    /// The files that it finds, in the order in which it lists them.
    pub fn read(&self, archive: &Path) -> Vec<File> {
        match self.command.split_first() {
            None => contents::files(BufReader::new(fs::File::open(archive).unwrap())).unwrap(),
            Some((program, arguments)) => self.read_by_script(program, arguments, archive),
        }
    }

    /// The number of entries that it finds without reading them: for those that do not `takes_many`.
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
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("readers").join(script);
        let output =
            Command::new(program).arg(script).args(rest).args(more).output().unwrap_or_else(|error| {
                panic!("{program}: {error}; `cargo xtask test --only readers` installs it")
            });
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} refused the archive: {complaint}", self.name);
        String::from_utf8(output.stdout).unwrap()
    }
}

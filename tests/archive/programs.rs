//! Programs that unpack archives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Stands for the archive's path in a program's arguments.
const ARCHIVE: &str = "ARCHIVE";

/// A program, and how it is told what to do.
pub struct Program {
    /// What messages call it.
    pub name: &'static str,
    /// The program, and arguments with which it checks each entry's bytes and writes no file.
    test: &'static [&'static str],
    /// The same, to unpack into the folder that it is started in; empty where it can't.
    unpack: &'static [&'static str],
    /// Whether it gets the archive on its standard input, where it can't look ahead.
    is_piped: bool,
}

pub const UNPACKING: &[Program] = &[
    Program {
        name: "unzip",
        test: &["unzip", "-tqq", ARCHIVE],
        unpack: &["unzip", "-qq", ARCHIVE],
        is_piped: false,
    },
    Program {
        name: "7z",
        test: &["7z", "t", "-bso0", ARCHIVE],
        unpack: &["7z", "x", "-bso0", ARCHIVE],
        is_piped: false,
    },
    Program {
        name: "bsdtar",
        test: &["bsdtar", "-xOf", ARCHIVE],
        unpack: &["bsdtar", "-xf", ARCHIVE],
        is_piped: false,
    },
    Program {
        name: "bsdtar on a pipe",
        test: &["bsdtar", "-xOf", "-"],
        unpack: &["bsdtar", "-xf", "-"],
        is_piped: true,
    },
];

/// What a program unpacked, gone when this is.
pub struct Unpacked(TempDir);

impl Unpacked {
    /// Where it is.
    pub fn folder(&self) -> PathBuf {
        self.0.path().join("inside")
    }
}

/// It hands the test on to unzip, after a look of its own at the structure.
const ZIP: Program = Program { name: "zip -T", test: &["zip", "-qT", ARCHIVE], unpack: &[], is_piped: false };

/// Has every program check the archive.
pub fn test_in_all(archive: &Path) {
    UNPACKING.iter().chain([&ZIP]).for_each(|program| program.test(archive));
}

impl Program {
    /// Has it check every entry.
    pub fn test(&self, archive: &Path) {
        let folder = TempDir::new().unwrap();
        self.run(self.test, archive, folder.path());
    }

    /// Unpacks into a new folder, and sees that nothing landed beside it.
    pub fn unpack(&self, archive: &Path) -> Unpacked {
        let unpacked = Unpacked(TempDir::new().unwrap());
        fs::create_dir(unpacked.folder()).unwrap();
        self.run(self.unpack, archive, &unpacked.folder());
        let beside = fs::read_dir(&unpacked.0).unwrap().count();
        assert_eq!(beside, 1, "{} wrote beside the folder it was told to unpack to", self.name);
        unpacked
    }

    fn run(&self, command: &[&str], archive: &Path, folder: &Path) {
        let (program, arguments) = command.split_first().unwrap();
        let mut command = Command::new(program);
        command.current_dir(folder).env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).stdout(Stdio::null());
        for argument in arguments {
            match *argument {
                ARCHIVE => command.arg(archive),
                other => command.arg(other),
            };
        }
        if self.is_piped {
            command.stdin(fs::File::open(archive).unwrap());
        }
        let output = command.stderr(Stdio::piped()).output().unwrap_or_else(|error| {
            panic!("{program}: {error}; `cargo xtask test --only readers` installs it")
        });
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} refused the archive, {}: {said}", self.name, output.status);
        assert_eq!(said, "", "{} complained", self.name);
    }
}

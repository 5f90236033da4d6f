//! Programs that unpack archives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Stands for the archive's path in a program's arguments.
const ARCHIVE: &str = "ARCHIVE";

/// A program and its command lines.
pub struct Program {
    /// Its name in messages.
    pub name: &'static str,
    /// Checks every entry's bytes and writes no file.
    test: &'static [&'static str],
    /// Unpacks into the current folder; empty if the program can't.
    unpack: &'static [&'static str],
    /// Whether it reads the archive from its standard input, where it can't seek.
    is_piped: bool,
}

/// The programs that can unpack.
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

/// Checks the structure itself, and lets unzip check the bytes.
const ZIP: Program = Program { name: "zip -T", test: &["zip", "-qT", ARCHIVE], unpack: &[], is_piped: false };

/// Lets every program check an archive.
pub fn test_in_all(archive: &Path) {
    UNPACKING.iter().chain([&ZIP]).for_each(|program| program.test(archive));
}

/// The files that a program unpacked. Dropping it removes them.
pub struct Unpacked(TempDir);

impl Unpacked {
    /// The folder that they are in.
    pub fn folder(&self) -> PathBuf {
        self.0.path().join("inside")
    }
}

impl Program {
    /// Checks every entry of an archive.
    pub fn test(&self, archive: &Path) {
        self.check(archive).unwrap_or_else(|complaint| panic!("{complaint}"));
    }

    /// Checks every entry of an archive, and returns what is wrong in one sentence.
    ///
    /// # Errors
    ///
    /// The program refuses the archive, prints a warning, or can't be run.
    pub fn check(&self, archive: &Path) -> Result<(), String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        self.run(self.test, archive, folder.path())
    }

    /// Unpacks into a new folder, and checks that nothing was written outside it.
    pub fn unpack(&self, archive: &Path) -> Unpacked {
        let unpacked = Unpacked(TempDir::new().unwrap());
        fs::create_dir(unpacked.folder()).unwrap();
        self.run(self.unpack, archive, &unpacked.folder()).unwrap_or_else(|complaint| panic!("{complaint}"));
        let beside = fs::read_dir(&unpacked.0).unwrap().count();
        assert_eq!(beside, 1, "{} wrote outside the folder that it was to unpack into", self.name);
        unpacked
    }

    fn run(&self, command: &[&str], archive: &Path, folder: &Path) -> Result<(), String> {
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
            command.stdin(fs::File::open(archive).map_err(|error| error.to_string())?);
        }
        let output = command
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| format!("{program}: {error}; `cargo xtask test --only readers` installs it"))?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{} refused the archive, {}: {complaint}", self.name, output.status));
        }
        if !complaint.is_empty() {
            return Err(format!("{} complained about the archive: {complaint}", self.name));
        }
        Ok(())
    }
}

//! Archives and exports in other people's programs. They are made natively, with the crate's own names and
//! framing.
//!
//! - `every_reader_finds_the_same_files`: names, order and bytes, in ASCII and beyond it
//! - `hostile_names_stay_inside_the_folder`: our own and the
//!   Big List of Naughty Strings, in every program that unpacks, on Linux
//! - `an_entry_has_the_time_of_its_image`, `an_image_without_a_time_has_the_earliest_dos_time`
//! - `the_count_of_entries_passes_into_zip64`: 65,534, 65,535 and 65,536
//! - `sizes_and_offsets_pass_4_gib`: a hole on disk, with its true CRC-32
//! - `a_flipped_bit_is_found`: each reader refuses a damaged archive
//! - `exports`: lists for aria2 and img2dataset in these programs, on the demo server
//!
//! `cargo xtask test --only readers` installs them. Archives that a browser has saved go through the
//! same readers in the tests of the page and of the package.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

mod build;
mod exports;
#[path = "../text/mod.rs"]
mod text;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use build::{Content, Image, build};
use fetchzip::image::Format;
use support::archive::hostile::{HOSTILE, LINES};
use support::archive::programs::{UNPACKING, test_in_all};
use support::archive::{check_in_every_reader, libraries};

/// 2024-02-29T12:34:56Z.
const LEAP_DAY: i64 = 1_709_210_096;

#[test]
fn every_reader_finds_the_same_files() {
    let archive = build(&[
        Image::new("https://a.example/photo.jpg", b"a photograph"),
        Image::new("https://a.example/%E6%97%A5%E6%9C%AC.jpg", b"\0\xFF\n\r"),
        Image { modified: Some(LEAP_DAY), ..Image::new("https://a.example/Caf%C3%A9", b"x") },
        Image { format: Format::Png, ..Image::new("https://b.example/photo.jpg", &[7; 100_000]) },
        Image { modified: Some(-5), ..Image::new("https://a.example/%F0%9F%90%88.jpg", b"before 1970") },
        Image::new("https://a.example/PHOTO.jpg", b"namesake"),
    ]);
    let names = ["photo.jpg", "日本.jpg", "Café.jpg", "photo.png", "🐈.jpg", "PHOTO (2).jpg"];
    assert_eq!(archive.names(), names);
    check_in_every_reader(&archive.path(), &archive.files);
}

#[test]
fn hostile_names_stay_inside_the_folder() {
    let given = |(index, name): (usize, &&str)| Image {
        name: Some((*name).to_owned()),
        ..Image::new(&format!("https://a.example/{index}"), name.as_bytes())
    };
    let images: Vec<_> =
        HOSTILE.iter().chain(LINES).chain(naughty_strings::BLNS).enumerate().map(given).collect();
    let archive = build(&images);
    check_in_every_reader(&archive.path(), &archive.files);
}

#[test]
fn an_entry_has_the_time_of_its_image() {
    let archive =
        build(&[Image { modified: Some(LEAP_DAY), ..Image::new("https://a.example/leap.jpg", b"x") }]);
    // The extended timestamp is in UTC. 7z and Python read DOS time, which has no zone.
    for program in UNPACKING.iter().filter(|program| program.name != "7z") {
        let unpacked = program.unpack(&archive.path());
        let modified = fs::metadata(unpacked.folder().join("leap.jpg")).unwrap().modified().unwrap();
        assert_eq!(
            modified,
            SystemTime::UNIX_EPOCH + Duration::from_secs(LEAP_DAY as u64),
            "{}",
            program.name
        );
    }
    assert_eq!(python_time(&archive.path()), "(2024, 2, 29, 12, 34, 56)");
}

#[test]
fn an_image_without_a_time_has_the_earliest_dos_time() {
    let archive = build(&[Image::new("https://a.example/x.jpg", b"x")]);
    assert_eq!(python_time(&archive.path()), "(1980, 1, 1, 0, 0, 0)");
}

fn python_time(archive: &Path) -> String {
    let script = "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).infolist()[0].date_time)";
    let output = Command::new("python3").args(["-c", script]).arg(archive).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_count_of_entries_passes_into_zip64() {
    for count in [65_534_usize, 65_535, 65_536] {
        let images: Vec<_> = (0..count)
            .map(|number| Image::new(&format!("https://a.example/{number}.jpg"), &number.to_le_bytes()))
            .collect();
        let archive = build(&images);
        test_in_all(&archive.path());
        for library in libraries::ALL {
            if !library.takes_many {
                assert_eq!(library.count(&archive.path()), count, "{} miscounted", library.name);
                continue;
            }
            // `assert_eq` would print them all.
            let found = library.read(&archive.path());
            assert_eq!(found.len(), count, "{} miscounted", library.name);
            assert!(found == archive.files, "{} read something else at {count} entries", library.name);
        }
    }
}

#[test]
fn sizes_and_offsets_pass_4_gib() {
    let large = Image { content: Content::FourGibOfZeros, ..Image::new("https://a.example/large.bmp", b"") };
    let archive =
        build(&[Image { format: Format::Bmp, ..large }, Image::new("https://a.example/after.jpg", b"x")]);
    // All but `zip -T`, which runs unzip again.
    UNPACKING.iter().for_each(|program| program.test(&archive.path()));
    for library in libraries::ALL.iter().filter(|library| library.takes_large) {
        assert_eq!(library.read(&archive.path()), archive.files, "{}", library.name);
    }
}

/// Shows that the other tests can fail: each reader refuses a damaged archive.
#[test]
fn a_flipped_bit_is_found() {
    let archive = build(&[Image::new("https://a.example/photo.jpg", b"a photograph")]);
    let mut bytes = fs::read(archive.path()).unwrap();
    let at = bytes.windows(12).position(|window| window == b"a photograph").unwrap();
    bytes[at] ^= 1;
    fs::write(archive.path(), bytes).unwrap();
    let refuses = |check: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err();
    for program in UNPACKING {
        assert!(refuses(&|| program.test(&archive.path())), "{} accepted it", program.name);
    }
    for library in libraries::ALL {
        let differs = || assert_eq!(library.read(&archive.path()), archive.files);
        assert!(refuses(&differs), "{} accepted it", library.name);
    }
}

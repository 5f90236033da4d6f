//! The examples: lists as files, each with the file that says what must come out.
//!
//! `NAME.expected` belongs to `NAME.*`. It begins with how the list is to be read, if not by its content
//! alone, on lines such as `? page=https://a.example/`. The next line says what the list is understood to be,
//! and each line after it is an address, with other addresses of its image after `or`, and with its name and
//! title if the list gives them; or, after `-`, the number of a line that can't be read and the reason.

#![allow(dead_code, reason = "each test target uses a part of it")]

use std::fs;
use std::path::Path;

use fetchzip::plan::{Choice, FileKind, Form};

/// A list and what must come out of it.
pub struct Example {
    pub name: String,
    pub file: std::path::PathBuf,
    pub bytes: Vec<u8>,
    pub choice: Choice,
    pub expected: String,
    /// Whether it is read line by line, so that the ends of its lines can be replaced.
    pub has_lines: bool,
}

impl Example {
    /// The addresses that must be asked for if no image can be had, in order.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let lines = self.expected.lines().skip(1).filter(|line| !line.starts_with("- "));
        lines.flat_map(|line| {
            let mut words = line.split(' ');
            let first = words.next().unwrap();
            let mut before = first;
            let others = words.filter(move |word| std::mem::replace(&mut before, word) == "or");
            std::iter::once(first).chain(others)
        })
    }
}

/// All examples, by name.
pub fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lists/examples");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "expected"));
    files.into_iter().map(example).collect()
}

fn example(file: std::path::PathBuf) -> Example {
    let text = fs::read_to_string(file.with_extension("expected"))
        .unwrap_or_else(|error| panic!("beside {}: {error}", file.display()));
    let mut choice = Choice::default();
    let mut expected = text.as_str();
    while let Some((option, rest)) = expected.strip_prefix("? ").and_then(|text| text.split_once('\n')) {
        let (name, value) = option.split_once('=').unwrap();
        match name {
            "page" => choice.page = value.to_owned(),
            "form" => choice.form = Form::ALL.into_iter().find(|form| form.title() == value),
            "columns" => choice.columns = value.split(',').map(|number| number.parse().unwrap()).collect(),
            "ranges" => choice.keeps_ranges = value == "off",
            "only-failed" => choice.only_failed = value == "on",
            other => panic!("{}: {other}", file.display()),
        }
        expected = rest;
    }
    let bytes = fs::read(&file).unwrap();
    let first = expected.lines().next().unwrap().to_owned();
    let has_lines =
        ["Text", "CSV", "JSON Lines", "Markdown", "BBCode"].iter().any(|form| first.starts_with(form));
    Example {
        name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
        // A quoted value may have a line of its own.
        has_lines: has_lines && std::str::from_utf8(&bytes).is_ok(),
        file,
        bytes,
        choice,
        expected: expected.to_owned(),
    }
}

/// The text of a file, as the page decodes it.
pub fn decoded(bytes: &[u8]) -> String {
    let FileKind::Text(label) = FileKind::of(bytes) else { panic!("a file that is no text") };
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    encoding.decode(bytes).0.into_owned()
}

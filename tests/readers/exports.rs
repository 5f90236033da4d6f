//! Lists for other programs, fetched by these programs from the demo server with the commands that the page
//! shows.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use fetchzip::plan::{NameTemplate, Plan, Request};
use fetchzip::report::{Program, ProgramInput, ProgramList};
use serde_json::Value;
use support::origin::Origin;
use tempfile::TempDir;

use crate::text::CrateText;

/// Paths on the demo server with the names that the list wants, which a program could misread, and titles.
const ITEMS: [(&str, &str, &str); 12] = [
    ("/image/1/64x48.jpg", "animals/a cat.jpg", "a \"cat\", sitting;\non a mat"),
    ("/image/2/64x48.png", "日本/猫.png", "猫"),
    ("/image/3/64x48.gif", "Cat.gif", "007"),
    ("/image/4/64x48.webp", "cat.gif", ""),
    ("/image/5/64x48.jpg?x={a,b}&y=[1-3]&z=%5B", "${HOME}/home.jpg", "=1+1"),
    ("/image/6/64x48.jpg?a=1&b='2';c|d", "~/it's.jpg", "<b>bold</b>"),
    ("/image/7/64x48.jpg#part", "a=b;c,d.jpg", "\tspaces  "),
    ("/image/8/64x48.jpg", "100%20.jpg", "null"),
    ("/image/9/64x48.jpg", "#9 [x] {y}.jpg", "true"),
    ("/image/10/64x48.jpg", "", ""),
    ("/image/11/64x48.jpg", "", "2024-01-02 in Rome"),
    ("/image/12/64x48.jpg", "-dash.jpg", "C:\\x"),
];

#[test]
fn aria2_fetches_each_image_to_its_name() {
    let origin = origin();
    let input = exported(Program::Aria2, &origin, ITEMS.map(|(_, _, title)| title));
    let folder = run_command(&input, Program::Aria2, 0, |_| {});
    let names: Vec<_> = input.text.lines().filter_map(|line| line.strip_prefix("  out=")).collect();
    let expected: BTreeMap<_, _> = names
        .iter()
        .zip(&ITEMS)
        .map(|(name, (path, ..))| (PathBuf::from(name), origin.get(path.split('#').next().unwrap())))
        .collect();
    assert_eq!(expected.len(), ITEMS.len(), "each name once: {names:?}");
    let fetched = files(&folder.path().join("images"));
    assert_eq!(fetched.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert!(fetched == expected, "other bytes");
}

#[test]
fn img2dataset_fetches_each_image_with_its_caption() {
    if !has_img2dataset("img2dataset_fetches_each_image_with_its_caption") {
        return;
    }
    let origin = origin();
    let titles = ITEMS.map(|(_, _, title)| title);
    let input = exported(Program::Img2dataset, &origin, titles);
    check_data_set(&run_command(&input, Program::Img2dataset, 0, |_| {}), &input, &titles);
}

/// The titles are dates, of which img2dataset would write none.
#[test]
fn img2dataset_fetches_each_image_on_pyspark() {
    if !has_img2dataset("img2dataset_fetches_each_image_on_pyspark") {
        return;
    }
    let origin = origin();
    let titles = ["2024-01-02"; ITEMS.len()];
    let input = exported(Program::Img2dataset, &origin, titles);
    let folder = run_command(&input, Program::Img2dataset, 1, |command| {
        // The name of the machine may have no address.
        command.env("SPARK_LOCAL_IP", "127.0.0.1");
    });
    check_data_set(&folder, &input, &["2024-01-02 "; ITEMS.len()]);
}

/// Whether img2dataset could be installed; otherwise the test is counted as skipped.
fn has_img2dataset(test: &str) -> bool {
    let Some(reason) = env::var_os("FETCHZIP_NO_IMG2DATASET") else { return true };
    // Past libtest, which shows nothing of a test that passes.
    let line = format!("skipped: exports::{test}: {}\n", reason.to_string_lossy());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    false
}

fn origin() -> Origin {
    let program = env::var_os("FETCHZIP_ORIGIN_PROGRAM").expect("`cargo xtask test --only readers` sets it");
    Origin::start(Path::new(&program), None).unwrap()
}

/// The items as an export, with these titles.
fn exported(program: Program, origin: &Origin, titles: [&str; ITEMS.len()]) -> ProgramInput {
    let request = |((path, name, _), title): (&(&str, &str, &str), &str)| Request {
        name: (!name.is_empty()).then(|| (*name).to_owned()),
        title: Some(title.to_owned()),
        ..Request::new(origin.url(path))
    };
    let plan = Plan::new(ITEMS.iter().zip(titles).map(request), &CrateText);
    let template = NameTemplate::default();
    let mut list = ProgramList::new(program, &plan, &template, &[], &CrateText);
    (0..plan.len()).for_each(|item| list.push(item));
    list.finish()
}

/// Runs one of an export's commands in a folder of its own that has the file.
fn run_command(
    input: &ProgramInput,
    program: Program,
    number: usize,
    prepare: impl FnOnce(&mut Command),
) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(program.file_name()), &input.text).unwrap();
    let line = &input.commands[number].line;
    let mut command = Command::new("sh");
    // No file of the user's has a say.
    command.args(["-c", line]).current_dir(folder.path()).env("HOME", folder.path().join("home"));
    if program == Program::Img2dataset {
        let programs = env::var_os("FETCHZIP_IMG2DATASET")
            .expect("`cargo xtask test --only readers` installs img2dataset and sets it");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([programs.into()].into_iter().chain(env::split_paths(&path))).unwrap();
        // Otherwise one of its packages looks for a newer version of itself.
        command.env("PATH", path).env("NO_ALBUMENTATIONS_UPDATE", "1");
    }
    prepare(&mut command);
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{line}\n{}", printed.concat());
    // For a test that fails afterwards.
    println!("{line}\n{}", printed.concat());
    folder
}

/// Checks that a data set has every image, with its address, its name and this caption.
fn check_data_set(folder: &TempDir, input: &ProgramInput, captions: &[&str]) {
    let data_set = folder.path().join("dataset");
    let statistics: Value =
        serde_json::from_slice(&fs::read(data_set.join("00000_stats.json")).unwrap()).unwrap();
    assert_eq!(statistics["successes"], ITEMS.len(), "{statistics}");
    let unpacked = TempDir::new().unwrap();
    let mut bsdtar = Command::new("bsdtar");
    bsdtar.arg("-xf").arg(data_set.join("00000.tar")).current_dir(unpacked.path());
    assert!(bsdtar.status().unwrap().success());
    let files = files(unpacked.path());
    let rows: Vec<Value> = input.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (number, (row, caption)) in rows.iter().zip(captions).enumerate() {
        let key = PathBuf::from(format!("{number:08}"));
        let file = |extension: &str| &files[&key.with_extension(extension)];
        assert!(file("jpg").starts_with(&[0xFF, 0xD8]), "{row}");
        assert_eq!(String::from_utf8_lossy(file("txt")), *caption);
        let record: Value = serde_json::from_slice(file("json")).unwrap();
        for column in ["url", "name"] {
            assert_eq!(record[column], row[column]);
        }
    }
    assert_eq!(files.len(), 3 * ITEMS.len());
}

/// The files in a folder and in those inside it, by their paths from there.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

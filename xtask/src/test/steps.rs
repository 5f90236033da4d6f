//! The steps of `cargo xtask test`, in the order in which they run: what breaks soonest first.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use super::bench::Bench;
use super::drivers::{Browser, Driver, browser_program, driver_program};
use super::tally::Tally;
use crate::error::Result;
use crate::page::Build;
use crate::setup::apt::{self, Package};
use crate::setup::npm;
use crate::setup::tools::{Tool, Toolbox};
use crate::{package, process, size, workspace};

/// One step.
pub struct Step {
    /// As `--only` takes it.
    pub name: &'static str,
    /// What it checks.
    pub about: &'static str,
    /// Tools that it needs.
    pub tools: &'static [Tool],
    /// Packages of the distribution that it needs.
    pub packages: &'static [&'static [Package]],
    /// Whether it compiles to wasm.
    pub wasm: bool,
    /// Runs it. An error counts as one failed test.
    pub run: fn(&mut Bench) -> Result<Tally>,
}

/// A step that needs nothing but Rust; what the others are described in contrast to.
const PLAIN: Step =
    Step { name: "", about: "", tools: &[], packages: &[], wasm: false, run: |_| Ok(Tally::default()) };

/// What the steps take that look at the built page.
const PAGE_TOOLS: &[Tool] = Build::Release.tools();

/// Other people's zip readers, and what runs them.
const READERS: &[Package] =
    &[apt::UNZIP, apt::ZIP, apt::SEVEN_ZIP, apt::BSDTAR, apt::PYTHON, apt::JAVA, apt::NODE, apt::NPM];

/// All steps.
pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the formatting",
        run: |_| whole(&mut workspace::cargo(["fmt", "--all", "--check"])),
        ..PLAIN
    },
    Step {
        name: "clippy",
        about: "clippy, natively and for wasm, as package, as page and as both",
        wasm: true,
        run: clippy,
        ..PLAIN
    },
    Step { name: "doc", about: "the documentation, natively and for wasm", wasm: true, run: doc, ..PLAIN },
    Step {
        name: "native",
        about: "the tests of all that is pure",
        run: |_| counted(&mut workspace::cargo(["test", "--workspace", "--no-fail-fast"])),
        ..PLAIN
    },
    Step {
        name: "wasm-chromium",
        about: "wasm-pack test in Chromium, against the demo image server",
        tools: &[Tool::WasmBindgen, Tool::WasmPack],
        packages: &[&[apt::CHROMIUM, apt::CHROMEDRIVER]],
        wasm: true,
        run: |bench| wasm(bench, Browser::Chromium),
    },
    Step {
        name: "wasm-firefox",
        about: "wasm-pack test in Firefox, against the demo image server",
        tools: &[Tool::WasmBindgen, Tool::WasmPack, Tool::Geckodriver],
        packages: &[&[apt::FIREFOX]],
        wasm: true,
        run: |bench| wasm(bench, Browser::Firefox),
    },
    Step {
        name: "package",
        about: "the npm package can be built",
        tools: package::TOOLS,
        wasm: true,
        run: |bench| bench.package().map(|_| Tally::whole(true)),
        ..PLAIN
    },
    Step {
        name: "size",
        about: "package and page are within the budgets of docs/budgets.toml",
        tools: PAGE_TOOLS,
        wasm: true,
        run: size,
        ..PLAIN
    },
    Step {
        name: "page-chromium",
        about: "the page and the package over WebDriver, in Chromium",
        tools: PAGE_TOOLS,
        packages: &[&[apt::CHROMIUM, apt::CHROMEDRIVER], READERS],
        wasm: true,
        run: |bench| page(bench, Browser::Chromium),
    },
    Step {
        name: "page-firefox",
        about: "the page and the package over WebDriver, in Firefox",
        tools: &[Tool::WasmOpt, Tool::Esbuild, Tool::WasmBindgen, Tool::Trunk, Tool::Geckodriver],
        packages: &[&[apt::FIREFOX], READERS],
        wasm: true,
        run: |bench| page(bench, Browser::Firefox),
    },
    Step {
        name: "page-webkit",
        about: "the page and the package over WebDriver, in WebKit",
        tools: PAGE_TOOLS,
        packages: &[&[apt::WEBKIT, apt::XVFB], READERS],
        wasm: true,
        run: |bench| page(bench, Browser::WebKit),
    },
    Step {
        name: "readers",
        about: "the archive in other people's readers",
        packages: &[READERS],
        run: |_| readers(),
        ..PLAIN
    },
];

fn clippy(_: &mut Bench) -> Result<Tally> {
    let mut tally = Tally::default();
    let native: &[&str] = &["--workspace", "--all-targets"];
    // Not among all targets, since `cargo test` alone can't run them.
    let driven: &[&str] =
        &["--package=fetchzip", "--test=api", "--test=faults", "--test=page", "--test=readers"];
    let wasm: &[&str] = &["--package=fetchzip", "--tests", "--target", workspace::WASM];
    let both: &[&str] = &[];
    let api: &[&str] = &["--no-default-features", "--features=api"];
    let page: &[&str] = &["--no-default-features", "--features=page"];
    for (what, features) in [(native, both), (driven, both), (wasm, both), (wasm, api), (wasm, page)] {
        let mut clippy = workspace::cargo(["clippy"]);
        clippy.args(what).args(features).args(["--", "-D", "warnings"]);
        tally += whole(&mut clippy)?;
    }
    Ok(tally)
}

fn doc(_: &mut Bench) -> Result<Tally> {
    let mut tally = Tally::default();
    let native: &[&str] = &["--workspace"];
    let wasm: &[&str] = &["--package=fetchzip", "--target", workspace::WASM];
    for what in [native, wasm] {
        let mut doc = workspace::cargo(["doc", "--no-deps", "--document-private-items"]);
        tally += whole(doc.args(what).env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(tally)
}

fn wasm(bench: &mut Bench, browser: Browser) -> Result<Tally> {
    let toolbox = Toolbox::found(&[Tool::WasmBindgen, Tool::WasmPack])?;
    let origin = bench.origin()?;
    let (flag, driver_flag) = match browser {
        Browser::Firefox => ("--firefox", "--geckodriver"),
        Browser::Chromium | Browser::WebKit => ("--chrome", "--chromedriver"),
    };
    let mut tests = toolbox.command(Tool::WasmPack)?;
    tests
        .args(["test", "--headless", "--mode=no-install", flag, driver_flag])
        .arg(driver_program(browser)?)
        // Read by the tests when they are compiled: a page has no environment.
        .env("FETCHZIP_ORIGIN", &origin.http)
        .env("FETCHZIP_CROSS_ORIGIN", &origin.cross)
        // Seconds for a whole file of tests; 20 otherwise.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
        // As plain hosts serve a page.
        .env("WASM_BINDGEN_TEST_NO_ORIGIN_ISOLATION", "1")
        // With it set, `--chrome` runs Firefox.
        .env_remove("GECKODRIVER");
    counted(&mut tests)
}

/// Tests over WebDriver. They run side by side, each file of them with a driver and a browser of its
/// own: most of their time they wait.
const DRIVEN: [&str; 3] = ["page", "api", "faults"];

fn page(bench: &mut Bench, browser: Browser) -> Result<Tally> {
    let environment: [(&str, PathBuf); 5] = [
        ("FETCHZIP_DIST", bench.page()?),
        ("FETCHZIP_PKG", bench.package()?),
        ("FETCHZIP_NODE_MODULES", npm::test_packages()?),
        ("FETCHZIP_ORIGIN_PROGRAM", bench.origin_program()?),
        ("FETCHZIP_BROWSER_BINARY", browser_program(browser)?),
    ];
    process::run(driven_tests().args(DRIVEN.map(|name| format!("--test={name}"))).arg("--no-run"))?;
    let run = |name: &str| {
        let driver = Driver::start(browser, name)?;
        let mut tests = driven_tests();
        tests
            .arg(format!("--test={name}"))
            .envs(environment.iter().map(|(name, path)| (name, path)))
            .env("FETCHZIP_BROWSER", browser.id())
            .env("FETCHZIP_DOWNLOADS", &driver.home)
            .env("FETCHZIP_WEBDRIVER", &driver.address);
        counted(&mut tests)
    };
    thread::scope(|scope| {
        let runs = DRIVEN.map(|name| scope.spawn(move || run(name)));
        let mut tally = Tally::default();
        for run in runs {
            tally += run.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        }
        Ok(tally)
    })
}

fn driven_tests() -> Command {
    workspace::cargo(["test", "--package=fetchzip"])
}

fn size(bench: &mut Bench) -> Result<Tally> {
    bench.package()?;
    bench.page()?;
    Ok(Tally::whole(size::fits()?))
}

fn readers() -> Result<Tally> {
    npm::test_packages()?;
    counted(&mut workspace::cargo(["test", "--package=fetchzip", "--test=readers", "--no-fail-fast"]))
}

/// Runs what passes or fails as a whole.
fn whole(command: &mut Command) -> Result<Tally> {
    let status = process::run_watched(command, |_| {})?;
    Ok(Tally::whole(status.success()))
}

/// Runs tests and counts them.
fn counted(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let status = process::run_watched(command, |line| tally.count(line))?;
    tally.end(status.success());
    Ok(tally)
}

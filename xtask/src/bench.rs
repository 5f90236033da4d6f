//! The benchmark: sets up and builds what it needs, and runs its program, `tests/bench`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use bench_options::Command;
use fs_err as fs;
use support::BrowserKind;

use crate::bindgen::Extras;
use crate::page::{self, Build};
use crate::setup::apt::{self, Package};
use crate::setup::tools;
use crate::setup::{npm, rust};
use crate::test::drivers::{self, Driver};
use crate::{package, process, workspace};

/// The programs that check archives, and those that install the peers.
const READERS: &[Package] = &[apt::UNZIP, apt::SEVEN_ZIP, apt::NODE, apt::NPM];

/// `cargo xtask bench [WORKLOAD…] [OPTION…]`.
pub fn run(arguments: &[String]) -> Result<()> {
    let command = bench_options::parse(arguments)?;
    let is_load = command == Command::Load;
    let (browsers, is_crc) = match command {
        Command::Help => {
            print!("{}", bench_options::USAGE);
            return Ok(());
        }
        Command::Workloads(options) => (options.browsers, false),
        Command::Crc(browsers) => (browsers, true),
        Command::Soak { browsers, .. } => (browsers, false),
        Command::Load => (vec![BrowserKind::Chromium], false),
    };
    process::adopt_strays();
    set_up(&browsers)?;
    match is_load {
        true => page::build(Build::Release)?,
        false => package::build()?,
    }
    let programs = build()?;

    let output = workspace::target().join("bench");
    fs::create_dir_all(&output)?;
    let mut bench = workspace::command(programs.join("bench"));
    bench
        .args(arguments)
        .env("FETCHZIP_DIST", workspace::dist())
        .env("FETCHZIP_PKG", workspace::pkg())
        .env("FETCHZIP_NODE_MODULES", npm::test_packages()?)
        .env("FETCHZIP_ORIGIN_PROGRAM", programs.join("origin"))
        .env("FETCHZIP_BENCH_OUTPUT", &output)
        .env("FETCHZIP_VERSION", workspace::VERSION);
    if is_crc {
        bench.env("FETCHZIP_BENCH_CRC", crc()?);
    }
    let mut running = Vec::new();
    for browser in browsers {
        let driver = Driver::start(browser, "bench")?;
        let name = |what: &str| format!("FETCHZIP_{what}_{}", browser.id().to_uppercase());
        bench
            .env(name("BROWSER"), drivers::browser_program(browser)?)
            .env(name("WEBDRIVER"), &driver.address);
        running.push(driver);
    }
    let result = process::run(&mut bench);
    drop(running);
    process::end_strays();
    result
}

fn set_up(browsers: &[BrowserKind]) -> Result<()> {
    let mut packages = READERS.to_vec();
    let mut programs = package::TOOLS.to_vec();
    for browser in browsers {
        match browser {
            BrowserKind::Firefox => {
                packages.push(apt::FIREFOX);
                programs.push(tools::GECKODRIVER);
            }
            _ => packages.extend([apt::CHROMIUM, apt::CHROMEDRIVER]),
        }
    }
    apt::ready(&packages)?;
    rust::wasm_target()?;
    tools::ready(&programs)
}

/// Builds the benchmark's program and the demo image server, optimised, and returns their folder.
fn build() -> Result<PathBuf> {
    let start = Instant::now();
    eprintln!("building the benchmark and the demo image server");
    process::run(&mut workspace::cargo([
        "build",
        "--profile=native",
        "--package=bench",
        "--package=origin",
    ]))?;
    eprintln!("built both in {:.1} s", start.elapsed().as_secs_f64());
    Ok(workspace::target().join("native"))
}

/// Builds the wasm of `bench crc` as the package is built, and returns its folder.
fn crc() -> Result<PathBuf> {
    let start = Instant::now();
    eprintln!("building the wasm of CRC-32");
    let out = workspace::target().join("bench/crc");
    package::module("bench-crc", &[], "bench_crc", Extras::default(), &out)?;
    let wasm = out.join("bench_crc_bg.wasm");
    let mut optimise = workspace::command("wasm-opt");
    process::run(optimise.arg("-Oz").arg(&wasm).arg("-o").arg(&wasm))?;
    eprintln!("built it in {:.1} s", start.elapsed().as_secs_f64());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_workload_is_refused_before_anything_is_built() {
        let error = run(&["few-big".to_owned()]).unwrap_err();
        assert!(error.is::<lexopt::Error>(), "{error:?}");
        assert!(error.to_string().contains("few-large"), "{error}");
    }
}

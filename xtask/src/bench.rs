//! The benchmark: sets up and builds what it needs, and runs its program, `tests/bench`.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

// One file for both: a command line is refused before anything is installed or built.
#[path = "../../tests/bench/src/command_line.rs"]
#[allow(dead_code, reason = "the program reads the rest of it")]
mod command_line;

use command_line::Command;

use crate::error::{Error, Result};
use crate::setup::apt::{self, Package};
use crate::setup::cache::remove_dir;
use crate::setup::tools;
use crate::setup::{npm, rust};
use crate::test::drivers::{self, Driver};
use crate::{package, process, workspace};

/// What checks the archives, besides the program itself, and what brings the peers.
const READERS: &[Package] = &[apt::UNZIP, apt::SEVEN_ZIP, apt::NODE, apt::NPM];

/// `cargo xtask bench [WORKLOAD…] [OPTION…]`.
pub fn run(arguments: &[String]) -> Result<()> {
    let (browsers, is_crc) = match command_line::parse(arguments) {
        Err(error) => return Err(Error::Usage(error.to_string())),
        Ok(Command::Help) => {
            print!("{}", command_line::USAGE);
            return Ok(());
        }
        Ok(Command::Workloads(options)) => (options.browsers, false),
        Ok(Command::Crc(browsers)) => (browsers, true),
        Ok(Command::Soak(browsers)) => (browsers, false),
    };
    let browsers: Vec<_> = browsers.into_iter().map(known).collect();
    process::adopt_strays();
    set_up(&browsers)?;
    package::build()?;
    let programs = build()?;

    let output = workspace::target().join("bench");
    fs::create_dir_all(&output).map_err(Error::io("make", &output))?;
    let mut bench = workspace::command(programs.join("bench"));
    bench
        .args(arguments)
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
        let name = |what: &str| format!("FETCHZIP_{what}_{}", browser.name().to_uppercase());
        bench.env(name("BROWSER"), browser.program()?).env(name("WEBDRIVER"), &driver.address);
        running.push(driver);
    }
    let result = process::run(&mut bench);
    drop(running);
    process::end_strays();
    result
}

/// The browser as drivers have it.
fn known(browser: command_line::Browser) -> drivers::Browser {
    match browser {
        command_line::Browser::Chromium => drivers::Browser::Chromium,
        command_line::Browser::Firefox => drivers::Browser::Firefox,
    }
}

fn set_up(browsers: &[drivers::Browser]) -> Result<()> {
    let mut packages = READERS.to_vec();
    let mut programs = package::TOOLS.to_vec();
    for browser in browsers {
        match browser {
            drivers::Browser::Firefox => {
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

/// Builds the benchmark's program and the demo image server, for speed, and says where they are.
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

/// Builds the wasm of `bench crc`, as the package is built, and says where it is.
fn crc() -> Result<PathBuf> {
    let start = Instant::now();
    eprintln!("building the wasm of CRC-32");
    process::run(&mut workspace::cargo([
        "rustc",
        "--package=bench-crc",
        "--lib",
        // Of this kind alone: cargo optimises across crates only where no rlib is wanted as well.
        "--crate-type=cdylib",
        "--release",
        "--target",
        workspace::WASM,
    ]))?;
    let out = workspace::target().join("bench/crc");
    remove_dir(&out)?;
    let compiled = workspace::target().join(workspace::WASM).join("release/bench_crc.wasm");
    let mut bindgen = workspace::command("wasm-bindgen");
    process::run(bindgen.args(["--target", "web", "--out-dir"]).arg(&out).arg(compiled))?;
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
    fn a_workload_that_is_none_is_refused_before_anything_is_built() {
        let error = run(&["few-big".to_owned()]).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error:?}");
        assert!(error.to_string().contains("few-large"), "{error}");
    }
}

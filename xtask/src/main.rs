//! `cargo xtask`: builds, serves, tests and measures this repository, with nothing installed but cargo.

#[cfg(not(unix))]
compile_error!("cargo xtask runs on Linux and macOS; on Windows use it inside WSL");

mod bench;
mod bindgen;
mod content_names;
mod extension;
mod folder_zip;
mod hosting;
mod integrity;
mod notices;
mod one_file;
mod origin;
mod output;
mod package;
mod page;
mod process;
mod reference;
mod release;
mod serve;
mod setup;
mod shrink;
mod size;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

const HELP: &str = "\
cargo xtask serve [--port N] [--open]    build the page, serve it with the demo image server
cargo xtask test [--only STEP…]          run every check; `test --help` lists the steps
cargo xtask build                        build the release page into dist/, for any static host
cargo xtask bench [WORKLOAD…]            measure speed and memory against plain fetching and other
                                         libraries, in a browser; `bench --help` for more
cargo xtask package                      build the npm package into pkg/
cargo xtask extension                    build the browser extension into dist-extension/
cargo xtask release                      make everything of this version in release/, from a clean checkout
cargo xtask api                          accept a change of the public types that CHANGELOG.md names, and write
                                         docs/api.md
cargo xtask compress [DIRECTORY]         add compressed files and `_headers` to dist/, for hosts that use them
cargo xtask size                         print gzipped sizes of both, against docs/budgets.toml
cargo xtask origin [ARGUMENT…]           run the demo image server alone; `origin --help` for more
cargo xtask integrity [DIRECTORY]        name files after their content; Trunk calls this after a build

What is missing is installed first: tools into your cache directory, browsers and zip readers (for
`test` and `bench`) with apt-get.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            if let Some(wrong_command_line) = error.downcast_ref::<lexopt::Error>() {
                eprintln!("cargo xtask: {wrong_command_line}");
                return ExitCode::from(2);
            }
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    process::end_children_on_signals()?;
    let (command, rest) = match arguments.split_first() {
        None => ("--help", arguments),
        Some((command, rest)) => (command.as_str(), rest),
    };
    if let ("api" | "build" | "extension" | "package" | "release" | "size", Some(extra)) =
        (command, rest.first())
    {
        return usage(format!("`{command}` takes no arguments, not even `{extra}`"));
    }
    match command {
        "serve" => serve::run(rest)?,
        "test" => return test::run(rest),
        "build" => page::build(page::Build::Release)?,
        "bench" => bench::run(rest)?,
        "extension" => extension::build()?,
        "package" => package::build()?,
        "release" => release::run()?,
        "api" => {
            release::accept_api()?;
            reference::write()?;
        }
        "compress" => hosting::run(rest)?,
        "size" => return size::run(),
        "origin" => origin::run(rest)?,
        "integrity" => integrity::run(rest)?,
        "help" | "-h" | "--help" => print!("{HELP}"),
        unknown => {
            return usage(format!(
                "there is no command `{unknown}`; `cargo xtask --help` lists the commands"
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The error for a wrong command line.
fn usage<T>(sentence: String) -> Result<T> {
    Err(lexopt::Error::from(sentence).into())
}

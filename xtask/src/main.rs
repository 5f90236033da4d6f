//! `cargo xtask`: everything that is done to this repository, from nothing but cargo.

#[cfg(not(unix))]
compile_error!("cargo xtask runs on Linux and macOS; on Windows use it inside WSL");

mod bench;
mod error;
mod origin;
mod package;
mod page;
mod process;
mod seal;
mod serve;
mod setup;
mod shrink;
mod size;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use error::{Error, Result};

const HELP: &str = "\
cargo xtask serve [--port N] [--open]    build the page, serve it with the demo image server
cargo xtask test [--only STEP…]          every check there is; `test --help` lists the steps
cargo xtask build                        the release page into dist/, for any static host
cargo xtask bench [WORKLOAD…]            speed and memory against plain fetching and the peers, in a
                                         browser; `bench crc` for CRC-32; `bench --help` for more
cargo xtask package                      the npm package into pkg/
cargo xtask size                         gzipped sizes of both, against docs/budgets.toml
cargo xtask origin [ARGUMENT…]           the demo image server alone; `origin --help` for its own
cargo xtask seal                         Trunk's hook: fills in integrity hashes after a build

What is missing is installed on the way: tools into the user's cache directory, browsers
and zip readers (for `test` and `bench`) with apt-get.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cargo xtask: {error}");
            error.exit_code()
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    process::end_children_on_signals()?;
    let (command, rest) = match arguments.split_first() {
        None => ("--help", arguments),
        Some((command, rest)) => (command.as_str(), rest),
    };
    match command {
        "serve" => serve::run(rest)?,
        "test" => return test::run(rest),
        "build" => page::run(rest)?,
        "bench" => bench::run(rest)?,
        "package" => package::run(rest)?,
        "size" => return size::run(rest),
        "origin" => origin::run(rest)?,
        "seal" => seal::run(rest)?,
        "help" | "-h" | "--help" => print!("{HELP}"),
        unknown => {
            return Err(Error::Usage(format!(
                "there is no command `{unknown}`; the commands are serve, test, build, bench, \
                 package, size and origin"
            )));
        }
    }
    Ok(ExitCode::SUCCESS)
}

//! Parts of a Rust installation that a minimal one lacks.
//!
//! A `rust-toolchain.toml` does not help: rustup 1.29 ignores its list of targets if the toolchain is
//! installed already, and a cargo from elsewhere ignores the whole file.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{announced, missing};
use crate::{process, workspace};

/// The standard library for wasm.
pub fn wasm_target() -> Result<()> {
    let sysroot = process::read(workspace::command("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(workspace::WASM);
    if library.join("lib").is_dir() {
        return Ok(());
    }
    let what = format!("rust's target {}", workspace::WASM);
    rustup(&what, &["target", "add", workspace::WASM])
}

/// `cargo fmt` or `cargo clippy`.
pub fn component(subcommand: &str) -> Result<()> {
    if process::succeeds(&mut workspace::cargo([subcommand, "--version"])) {
        return Ok(());
    }
    let component = match subcommand {
        "fmt" => "rustfmt",
        other => other,
    };
    let what = format!("`cargo {subcommand}`");
    rustup(&what, &["component", "add", component])
}

fn rustup(what: &str, arguments: &[&str]) -> Result<()> {
    if which::which("rustup").is_err() {
        let command = format!("rustup {}", arguments.join(" "));
        let remedy = format!("add it the way this Rust was installed; with rustup that is `{command}`");
        return Err(missing(what, remedy));
    }
    announced(what, "adding it with rustup, a few seconds", || {
        // At the root, so that it is added to the toolchain that builds this repository.
        let mut rustup: Command = workspace::command("rustup");
        process::run(rustup.args(arguments))
    })
}

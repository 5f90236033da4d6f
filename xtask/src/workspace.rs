//! Where things are in this repository, and how its own cargo is called.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::error::{Error, Result};

/// The version in the workspace's `Cargo.toml`, which this crate shares.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The only target that the page and the package are built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The repository's root. Cargo says at run time where this crate is: two clones that share a target
/// directory share this program too.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR");
        let xtask = xtask.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        xtask.parent().map_or_else(|| xtask.clone(), Path::to_owned)
    });
    &ROOT
}

/// The page as `build` leaves it.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The npm package as `package` leaves it.
pub fn pkg() -> PathBuf {
    root().join("pkg")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A program that starts at the root, and whose cargo builds where we look.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", target());
    command
}

/// `cargo SUBCOMMAND…` at the root.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(arguments);
    cargo
}

/// The version of a package that `Cargo.lock` names.
pub fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    version_in(&lock, package)
        .map(str::to_owned)
        .ok_or_else(|| Error::Unexpected(format!("Cargo.lock names no version of {package}")))
}

/// Cargo writes `name` and `version` on neighbouring lines of a `[[package]]` table.
fn version_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.79\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(version_in(lock, "bindgen"), None);
    }
}

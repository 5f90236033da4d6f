//! Where things are in this repository, and how its cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::setup::tools;

/// The version in the workspace's `Cargo.toml`, which this crate shares.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The only target that the page and the package are built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The repository's root. Found at run time, because two clones that share a target directory share
/// this program too.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR");
        let xtask = xtask.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        xtask.parent().map_or_else(|| xtask.clone(), Path::to_owned)
    });
    &ROOT
}

/// The page that `build` makes.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The npm package that `package` makes.
pub fn pkg() -> PathBuf {
    root().join("pkg")
}

/// The browser extension that `extension` makes.
pub fn extension() -> PathBuf {
    root().join("dist-extension")
}

/// Cargo's target directory.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A program that starts at the root, finds the pinned tools first, and whose cargo builds into
/// [`target`].
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", target()).env("PATH", tools::path());
    command
}

/// `cargo SUBCOMMAND…` at the root.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(arguments);
    cargo
}

/// A TOML file of this repository.
pub fn toml(file: &str) -> Result<toml::Table> {
    let text = fs::read_to_string(root().join(file))?;
    text.parse().with_context(|| format!("{file} is not TOML"))
}

/// The address of the public repository, if `Cargo.toml` has one.
pub fn repository() -> Result<Option<String>> {
    let manifest = toml("Cargo.toml")?;
    let metadata = manifest.get("workspace").and_then(|workspace| workspace.get("metadata"));
    let address = metadata.and_then(|metadata| metadata.get("repository")).and_then(toml::Value::as_str);
    Ok(address.filter(|address| !address.is_empty()).map(str::to_owned))
}

/// The version of a package in `Cargo.lock`.
pub fn locked_version(package: &str) -> Result<String> {
    let found = locked(|name, _| name == package)?;
    found
        .and_then(|found| text_of(&found, "version"))
        .with_context(|| format!("Cargo.lock has no version of {package}"))
}

/// The SHA-256 of what the registry has of a package.
pub fn locked_checksum(package: &str, version: &str) -> Result<String> {
    let found = locked(|name, locked| name == package && locked == version)?;
    found
        .and_then(|found| text_of(&found, "checksum"))
        .with_context(|| format!("Cargo.lock has no checksum of {package} {version}"))
}

/// The first package in `Cargo.lock` whose name and version are as wanted.
fn locked(is_wanted: impl Fn(&str, &str) -> bool) -> Result<Option<toml::Value>> {
    let lock = toml("Cargo.lock")?;
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let text = |of: &toml::Value, key| text_of(of, key).unwrap_or_default();
    let mut found = packages.filter(|one| is_wanted(&text(one, "name"), &text(one, "version")));
    Ok(found.next().cloned())
}

fn text_of(of: &toml::Value, key: &str) -> Option<String> {
    of.get(key).and_then(toml::Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_found_by_the_whole_name() {
        // wasm-bindgen-futures and others have names that begin alike.
        assert!(locked_version("wasm-bindgen").unwrap().starts_with("0.2."));
        assert!(locked_version("bindgen").is_err());
    }
}

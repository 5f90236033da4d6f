//! Tools that are not part of a Rust installation. Each has one pinned version, so that a release has
//! the same bytes wherever it is built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::Result;

use super::cache::{self, Lock};
use super::{announced, apt, missing};
use crate::{process, workspace};

/// A tool that can be installed by any user.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The program's name.
    pub program: &'static str,
    registry: Registry,
    /// The name in the registry.
    package: &'static str,
    /// `None` for the version in Cargo.lock.
    version: Option<&'static str>,
    /// How long installing takes, measured on two cores.
    takes: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Registry {
    Crates,
    Npm,
}

/// Builds the page. 0.22 needs a newer rustc than this workspace.
pub const TRUNK: Tool = krate("trunk", "trunk", Some("0.21.14"), "about 4 minutes");
/// Writes the JavaScript half of a wasm module, and contains the runner of wasm tests. It refuses a
/// module that was made with another version of the crate.
pub const WASM_BINDGEN: Tool = krate("wasm-bindgen", "wasm-bindgen-cli", None, "about 80 seconds");
/// Runs wasm tests in a browser.
pub const WASM_PACK: Tool = krate("wasm-pack", "wasm-pack", Some("0.15.1"), "about 70 seconds");
/// WebDriver for Firefox.
pub const GECKODRIVER: Tool = krate("geckodriver", "geckodriver", Some("0.37.1"), "about a minute");
/// Shrinks wasm.
pub const WASM_OPT: Tool = npm("wasm-opt", "binaryen", "132.0.0");
/// Shrinks scripts and style sheets.
pub const ESBUILD: Tool = npm("esbuild", "esbuild", "0.28.2");

const ALL: [Tool; 6] = [TRUNK, WASM_BINDGEN, WASM_PACK, GECKODRIVER, WASM_OPT, ESBUILD];

const fn krate(
    program: &'static str,
    package: &'static str,
    version: Option<&'static str>,
    takes: &'static str,
) -> Tool {
    Tool { program, registry: Registry::Crates, package, version, takes }
}

const fn npm(program: &'static str, package: &'static str, version: &'static str) -> Tool {
    Tool { program, registry: Registry::Npm, package, version: Some(version), takes: "a few seconds" }
}

/// PATH with the cache's tools before the user's.
pub fn path() -> &'static OsString {
    static PATH: LazyLock<OsString> = LazyLock::new(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let cached = ALL.iter().filter_map(|tool| tool.dir().ok()).map(|dir| tool_bin(&dir));
        let all: Vec<PathBuf> = cached.flatten().chain(std::env::split_paths(&path)).collect();
        // Fails only for a directory with a colon in its name, which can't be in PATH anyway.
        std::env::join_paths(all).unwrap_or(path)
    });
    &PATH
}

/// Where cargo and npm put programs in the directory that they install into.
fn tool_bin(dir: &Path) -> [PathBuf; 2] {
    [dir.join("bin"), dir.join("node_modules/.bin")]
}

/// Installs the tools that are missing in their pinned version.
pub fn ready(tools: &[Tool]) -> Result<()> {
    if tools.iter().all(Tool::is_there) {
        return Ok(());
    }
    let _lock = Lock::take("tools")?;
    // Cargo's target directory, shared by the tools that are installed now.
    let build = cache::tools()?.join("build");
    // Another clone may have installed some while this one waited for the lock.
    tools.iter().filter(|tool| !tool.is_there()).try_for_each(|tool| tool.install(&build))?;
    cache::remove_dir(&build)
}

impl Tool {
    /// Whether the first program of this name in [`path`] has the pinned version.
    pub fn is_there(&self) -> bool {
        let output = process::read(workspace::command(self.program).arg("--version"));
        matches!((output, self.version()), (Ok(output), Ok(version)) if reports(&output, &version))
    }

    /// The program's path.
    ///
    /// # Errors
    ///
    /// It is not installed.
    pub fn found(&self) -> Result<PathBuf> {
        which::which_in(self.program, Some(path()), workspace::root())
            .map_err(|_| missing(self.program, "it could not be installed, see above"))
    }

    /// The version, if it is not that of Cargo.lock.
    pub const fn pinned(&self) -> Option<&'static str> {
        self.version
    }

    fn version(&self) -> Result<String> {
        self.version
            .map_or_else(|| workspace::locked_version("wasm-bindgen"), |version| Ok(version.to_owned()))
    }

    /// Where it is installed.
    fn dir(&self) -> Result<PathBuf> {
        Ok(cache::tools()?.join(format!("{}-{}", self.package, self.version()?)))
    }

    fn install(&self, build: &Path) -> Result<()> {
        if let Registry::Npm = self.registry {
            apt::ready(&[apt::NODE, apt::NPM])?;
        }
        let (version, dir) = (self.version()?, self.dir()?);
        let what = format!("{} {version}", self.program);
        let how = format!("installing it into {}, {}", dir.display(), self.takes);
        announced(&what, &how, || {
            cache::install_whole(&dir, |dir| {
                // Outside the repository, whose cargo configuration is not for tools.
                process::run(self.installer(&version, dir).current_dir(dir).env("CARGO_TARGET_DIR", build))
            })
        })?;
        if self.is_there() {
            return Ok(());
        }
        Err(missing(&what, format!("it was installed in {}, but does not run", dir.display())))
    }

    fn installer(&self, version: &str, dir: &Path) -> Command {
        let (program, options): (_, &[&str]) = match self.registry {
            Registry::Crates => ("cargo", &["install", "--locked", "--root"]),
            Registry::Npm => ("npm", &["install", "--no-audit", "--no-fund", "--prefix"]),
        };
        let mut command = Command::new(program);
        command.args(options).arg(dir).arg(format!("{}@{version}", self.package));
        // Tools run for seconds, so minutes of optimisation don't pay.
        for (setting, value) in [("OPT_LEVEL", "1"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")]
        {
            command.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        command
    }
}

/// Whether the output of `--version` names a version.
fn reports(output: &str, version: &str) -> bool {
    // binaryen's programs have one number where its npm package has three.
    let version = version.strip_suffix(".0.0").unwrap_or(version);
    output.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_the_output_of_each_tool() {
        for (output, version, expected) in [
            ("trunk 0.21.14\n", "0.21.14", true),
            ("trunk 0.21.1\n", "0.21.14", false),
            ("wasm-opt version 132 (version_132)\n", "132.0.0", true),
            ("wasm-opt version 116 (version_116)\n", "132.0.0", false),
            ("0.28.2\n", "0.28.2", true),
            ("geckodriver 0.37.1 (a3d508507022 2025)\n\nThe source", "0.37.1", true),
            ("no such subcommand\n", "0.37.1", false),
        ] {
            assert_eq!(reports(output, version), expected, "{output}");
        }
    }
}

//! The tools that are no part of a Rust installation, each pinned.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cache::{self, Lock};
use super::{announced, apt, is_program, on_path};
use crate::error::{Error, Result};
use crate::{process, workspace};

/// A tool that can be installed without being root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Builds the page.
    Trunk,
    /// Makes the JavaScript half of a wasm module; with it comes the runner of wasm tests.
    WasmBindgen,
    /// Makes wasm smaller.
    WasmOpt,
    /// Makes scripts and style sheets smaller.
    Esbuild,
    /// Runs tests in a browser.
    WasmPack,
    /// WebDriver for Firefox.
    Geckodriver,
}

/// How to recognise a tool, and where to get it.
struct Recipe {
    programs: &'static [&'static str],
    accepted: Accepted,
    registry: Registry,
    /// Name in the registry.
    package: &'static str,
    /// What is installed if none is accepted.
    version: String,
    /// Measured on two cores.
    takes: &'static str,
}

enum Registry {
    Crates,
    Npm,
}

/// Which versions of a tool found on PATH will do.
enum Accepted {
    Exactly,
    /// Same major and minor number.
    Series,
    AtLeast(Version),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version([u32; 3]);

impl Tool {
    fn recipe(self) -> Result<Recipe> {
        Ok(match self {
            // 0.22 needs a newer rustc than this workspace asks for.
            Self::Trunk => Recipe {
                programs: &["trunk"],
                accepted: Accepted::Series,
                registry: Registry::Crates,
                package: "trunk",
                version: "0.21.14".to_owned(),
                takes: "about 4 minutes",
            },
            // Refuses a module made with any other version of the crate.
            Self::WasmBindgen => Recipe {
                programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
                accepted: Accepted::Exactly,
                registry: Registry::Crates,
                package: "wasm-bindgen-cli",
                version: workspace::locked_version("wasm-bindgen")?,
                takes: "about 80 seconds",
            },
            // Debian 12 has 108, which knows less of what rustc emits today.
            Self::WasmOpt => Recipe {
                programs: &["wasm-opt"],
                accepted: Accepted::AtLeast(Version([116, 0, 0])),
                registry: Registry::Npm,
                package: "binaryen",
                version: "132.0.0".to_owned(),
                takes: "a few seconds",
            },
            Self::Esbuild => Recipe {
                programs: &["esbuild"],
                accepted: Accepted::Series,
                registry: Registry::Npm,
                package: "esbuild",
                version: "0.28.2".to_owned(),
                takes: "a few seconds",
            },
            Self::WasmPack => Recipe {
                programs: &["wasm-pack"],
                accepted: Accepted::AtLeast(Version([0, 13, 0])),
                registry: Registry::Crates,
                package: "wasm-pack",
                version: "0.15.1".to_owned(),
                takes: "about 70 seconds",
            },
            Self::Geckodriver => Recipe {
                programs: &["geckodriver"],
                accepted: Accepted::AtLeast(Version([0, 36, 0])),
                registry: Registry::Crates,
                package: "geckodriver",
                version: "0.37.1".to_owned(),
                takes: "about a minute",
            },
        })
    }
}

/// Tools that are there, for the programs that need them.
#[derive(Debug)]
pub struct Toolbox {
    dirs: Vec<(Tool, PathBuf)>,
}

impl Toolbox {
    /// Finds each tool, installing what is missing.
    pub fn ready(tools: &[Tool]) -> Result<Self> {
        let mut dirs = Vec::new();
        let mut missing = Vec::new();
        for tool in tools {
            match find(&tool.recipe()?)? {
                Some(dir) => dirs.push((*tool, dir)),
                None => missing.push(*tool),
            }
        }
        if !missing.is_empty() {
            let _lock = Lock::take("tools")?;
            // What cargo built on the way, shared by the tools of this run and of no other.
            let build = cache::tools()?.join("build");
            for tool in missing {
                dirs.push((tool, find_or_install(&tool.recipe()?, &build)?));
            }
            cache::remove_dir(&build)?;
        }
        Ok(Self { dirs })
    }

    /// Finds each tool and installs none.
    pub fn found(tools: &[Tool]) -> Result<Self> {
        let mut dirs = Vec::new();
        for tool in tools {
            let recipe = tool.recipe()?;
            let dir = find(&recipe)?.ok_or_else(|| recipe.missing("see above"))?;
            dirs.push((*tool, dir));
        }
        Ok(Self { dirs })
    }

    /// The program of a tool in this box; of a tool that isn't, its bare name.
    pub fn program(&self, tool: Tool) -> Result<PathBuf> {
        let name = tool.recipe()?.programs[0];
        let dir = self.dirs.iter().find(|(of, _)| *of == tool);
        Ok(dir.map_or_else(|| name.into(), |(_, dir)| dir.join(name)))
    }

    /// The PATH on which these tools come first.
    pub fn path(&self) -> OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let ours = self.dirs.iter().map(|(_, dir)| dir.clone());
        let all: Vec<PathBuf> = ours.chain(std::env::split_paths(&path)).collect();
        // Fails only for a directory with a colon in its name, which can't be on a PATH anyway.
        std::env::join_paths(all).unwrap_or(path)
    }

    /// A command at the repository's root that finds these tools first.
    pub fn command(&self, tool: Tool) -> Result<Command> {
        let mut command = workspace::command(self.program(tool)?);
        command.env("PATH", self.path());
        Ok(command)
    }
}

/// The directory of a tool that will do: on PATH, or else in our cache.
fn find(recipe: &Recipe) -> Result<Option<PathBuf>> {
    let first = on_path(recipe.programs[0]);
    let dirs = first.filter_map(|program| program.parent().map(Path::to_owned));
    let cached = recipe.place()?.join(recipe.registry.bin());
    Ok(dirs.chain([cached]).find(|dir| recipe.accepts(dir)))
}

fn find_or_install(recipe: &Recipe, build: &Path) -> Result<PathBuf> {
    // Another clone may have installed it while we waited for the lock.
    if let Some(dir) = find(recipe)? {
        return Ok(dir);
    }
    let place = recipe.place()?;
    if let Registry::Npm = recipe.registry {
        apt::ready(&[apt::NODE, apt::NPM])?;
    }
    if !recipe.accepts(&place.join(recipe.registry.bin())) {
        let takes = recipe.takes;
        let how = format!("installing it into {}, {takes}", place.display());
        announced(&recipe.to_string(), &how, || {
            cache::install_whole(&place, |dir| recipe.install(dir, build))
        })?;
    }
    let remedy = format!("what was installed in {} does not run", place.display());
    find(recipe)?.ok_or_else(|| recipe.missing(&remedy))
}

impl Recipe {
    fn place(&self) -> Result<PathBuf> {
        Ok(cache::tools()?.join(format!("{}-{}", self.package, self.version)))
    }

    fn accepts(&self, dir: &Path) -> bool {
        let there = |program: &&str| is_program(&dir.join(program));
        if !self.programs.iter().all(there) {
            return false;
        }
        let said = process::read(Command::new(dir.join(self.programs[0])).arg("--version"));
        let found = said.ok().and_then(|said| Version::said(&said));
        match (found, Version::said(&self.version)) {
            (Some(found), Some(pinned)) => self.accepted.accepts(found, pinned),
            _ => false,
        }
    }

    fn install(&self, dir: &Path, build: &Path) -> Result<()> {
        let package = format!("{}@{}", self.package, self.version);
        match self.registry {
            Registry::Crates => {
                let mut cargo = Command::new("cargo");
                cargo.args(["install", "--locked", "--root"]).arg(dir).arg(package);
                // Away from this repository's own cargo configuration.
                cargo.current_dir(dir).env("CARGO_TARGET_DIR", build);
                // A tool that runs for seconds is not worth minutes of optimising.
                for (setting, value) in
                    [("OPT_LEVEL", "1"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")]
                {
                    cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
                }
                process::run(&mut cargo)
            }
            Registry::Npm => {
                let mut npm = Command::new("npm");
                npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(dir).arg(package);
                process::run(npm.current_dir(dir))
            }
        }
    }

    fn missing(&self, remedy: &str) -> Error {
        Error::Missing { what: self.to_string(), remedy: remedy.to_owned() }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.programs[0], self.version)
    }
}

impl Registry {
    /// Where in an installation the programs are.
    fn bin(&self) -> &'static str {
        match self {
            Self::Crates => "bin",
            Self::Npm => "node_modules/.bin",
        }
    }
}

impl Accepted {
    fn accepts(&self, found: Version, pinned: Version) -> bool {
        match self {
            Self::Exactly => found == pinned,
            Self::Series => found.0[..2] == pinned.0[..2],
            Self::AtLeast(oldest) => found >= *oldest,
        }
    }
}

impl Version {
    /// The first word that is a version: "trunk 0.21.14", "wasm-opt version 132 (version_132)".
    fn said(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let numbers: Vec<u32> =
                word.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
            let mut version = [0; 3];
            version.get_mut(..numbers.len())?.copy_from_slice(&numbers);
            Some(Self(version))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_each_tool_says() {
        for (said, version) in [
            ("trunk 0.21.14\n", Some([0, 21, 14])),
            ("wasm-opt version 132 (version_132)\n", Some([132, 0, 0])),
            ("0.28.2\n", Some([0, 28, 2])),
            ("geckodriver 0.36.0 (a3d508507022 2025)\n\nThe source", Some([0, 36, 0])),
            ("no such subcommand\n", None),
        ] {
            assert_eq!(Version::said(said), version.map(Version), "{said}");
        }
    }

    #[test]
    fn a_tool_is_accepted_by_its_own_rule() {
        let pinned = Version([0, 21, 14]);
        let at_least = || Accepted::AtLeast(Version([0, 20, 0]));
        for (rule, found, accepted) in [
            (Accepted::Exactly, [0, 21, 14], true),
            (Accepted::Exactly, [0, 21, 15], false),
            (Accepted::Series, [0, 21, 1], true),
            (Accepted::Series, [0, 22, 14], false),
            (at_least(), [0, 19, 9], false),
            (at_least(), [1, 0, 0], true),
        ] {
            assert_eq!(rule.accepts(Version(found), pinned), accepted, "{found:?}");
        }
    }
}

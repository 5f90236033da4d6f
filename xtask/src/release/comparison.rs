//! The same release, made twice: from what is built here, and from a clone in another folder, with nothing built.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use super::{SUMS, assemble, commit_only};
use crate::setup::cache::remove_dir;
use crate::shrink::optimise;
use crate::{process, workspace};

/// How the two releases differ.
pub enum Comparison {
    /// The names of the files that only one has, or that have other bytes.
    Differ(Vec<String>),
    /// There is no commit to clone, for this reason.
    Impossible(String),
}

/// Compares the release of what is built here with that of a clone.
///
/// # Errors
///
/// Fails if one of them can't be made.
pub fn compare() -> Result<Comparison> {
    if let Err(uncommitted) = commit_only() {
        return Ok(Comparison::Impossible(uncommitted.to_string()));
    }
    let here = workspace::target().join("release-here");
    assemble(&here)?;

    // Not below this folder, whose .cargo/config.toml would count twice.
    let clone = std::env::temp_dir().join("fetchzip-release");
    remove_dir(&clone)?;
    let mut git = workspace::command("git");
    process::run(git.args(["clone", "--quiet"]).arg(workspace::root()).arg(&clone))?;
    // This program, which is of the same commit, also if cargo has put another in the place of its file.
    let mut release = Command::new("/proc/self/exe");
    release.arg("release").current_dir(&clone);
    release.env("CARGO_MANIFEST_DIR", clone.join("xtask")).env("CARGO_TARGET_DIR", clone.join("target"));
    // What wasm-opt makes depends on the bytes that it is given, and not on the folder.
    release.env(optimise::FOLDER, optimise::folder());
    process::run(&mut release)?;
    let clones = sums(&clone.join("release"))?;
    // Gigabytes of compiled crates.
    remove_dir(&clone)?;
    Ok(Comparison::Differ(differing(&sums(&here)?, &clones)))
}

/// The sum of each file of a release.
fn sums(release: &Path) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(release.join(SUMS))?;
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    Ok(lines.map(|(sum, name)| (name.to_owned(), sum.to_owned())).collect())
}

fn differing(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let differs = |name: &&String| one.get(*name) != other.get(*name);
    let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
    names.filter(differs).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_release_only_and_other_bytes_are_differences() {
        let release = |files: &[(&str, &str)]| {
            files
                .iter()
                .map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let one = release(&[("page.zip", "1"), ("NOTES.md", "2"), ("old", "3")]);
        let other = release(&[("page.zip", "1"), ("NOTES.md", "4"), ("new", "5")]);
        assert_eq!(differing(&one, &other), ["NOTES.md", "old", "new"]);
        assert!(differing(&one, &one).is_empty());
    }
}

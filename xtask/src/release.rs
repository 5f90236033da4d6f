//! `cargo xtask release`: everything that a version consists of, in `release/`, from a clean checkout.
//!
//! ```text
//! checks ─▶ page ──▶ compressed, with _headers ──▶ fetchzip-VERSION-page.zip
//!             └────▶ in one file ───────────────▶ fetchzip.html
//!           extension ───────────────────────────▶ fetchzip-{chromium,firefox}-VERSION.zip
//!           package ▶ npm pack ─────────────────▶ fetchzip-VERSION.tgz
//!           commit ─▶ git archive ──────────────▶ fetchzip-VERSION-source.zip
//!           Cargo.lock ▶ CycloneDX ─────────────▶ fetchzip-VERSION.cdx.json
//!           CHANGELOG.md ───────────────────────▶ NOTES.md             all of them ─▶ SHA256SUMS
//! ```
//!
//! The same commit makes the same bytes in any folder, with the same versions of Rust, Node and git.

mod api_report;
mod bill_of_materials;
mod changelog;
pub mod comparison;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use serde_json::Value;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::output::say;
use crate::page::{self, Build};
use crate::setup::cache::remove_dir;
use crate::{extension, folder_zip, hosting, one_file, package, process, workspace};

/// The file with the sums of all others.
const SUMS: &str = "SHA256SUMS";

/// `cargo xtask release`.
pub fn run() -> Result<()> {
    let start = Instant::now();
    check()?;
    page::build(Build::Release)?;
    package::build()?;
    extension::build()?;
    let out = workspace::root().join("release");
    assemble(&out)?;
    say!("made release/ in {:.0} s", start.elapsed().as_secs_f64());
    process::run(workspace::command("ls").arg("-l").arg(&out))
}

/// Writes all files of a release into a folder, from the page, the package and the extension as they are built.
fn assemble(out: &Path) -> Result<()> {
    let version = workspace::VERSION;
    remove_dir(out)?;
    fs::create_dir_all(out)?;
    check_manifest(&workspace::pkg().join("package.json"), version)?;
    for family in extension::FAMILIES {
        let manifest = workspace::extension().join(family).join("manifest.json");
        check_manifest(&manifest, &extension::store_version(version)?)?;
        let zip = format!("fetchzip-{family}-{version}.zip");
        fs::copy(workspace::extension().join(&zip), out.join(&zip))?;
    }

    let page = workspace::target().join("released-page");
    remove_dir(&page)?;
    copy(&workspace::dist(), &page)?;
    hosting::complete(&page)?;
    folder_zip::write(&page, &out.join(format!("fetchzip-{version}-page.zip")))?;
    one_file::write(&workspace::dist(), &out.join("fetchzip.html"))?;
    let mut pack = workspace::command("npm");
    pack.args(["pack", "--silent", "--pack-destination"]).arg(out).current_dir(workspace::pkg());
    process::read(&mut pack)?;
    source(&out.join(format!("fetchzip-{version}-source.zip")))?;
    bill_of_materials::write(&out.join(format!("fetchzip-{version}.cdx.json")))?;
    fs::write(out.join("NOTES.md"), changelog::Section::of_this_version()?.text)?;
    sums(out)
}

/// `cargo xtask api`: accepts the types as they are, if CHANGELOG.md names what is different.
pub fn accept_api() -> Result<()> {
    let (known, current) = (api_report::committed()?, api_report::current()?);
    let section = changelog::Section::of_this_version()?;
    let unnamed = api_report::unnamed_changes(&known, &current, &section.text);
    if let Some(change) = unnamed.first() {
        bail!(
            "the section {} of CHANGELOG.md has no line that names `{change}`, which differs in types.d.ts",
            section.version
        );
    }
    api_report::write(&current)
}

/// Refuses a release that would not be what its version says.
fn check() -> Result<()> {
    commit_only()?;
    let section = changelog::Section::of_this_version()?;
    ensure!(!section.text.trim().is_empty(), "the section {} of CHANGELOG.md is empty", section.version);
    refuse_unaccepted(&api_report::committed()?, &api_report::current()?)
}

/// Refuses a folder that differs from its commit.
fn commit_only() -> Result<()> {
    refuse_uncommitted(&process::read(workspace::command("git").args(["status", "--porcelain"]))?)
}

fn refuse_uncommitted(status: &str) -> Result<()> {
    match status.lines().next() {
        None => Ok(()),
        Some(first) => {
            bail!("there are uncommitted changes, such as `{}`: a release is made of a commit", first.trim())
        }
    }
}

fn refuse_unaccepted(known: &str, current: &str) -> Result<()> {
    match api_report::changes(known, current).first() {
        None => Ok(()),
        Some(change) => bail!(
            "`{change}` differs between src/api/types.d.ts and docs/api-report.txt: name it in CHANGELOG.md, and \
             accept it by `cargo xtask api`"
        ),
    }
}

/// Refuses a manifest of another version.
fn check_manifest(file: &Path, own: &str) -> Result<()> {
    let name = file.strip_prefix(workspace::root()).unwrap_or(file).display().to_string();
    refuse_other_version(&fs::read_to_string(file)?, own, &name)
}

fn refuse_other_version(manifest: &str, own: &str, name: &str) -> Result<()> {
    let manifest: Value = serde_json::from_str(manifest).with_context(|| format!("{name} is not JSON"))?;
    let version = manifest["version"].as_str().unwrap_or("none");
    ensure!(version == own, "{name} has the version {version}, but by Cargo.toml it is {own}");
    Ok(())
}

/// Writes all files of the commit into a zip, as reviewers of an extension ask for them.
fn source(file: &Path) -> Result<()> {
    let mut git = workspace::command("git");
    // Times in the zip are those of the commit, in the zone of whoever runs this.
    git.env("TZ", "UTC").args(["archive", "--format=zip", "HEAD"]);
    git.arg(format!("--prefix=fetchzip-{}/", workspace::VERSION)).arg("--output").arg(file);
    process::run(&mut git)
}

/// Writes the SHA-256 of every file in a folder, as `sha256sum` does.
fn sums(folder: &Path) -> Result<()> {
    let mut sums = String::new();
    for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let entry = entry?;
        let digest = Sha256::digest(fs::read(entry.path())?);
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        sums += &format!("{digits}  {}\n", entry.file_name().to_string_lossy());
    }
    Ok(fs::write(folder.join(SUMS), sums)?)
}

/// Copies a folder with its folders.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from).context("an entry is in its folder")?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(result: Result<()>) -> Option<String> {
        result.err().map(|error| error.to_string())
    }

    #[test]
    fn each_refusal_is_one_sentence_that_names_what_is_wrong() {
        let api = |members: &str| format!("export interface FetchZipOptions {{\n{members}}}\n");
        let refusals = [
            (refuse_uncommitted(" M README.md\n?? new\n"), "`M README.md`"),
            (refuse_unaccepted(&api("  names?: string;\n"), &api("")), "`names`"),
            (
                refuse_other_version(r#"{ "version": "0.9.0" }"#, "1.0.0", "pkg/package.json"),
                "pkg/package.json has the version 0.9.0",
            ),
            (refuse_other_version("{}", "1.0.0", "manifest.json"), "manifest.json has the version none"),
        ];
        for (result, expected) in refusals {
            let text = refusal(result).unwrap_or_else(|| panic!("not refused: {expected}"));
            assert!(text.contains(expected) && !text.contains('\n') && !text.contains(". "), "{text}");
        }
    }

    #[test]
    fn a_clean_checkout_of_one_version_is_not_refused() {
        assert_eq!(refusal(refuse_uncommitted("")), None);
        assert_eq!(refusal(refuse_unaccepted("export type A = 1;\n", "export type A = 1;\n")), None);
        assert_eq!(refusal(refuse_other_version(r#"{ "version": "1.0.0" }"#, "1.0.0", "package.json")), None);
    }

    #[test]
    fn every_file_of_a_release_has_its_sum() {
        let folder = std::env::temp_dir().join(format!("fetchzip-sums-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("b"), "abc").unwrap();
        fs::write(folder.join("a"), "").unwrap();
        sums(&folder).unwrap();
        let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let lines: Vec<&str> = sums.lines().collect();
        assert_eq!(lines.len(), 2, "{sums}");
        // FIPS 180-4's own example.
        assert_eq!(lines[1], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b");
        assert!(lines[0].ends_with("  a"), "{sums}");
    }
}

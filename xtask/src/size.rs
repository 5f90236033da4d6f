//! What a visitor downloads: gzipped sizes, part by part, against `docs/budgets.toml`.

mod modules;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use fs_err as fs;
use walkdir::WalkDir;

use crate::content_names::unnamed;
use crate::page::{self, Build};
use crate::{notices, output, package, shrink, workspace};

/// `cargo xtask size`; fails past a budget.
pub fn run() -> Result<ExitCode> {
    package::build()?;
    page::build(Build::Release)?;
    Ok(if fits()? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the sizes of the package, of what it loads later, and of the page, as they were last built, and
/// returns whether all are within their budgets.
pub fn fits() -> Result<bool> {
    let budgets = workspace::toml("docs/budgets.toml")?;
    let is_later = |name: &str| package::DOWNLOAD.iter().any(|(_, later, _)| *later == name);
    let is_of_lists = |name: &str| name.starts_with("lists");
    let is_help = |name: &str| name.starts_with("help.") || name.starts_with("problem-report");
    let is_icon = |name: &str| name.ends_with(".png") || name == notices::FILE;
    let is_page =
        |name: &str| !name.starts_with("samples/") && !is_of_lists(name) && !is_help(name) && !is_icon(name);
    let is_code = |name: &str| name.ends_with(".js") || name.ends_with(".wasm");
    let downloads = [
        Download {
            title: "pkg: wasm and JavaScript",
            stem: Some("fetchzip"),
            files: files(&workspace::pkg(), &|name| {
                is_code(name) && !is_later(name) && ![package::LISTS, package::INLINE].contains(&name)
            })?,
            budget: budget(&budgets, "package")?,
        },
        Download {
            title: "pkg: the module of `parseList`",
            stem: None,
            files: files(&workspace::pkg(), &|name| name == package::LISTS)?,
            budget: budget(&budgets, "parse-list")?,
        },
        Download {
            title: "pkg: the entry in one file, with `parseList`",
            stem: None,
            files: files(&workspace::pkg(), &|name| name == package::INLINE)?,
            budget: budget(&budgets, "package-inline")?,
        },
        Download {
            title: "pkg: what `downloadSink` loads",
            stem: None,
            files: files(&workspace::pkg(), &is_later)?,
            budget: budget(&budgets, "download-sink")?,
        },
        Download {
            title: "dist: without the sample images, the help page, an installed page's icons and what the first list loads",
            stem: Some("page"),
            files: files(&workspace::dist(), &is_page)?,
            budget: budget(&budgets, "page")?,
        },
        Download {
            title: "dist: what is loaded for the first list",
            stem: Some("lists"),
            files: files(&workspace::dist(), &is_of_lists)?,
            budget: budget(&budgets, "page-lists")?,
        },
    ];
    output::write("gzipped, in KB of 1000 bytes\n");
    for download in &downloads {
        output::write(&download.report()?);
    }
    Ok(downloads.iter().all(Download::fits))
}

/// Files that are downloaded together.
struct Download {
    title: &'static str,
    /// Its wasm is `STEM_bg.wasm`, if it has any.
    stem: Option<&'static str>,
    /// Path below the directory, without the hash that it may have, and gzipped size in bytes.
    files: Vec<(String, u64)>,
    /// The most that they may have together, in bytes.
    budget: u64,
}

impl Download {
    fn total(&self) -> u64 {
        self.files.iter().map(|(_, size)| size).sum()
    }

    fn fits(&self) -> bool {
        self.total() <= self.budget
    }

    /// The size of each file, the total against the budget, and the wasm's size by module. Only a
    /// whole file can be compressed, so each module has a share in proportion to its bytes.
    fn report(&self) -> Result<String> {
        let mut report = format!("\n{}\n", self.title);
        let mut line = |size, name: &str| report += &format!("{:>8} {name}\n", kilobytes(size));
        for (name, size) in &self.files {
            line(*size, name);
        }
        let verdict = if self.fits() { "within" } else { "PAST" };
        line(self.total(), &format!("in all, {verdict} the budget of {}", kilobytes(self.budget)));
        let Some(stem) = self.stem else { return Ok(report) };
        let wasm = format!("{stem}_bg.wasm");
        if let Some((_, gzipped)) = self.files.iter().find(|(name, _)| *name == wasm) {
            report += &format!("{wasm}, by module:\n");
            let shares = modules::shares(&shrink::read(&shrink::named(stem))?)?;
            let whole: u64 = shares.iter().map(|(_, bytes)| bytes).sum();
            for (name, bytes) in shares {
                report += &format!("{:>8} {name}\n", kilobytes(gzipped * bytes / whole.max(1)));
            }
        }
        Ok(report)
    }
}

/// The gzipped size of every file in a directory and below whose path `counts`, sorted by path.
fn files(root: &Path, counts: &dyn Fn(&str) -> bool) -> Result<Vec<(String, u64)>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        let name = unnamed(&entry.path().strip_prefix(root)?.to_string_lossy());
        if entry.file_type().is_file() && counts(&name) {
            found.push((name, gzipped(&fs::read(entry.path())?)?));
        }
    }
    Ok(found)
}

/// As a web server would send it, at gzip's highest level.
fn gzipped(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{:02}", bytes / 1000, bytes % 1000 / 10)
}

fn budget(budgets: &toml::Table, name: &str) -> Result<u64> {
    let bytes = budgets.get(name).and_then(toml::Value::as_integer);
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .with_context(|| format!("docs/budgets.toml has no line `{name} = BYTES`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_of_bytes() {
        let budgets = "package = 27_600 # bytes\npage = \"lots\"\n".parse().unwrap();
        assert_eq!(budget(&budgets, "package").unwrap(), 27_600);
        assert!(budget(&budgets, "page").is_err());
        assert!(budget(&budgets, "pack").is_err());
    }

    #[test]
    fn a_total_at_its_budget_is_within_it() {
        let of = |budget| {
            let files = vec![("a.js".to_owned(), 600), ("b.wasm".to_owned(), 400)];
            Download { title: "pkg", stem: Some("fetchzip"), files, budget }
        };
        assert!(of(1000).fits());
        assert!(of(1000).report().unwrap().contains("1.00 in all, within the budget of 1.00"));
        assert!(!of(999).fits());
        assert!(of(999).report().unwrap().contains("1.00 in all, PAST the budget of 0.99"));
    }

    #[test]
    fn kilobytes_have_a_thousand_bytes() {
        assert_eq!(kilobytes(27_600), "27.60");
        assert_eq!(kilobytes(1_005), "1.00");
    }
}

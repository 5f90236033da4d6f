//! What a visitor downloads: gzipped sizes, part by part, against `docs/budgets.toml`.

mod rooms;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Result};
use crate::page::{self, Build};
use crate::{package, shrink, workspace};

/// `cargo xtask size`; fails past a budget.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    if let Some(extra) = arguments.first() {
        return Err(Error::Usage(format!("size takes no argument, such as {extra}")));
    }
    package::build()?;
    page::build(Build::Release)?;
    Ok(if fits()? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the sizes of the package and of the page as they were built last, and says whether both
/// are within their budgets.
pub fn fits() -> Result<bool> {
    let path = workspace::root().join("docs/budgets.toml");
    let budgets = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let package_budget = budget(&budgets, "package")?;
    let page_budget = budget(&budgets, "page")?;
    let package = measured(&workspace::pkg(), |name| name.ends_with(".js") || name.ends_with(".wasm"))?;
    let page = measured(&workspace::dist(), |name| !name.starts_with("samples/"))?;

    println!("gzipped, in KB of 1000 bytes");
    let package_fits = report("pkg", "wasm and JavaScript", &package, package_budget);
    print_rooms("fetchzip", &package)?;
    let page_fits = report("dist", "without the sample images", &page, page_budget);
    print_rooms("page", &page)?;
    Ok(package_fits && page_fits)
}

/// Prints whose the wasm's bytes are. Only the whole can be compressed, so each has its share of
/// the gzipped size by its length before that.
fn print_rooms(stem: &str, parts: &[Part]) -> Result<()> {
    let wasm = format!("{stem}_bg.wasm");
    let Some((_, gzipped)) = parts.iter().find(|(name, _)| *name == wasm) else { return Ok(()) };
    let rooms = rooms::rooms(&shrink::read(&shrink::named(stem))?)?;
    let whole: u64 = rooms.iter().map(|(_, bytes)| bytes).sum();
    println!("{wasm}, shared out:");
    for (room, bytes) in rooms {
        println!("{:>8} {room}", kilobytes(gzipped * bytes / whole.max(1)));
    }
    Ok(())
}

/// A file's name below its directory, and its gzipped size in bytes.
type Part = (String, u64);

/// The size of every file in a directory and below whose name `counts`.
fn measured(dir: &Path, counts: fn(&str) -> bool) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for file in files(dir)? {
        let name = file.strip_prefix(dir).unwrap_or(&file).to_string_lossy().into_owned();
        if counts(&name) {
            let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
            parts.push((name, gzipped(&bytes).map_err(Error::io("compress", &file))?));
        }
    }
    parts.sort();
    Ok(parts)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::io("list", dir))? {
        let path = entry.map_err(Error::io("list", dir))?.path();
        if path.is_dir() {
            found.append(&mut files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// As a web server would send it, at gzip's highest level.
fn gzipped(bytes: &[u8]) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

/// Prints a directory's sizes and says whether they are within the budget.
fn report(dir: &str, what: &str, parts: &[Part], budget: u64) -> bool {
    let total: u64 = parts.iter().map(|(_, size)| size).sum();
    println!("\n{dir}: {what}");
    for (name, size) in parts {
        println!("{:>8} {name}", kilobytes(*size));
    }
    let fits = total <= budget;
    let verdict = if fits { "within" } else { "PAST" };
    println!("{:>8} in all, {verdict} the budget of {}", kilobytes(total), kilobytes(budget));
    fits
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{:02}", bytes / 1000, bytes % 1000 / 10)
}

/// The number of bytes in a line `name = 27_600`.
fn budget(budgets: &str, name: &str) -> Result<u64> {
    let number = budgets.lines().find_map(|line| {
        let (key, value) = line.split('#').next()?.split_once('=')?;
        (key.trim() == name).then(|| value.trim().replace('_', "").parse().ok())?
    });
    number.ok_or_else(|| Error::Unexpected(format!("docs/budgets.toml has no line `{name} = BYTES`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_read_from_its_line() {
        let budgets = "# package = 1\npackage = 27_600 # bytes\npage = lots\n";
        assert_eq!(budget(budgets, "package").unwrap(), 27_600);
        assert!(budget(budgets, "page").is_err());
        assert!(budget(budgets, "pack").is_err());
    }

    #[test]
    fn a_total_at_its_budget_is_within_it() {
        let parts = [("a.js".to_owned(), 600), ("b.wasm".to_owned(), 400)];
        assert!(report("pkg", "test", &parts, 1000));
        assert!(!report("pkg", "test", &parts, 999));
    }

    #[test]
    fn kilobytes_have_a_thousand_bytes() {
        assert_eq!(kilobytes(27_600), "27.60");
        assert_eq!(kilobytes(1_005), "1.00");
    }
}

//! The public API without its comments: what of `types.d.ts` a caller's program depends on.
//!
//! `docs/api-report.txt` is the report as it was last accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;
use regex_lite::Regex;

use crate::workspace;

/// The report that was last accepted.
pub fn committed() -> Result<String> {
    Ok(fs::read_to_string(path())?)
}

/// The report of the types as they are.
pub fn current() -> Result<String> {
    of(&fs::read_to_string(workspace::root().join("src/api/types.d.ts"))?)
}

/// Accepts a report.
pub fn write(report: &str) -> Result<()> {
    Ok(fs::write(path(), report)?)
}

fn path() -> PathBuf {
    workspace::root().join("docs/api-report.txt")
}

/// The types without comments and empty lines.
fn of(types: &str) -> Result<String> {
    let without = Regex::new(r"(?s)/\*.*?\*/|(?m)^\s*//[^\n]*$")?.replace_all(types, "").into_owned();
    let lines = without.lines().map(str::trim_end).filter(|line| !line.is_empty());
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

/// What differs between two reports: each member that was added, removed or changed, or else the declaration around.
pub fn changes(known: &str, current: &str) -> Vec<String> {
    let (known, current) = (declarations(known), declarations(current));
    let names: BTreeSet<&String> = known.keys().chain(current.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let lines = |of: &BTreeMap<String, Vec<String>>| of.get(name).cloned().unwrap_or_default();
        let (before, now) = (lines(&known), lines(&current));
        if before == now {
            continue;
        }
        let is_known = |line: &&String| before.contains(line) != now.contains(line);
        let members = before.iter().chain(&now).filter(is_known).filter_map(|line| member(line));
        let members: BTreeSet<String> = members.collect();
        if members.is_empty() { changes.push(name.clone()) } else { changes.extend(members) }
    }
    changes
}

/// Those of the changes that a text does not name.
pub fn unnamed_changes(known: &str, current: &str, text: &str) -> Vec<String> {
    let words: BTreeSet<&str> =
        text.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
    changes(known, current).into_iter().filter(|change| !words.contains(change.as_str())).collect()
}

/// The lines of each declaration, by its name.
fn declarations(report: &str) -> BTreeMap<String, Vec<String>> {
    let (mut all, mut name) = (BTreeMap::<String, Vec<String>>::new(), String::new());
    for line in report.lines() {
        if let Some(declared) = line.strip_prefix("export ") {
            let words = declared.split(|character: char| !character.is_alphanumeric());
            let is_name = |word: &&str| {
                !["default", "declare", "function", "interface", "type", "class", "const", ""].contains(word)
            };
            name = words.into_iter().find(is_name).unwrap_or(declared).to_owned();
        }
        all.entry(name.clone()).or_default().push(line.to_owned());
    }
    all
}

/// The name that a line declares, such as `names` of `  names?: string;`.
fn member(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches("export ").trim_start_matches("readonly ");
    let line = ["default ", "function ", "interface ", "type ", "class ", "const "]
        .iter()
        .fold(line, |line, word| line.trim_start_matches(word));
    let name: String =
        line.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
    let is_declared = line[name.len()..].starts_with(['?', ':', '(', '<', ' ']);
    (!name.is_empty() && is_declared).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: &str = "// The API.\nexport function fetchZip(urls: string[]): Promise<void>;\n\n/** Options. */\nexport interface FetchZipOptions {\n  /** Names. */\n  names?: string;\n}\n";

    fn report(change: (&str, &str)) -> String {
        of(&TYPES.replace(change.0, change.1)).unwrap()
    }

    #[test]
    fn a_comment_changes_nothing() {
        let same = report(("", ""));
        assert_eq!(same.lines().count(), 4, "{same}");
        assert_eq!(changes(&same, &report(("Names.", "The names of entries."))), Vec::<String>::new());
    }

    #[test]
    fn an_added_a_changed_and_a_removed_member_are_found_by_name() {
        let known = report(("", ""));
        for (change, expected) in [
            (("  names?: string;\n", "  names?: string;\n  order?: string;\n"), "order"),
            (("names?: string", "names: string"), "names"),
            (("  names?: string;\n", ""), "names"),
            (("urls: string[]", "urls: URL[]"), "fetchZip"),
            (("export function fetchZip(urls: string[]): Promise<void>;", ""), "fetchZip"),
        ] {
            assert_eq!(changes(&known, &report(change)), [expected], "{change:?}");
        }
    }

    #[test]
    fn a_change_has_to_be_named_as_a_word() {
        let (known, current) = (report(("", "")), report(("names?", "titles?")));
        assert_eq!(unnamed_changes(&known, &current, "- `titles` replaces `names`."), Vec::<String>::new());
        assert_eq!(unnamed_changes(&known, &current, "- `subtitles`, renames."), ["names", "titles"]);
    }

    #[test]
    fn the_report_is_that_of_the_types() {
        assert!(current().unwrap().contains("export interface FetchZipOptions {"));
        let changes = changes(&committed().unwrap(), &current().unwrap());
        assert!(changes.is_empty(), "{changes:?}: name them in CHANGELOG.md, and run `cargo xtask api`");
    }
}

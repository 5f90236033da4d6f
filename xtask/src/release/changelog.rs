//! The notes of a version, out of CHANGELOG.md.

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;

use crate::workspace;

/// One version's section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The version in its heading.
    pub version: String,
    /// What stands below the heading.
    pub text: String,
}

impl Section {
    /// The first section, which must be that of the version in `Cargo.toml`.
    pub fn of_this_version() -> Result<Self> {
        let first = Self::first(&fs::read_to_string(workspace::root().join("CHANGELOG.md"))?)?;
        let own = workspace::VERSION;
        ensure!(
            first.version == own,
            "CHANGELOG.md begins with {}, but Cargo.toml has the version {own}",
            first.version
        );
        Ok(first)
    }

    fn first(changelog: &str) -> Result<Self> {
        let (_, rest) = changelog.split_once("\n## ").context("CHANGELOG.md has no section")?;
        let (version, rest) = rest.split_once('\n').unwrap_or((rest, ""));
        let text = rest.split("\n## ").next().unwrap_or_default().trim();
        Ok(Self { version: version.trim().to_owned(), text: format!("{text}\n") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_section_ends_at_the_next() {
        let changelog = "# Changelog\n\nText.\n\n## 2.0.0\n\n- One.\n- Two.\n\n## 1.0.0\n\n- Older.\n";
        let first = Section::first(changelog).unwrap();
        assert_eq!(first, Section { version: "2.0.0".to_owned(), text: "- One.\n- Two.\n".to_owned() });
        assert!(Section::first("# Changelog\n").is_err());
    }

    #[test]
    fn this_version_has_its_section() {
        assert!(Section::of_this_version().unwrap().text.starts_with("- "));
    }
}

//! The page's markup as the extension has it.

use std::path::Path;

use anyhow::{Result, ensure};
use fs_err as fs;
use regex_lite::{NoExpand, Regex};

/// What is left out or replaced, by a pattern. The policy is in the extension's manifest.
const REPLACED: [(&str, &str); 6] = [
    (r#"\s*<meta http-equiv="Content-Security-Policy"[^>]*>"#, ""),
    (r#"\s*<link rel="manifest"[^>]*>"#, ""),
    // Its images are of the page's own host, which is none here.
    (r#"data-action="demo">"#, r#"data-action="demo" hidden>"#),
    (r#"<div id="examples""#, r#"<div id="examples" hidden"#),
    (
        r#"<label class="check"><input type="checkbox" id="send-sign-in">"#,
        r#"<label class="check" hidden><input type="checkbox" id="send-sign-in">"#,
    ),
    (
        r"<dt>Images of a page you are on</dt><dd>.*?</dd>",
        "<dt>Images of a page you are on</dt><dd>The extension’s button in the toolbar collects them, as do the \
         page’s context menu and <kbd>Alt</kbd> <kbd>Shift</kbd> <kbd>Z</kbd>. If several tabs are selected, it \
         collects those of all of them.</dd>",
    ),
];

/// What is inserted: a file of `extension/page`, or a line, and what it stands before.
const INSERTED: [(&str, Insertion, &str); 3] = [
    (
        "style and script",
        Insertion::Line(
            r#"<link rel="stylesheet" href="extension.css"><script type="module" src="extension.js"></script>"#,
        ),
        r#"<script type="module" src="{{file boot"#,
    ),
    ("collected images", Insertion::File("collected.html"), r#"    <form id="form""#),
    ("options", Insertion::File("options.html"), r#"        <fieldset id="filters">"#),
];

enum Insertion {
    Line(&'static str),
    File(&'static str),
}

/// Changes the page in a file to the extension's, with the parts in a folder.
///
/// # Errors
///
/// The page lacks what a change is about, or a file can't be read or written.
pub fn adapt(file: &Path, parts: &Path) -> Result<()> {
    let mut page = fs::read_to_string(file)?;
    for (pattern, replacement) in REPLACED {
        let pattern = Regex::new(pattern)?;
        ensure!(pattern.is_match(&page), "the page has nothing like {pattern}");
        page = pattern.replace(&page, NoExpand(replacement)).into_owned();
    }
    for (what, insertion, before) in INSERTED {
        let text = match insertion {
            Insertion::Line(line) => format!("{line}\n  "),
            Insertion::File(name) => fs::read_to_string(parts.join(name))?,
        };
        ensure!(page.matches(before).count() == 1, "the page has no single place for the extension's {what}");
        page = page.replacen(before, &format!("{text}{before}"), 1);
    }
    Ok(fs::write(file, page)?)
}

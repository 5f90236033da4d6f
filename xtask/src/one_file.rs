//! The page in one file, which works from the disk: `fetchzip.html`.
//!
//! It is made of the built page. Browsers let a page from the disk load neither modules nor wasm, and give it no
//! storage and no service worker, so all of it is inside, and images are kept in Blobs.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use fs_err as fs;
use regex_lite::{Captures, Regex};
use sha2::{Digest, Sha256};

use crate::setup::cache::remove_dir;
use crate::{notices, shrink, workspace};

/// What stands below the header there.
const NOTICE: &str = "www/one-file.html";

/// Buttons for images that lie beside the page.
const DEMO: &str = r#"<button [^>]*data-action="demo"[^>]*>[^<]*</button>"#;

/// More of these.
const EXAMPLES: &str = "<div id=\"examples\"";

/// Puts the page in `dist` into a file.
pub fn write(dist: &Path, file: &Path) -> Result<()> {
    let page = fs::read_to_string(dist.join("index.html"))?;
    Ok(fs::write(file, of(&page, dist)?)?)
}

fn of(page: &str, dist: &Path) -> Result<String> {
    // What only a server can have beside it.
    let absent = r#"(?m)^\s*<link rel="(modulepreload|manifest|icon|preload)"[^>]*>\n"#;
    let page = Regex::new(absent)?.replace_all(page, "");
    let (mut script_hashes, mut style_hashes) = (Vec::new(), Vec::new());
    let style = r#"<link rel="stylesheet" href="([^"]+)"[^>]*>"#;
    let page = replaced(&page, style, |name| {
        let text = fs::read_to_string(dist.join(name))?;
        style_hashes.push(hash(&text));
        Ok(format!("<style>{text}</style>"))
    })?;
    let page = replaced(&page, r#"<script src="([^"]+)"[^>]*></script>"#, |name| {
        let text = fs::read_to_string(dist.join(name))?;
        script_hashes.push(hash(&text));
        Ok(format!("<script>{text}</script>"))
    })?;
    let page = replaced(&page, r#"<script type="module" src="([^"]+)"[^>]*></script>"#, |name| {
        let text = bundled(name, dist)?;
        script_hashes.push(hash(&text));
        Ok(format!("<script type=\"module\">{text}</script>"))
    })?;
    ensure!(script_hashes.len() >= 2, "the page has other scripts than it had");
    let page = with_policy(&page, &script_hashes, &style_hashes)?;
    with_notices(&page)
}

/// Replaces each element that a pattern finds by what `make` makes of the file that it names.
fn replaced(page: &str, element: &str, mut make: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let (mut result, mut rest) = (String::with_capacity(page.len()), page);
    for found in Regex::new(element)?.captures_iter(page) {
        let (whole, [address]) = found.extract();
        let name = address.split('?').next().unwrap_or_default();
        let (before, after) = rest.split_once(whole).context("what was found is there")?;
        result += before;
        result += &make(name)?;
        rest = after;
    }
    Ok(result + rest)
}

/// A module of the page with all that it imports, and their wasm.
fn bundled(name: &str, dist: &Path) -> Result<String> {
    let parts = workspace::target().join("one-file");
    remove_dir(&parts)?;
    fs::create_dir_all(&parts)?;
    let wasm = Regex::new(r#"new URL\("\./([^"?]+\.wasm)[^"]*",\s*import\.meta\.url\)"#)?;
    let mut modules = 0;
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        let script = entry.file_name().to_string_lossy().into_owned();
        if !script.ends_with(".js") {
            continue;
        }
        let text = fs::read_to_string(entry.path())?;
        let text = wasm.replace_all(&text, |found: &Captures<'_>| match fs::read(dist.join(&found[1])) {
            Ok(bytes) => {
                modules += 1;
                format!("\"data:application/wasm;base64,{}\"", BASE64_STANDARD.encode(bytes))
            }
            // Where wasm-bindgen's script looks if it is not given its wasm.
            Err(_) => found[0].to_owned(),
        });
        fs::write(parts.join(script), text.as_bytes())?;
    }
    ensure!(modules >= 2, "the page's wasm modules are not where they were");
    let bundle = parts.join("bundle").join(name);
    shrink::bundle(&parts.join(name), &[], &bundle)?;
    Ok(fs::read_to_string(bundle)?)
}

/// The page's policy with hashes in the place of its own origin, which a file on the disk does not have.
fn with_policy(page: &str, scripts: &[String], styles: &[String]) -> Result<String> {
    let mut policy = page.to_owned();
    for (before, hashes) in [("script-src 'self'", scripts), ("style-src 'self'", styles)] {
        ensure!(policy.contains(before), "the page's policy has no `{before}`");
        let (directive, _) = before.split_once(' ').context("a directive has a value")?;
        policy = policy.replacen(before, &format!("{directive} {}", hashes.join(" ")), 1);
    }
    Ok(policy)
}

/// Says what the file can't do and does not offer it, and has the notices inside.
fn with_notices(page: &str) -> Result<String> {
    let root = workspace::root();
    let (before, after) = page.split_once("<main>").context("the page has a main part")?;
    let notice = fs::read_to_string(root.join(NOTICE))?;
    let page = format!("{before}<main>\n{notice}{after}");
    let page = Regex::new(DEMO)?.replace_all(&page, "");
    ensure!(page.contains(EXAMPLES), "the page has no {EXAMPLES}");
    let page = page.replace(EXAMPLES, &format!("{EXAMPLES} hidden"));
    let link = format!("<a href=\"{}\">third-party notices</a>", notices::FILE);
    ensure!(page.contains(&link), "the page's footer has no link to {}", notices::FILE);
    let page = page.replace(&link, "third-party notices below");
    let (before, after) = page.rsplit_once("</footer>").context("the page has a footer")?;
    let text = notices::text()?.replace('&', "&amp;").replace('<', "&lt;");
    Ok(format!(
        "{before}<details><summary>Third-party notices</summary><pre>{text}</pre></details>\n  </footer>{after}"
    ))
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy for other scripts than those in the file would stop the page.
    #[test]
    fn the_policy_names_what_is_in_the_file_instead_of_an_origin() {
        let page =
            "<meta content=\"script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:\">";
        let policy = with_policy(page, &[hash("a"), hash("b")], &[hash("c")]).unwrap();
        // SHA-256 of "a" in Base64.
        let first = "'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='";
        assert!(policy.contains(&format!("script-src {first} 'sha256-")), "{policy}");
        assert!(policy.contains("' 'wasm-unsafe-eval'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("; img-src 'self' blob:"), "{policy}");
        assert!(with_policy("<meta content=\"script-src 'none'\">", &[], &[]).is_err());
    }

    #[test]
    fn each_element_is_replaced_by_its_own_file() {
        let page = "<a href=\"1.js?abc\"><a href=\"2.js\"> end";
        let replaced = replaced(page, r#"<a href="([^"]+)">"#, |name| Ok(format!("[{name}]"))).unwrap();
        assert_eq!(replaced, "[1.js][2.js] end");
    }
}

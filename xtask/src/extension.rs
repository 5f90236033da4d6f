//! The browser extension: the page of `dist/`, with what `extension/` adds to it, once for each family of browsers.
//!
//! ```text
//! the page's parts ─▶ markup: with extension/page ─▶ integrity ─┬─▶ dist-extension/chromium/ ─▶ a zip for its store
//! extension/*.js, icons, manifest.json ─────────────────────────┴─▶ dist-extension/firefox/ ──▶ the same
//! ```
//!
//! The extension's own scripts are not minified: stores read them.

mod markup;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use serde_json::{Map, Value};

use crate::bindgen::Extras;
use crate::content_names::unnamed;
use crate::output::say;
use crate::page::{self, Build};
use crate::setup::cache::remove_dir;
use crate::setup::rust;
use crate::setup::tools;
use crate::{folder_zip, integrity, workspace};

/// The families of browsers, as the manifest's template and the folders name them.
pub const FAMILIES: [&str; 2] = ["chromium", "firefox"];

/// Parts of the web page that the extension has no use for: it is installed anyway, it can't share an image of its
/// own host, and its toolbar button does what the bookmark does.
const WITHOUT: [&str; 12] = [
    "demo.json",
    "download-worker.js",
    "help.html",
    "help.js",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable.png",
    "manifest.webmanifest",
    "samples",
    "service-worker.js",
    "share-worker.js",
    "versions.js",
];

/// Builds `dist-extension/`, and installs the tools for it if they are missing.
pub fn build() -> Result<()> {
    rust::wasm_target()?;
    tools::ready(Build::Release.tools())?;
    let start = Instant::now();
    say!("building the extension into dist-extension/, about a minute");
    let (out, source) = (workspace::extension(), workspace::root().join("extension"));
    let page = workspace::target().join("extension-page");
    remove_dir(&page)?;
    fs::create_dir_all(&page)?;
    // No policy of an extension allows a worker of an address that a script makes.
    page::assemble(&page, Extras { links_to_files: true, ..Extras::default() })?;
    markup::adapt(&page.join("index.html"), &source.join("page"))?;
    integrity::finish(&page, true)?;
    for part in fs::read_dir(&page)? {
        let part = part?;
        match WITHOUT.contains(&unnamed(&part.file_name().to_string_lossy()).as_str()) {
            true if part.file_type()?.is_dir() => remove_dir(&part.path())?,
            true => fs::remove_file(part.path())?,
            false => {}
        }
    }
    fs::remove_file(page.join("engine/service-worker.js"))?;
    remove_dir(&out)?;
    for family in FAMILIES {
        let folder = out.join(family);
        page::copy_all(&page, &folder)?;
        for script in ["background.js", "collect.js"] {
            fs::copy(source.join(script), folder.join(script))?;
        }
        for entry in fs::read_dir(source.join("page"))? {
            let path = entry?.path();
            // The markup is in the page.
            if path.extension().is_none_or(|extension| extension != "html") {
                page::copy(&path, &folder)?;
            }
        }
        page::copy_all(&source.join("icons"), &folder.join("icons"))?;
        fs::write(folder.join("manifest.json"), manifest(&source.join("manifest.json"), family)?)?;
        folder_zip::write(&folder, &out.join(format!("fetchzip-{family}-{}.zip", workspace::VERSION)))?;
    }
    say!("built dist-extension/ in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The manifest for a family: the template's keys, with those under the family's own name among them.
fn manifest(template: &Path, family: &str) -> Result<String> {
    let text = fs::read_to_string(template)?
        .replace("{{version}}", &store_version(workspace::VERSION)?)
        .replace("{{version name}}", workspace::VERSION);
    let mut manifest: Map<String, Value> =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", template.display()))?;
    let families = FAMILIES.map(|name| (name, manifest.shift_remove(name)));
    let own = families.into_iter().find_map(|(name, own)| own.filter(|_| name == family));
    let own = own.and_then(|own| own.as_object().cloned());
    manifest.extend(own.with_context(|| format!("{} has no keys for {family}", template.display()))?);
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// The version in the four numbers that browsers compare: the last one is that of a prerelease (1.0.0-beta.2 is
/// 1.0.0.2), and the greatest number for the version that follows them.
pub fn store_version(version: &str) -> Result<String> {
    let (numbers, prerelease) = version.split_once('-').unwrap_or((version, ""));
    let last = match prerelease {
        "" => "65535",
        name => name.rsplit('.').next().unwrap_or_default(),
    };
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    ensure!(is_number, "{version} is a prerelease without a number, which no store can order");
    Ok(format!("{numbers}.{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest_of(family: &str) -> Value {
        let template = workspace::root().join("extension/manifest.json");
        serde_json::from_str(&manifest(&template, family).unwrap()).unwrap()
    }

    #[test]
    fn each_family_has_its_own_manifest() {
        let (chromium, firefox) = (manifest_of("chromium"), manifest_of("firefox"));
        assert_eq!(chromium["background"]["service_worker"], "background.js");
        assert_eq!(firefox["background"]["scripts"][0], "background.js");
        // A GUID: an id that looks like an address of mail would be somebody's.
        let id = firefox["browser_specific_settings"]["gecko"]["id"].as_str().unwrap();
        let inside = id.strip_prefix('{').and_then(|id| id.strip_suffix('}')).unwrap();
        assert_eq!(inside.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
        assert!(inside.chars().all(|digit| digit == '-' || digit.is_ascii_hexdigit()), "{id}");
        for (manifest, others) in [
            (&chromium, ["firefox", "browser_specific_settings"]),
            (&firefox, ["chromium", "minimum_chrome_version"]),
        ] {
            assert_eq!(manifest["version"], store_version(workspace::VERSION).unwrap());
            assert_eq!(manifest["chromium"], Value::Null);
            assert!(others.iter().all(|key| manifest.get(*key).is_none()), "{manifest}");
        }
    }

    #[test]
    fn versions_are_ordered_as_browsers_compare_them() {
        for (version, expected) in
            [("1.0.0-beta.1", "1.0.0.1"), ("1.0.0", "1.0.0.65535"), ("2.3.4-rc.12", "2.3.4.12")]
        {
            assert_eq!(store_version(version).unwrap(), expected);
        }
        assert!(store_version("1.0.0-beta").is_err());
    }

    #[test]
    fn nothing_is_asked_for_at_the_installation_that_shows_a_warning() {
        let harmless = [
            "activeTab",
            "scripting",
            "storage",
            "contextMenus",
            "menus",
            "declarativeNetRequestWithHostAccess",
        ];
        for family in FAMILIES {
            let manifest = manifest_of(family);
            let permissions = manifest["permissions"].as_array().unwrap();
            assert!(
                permissions.iter().all(|one| harmless.contains(&one.as_str().unwrap())),
                "{permissions:?}"
            );
            for key in
                ["host_permissions", "content_scripts", "web_accessible_resources", "externally_connectable"]
            {
                assert_eq!(manifest[key], Value::Null, "{key}");
            }
            let policy = manifest["content_security_policy"]["extension_pages"].as_str().unwrap();
            // Chromium refuses a manifest with it, and Firefox drops the whole policy.
            assert!(!policy.contains("worker-src 'self' blob:") && !policy.contains("unsafe-inline"));
            assert!(policy.contains("require-trusted-types-for 'script'"));
        }
    }
}

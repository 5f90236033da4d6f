//! The types and the README's example are right.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::browser::site::Site;
use crate::browser::{browse, environment};
use support::archive::contents::entries;

#[test]
fn the_types_hold_under_strict_typescript() {
    let project = TempDir::new().unwrap();
    let package = project.path().join("node_modules/fetchzip");
    fs::create_dir_all(&package).unwrap();
    for file in ["package.json", "fetchzip.d.ts"] {
        fs::copy(environment::package().join(file), package.join(file)).unwrap();
    }
    fs::write(project.path().join("types.ts"), include_str!("types.ts")).unwrap();
    let compiler = environment::node_modules().join("typescript/bin/tsc");
    let options =
        ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"];
    let lib = ["--lib", "es2022,dom,dom.iterable", "types.ts"];
    let output = Command::new("node")
        .arg(compiler)
        .args(options)
        .args(lib)
        .current_dir(project.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Serves the page from the README beside `pkg/` and `samples/`.
#[test]
fn the_readme_s_example_runs() {
    let readme = fs::read_to_string(environment::repository().join("README.md")).unwrap();
    let section = readme.split("\n## JavaScript\n").nth(1).expect("the README has a section on JavaScript");
    let page = section.split("```html\n").nth(1).and_then(|rest| rest.split("```").next());
    let site = Site::package().with_samples().with("index.html", page.expect("with a page in it"));
    browse(site, async |browser| {
        let link = browser.until_found("a[download]").await;
        link.click().await.unwrap();
        let name = link.attr("download").await.unwrap().unwrap();
        let archive = fs::read(browser.downloaded(&name).await).unwrap();
        for (name, content) in entries(&archive) {
            let (_, sample) = name.split_once('-').expect("named after its index and its file");
            assert!(content == browser.site_file(&format!("samples/{sample}")), "{name}");
        }
        assert_eq!(entries(&archive).len(), 2);
    });
}

//! The types, the README's example and the pieces of code in `docs/package.md` are right.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::browser::site::Site;
use crate::browser::{browse, environment};
use support::archive::contents::entries;

#[test]
fn the_types_hold_under_strict_typescript() {
    assert_compiles(&[("types.ts".into(), include_str!("types.ts").into())]);
}

/// What the page has that runs the pieces of `docs/package.md`, which says so.
const ELEMENTS: &str = r#"<progress id="bar"></progress><button id="pause"></button><button id="stop"></button><button id="cancel"></button>"#;

#[test]
fn each_piece_of_typescript_in_the_document_compiles() {
    let pieces = pieces("ts");
    assert!(!pieces.is_empty());
    let files = pieces.into_iter().enumerate().map(|(number, piece)| (format!("piece-{number}.ts"), piece));
    assert_compiles(&files.collect::<Vec<_>>());
}

#[test]
fn each_piece_of_javascript_in_the_document_runs() {
    let pieces = pieces("js");
    assert!(pieces.len() > 5);
    let imports = r#"<script type="importmap">{ "imports": { "fetchzip": "./pkg/fetchzip.js", "fetchzip/inline": "./pkg/inline.js" } }</script>"#;
    let images = "globalThis.urls = ['samples/01-dawn.jpg', 'samples/03-noon.jpg'].map((path) => `${new URL(path, location)}`);";
    let record = "addEventListener('error', ({ message }) => { globalThis.end = message; });
        addEventListener('unhandledrejection', ({ reason }) => { globalThis.end = `${reason}`; });";
    let mut site = Site::package().with_samples().with_folder("pkg", "static");
    let page = |script: &str| {
        format!(
            "<!doctype html>{ELEMENTS}{imports}<script>{images}{record}</script>
             <script type=\"module\">{script}\nglobalThis.end = 'the end';</script>"
        )
    };
    for (number, piece) in pieces.iter().enumerate() {
        site = site.with(&format!("piece-{number}.html"), page(piece));
    }
    browse(site.with("index.html", page("")), async |browser| {
        for (number, piece) in pieces.iter().enumerate() {
            let address = format!("{}piece-{number}.html", browser.address);
            browser.client.goto(&address).await.unwrap();
            browser.until("globalThis.end !== undefined").await;
            assert_eq!(browser.execute("return end", vec![]).await, "the end", "{piece}");
        }
    });
}

/// The pieces of code in this language, which end with a line of their own. One that can't run is of `LANGUAGE not-run`.
fn pieces(language: &str) -> Vec<String> {
    let document = fs::read_to_string(environment::repository().join("docs/package.md")).unwrap();
    for opening in document.lines().filter(|line| line.len() > 3 && line.starts_with("```")) {
        let is_known = ["```js", "```ts", "```text", "```html not-run"].contains(&opening);
        assert!(is_known, "`{opening}` neither runs nor says that it does not");
    }
    let opening = format!("\n```{language}\n");
    let pieces = document.split(&opening).skip(1);
    pieces.map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

/// Compiles TypeScript files that import the package.
fn assert_compiles(files: &[(String, String)]) {
    let project = TempDir::new().unwrap();
    let package = project.path().join("node_modules/fetchzip");
    fs::create_dir_all(&package).unwrap();
    for file in ["package.json", "fetchzip.d.ts"] {
        fs::copy(environment::package().join(file), package.join(file)).unwrap();
    }
    for (name, text) in files {
        fs::write(project.path().join(name), text).unwrap();
    }
    let compiler = environment::node_modules().join("typescript/bin/tsc");
    let options =
        ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"];
    let output = Command::new("node")
        .arg(compiler)
        .args(options)
        .args(["--lib", "es2022,dom,dom.iterable"])
        .args(files.iter().map(|(name, _)| name))
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

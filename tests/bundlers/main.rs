//! The package as applications have it: packed by npm, installed, built by a bundler, and run in a browser.
//!
//! - `project`: an application with the packed package and the bundlers
//!
//! `cargo xtask test --only bundlers` runs these.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

#[path = "../browser/mod.rs"]
mod browser;
mod project;

use std::fs;

use serde_json::{Value, json};

use browser::site::Site;
use browser::{Browser, browse};
use project::{Entry, Project};
use support::archive::contents::entries;

/// With the worker and the wasm as files, a bundler has to find both.
#[test]
fn vite_builds_both_entries() {
    for entry in Entry::BOTH {
        let project = Project::new(entry);
        project.run("vite", &["build", "--outDir", "out", "--base", "./", "--logLevel", "warn"]);
        assert_works(project.site("out"));
    }
}

#[test]
fn vite_serves_both_entries_while_one_develops() {
    for entry in Entry::BOTH {
        let project = Project::new(entry);
        let server = project.vite();
        browse(project.site("."), async |browser| {
            browser.client.goto(&server.address).await.unwrap();
            // Vite builds dependencies at the first visit, and reloads the page when it has.
            assert_zips(browser).await;
        });
    }
}

#[test]
fn webpack_builds_both_entries() {
    for entry in Entry::BOTH {
        let project = Project::new(entry);
        project.run("webpack", &["--mode", "production", "--entry", "./main.js", "-o", "out"]);
        project.copy("index.html", "out");
        assert_works(project.site("out"));
    }
}

#[test]
fn parcel_builds_both_entries() {
    for entry in Entry::BOTH {
        let project = Project::new(entry);
        let paths = ["build", "index.html", "--dist-dir", "out", "--public-url", "./"];
        project.run("parcel", &[&paths[..], &["--no-cache", "--no-source-maps"]].concat());
        assert_works(project.site("out"));
    }
}

/// These two move no files, so the application copies three of them.
#[test]
fn rollup_and_esbuild_build_both_entries() {
    let rollup = ["rollup", "main.js", "-p", "node-resolve", "--format", "es", "--dir", "out"];
    let esbuild = ["esbuild", "main.js", "--bundle", "--format=esm", "--outdir=out"];
    for command in [&rollup[..], &esbuild] {
        for entry in Entry::BOTH {
            let project = Project::new(entry);
            project.run(command[0], &command[1..]);
            project.copy("index.html", "out");
            if entry == Entry::Files {
                project.copy_engine("out");
            }
            assert_works(project.site("out"));
        }
    }
}

/// As esbuild does by default, and as a page that is opened from the disk needs it.
#[test]
fn a_bundle_that_is_no_module_has_its_worker() {
    let rollup = ["rollup", "main.js", "-p", "node-resolve", "--format", "iife", "--file", "out/main.js"];
    let esbuild = ["esbuild", "main.js", "--bundle", "--outdir=out"];
    for command in [&rollup[..], &esbuild] {
        let project = Project::new(Entry::Inline);
        project.run(command[0], &command[1..]);
        let page = String::from_utf8(project.read("index.html")).unwrap();
        let page = page.replace("<script type=\"module\" src", "<script src");
        assert_works(project.site("out").with("index.html", &page));
    }
    // The other entry has no address to find its files by, and says so.
    let project = Project::new(Entry::Files);
    project.run(esbuild[0], &esbuild[1..]);
    let page = String::from_utf8(project.read("index.html")).unwrap();
    let page = page.replace("<script type=\"module\" src", "<script src");
    browse(project.site("out").with("index.html", page), async |browser| {
        browser.until("document.body.dataset.isThere !== undefined").await;
        let call = "return await zip(['data:,']).then(() => 'resolved', ({ message }) => message)";
        let message = browser.execute_async(call, vec![]).await;
        assert!(message.as_str().unwrap().contains("init({ wasm, worker })"), "{message}");
    });
}

/// Next.js imports the package where it renders on the server, too.
#[test]
fn next_builds_both_entries() {
    for entry in Entry::BOTH {
        let project = Project::next(entry);
        project.run("next", &["build"]);
        assert_works(project.site("out"));
    }
}

#[test]
fn the_examples_save_a_zip_and_leave_no_request_behind() {
    for framework in ["react", "vue", "svelte"] {
        let project = Project::example(framework);
        project.run("vite", &["build", "--outDir", "out", "--base", "./", "--logLevel", "warn"]);
        browse(project.site("out").with_samples(), async |browser| {
            browser.the_coming("button", "Save the images").await;
            browser.press("Save the images").await;
            let archive = fs::read(browser.downloaded("images.zip").await).unwrap();
            let names: Vec<String> = entries(&archive).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["01-dawn.jpg", "03-noon.jpg"], "{framework}");
            browser.until("document.querySelector('[role=status]').textContent === 'Saved'").await;

            // The same with an image that never comes.
            let path = format!("/image/1/64x48.jpg?key={framework}&gate=never");
            let (name, script) = project.script_in("out/assets");
            let script = script.replace("samples/01-dawn.jpg", &browser.origin.url(&path));
            browser.replace_site_file(&format!("assets/{name}"), script.as_bytes());
            browser.client.refresh().await.unwrap();
            browser.the_coming("button", "Save the images").await;
            browser.press("Save the images").await;
            browser.origin.wait(framework, "inFlight=1");
            // The second image has arrived.
            browser.until("document.body.textContent.includes('1 of 2 images')").await;
            // Removes the component.
            browser.press("Close").await;
            browser.origin.wait(framework, "closedEarly=1&inFlight=0");

            browser.press("Open").await;
            browser.press("Save the images").await;
            browser.until("document.body.textContent.includes('1 of 2 images')").await;
            browser.press("Save what is there").await;
            browser.until("document.querySelector('[role=status]').textContent.startsWith('Saved')").await;
            browser.origin.wait(framework, "closedEarly=2&inFlight=0");
        });
    }
}

#[test]
fn without_a_bundler_both_entries_work_from_another_origin() {
    for entry in Entry::BOTH {
        let project = Project::new(entry);
        // The same server by another name is another origin.
        let site = project.site(".");
        browse(site.with("nothing.html", ""), async |browser| {
            let cdn = browser.address.replace("127.0.0.1", "localhost");
            let module = format!("{cdn}node_modules/fetchzip/{}", entry.file());
            let main = String::from_utf8(browser.site_file("main.js")).unwrap();
            let main = main.replace(&format!("\"{}\"", entry.name()), &format!("\"{module}\""));
            assert!(main.contains(&module), "{main}");
            browser.replace_site_file("main.js", main.as_bytes());
            browser.client.refresh().await.unwrap();
            assert_zips(browser).await;
        });
    }
}

/// Without a word of inline script, and with Trusted Types. Parcel writes an import map into the page, whose hash such a
/// policy would need.
#[test]
fn what_bundlers_build_works_under_a_strict_policy() {
    let vite = ["vite", "build", "--outDir", "out", "--base", "./", "--logLevel", "warn"];
    let webpack = ["webpack", "--mode", "production", "--entry", "./main.js", "-o", "out"];
    let rollup = ["rollup", "main.js", "-p", "node-resolve", "--format", "es", "--dir", "out"];
    let esbuild = ["esbuild", "main.js", "--bundle", "--format=esm", "--outdir=out"];
    for command in [&vite[..], &webpack, &rollup, &esbuild] {
        for (entry, workers) in [(Entry::Files, "'self'"), (Entry::Inline, "blob:")] {
            let project = Project::new(entry);
            project.run(command[0], &command[1..]);
            if command[0] != "vite" {
                project.copy("index.html", "out");
            }
            if !["vite", "webpack"].contains(&command[0]) && entry == Entry::Files {
                project.copy_engine("out");
            }
            let policy = format!(
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src {workers}; connect-src *; img-src 'self'; \
                 require-trusted-types-for 'script'; trusted-types fetchzip"
            );
            assert_works(project.site_under(&policy, "out"));
        }
    }
}

#[test]
fn a_wasm_that_is_missing_is_named_and_the_next_call_tries_again() {
    let project = Project::new(Entry::Files);
    project.run("esbuild", &["main.js", "--bundle", "--format=esm", "--outdir=out"]);
    project.copy("index.html", "out");
    browse(project.site("out"), async |browser| {
        browser.until("document.body.dataset.isThere !== undefined").await;
        let call = "return await zip(arguments[0]).then(() => 'resolved', ({ message }) => message)";
        let urls = json!([browser.origin.url("/image/1/64x48.jpg")]);
        let message = browser.execute_async(call, vec![urls.clone()]).await;
        let message = message.as_str().unwrap();
        assert!(message.contains("fetchzip_bg.wasm"), "{message}");
        assert!(message.contains("init({ wasm, worker })"), "{message}");

        for file in ["fetchzip_bg.wasm", "fetchzip-worker.js", "fetchzip-engine.js"] {
            let content = project.read(&format!("node_modules/fetchzip/{file}"));
            browser.replace_site_file(file, &content);
        }
        let result = browser.execute_async("return await zip(arguments[0])", vec![urls]).await;
        assert_eq!(result["outcomes"], json!(["stored"]), "{result}");
    });
}

#[test]
fn publint_and_are_the_types_wrong_find_nothing() {
    let project = Project::new(Entry::Files);
    project.run("publint", &["--strict", "--pack", "false", "node_modules/fetchzip"]);
    let entries = ["--entrypoints", ".", "inline", "--profile", "esm-only"];
    project.run("attw", &[&[project::packed().to_str().unwrap()], &entries[..]].concat());
}

/// The built application fetches its images into a file of the browser's, off the page's thread, and nothing is wrong.
fn assert_works(site: Site) {
    browse(site, async |browser| assert_zips(browser).await);
}

async fn assert_zips(browser: &Browser) {
    browser.until("document.body.dataset.isThere !== undefined").await;
    let urls: Vec<String> =
        (1..=3).map(|seed| browser.origin.url(&format!("/image/{seed}/640x480.jpg"))).collect();
    let result = browser.execute_async("return await zip(arguments[0])", vec![json!(urls)]).await;
    let complaints = browser.execute("return complaints", vec![]).await;
    assert_eq!(complaints, json!([]), "{result}");
    // Images in a file: the worker runs.
    assert_eq!(result["storage"], "file", "{result}");
    assert_eq!(result["outcomes"], json!(["stored", "stored", "stored"]), "{result}");
    assert!(result["bytes"].as_u64().unwrap() > 10_000, "{result}");
    let evaluations: Value = browser.execute("return evaluations", vec![]).await;
    assert_eq!(evaluations, 1, "the application's own code runs in the page only");
}

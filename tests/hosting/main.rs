//! The page on the web servers that `hosting/` has configurations for, started with just these files.
//!
//! - `web_server`: nginx, Caddy and Apache, with a page at the root and in a folder
//! - `one_file`: the page in one file, from the disk
//! - `relays`: both relays, asked by the page and attacked
//!
//! `cargo xtask test --only hosting` installs the servers, builds the page and compresses it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

#[path = "../browser/mod.rs"]
mod browser;
mod one_file;
#[allow(dead_code, reason = "the tests of the page use the rest")]
#[path = "../page/page_driver.rs"]
mod page_driver;
mod relays;
mod web_server;

use std::fs;

use walkdir::WalkDir;

use browser::browse;
use browser::site::Site;
use web_server::{FOLDER, Kind, Transport, WebServer};

#[test]
fn the_page_does_its_main_job_on_each_server_at_the_root_and_in_a_folder() {
    for kind in Kind::ALL {
        let server = WebServer::with_page(kind);
        for path in ["/", FOLDER] {
            browse(Site::page(), async |browser| {
                browser.client.goto(&server.url(path)).await.unwrap();
                browser.until_ready().await;
                let images = ["/image/1/64x48.jpg", "/image/2/80x60.png"];
                browser.fill_paths(&images).await;
                browser.fetch().await;
                let entries = browser.save_entries().await;
                let expected = images.map(|path| {
                    let (_, name) = path.rsplit_once('/').unwrap();
                    (name.to_owned(), browser.origin.get(path))
                });
                assert!(entries == expected, "{kind:?} at {path}");
                let recorded = browser.execute("return window.recorded", vec![]).await;
                assert_eq!(recorded, serde_json::json!([]), "{kind:?} at {path}");
            });
        }
    }
}

#[test]
fn each_file_has_its_type_and_is_kept_as_long_as_its_name_says() {
    for kind in Kind::ALL {
        let server = WebServer::with_page(kind);
        let mut lasting = 0;
        for (name, bytes) in server.files() {
            for folder in ["/", FOLDER] {
                let answer = server.get(&format!("{folder}{name}"), "");
                assert_eq!(answer.status, 200, "{kind:?}: {name}");
                assert!(answer.body == bytes, "{kind:?}: {name} has other bytes");
                assert_eq!(answer.media_type(), expected_type(&name), "{kind:?}: {name}");
                let is_lasting = is_named_after_content(&name);
                let cache = if is_lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
                assert_eq!(answer.header("cache-control"), Some(cache), "{kind:?}: {name}");
                lasting += usize::from(is_lasting);
            }
        }
        assert!(lasting > 0, "no file of the page is named after its content");
    }
}

#[test]
fn each_answer_has_the_headers_that_protect_the_page() {
    for kind in Kind::ALL {
        let server = WebServer::with_page(kind);
        for path in ["/", FOLDER, "/index.html", "/nothing-is-here"] {
            let answer = server.get(path, "");
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'"),
                "{kind:?}: {path}: {policy}"
            );
            assert!(policy.ends_with("frame-ancestors 'none'"), "{kind:?}: {path}: {policy}");
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{kind:?}: {path}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{kind:?}: {path}");
            assert!(answer.header("permissions-policy").is_some_and(|rules| rules.contains("camera=()")));
            // Only over TLS, which these servers do not speak here.
            assert_eq!(answer.header("strict-transport-security"), None, "{kind:?}: {path}");
        }
    }
}

#[test]
fn over_tls_the_host_is_never_to_be_asked_without_it_again() {
    for kind in Kind::ALL {
        let server = WebServer::with_page_over(kind, Transport::Tls);
        for path in ["/", FOLDER] {
            let answer = server.get(path, "");
            assert_eq!(answer.status, 200, "{kind:?}: {path}");
            let rule = answer.header("strict-transport-security");
            assert_eq!(rule, Some("max-age=31536000"), "{kind:?}: {path}");
        }
    }
}

#[test]
fn scripts_and_wasm_come_compressed_in_what_the_browser_accepts() {
    for kind in Kind::ALL {
        let server = WebServer::with_page(kind);
        let files = server.files();
        let large = |name: &str| name.ends_with(".wasm") || name.ends_with(".js") && name.starts_with("page");
        for (name, bytes) in files.iter().filter(|(name, _)| large(name)) {
            for (accepted, encoding) in [("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br")] {
                let answer = server.get(&format!("/{name}"), accepted);
                let sent = answer.body.len();
                assert!(sent * 10 < bytes.len() * 6, "{kind:?}: {name} for {accepted}: {sent}");
                assert_eq!(answer.header("content-encoding"), Some(encoding), "{kind:?}: {name}");
                assert_eq!(answer.media_type(), expected_type(name), "{kind:?}: {name}");
                assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{kind:?}: {name}");
                let is_lasting =
                    answer.header("cache-control").is_some_and(|cache| cache.contains("immutable"));
                assert_eq!(is_lasting, is_named_after_content(name), "{kind:?}: {name}");
            }
        }
    }
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    for kind in Kind::ALL {
        let server = WebServer::with_page(kind);
        let tag = server.get("/", "br").header("etag").map(str::to_owned);
        let tag = tag.unwrap_or_else(|| panic!("{kind:?} sends no ETag"));
        let answer = server.request("GET", "/", &[("Accept-Encoding", "br"), ("If-None-Match", &tag)]);
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{kind:?}");
    }
}

/// Static hosts find by `_headers` alone what never changes.
#[test]
fn the_file_for_static_hosts_names_every_lasting_file_of_the_page() {
    let rules = fs::read_to_string(web_server::hosted_page().join("_headers")).unwrap();
    let mut lasting = 0;
    for entry in WalkDir::new(web_server::hosted_page()).into_iter().map(Result::unwrap) {
        let path =
            entry.path().strip_prefix(web_server::hosted_page()).unwrap().to_string_lossy().into_owned();
        let has_rule = rules.contains(&format!("\n/{path}\n  Cache-Control: public"));
        assert_eq!(has_rule, is_named_after_content(&path), "{path}");
        lasting += usize::from(has_rule);
    }
    assert!(lasting > 0, "no file of the page is named after its content");
}

fn is_named_after_content(name: &str) -> bool {
    let hash = || name.rsplit_once('.')?.0.rsplit_once('-').map(|(_, hash)| hash);
    hash().is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn expected_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css",
        Some("gif") => "image/gif",
        Some("html") => "text/html",
        Some("jpg") => "image/jpeg",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("webp") => "image/webp",
        _ => panic!("hosting/ has no type for {name}"),
    }
}

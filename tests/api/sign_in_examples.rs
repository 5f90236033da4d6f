//! The examples of `docs/sign-in.md`, as they are.

use std::fs;

use serde_json::{Value, json};

use crate::browser::site::Site;
use crate::browser::{Browser, browse, environment};
use support::archive::contents::entries;

/// Serves a page that imports an example, and runs the body of an async function with what that exports. The
/// package's name resolves as it does for a bundler.
fn with_example(name: &str, test: impl AsyncFnOnce(&Browser)) {
    let example = fs::read_to_string(environment::repository().join("examples").join(name)).unwrap();
    let index = "<!doctype html><meta charset=utf-8>
        <script type=importmap>{ \"imports\": { \"fetchzip\": \"./pkg/fetchzip.js\" } }</script>
        <script type=module>import * as example from './example.js'; window.example = example;</script>";
    let site = Site::package().with("index.html", index).with("example.js", example);
    browse(site, async |browser| {
        browser.until("window.example").await;
        test(browser).await;
    });
}

/// What `fetchZip` resolved to in the example, and the names and contents of the file that was saved.
async fn run(browser: &Browser, body: &str, args: Value, file: &str) -> (Value, Vec<(String, Vec<u8>)>) {
    let items = browser.execute_async(&format!("{body} return result.items;"), vec![args]).await;
    let saved = fs::read(browser.downloaded(file).await).unwrap();
    (items, entries(&saved))
}

#[test]
fn a_gallery_behind_a_cookie() {
    with_example("gallery-behind-a-cookie.js", async |browser| {
        browser.execute("document.cookie = 'session=1; path=/'", vec![]).await;
        let path = "/image/1/64x48.jpg?cookie=session%3D1&cors=credentials";
        let own = format!("{}own{path}", browser.address);
        let body = "const result = await example.saveGallery(arguments[0]);";
        let (_, saved) = run(browser, body, json!([own]), "gallery.zip").await;
        assert_eq!(saved.len(), 1);
        let other = browser.origin.url(path);
        let body = "const result = await example.saveGallery(arguments[0]); return result.items[0].outcome;";
        assert_eq!(browser.execute_async(body, vec![json!([other])]).await, "stored");
    });
}

#[test]
fn a_token_with_renewal() {
    with_example("token-with-renewal.js", async |browser| {
        let path = "/image/1/64x48.jpg?bearer=api&key=api";
        let args = json!({
            "urls": vec![browser.origin.url(path); 30],
            "control": format!("{}/control/token?token=api&value=", browser.origin.cross),
        });
        // The second token replaces the first in the middle of the run.
        let body = "const [{ urls, control }] = arguments;
            let tokens = 0;
            const newToken = async () => { await fetch(control + ++tokens); return `${tokens}`; };
            const counters = control.replace('token?token=api&value=', 'wait?key=api&completed=');
            await newToken();
            const ending = fetch(counters + 15).then(() => fetch(control + 'other'));
            const result = await example.saveWithToken(urls, newToken);
            await ending;";
        let (items, saved) = run(browser, body, args, "images.zip").await;
        assert_eq!(saved.len(), 30, "{items}");
    });
}

#[test]
fn addresses_signed_for_a_minute_in_a_run_of_three() {
    with_example("signed-addresses.js", async |browser| {
        let urls: Vec<_> =
            (1..=6).map(|n| browser.origin.url(&format!("/image/{n}/64x48.jpg/{n}.jpg"))).collect();
        let args = json!({ "urls": urls, "control": format!("{}/control", browser.origin.cross) });
        // Half a minute passes with each signature.
        let body = "const [{ urls, control }] = arguments;
            const sign = async (url) => {
              await fetch(`${control}/clock?forward=30000`);
              const answer = await fetch(`${control}/sign?for=60000&path=${encodeURIComponent(url.pathname)}`);
              return new URL((await answer.json()).path, url);
            };
            const result = await example.saveFromBucket(urls, sign);";
        let (items, saved) = run(browser, body, args, "images.zip").await;
        let names: Vec<_> = saved.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg"], "{items}");
    });
}

#[test]
fn images_with_the_application_s_metadata() {
    with_example("with-metadata.js", async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg");
        let album =
            json!({ "title": "Lakes", "photos": [{ "url": url, "name": "dawn.jpg", "caption": "At five" }] });
        let body = "const result = await example.saveAlbum(arguments[0]);";
        let (_, saved) = run(browser, body, album, "Lakes.zip").await;
        assert_eq!(saved.len(), 2);
        assert_eq!((saved[0].0.as_str(), saved[1].0.as_str()), ("metadata.json", "photos/dawn.jpg"));
        let metadata: Value = serde_json::from_slice(&saved[0].1).unwrap();
        assert_eq!(
            metadata,
            json!({ "title": "Lakes", "photos": [{ "name": "dawn.jpg", "caption": "At five" }] })
        );
    });
}

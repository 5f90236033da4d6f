//! `downloadSink`: what a run writes becomes a file on the disk.

use std::fs;

use serde_json::{Value, json};

use super::package_driver::{Place, with_package, with_package_after, with_package_under};
use crate::browser::capability::{Capability, requires};
use crate::browser::site::Site;
use crate::browser::{Browser, browse, environment};
use support::archive::contents::entries;

/// Puts `downloadSink` and a writer of a new download in front of a test's JavaScript.
const WRITER: &str = "
    const { downloadSink } = await import(new URL('pkg/fetchzip.js', location));
    const sink = await downloadSink({ fileName: args.fileName, scope: args.scope ?? './pkg/', picker: false });
    const writer = sink.getWriter();";

#[test]
fn a_run_is_saved_as_a_file_with_a_name_of_any_script() {
    with_package(async |browser| {
        let paths = ["/image/1/900000b.jpg", "/image/2/64x48.png"];
        let urls = paths.map(|path| browser.origin.url(path));
        let body = "const { downloadSink } = await import(new URL('pkg/fetchzip.js', location));
            const sink = await downloadSink({ fileName: args.fileName, scope: 'pkg', picker: false });
            const { blob } = await fetchZip(args.urls, { sink });
            return blob;";
        for name in ["été — снимки 写真 صور 🖼.zip", "it's (1) & 2; a=b.zip"] {
            let args = json!({ "fileName": name, "urls": urls });
            browser.interact().await;
            assert_eq!(browser.run(Place::Page, body, args).await.unwrap(), Value::Null);
            let found = entries(&fs::read(browser.downloaded(name).await).unwrap());
            assert_eq!(found.len(), 2);
            for ((_, bytes), path) in found.iter().zip(paths) {
                assert!(*bytes == browser.origin.get(path), "{path}");
            }
        }
    });
}

#[test]
fn a_buffer_that_was_written_can_be_used_again() {
    with_package(async |browser| {
        let body = format!(
            "{WRITER}
            const buffer = new Uint8Array(100_000);
            for (let piece = 0; piece < 50; piece += 1) await writer.write(buffer.fill(piece));
            await writer.close();
            return buffer.length;"
        );
        let args = json!({ "fileName": "bytes.bin" });
        assert_eq!(browser.run(Place::Page, &body, args).await.unwrap(), 100_000);
        let saved = fs::read(browser.downloaded("bytes.bin").await).unwrap();
        let expected: Vec<u8> = (0..50).flat_map(|piece| vec![piece; 100_000]).collect();
        assert!(saved == expected, "{} bytes", saved.len());
    });
}

#[test]
fn pieces_of_another_realm_or_class_are_written() {
    with_package_after("globalThis.Uint8Array = class extends Uint8Array {};", async |browser| {
        let body = format!(
            "{WRITER}
            const frame = document.body.appendChild(document.createElement('iframe')).contentWindow;
            await writer.write(new TextEncoder().encode('the browser, '));
            await writer.write(frame.Uint8Array.from('a frame', (letter) => letter.charCodeAt(0)));
            await writer.close();"
        );
        browser.run(Place::Page, &body, json!({ "fileName": "bytes.bin" })).await.unwrap();
        let saved = fs::read(browser.downloaded("bytes.bin").await).unwrap();
        assert_eq!(String::from_utf8(saved).unwrap(), "the browser, a frame");
    });
}

#[test]
fn a_sink_without_a_byte_leaves_no_file() {
    with_package(async |browser| {
        for end in ["close", "abort"] {
            let body =
                format!("{WRITER} await writer.{end}(); return document.querySelectorAll('iframe').length;");
            let args = json!({ "fileName": "nothing.bin" });
            assert_eq!(browser.run(Place::Page, &body, args).await.unwrap(), 0, "{end}");
        }
    });
}

#[test]
fn an_aborted_run_ends_its_download_as_failed() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_package(async |browser| {
        let body = "const { downloadSink } = await import(new URL('pkg/fetchzip.js', location));
            const sink = await downloadSink({ fileName: 'images.zip', scope: './pkg/', picker: false });
            const controller = new AbortController();
            window.abort = () => controller.abort();
            await fetchZip(args, { sink, signal: controller.signal, order: 'completion' });";
        let urls =
            ["/image/1/3000000b.jpg", "/image/2/64x48.jpg?gate=never"].map(|path| browser.origin.url(path));
        browser.begin_run(body, json!(urls)).await;
        browser.until_download_begins().await;
        browser.execute("abort()", vec![]).await;
        assert_eq!(browser.end_run().await.unwrap_err().name, "AbortError");
        browser.until_download_fails("images.zip").await;
    });
}

#[test]
fn a_write_that_waits_for_the_browser_ends_with_an_abort() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_package(async |browser| {
        // The worker that answers asks for no second piece, as a disk that does not take it.
        browser.precede_worker(
            "MessagePort.prototype.postMessage = ((post) => function (message, ...rest) {
               if (message === 'pull' && (this.pulls = (this.pulls ?? 0) + 1) > 1) return;
               return post.call(this, message, ...rest);
             })(MessagePort.prototype.postMessage);",
        );
        let body = format!(
            "{WRITER}
            window.abort = () => writer.abort(new Error('enough'));
            await writer.write(new Uint8Array(1_000));
            await writer.write(new Uint8Array(1_000));"
        );
        browser.begin_run(&body, json!({ "fileName": "bytes.bin" })).await;
        browser.until_download_begins().await;
        browser.execute("abort()", vec![]).await;
        assert_eq!(browser.end_run().await.unwrap_err().message, "enough");
        browser.until_download_fails("bytes.bin").await;
    });
}

#[test]
fn a_download_that_gets_no_bytes_for_a_while_keeps_its_worker_alive() {
    with_package(async |browser| {
        browser.precede_worker("self.setInterval = ((set) => (act) => set(act, 50))(setInterval);");
        let body = format!(
            "{WRITER}
            let pings = 0, open;
            const pinged = new Promise((resolve) => (open = resolve));
            const {{ prototype }} = ServiceWorker;
            prototype.postMessage = ((post) => function (message, ...rest) {{
              if (message.fetchzip === 'ping' && (pings += 1) === 3) open();
              return post.call(this, message, ...rest);
            }})(prototype.postMessage);
            await writer.write(new Uint8Array(1_000));
            await pinged;
            await writer.close();"
        );
        browser.run(Place::Page, &body, json!({ "fileName": "bytes.bin" })).await.unwrap();
        assert_eq!(fs::read(browser.downloaded("bytes.bin").await).unwrap(), vec![0; 1_000]);
    });
}

#[test]
fn a_service_worker_that_the_browser_ended_is_reported() {
    if !requires(Capability::PartialDownloads) {
        return;
    }
    with_package(async |browser| {
        // The first question finds no download, as in a worker that has started again.
        browser.precede_worker(
            "self.setInterval = ((set) => (act) => set(act, 1_500))(setInterval);
             let questions = 0;
             Map.prototype.has = ((has) => function (key) {
               return (questions += 1) > 1 && has.call(this, key);
             })(Map.prototype.has);",
        );
        let body = format!("{WRITER} await writer.write(new Uint8Array(1_000)); await writer.closed;");
        browser.begin_run(&body, json!({ "fileName": "bytes.bin" })).await;
        browser.until_download_begins().await;
        let rejection = browser.end_run().await.unwrap_err();
        assert!(rejection.message.contains("the browser ended the service worker"), "{rejection:?}");
        browser.until_download_fails("bytes.bin").await;
    });
}

#[test]
fn two_downloads_are_written_at_once() {
    with_package(async |browser| {
        let begin = format!(
            "{WRITER} await writer.write(new Uint8Array(50_000).fill(args.fill)); (window.writers ??= []).push(writer);"
        );
        for (fill, name) in ["one.bin", "two.bin"].iter().enumerate() {
            browser.interact().await;
            browser.run(Place::Page, &begin, json!({ "fileName": name, "fill": fill })).await.unwrap();
        }
        let body = "for (let piece = 1; piece < 40; piece += 1) {
              await Promise.all(writers.map((writer, index) => writer.write(new Uint8Array(50_000).fill(2 * piece + index))));
            }
            await Promise.all(writers.map((writer) => writer.close()));";
        browser.run(Place::Page, body, Value::Null).await.unwrap();
        for (index, name) in ["one.bin", "two.bin"].iter().enumerate() {
            let saved = fs::read(browser.downloaded(name).await).unwrap();
            let expected: Vec<u8> =
                (0..40).flat_map(|piece| vec![2 * piece + u8::try_from(index).unwrap(); 50_000]).collect();
            assert!(saved == expected, "{name}: {} bytes", saved.len());
        }
    });
}

#[test]
fn the_browser_asks_before_the_page_is_closed_only_while_it_writes() {
    with_package(async |browser| {
        let body = format!(
            "{WRITER}
            const isAsked = () => !dispatchEvent(new Event('beforeunload', {{ cancelable: true }}));
            const asked = [isAsked()];
            await writer.write(new Uint8Array(1_000));
            asked.push(isAsked());
            await writer.close();
            return [...asked, isAsked()];"
        );
        let args = json!({ "fileName": "bytes.bin" });
        assert_eq!(browser.run(Place::Page, &body, args).await.unwrap(), json!([false, true, false]));
        browser.downloaded("bytes.bin").await;
    });
}

/// The picker's file is a stub: no test can answer the browser's dialogue.
#[test]
fn a_file_picker_comes_first_unless_it_is_not_wanted() {
    with_package(async |browser| {
        let body = "const { downloadSink } = await import(new URL('pkg/fetchzip.js', location));
            const stream = new WritableStream();
            const asked = [];
            window.showSaveFilePicker = async ({ suggestedName }) => {
              asked.push(suggestedName);
              return { createWritable: async () => stream };
            };
            const chosen = await downloadSink({ fileName: 'mine.zip' });
            const other = await downloadSink({ fileName: 'mine.zip', scope: './pkg/', picker: false });
            return [chosen === stream, other === stream, asked];";
        let value = browser.run(Place::Page, body, Value::Null).await.unwrap();
        assert_eq!(value, json!([true, false, ["mine.zip"]]));
    });
}

#[test]
fn what_is_missing_is_named() {
    with_package(async |browser| {
        let refused = async |before: &str, args: Value| {
            let body = format!("{before} {WRITER}");
            browser.run(Place::Page, &body, args).await.unwrap_err()
        };
        for name in [json!(""), json!(5), Value::Null] {
            let rejection = refused("", json!({ "fileName": name })).await;
            assert_eq!(rejection.class, "TypeError");
            assert!(rejection.message.contains("options.fileName"), "{rejection:?}");
        }
        let elsewhere = json!({ "fileName": "a.zip", "scope": "./nowhere/" });
        let missing = refused("", elsewhere).await.message;
        assert!(
            missing.contains("nowhere/fetchzip-download-worker.js does not exist (HTTP 404)"),
            "{missing}"
        );
        let foreign = json!({ "fileName": "a.zip", "scope": "https://example.invalid/" });
        let refusal = refused("", foreign).await.message;
        assert!(refusal.contains("refused the service worker https://example.invalid/"), "{refusal}");
        let stub = |what: &str, name: &str, value: &str| {
            format!("Object.defineProperty({what}, '{name}', {{ value: {value}, configurable: true }});")
        };
        let named = json!({ "fileName": "a.zip" });
        let absent = refused(&stub("navigator", "serviceWorker", "undefined"), named.clone()).await.message;
        assert!(absent.contains("has no service workers"), "{absent}");
        let insecure = refused(&stub("window", "isSecureContext", "false"), named).await.message;
        assert!(insecure.contains("https:"), "{insecure}");
    });
}

#[test]
fn a_policy_that_refuses_the_worker_is_named() {
    with_package_under("worker-src 'none'", async |browser| {
        let args = json!({ "fileName": "a.zip" });
        let rejection = browser.run(Place::Page, WRITER, args).await.unwrap_err();
        assert!(rejection.message.contains("refused the service worker"), "{rejection:?}");
    });
}

#[test]
fn a_strict_policy_with_trusted_types_allows_a_download() {
    let policy = "script-src 'self' 'unsafe-inline' 'unsafe-eval'; worker-src 'self'; frame-src 'self'; \
                  require-trusted-types-for 'script'; trusted-types fetchzip fetchzip-download";
    // The second sink needs the policy once more.
    let body = "
        const { downloadSink } = await import(new URL('pkg/fetchzip.js', location));
        const sinks = [];
        for (let sink = 0; sink < 2; sink += 1) {
          sinks.push(await downloadSink({ fileName: 'bytes.bin', scope: './pkg/', picker: false }));
        }
        const writer = sinks[1].getWriter();
        await writer.write(new Uint8Array(1_000));
        await writer.close();";
    // A page under this policy can't make functions from texts, so the script is one of the page's own.
    let page = format!(
        "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
         <script type=\"module\">
           (async () => {{ {body} }})().then(() => (document.title = 'saved'), ({{ message }}) => (document.title = message));
         </script>"
    );
    browse(Site::package().with("index.html", page), async |browser| {
        browser.until("document.title").await;
        assert_eq!(browser.execute("return document.title", vec![]).await, "saved");
        assert_eq!(fs::read(browser.downloaded("bytes.bin").await).unwrap(), vec![0; 1_000]);
    });
}

#[test]
fn an_app_that_calls_no_download_sink_loads_none_of_it() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg");
        browser.fetch_zip(Place::Page, json!([url]), Value::Null).await;
        let loaded = "return performance.getEntriesByType('resource').map(({ name }) => name)";
        let loaded = browser.execute(loaded, vec![]).await.to_string();
        assert!(loaded.contains("pkg/fetchzip.js"), "{loaded}");
        assert!(!loaded.contains("download"), "{loaded}");
    });
}

#[test]
fn the_example_saves_the_images_straight_to_disk() {
    let example =
        fs::read_to_string(environment::repository().join("examples/straight-to-disk.html")).unwrap();
    // No test can answer a file picker.
    let page = example.replacen("<title>", "<script>delete window.showSaveFilePicker</script><title>", 1);
    browse(Site::package().with_samples().with("index.html", page), async |browser| {
        browser.press("Save the images").await;
        let archive = fs::read(browser.downloaded("images.zip").await).unwrap();
        assert_eq!(entries(&archive).len(), 2);
        for (name, content) in entries(&archive) {
            assert!(content == browser.site_file(&format!("samples/{name}")), "{name}");
        }
        browser.until("document.body.innerText.includes('Done: 2 of 2 images')").await;
    });
}

impl Browser {
    /// Puts JavaScript in front of the package's service worker.
    fn precede_worker(&self, before: &str) {
        const SCRIPT: &str = "pkg/fetchzip-download-worker.js";
        self.replace_site_file(SCRIPT, &[before.as_bytes(), b"\n", &self.site_file(SCRIPT)].concat());
    }

    /// Presses a key: without a user's act in between, Chromium lets no page begin a second download.
    async fn interact(&self) {
        self.press_keys(&['a']).await;
    }
}

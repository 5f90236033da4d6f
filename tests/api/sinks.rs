//! The archive as a stream.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};

#[test]
fn a_sink_gets_the_same_archive_and_is_closed() {
    with_package(async |browser| {
        let paths = ["/image/1/300x200.jpg?latency=100", "/fault/status/404", "/image/2/64x48.png"];
        let urls: Vec<_> = paths.iter().map(|path| browser.origin.url(path)).collect();
        let body = "const chunks = [];
            let closed = 0;
            const sink = new WritableStream({
              write(chunk) { chunks.push(chunk); },
              close() { closed += 1; },
            });
            const { blob, items } = await fetchZip(args, { sink });
            return {
              closed, blob, names: items.map(({ entryName }) => entryName), isUnlocked: !sink.locked,
              areArrays: chunks.every((chunk) => chunk instanceof Uint8Array),
              zip: await base64(new Blob(chunks)),
            };";
        let expected = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        for place in PLACES {
            let value = browser.run(place, body, json!(urls)).await.unwrap();
            assert_eq!((&value["blob"], &value["closed"]), (&Value::Null, &json!(1)));
            assert_eq!((&value["areArrays"], &value["isUnlocked"]), (&json!(true), &json!(true)));
            assert_eq!(value["names"], json!(["300x200.jpg", null, "64x48.png"]));
            let zip = BASE64_STANDARD.decode(value["zip"].as_str().unwrap()).unwrap();
            assert!(zip == expected.zip(), "{place:?}: the sink got another archive than the Blob");
        }
    });
}

#[test]
fn a_sink_grows_before_the_last_image_is_there() {
    with_package(async |browser| {
        let urls = [
            browser.origin.url("/image/1/64x48.jpg?key=first"),
            browser.origin.url("/image/2/64x48.jpg?gate=last"),
        ];
        let body = "window.written = 0;
            const sink = new WritableStream({ write(chunk) { window.written += chunk.length; } });
            await fetchZip(args, { sink });";
        browser.begin_run(body, json!(urls)).await;
        let size = browser.origin.get("/image/1/64x48.jpg").len();
        browser.until(&format!("window.written > {size}")).await;
        browser.origin.open_gate("last");
        browser.end_run().await.unwrap();
    });
}

/// The stream asks for the size of each chunk that enters its queue, which counts them.
#[test]
fn a_slow_sink_holds_the_archive_back() {
    with_package(async |browser| {
        let urls: Vec<_> =
            (1..=4).map(|seed| browser.origin.url(&format!("/image/{seed}/900000b.jpg"))).collect();
        let body = "let queued = 0, written = 0, stored = 0, open;
            const gate = new Promise((resolve) => (open = resolve));
            // The first chunk goes through; the second is held.
            const write = () => (written += 1) > 1 ? gate : undefined;
            const sink = new WritableStream({ write }, { highWaterMark: 1, size: () => (queued += 1, 1) });
            const allStored = new Promise((resolve) => {
              const onEvent = ({ kind }) => kind === 'stored' && (stored += 1) === args.length && resolve();
              window.run = fetchZip(args, { sink, onEvent });
            });
            await allStored;
            // A write that does not wait for the sink would happen now.
            for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve));
            const whileBlocked = queued;
            open();
            await window.run;
            return { whileBlocked, queued };";
        let value = browser.run(Place::Page, body, json!(urls)).await.unwrap();
        assert_eq!(value["whileBlocked"], 2);
        assert!(value["queued"].as_u64().unwrap() >= 9, "{value}");
    });
}

#[test]
fn a_sink_that_fails_ends_the_run_with_its_reason() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("waits-{place:?}");
            let urls = [
                browser.origin.url("/image/1/64x48.jpg"),
                browser.origin.url(&format!("/image/2/64x48.jpg?key={key}&gate=never")),
            ];
            let body = "const reasons = [new Error('disk full'), 'a text', { an: 'object' }, null];
                const are = [];
                for (const reason of reasons) {
                  const sink = new WritableStream({ write() { throw reason; } });
                  are.push(await fetchZip(args, { sink }).catch((rejected) => rejected === reason));
                }
                // Nothing fits into the archive's end.
                const sink = new WritableStream({ close() { throw reasons[0]; } });
                are.push(await fetchZip(args.slice(0, 1), { sink }).catch((rejected) => rejected === reasons[0]));
                return are;";
            let value = browser.run(place, body, json!(urls)).await.unwrap();
            assert_eq!(value, json!([true, true, true, true, true]), "{place:?}");
            browser.origin.wait(&key, "inFlight=0&closedEarly=4");
        }
    });
}

#[test]
fn an_aborted_run_aborts_its_sink() {
    with_package(async |browser| {
        let body = "let aborted = 0, closed = 0;
            const sink = new WritableStream({ abort() { aborted += 1; }, close() { closed += 1; } });
            const controller = new AbortController();
            const run = fetchZip([args.url], { sink, signal: controller.signal });
            await fetch(args.arrived);
            controller.abort();
            const name = await run.catch(({ name }) => name);
            await new Promise((resolve) => setTimeout(resolve));
            return { name, aborted, closed };";
        let args = json!({
            "url": browser.origin.url("/image/1/64x48.jpg?key=k&gate=never"),
            "arrived": format!("{}/control/wait?key=k&inFlight=1", browser.origin.cross),
        });
        let value = browser.run(Place::Page, body, args).await.unwrap();
        assert_eq!(value, json!({ "name": "AbortError", "aborted": 1, "closed": 0 }));
    });
}

#[test]
fn a_signal_that_is_already_aborted_aborts_the_sink() {
    with_package(async |browser| {
        let body = "const aborted = [];
            let closed = 0;
            const sink = new WritableStream({ abort({ name }) { aborted.push(name); }, close() { closed += 1; } });
            const name = await fetchZip([args], { sink, signal: AbortSignal.abort() }).catch(({ name }) => name);
            await new Promise((resolve) => setTimeout(resolve));
            return { name, aborted, closed };";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let value = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(
                value,
                json!({ "name": "AbortError", "aborted": ["AbortError"], "closed": 0 }),
                "{place:?}"
            );
        }
    });
}

#[test]
fn a_sink_that_gets_nothing_is_closed_empty() {
    with_package(async |browser| {
        let body = "let bytes = 0, closed = 0;
            const sink = new WritableStream({ write(chunk) { bytes += chunk.length; }, close() { closed += 1; } });
            const { blob } = await fetchZip([args], { sink });
            return { blob, bytes, closed };";
        let url = browser.origin.url("/fault/status/404");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!({ "blob": null, "bytes": 0, "closed": 1 }));
    });
}

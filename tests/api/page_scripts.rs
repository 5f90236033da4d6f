//! Pages whose scripts have replaced what the browser provides.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package, with_package_after};
use crate::browser::capability::Capability;

/// Records what is warned of.
const WARNINGS: &str = "
    globalThis.warnings = [];
    console.warn = (text) => warnings.push(text);";

#[test]
fn an_image_whose_wrapped_fetch_fails_has_the_wrapper_s_words() {
    // Where the call itself runs in a worker, it uses that thread's `fetch`.
    with_package(async |browser| {
        let body = "
            const own = fetch;
            const wrapped = {
              throws: () => { throw new Error('thrown by the page'); },
              rejects: () => Promise.reject(new Error('rejected by the page')),
              text: () => Promise.reject('a text of the page'),
              null: () => Promise.resolve(null),
              nothing: () => undefined,
              object: () => ({}),
              headers: () => ({ headers: {} }),
              refused: () => Promise.reject(new TypeError('Failed to fetch')),
            };
            globalThis.fetch = (url, options) =>
              (wrapped[new URL(url).searchParams.get('wrapped')] ?? (() => own(url, options)))();
            const { items } = await fetchZip(args, { retries: 0 });
            return items.map(({ outcome, error }) => [outcome, error?.kind, error?.message]);";
        let kinds = ["throws", "rejects", "text", "null", "nothing", "object", "headers", "refused", "none"];
        let urls = kinds.map(|kind| browser.origin.url(&format!("/image/1/64x48.jpg?wrapped={kind}")));
        let items = browser.run(Place::Worker, body, json!(urls)).await.unwrap();
        let words = [
            "thrown by the page",
            "rejected by the page",
            "a text of the page",
            "not a Response",
            "not a Response",
            "not a Response",
            "not a Response",
        ];
        for (number, words) in words.iter().enumerate() {
            let item = &items[number];
            assert_eq!((&item[0], &item[1]), (&json!("failed"), &json!("request")), "{item}");
            assert!(item[2].as_str().unwrap().contains(words), "{item}");
        }
        // As the browser's own, which says no more. Whether the host is known to answer by then depends on the
        // other requests.
        assert!(["network", "unreachable"].contains(&items[7][1].as_str().unwrap()), "{}", items[7]);
        assert_eq!(items[8], json!(["stored", null, null]));
    });
}

#[test]
fn classes_of_the_page_s_own_change_nothing() {
    let replaced = "
        globalThis.Pipe = WritableStream;
        globalThis.Bytes = Uint8Array;
        const classes = ['AbortController', 'AbortSignal', 'Array', 'ArrayBuffer', 'Blob', 'BroadcastChannel', 'DOMException',
          'Error', 'File', 'Headers', 'Map', 'MessageChannel', 'PerformanceObserver', 'Promise', 'ReadableStream', 'Request',
          'Response', 'Set', 'TextDecoder', 'TextEncoder', 'TransformStream', 'TypeError', 'URL', 'WeakMap', 'Worker', 'WritableStream'];
        for (const name of classes.filter((name) => globalThis[name])) {
          globalThis[name] = class extends globalThis[name] {};
        }
        // As a polyfill of old did; views of a buffer are beyond it.
        globalThis.Uint8Array = class extends Uint8Array { constructor(length) { super(length); } };";
    with_package_after(replaced, async |browser| {
        let body = "
            const signal = new AbortController().signal;
            const { blob, items, storage, save } = await fetchZip([args, new URL(args)], { signal });
            const chunks = [];
            const sink = new Pipe({ write(chunk) { chunks.push(chunk); } });
            const streamed = await fetchZip([args], { sink });
            const sizes = chunks.map(({ byteLength }) => byteLength);
            return {
              outcomes: [...items, ...streamed.items].map(({ outcome }) => outcome), storage,
              size: blob?.size, sizes,
            };";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let value = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(value["outcomes"], json!(["stored", "stored", "stored"]), "{place:?}: {value}");
            assert!(value["size"].as_u64().is_some_and(|size| size > 22), "{place:?}: {value}");
            assert!(value["sizes"][0].as_u64().is_some_and(|size| size > 22), "{place:?}: {value}");
            let storage = if Capability::PrivateFiles.is_in(browser.kind) { "file" } else { "blobs" };
            assert_eq!(value["storage"], storage, "{place:?}");
        }
    });
}

#[test]
fn what_a_page_s_own_fetch_returns_need_not_be_the_browser_s_response() {
    let wrapped = "
        const ofBrowser = fetch;
        globalThis.fetch = async (...given) => new Proxy(await ofBrowser(...given), {
          get(response, name) {
            const value = Reflect.get(response, name, response);
            return typeof value === 'function' ? value.bind(response) : value;
          },
        });";
    with_package_after(wrapped, async |browser| {
        let body = "const { items } = await fetchZip(args);
            return items.map(({ outcome, bytes, error }) => error?.message ?? [outcome, bytes]);";
        let urls = ["/image/1/5000b.jpg", "/image/2/300000b.jpg"].map(|path| browser.origin.url(path));
        for place in PLACES {
            let items = browser.run(place, body, json!(urls)).await.unwrap();
            assert_eq!(items, json!([["stored", 5000], ["stored", 300_000]]), "{place:?}");
        }
    });
}

#[test]
fn own_bytes_are_taken_as_they_are_whatever_their_class_or_realm() {
    let replaced = "
        globalThis.Bytes = Uint8Array;
        globalThis.Uint8Array = class extends Uint8Array { constructor(length) { super(length); } };
        globalThis.ArrayBuffer = class extends ArrayBuffer {};";
    with_package_after(replaced, async |browser| {
        let body = "
            const all = Bytes.from('no, these bytes and no others', (letter) => letter.charCodeAt(0));
            const part = all.subarray(4, 15);
            const chunks = (piece) => new ReadableStream({ start(to) { to.enqueue(piece); to.close(); } });
            const other = all.slice();
            const data = [part, part.slice().buffer, new DataView(all.buffer, 4, 11), chunks(other.subarray(4, 15)), chunks(other.slice(4, 15).buffer)];
            if (globalThis.document) {
              const frame = document.body.appendChild(document.createElement('iframe')).contentWindow;
              const foreign = frame.Uint8Array.from(all);
              const another = foreign.slice();
              data.push(foreign.subarray(4, 15), foreign.slice(4, 15).buffer, chunks(another.subarray(4, 15)), chunks(another.slice(4, 15).buffer));
            }
            const entry = await import('./pkg/fetchzip.js?not-started');
            const pending = entry.fetchZip(data.map((data, number) => ({ name: `${number}.txt`, data })));
            for (const view of data.filter((data) => data.subarray || data.slice)) {
              new Bytes(view.buffer ?? view).fill(0, view.byteOffset, 15);
            }
            const { blob, items } = await pending;
            const text = await blob.text();
            return [items.map(({ error, bytes }) => error?.message ?? bytes), text.split('these bytes').length - 1];";
        for (place, count) in PLACES.into_iter().zip([9, 5]) {
            let value = browser.run(place, body, json!(null)).await.unwrap();
            assert_eq!(value, json!([vec![11; count], count]), "{place:?}");
        }
    });
}

#[test]
fn what_a_page_adds_to_all_objects_is_no_option() {
    let polluted = "
        const names = ['signal', 'sink', 'filter', 'request', 'names', 'retries', 'url', 'name', 'data', 'fallbacks', 'columns',
          'headers', 'body', 'credentials', 'failure', 'isOwnData', 'variant'];
        for (const name of names) Object.defineProperty(Object.prototype, name, { value: 5, writable: true, configurable: true });";
    with_package(async |browser| {
        let body = &format!(
            "{polluted}
             try {{
               const results = [await fetchZip([args]), await fetchZip([args], {{ __proto__: null, retries: 0 }})];
               results.push(await results[0].retry([0]).result);
               const source = {{ __proto__: null, url: args, request: {{ __proto__: null, headers: {{ Accept: 'image/*' }} }} }};
               results.push(await fetchZip([source]));
               return results.map(({{ items }}) => items[0].error?.message ?? items[0].outcome);
             }} finally {{
               for (const name of names) delete Object.prototype[name];
             }}"
        );
        let url = browser.origin.url("/image/1/64x48.jpg");
        // Where the call itself runs in a worker, that thread's `fetch` takes them for its own options.
        let outcomes = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(outcomes, json!(["stored", "stored", "stored", "stored"]));
    });
}

#[test]
fn objects_of_another_realm_are_what_they_do() {
    with_package(async |browser| {
        let body = "
            const frame = document.body.appendChild(document.createElement('iframe')).contentWindow;
            const signal = new frame.AbortController().signal;
            const chunks = [];
            const sink = new frame.WritableStream({ write(chunk) { chunks.push(chunk.length); } });
            const urls = frame.Array.of(new frame.URL(args), { url: new frame.URL(args), fallbacks: frame.Array.of(args) });
            const { items } = await fetchZip(urls, Object.assign(new frame.Object(), { signal, sink }));
            return [items.map(({ outcome }) => outcome), chunks.length > 0];";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!([["stored", "stored"], true]));
    });
}

#[test]
fn a_worker_whose_files_never_come_is_done_without_which_is_said_once() {
    let silent =
        "globalThis.Worker = class { postMessage() {} terminate() { globalThis.isTerminated = true; } };";
    with_package_after(&format!("{WARNINGS}{silent}"), async |browser| {
        let value = browser.run(Place::Page, TWICE, json!(browser.origin.url("/image/1/64x48.jpg"))).await;
        let value = value.unwrap();
        assert_eq!(value["outcomes"], json!(["stored", "stored"]));
        assert_eq!((&value["storage"], &value["isTerminated"]), (&json!("blobs"), &json!(true)));
        let warnings = value["warnings"].as_array().unwrap();
        let [warning] = &warnings[..] else { panic!("one warning: {value}") };
        assert!(warning.as_str().unwrap().contains("its files have not come for 10 s"), "{warning}");
    });
}

#[test]
fn a_worker_that_the_page_refuses_is_done_without_which_is_said_once() {
    let refused = "globalThis.Worker = class { constructor() { throw new Error('no workers here'); } };";
    with_package_after(&format!("{WARNINGS}{refused}"), async |browser| {
        let value = browser.run(Place::Page, TWICE, json!(browser.origin.url("/image/1/64x48.jpg"))).await;
        let value = value.unwrap();
        assert_eq!(value["outcomes"], json!(["stored", "stored"]));
        let warnings = value["warnings"].as_array().unwrap();
        let [warning] = &warnings[..] else { panic!("one warning: {value}") };
        assert!(warning.as_str().unwrap().contains("no workers here"), "{warning}");
    });
}

/// Two calls, and what was warned of.
const TWICE: &str = "
    const results = await Promise.all([fetchZip([args]), fetchZip([args])]);
    const outcomes = results.map(({ items }) => items[0].outcome);
    return { outcomes, storage: results[0].storage, isTerminated: globalThis.isTerminated ?? false, warnings };";

#[test]
fn whatever_throws_at_whatever_step_every_call_settles_and_the_next_one_works() {
    with_package(async |browser| {
        // Each function of the browser's throws once, when it is called for the n-th time.
        let body = "
            const places = {
              now: [performance, 'now'], entries: [performance, 'getEntriesByName'], random: [Math, 'random'],
              date: [Date, 'now'], interval: [globalThis, 'setInterval'], timeout: [globalThis, 'setTimeout'],
              clear: [globalThis, 'clearInterval'], header: [Headers.prototype, 'get'], read: [Map.prototype, 'get'],
              reader: [ReadableStream.prototype, 'getReader'], abort: [AbortController.prototype, 'abort'],
              stream: [Blob.prototype, 'stream'], slice: [Blob.prototype, 'slice'], buffer: [globalThis, 'ArrayBuffer'],
              set: [Object.getPrototypeOf(Uint8Array.prototype), 'set'], reflect: [Reflect, 'set'],
              file: [navigator.storage ?? {}, 'getDirectory'],
            };
            const [object, name] = places[args.place];
            const own = object[name];
            const reports = [];
            for (const at of [1, 2, 3, 5, 8, 13, 21]) {
              let calls = 0;
              object[name] = function (...given) {
                calls += 1;
                if (calls === at) throw new Error(`injected at call ${at}`);
                return new.target ? Reflect.construct(own, given) : own.apply(this, given);
              };
              const settled = await Promise.allSettled([fetchZip(args.urls), fetchZip(args.urls)]);
              const wasInjected = calls >= at;
              object[name] = own;
              const messages = settled.map(({ value, reason }) => reason?.message ??
                value.items.map(({ outcome, error }) => error?.message ?? outcome).join(' '));
              const { items } = await fetchZip(args.urls);
              reports.push([at, wasInjected, messages, items.map(({ outcome }) => outcome).join(' ')]);
              if (!wasInjected) break;
            }
            return reports;";
        let urls = [browser.origin.url("/image/1/64x48.jpg"), browser.origin.url("/image/2/300000b.jpg")];
        let places = [
            "now", "entries", "random", "date", "interval", "timeout", "clear", "header", "read", "reader",
            "abort", "stream", "slice", "buffer", "set", "reflect", "file",
        ];
        for place in places {
            // In the caller's own worker, where the whole of a run is.
            let args = json!({ "urls": urls, "place": place });
            let reports = browser.run(Place::Worker, body, args).await.unwrap();
            for report in reports.as_array().unwrap() {
                assert_eq!(report[3], "stored stored", "{place}: {report}");
                for message in report[2].as_array().unwrap() {
                    let message = message.as_str().unwrap();
                    let is_cause = message.contains("injected at call");
                    assert!(is_cause || message == "stored stored", "{place}: {report}");
                }
            }
        }
    });
}

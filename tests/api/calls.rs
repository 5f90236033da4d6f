//! Calls with invalid arguments, and with arguments that change afterwards.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package};

/// Arguments as JavaScript, the class of the error, and the argument that its message names.
const WRONG: &[(&str, &str, &str)] = &[
    ("", "TypeError", "urls"),
    ("null", "TypeError", "urls"),
    ("5", "TypeError", "urls"),
    ("{}", "TypeError", "urls"),
    ("url", "TypeError", "urls"),
    ("[5]", "TypeError", "urls[0]"),
    ("[url, null]", "TypeError", "urls[1]"),
    ("[{}]", "TypeError", "urls[0].url"),
    ("[{ url: 5 }]", "TypeError", "urls[0].url"),
    ("[{ url, name: 5 }]", "TypeError", "urls[0].name"),
    ("[{ url, title: {} }]", "TypeError", "urls[0].title"),
    ("[{ url, columns: 'a' }]", "TypeError", "urls[0].columns"),
    ("[{ url, fallbacks: url }]", "TypeError", "urls[0].fallbacks"),
    ("[{ url, fallbacks: [url, 5] }]", "TypeError", "urls[0].fallbacks[1]"),
    ("[{ url, request: 5 }]", "TypeError", "urls[0].request"),
    ("[{ url, request: { mode: 'no-cors' } }]", "TypeError", "urls[0].request.mode"),
    ("[url, new Request(url, { mode: 'no-cors' })]", "TypeError", "urls[1]"),
    ("[{ name: 'a', data: 5 }]", "TypeError", "urls[0].data"),
    ("[{ data: 'a' }]", "TypeError", "urls[0].name"),
    ("[url, 'https://other.invalid/'], { request: { headers: { a: 'b' } } }", "TypeError", "options.request"),
    // The engine ignores more white space around an address than the browser's parser.
    (
        "[url, '\\u00a0https://other.invalid/'], { request: { headers: { a: 'b' } } }",
        "TypeError",
        "options.request",
    ),
    (
        "[url, '\\u0085https://other.invalid/'], { request: { headers: { a: 'b' } } }",
        "TypeError",
        "options.request",
    ),
    (
        "[{ url, fallbacks: ['https://other.invalid/'] }], { request: { credentials: 'include' } }",
        "TypeError",
        "options.request",
    ),
    ("[url], { request: 5 }", "TypeError", "options.request"),
    ("[url], { request: { body: 5 } }", "TypeError", "options.request.body"),
    ("[{ url, request: { method: Symbol('a') } }]", "TypeError", "urls[0].request.method"),
    ("[{ url, request: { body: moved } }]", "TypeError", "urls[0].request.body"),
    ("[{ name: 'a', data: moved }]", "TypeError", "urls[0].data"),
    ("[{ name: 'a', data: 'a', lastModified: Symbol('a') }]", "TypeError", "urls[0].lastModified"),
    ("[url], { request: { credentials: Symbol('a') } }", "TypeError", "options.request.credentials"),
    ("[url], 5", "TypeError", "options"),
    // Arrays have a method `filter`.
    ("[url], []", "TypeError", "options"),
    ("[url], 'fast'", "TypeError", "options"),
    ("[url], { mode: 'fast' }", "RangeError", "options.mode"),
    ("[url], { mode: 1 }", "TypeError", "options.mode"),
    ("[url], { concurrency: 0 }", "RangeError", "options.concurrency"),
    ("[url], { concurrency: -1 }", "RangeError", "options.concurrency"),
    ("[url], { concurrency: 1.5 }", "RangeError", "options.concurrency"),
    ("[url], { concurrency: NaN }", "RangeError", "options.concurrency"),
    ("[url], { concurrency: '3' }", "TypeError", "options.concurrency"),
    ("[url], { perOrigin: 0 }", "RangeError", "options.perOrigin"),
    ("[url], { perOrigin: {} }", "TypeError", "options.perOrigin"),
    ("[url], { retries: -1 }", "RangeError", "options.retries"),
    ("[url], { retries: 0.5 }", "RangeError", "options.retries"),
    ("[url], { retries: true }", "TypeError", "options.retries"),
    ("[url], { maxBytes: 0 }", "RangeError", "options.maxBytes"),
    ("[url], { maxBytes: 1.5 }", "RangeError", "options.maxBytes"),
    ("[url], { maxBytes: '1 MB' }", "TypeError", "options.maxBytes"),
    ("[url], { maxTotalBytes: -1 }", "RangeError", "options.maxTotalBytes"),
    ("[url], { maxTotalBytes: NaN }", "RangeError", "options.maxTotalBytes"),
    ("[url], { maxTotalBytes: [] }", "TypeError", "options.maxTotalBytes"),
    ("[url], { timeoutMs: 0 }", "RangeError", "options.timeoutMs"),
    ("[url], { timeoutMs: -5 }", "RangeError", "options.timeoutMs"),
    ("[url], { timeoutMs: NaN }", "RangeError", "options.timeoutMs"),
    ("[url], { timeoutMs: '1s' }", "TypeError", "options.timeoutMs"),
    ("[url], { imageTimeoutMs: 0 }", "RangeError", "options.imageTimeoutMs"),
    ("[url], { imageTimeoutMs: '1s' }", "TypeError", "options.imageTimeoutMs"),
    ("[url], { minBytesPerSecond: -1 }", "RangeError", "options.minBytesPerSecond"),
    ("[url], { minBytesPerSecond: 0.5 }", "RangeError", "options.minBytesPerSecond"),
    ("[url], { minBytesPerSecond: true }", "TypeError", "options.minBytesPerSecond"),
    ("[url], { slowAfterMs: -1 }", "RangeError", "options.slowAfterMs"),
    ("[url], { slowAfterMs: NaN }", "RangeError", "options.slowAfterMs"),
    ("[url], { slowAfterMs: [] }", "TypeError", "options.slowAfterMs"),
    ("[url], { cache: 'never' }", "RangeError", "options.cache"),
    ("[url], { cache: 'only-if-cached' }", "RangeError", "options.cache"),
    ("[url], { cache: 1 }", "TypeError", "options.cache"),
    ("[url], { accept: 'files' }", "RangeError", "options.accept"),
    ("[url], { accept: true }", "TypeError", "options.accept"),
    ("[url], { names: '{nome}' }", "RangeError", "options.names"),
    ("[url], { names: 'a{name' }", "RangeError", "options.names"),
    ("[url], { names: 5 }", "TypeError", "options.names"),
    ("[url], { fileName: 5 }", "TypeError", "options.fileName"),
    ("[url], { signal: {} }", "TypeError", "options.signal"),
    ("[url], { signal: new AbortController() }", "TypeError", "options.signal"),
    ("[url], { sink: [] }", "TypeError", "options.sink"),
    ("[url], { sink: new ReadableStream() }", "TypeError", "options.sink"),
    ("[url], { sink: locked }", "TypeError", "options.sink"),
    ("[url], { onEvent: 'log' }", "TypeError", "options.onEvent"),
    ("[url], { onProgress: {} }", "TypeError", "options.onProgress"),
    ("[url], { filter: true }", "TypeError", "options.filter"),
    ("[url], { skipRepeated: true }", "RangeError", "options.skipRepeated"),
    ("[url], { order: 'size' }", "RangeError", "options.order"),
    ("[url], { manifest: 'yes' }", "TypeError", "options.manifest"),
    ("[url], { manifest: { format: 'xml' } }", "RangeError", "options.manifest.format"),
    ("[url], { manifest: { sha256: 1 } }", "TypeError", "options.manifest.sha256"),
];

#[test]
fn start_throws_for_an_invalid_argument_before_it_returns() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=started");
        for (row, (arguments, class, argument)) in WRONG.iter().enumerate() {
            // Another instance of the entry has not started its engine.
            let not_started = format!("fetchzip.js?not-started-{row}");
            for entry in ["fetchzip.js", &not_started] {
                let body = format!(
                    "const entry = await import('./pkg/{entry}');
                     const url = args; const locked = new WritableStream(); locked.getWriter();
                     const moved = new ArrayBuffer(8); structuredClone(moved, {{ transfer: [moved] }});
                     try {{
                       const {{ result }} = entry.startFetchZip({arguments});
                       return ['rejects', ...await result.then(() => [], (error) => [error.name, error.message])];
                     }} catch (error) {{
                       return ['throws', error.name, error.message];
                     }}"
                );
                let value = browser.run(Place::Page, &body, json!(url)).await.unwrap();
                assert_eq!(value[0], "throws", "{entry}: {arguments}");
                assert_eq!(value[1], *class, "{entry}: {arguments}: {value}");
                let message = value[2].as_str().unwrap();
                assert_eq!(message.split([' ', ':']).next(), Some(*argument), "{entry}: {arguments}");
            }
        }
        assert_eq!(browser.origin.counters("started")["requests"], 0);
    });
}

#[test]
fn an_option_that_does_not_exist_is_warned_of_with_the_nearest_that_does() {
    with_package(async |browser| {
        let body = "
            const warnings = [];
            console.warn = (text) => warnings.push(text);
            const options = { concurency: 3, onprogress: undefined, FileName: 'a.zip', headers: {}, request: { header: {} },
              manifest: { sha265: true } };
            const { fileName, items } = await fetchZip([args], options);
            return [fileName, items[0].outcome, warnings];";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let value = browser.run(place, body, json!(url)).await.unwrap();
            let there_is = |name: &str, nearest: &str| {
                format!("fetchzip: there is no options.{name}; the nearest is options.{nearest}")
            };
            let warnings = [
                there_is("request.header", "request.headers"),
                there_is("manifest.sha265", "manifest.sha256"),
                there_is("concurency", "concurrency"),
                there_is("onprogress", "onProgress"),
                there_is("FileName", "fileName"),
                there_is("headers", "request.headers"),
            ];
            assert_eq!(value, json!(["images.zip", "stored", warnings]), "{place:?}");
        }
    });
}

#[test]
fn an_unknown_name_in_one_source_s_request_or_a_function_s_answer_is_warned_of_once() {
    with_package(async |browser| {
        let body = "
            const warnings = [];
            console.warn = (text) => warnings.push(text);
            const source = () => ({ url: args, request: { header: {} } });
            await fetchZip([args, source(), source()]);
            await fetchZip((async function* () { yield source(); yield source(); })());
            await fetchZip([args, args], { request: () => ({ Credentials: 'omit' }) });
            return warnings;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let warnings = browser.run(place, body, json!(url)).await.unwrap();
            let there_is = |path: &str, name: &str, nearest: &str| {
                format!("fetchzip: there is no {path}.{name}; the nearest is {path}.{nearest}")
            };
            let expected = [
                there_is("urls[1].request", "header", "headers"),
                there_is("urls[0].request", "header", "headers"),
                there_is("options.request(…)", "Credentials", "credentials"),
            ];
            assert_eq!(warnings, json!(expected), "{place:?}");
        }
    });
}

#[test]
fn an_invalid_argument_is_named_and_no_request_is_made() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=asked");
        for (arguments, class, argument) in WRONG {
            let body = format!(
                "const url = args; const locked = new WritableStream(); locked.getWriter();
                 const moved = new ArrayBuffer(8); structuredClone(moved, {{ transfer: [moved] }});
                 await fetchZip({arguments})"
            );
            let Err(rejection) = browser.run(Place::Page, &body, json!(url)).await else {
                panic!("fetchZip({arguments}) resolved");
            };
            assert_eq!(rejection.class, *class, "fetchZip({arguments}): {rejection:?}");
            // The name is followed by a space or a colon, so that `urls` is not `urls[0]`.
            let names_it = rejection.message.split([' ', ':']).next() == Some(argument);
            assert!(names_it, "fetchZip({arguments}): {rejection:?}");
        }
        assert_eq!(browser.origin.counters("asked")["requests"], 0);
    });
}

#[test]
fn undefined_and_null_options_mean_the_defaults() {
    with_package(async |browser| {
        let body =
            "const names = ['mode', 'concurrency', 'perOrigin', 'retries', 'maxBytes', 'maxTotalBytes', 'timeoutMs', 'imageTimeoutMs', 'minBytesPerSecond', 'slowAfterMs', 'cache', 'accept', 'names',
                                   'fileName', 'signal', 'sink', 'order', 'filter', 'manifest', 'skipRepeated', 'onEvent', 'onProgress'];
            for (const value of [undefined, null]) {
              await fetchZip([args], value);
              await fetchZip([args], Object.fromEntries(names.map((name) => [name, value])));
            }
            return true;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        assert_eq!(browser.run(Place::Page, body, json!(url)).await.unwrap(), true);
    });
}

#[test]
fn an_error_that_the_iterable_throws_is_passed_on() {
    with_package(async |browser| {
        let body = "await fetchZip((function* () { yield args; throw new RangeError('mine'); })());";
        let url = browser.origin.url("/image/1/64x48.jpg?key=asked");
        let rejection = browser.run(Place::Page, body, json!(url)).await.unwrap_err();
        assert_eq!((rejection.class.as_str(), rejection.message.as_str()), ("RangeError", "mine"));
        assert_eq!(browser.origin.counters("asked")["requests"], 0);
    });
}

#[test]
fn arguments_that_change_after_the_call_change_nothing() {
    with_package(async |browser| {
        let body = "
            const address = new URL(args);
            const request = { url: address, name: 'mine.jpg', title: 'first', columns: { place: 'here' }, fallbacks: [args] };
            const urls = [args, request, address];
            let signal = new AbortController().signal;
            const sources = [urls, new Set(urls), urls.values(), (function* () { yield* urls; })()];
            const reports = [];
            for (const source of sources) {
              Object.assign(request, { url: address, name: 'mine.jpg', title: 'first', fallbacks: [args] });
              address.href = args;
              urls.splice(0, 3, args, request, address);
              const options = { fileName: 'first.zip', names: '{title|none}/{name}', signal, concurrency: 2, manifest: { name: 'record' } };
              const pending = fetchZip(source, options);
              Object.assign(request, { url: 5, name: 5, title: 5 });
              request.fallbacks.length = 0;
              address.href = 'https://changed.invalid/';
              urls.length = 0;
              options.manifest.name = 'changed';
              Object.assign(options, { fileName: 'second.zip', names: 5, signal: AbortSignal.abort(), concurrency: 0 });
              const { fileName, items } = await pending;
              reports.push([fileName, ...items.map(({ url, entryName }) => `${url === args} ${entryName}`)]);
            }
            return reports;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let reports = browser.run(place, body, json!(url)).await.unwrap();
            let expected =
                json!(["first.zip", "true none/64x48.jpg", "true mine.jpg", "true none/64x48 (2).jpg"]);
            assert_eq!(reports, json!(vec![expected; 4]), "{place:?}");
        }
    });
}

#[test]
fn arguments_are_read_once_and_before_the_call_returns() {
    with_package(async |browser| {
        let body = "
            const reads = {};
            const counted = (name, object) => new Proxy(object, {
              get(target, key) {
                if (typeof key === 'string') reads[`${name}.${key}`] = (reads[`${name}.${key}`] ?? 0) + 1;
                return Reflect.get(target, key);
              },
            });
            const request = counted('request', { url: args, name: 'a.jpg', title: 't', columns: {}, fallbacks: [] });
            let taken = 0;
            const urls = (function* () { taken += 1; yield request; taken += 1; yield args; taken += 1; })();
            const pending = fetchZip(urls, counted('options', { fileName: 'a.zip', manifest: true, retries: 1 }));
            const before = JSON.stringify([taken, reads]);
            await pending;
            const twice = Object.entries(reads).filter(([, times]) => times > 1);
            return [taken, before === JSON.stringify([taken, reads]), twice, 'options.retries' in reads];";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!([3, true, [], true]));
    });
}

//! Calls with invalid arguments.

use serde_json::json;

use super::package_driver::{Place, with_package};

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
    ("[url], 5", "TypeError", "options"),
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
    ("[url], { names: 5 }", "TypeError", "options.names"),
    ("[url], { fileName: 5 }", "TypeError", "options.fileName"),
    ("[url], { signal: {} }", "TypeError", "options.signal"),
    ("[url], { signal: new AbortController() }", "TypeError", "options.signal"),
    ("[url], { sink: [] }", "TypeError", "options.sink"),
    ("[url], { sink: new ReadableStream() }", "TypeError", "options.sink"),
    ("[url], { sink: locked }", "TypeError", "options.sink"),
    ("[url], { onEvent: 'log' }", "TypeError", "options.onEvent"),
];

#[test]
fn an_invalid_argument_is_named_and_no_request_is_made() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=asked");
        for (arguments, class, argument) in WRONG {
            let body = format!(
                "const url = args; const locked = new WritableStream(); locked.getWriter();
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
                                   'fileName', 'signal', 'sink', 'onEvent'];
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

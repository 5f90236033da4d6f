//! Callers whose objects throw, lie, or call the package again while it reads them.
//!
//! Each call settles as the types say, nothing is reported as uncaught, and the next call works.

use serde_json::json;

use super::package_driver::{PLACES, Place, with_package, with_package_after};
use crate::browser::Browser;

/// Calls as JavaScript, and what their outcomes begin with: "mine" is a rejection with the very error that the caller's
/// own code has thrown.
const CALLS: &[(&str, &str)] = &[
    // Options.
    ("fetchZip([url], { get retries() { throw mine; } })", "mine"),
    ("fetchZip([url], new Proxy({}, { get() { throw mine; } }))", "mine"),
    ("fetchZip([url], new Proxy({}, { ownKeys() { throw mine; } }))", "mine"),
    ("fetchZip([url], new Proxy({}, { getPrototypeOf() { throw mine; }, has() { throw mine; } }))", "stored"),
    ("fetchZip([url], revoked())", "TypeError"),
    ("fetchZip([url], Object.freeze({ retries: 0, manifest: Object.freeze({ sha256: true }) }))", "stored"),
    ("fetchZip([{ __proto__: null, url }], { __proto__: null, retries: 0 })", "stored"),
    (
        "fetchZip([url], { retries: { then() {} } })",
        "TypeError: options.retries must be a number, not [object",
    ),
    ("fetchZip([url], { retries: hostile })", "TypeError: options.retries must be a number, not an object"),
    (
        "fetchZip([url], { retries: Symbol('a') })",
        "TypeError: options.retries must be a number, not Symbol(a)",
    ),
    ("fetchZip([url], { retries: 3n })", "TypeError: options.retries must be a number, not 3"),
    ("fetchZip([url], { timeoutMs: 3n })", "TypeError: options.timeoutMs must be a number, not 3"),
    ("fetchZip([url], { maxBytes: Symbol('a') })", "TypeError: options.maxBytes must be a number"),
    ("fetchZip([url], { mode: Symbol('a') })", "TypeError: options.mode must be a string, not Symbol(a)"),
    ("fetchZip([url], { names: hostile })", "TypeError: options.names must be a string, not an object"),
    ("fetchZip([url], { fileName: new String('a') })", "TypeError: options.fileName must be a string, not a"),
    ("fetchZip([url], Symbol('a'))", "TypeError: options must be an object, not Symbol(a)"),
    ("fetchZip([url], 5n)", "TypeError: options must be an object, not 5"),
    // Sources.
    ("fetchZip(revoked())", "TypeError"),
    ("fetchZip([revoked()])", "TypeError"),
    ("fetchZip(Symbol('a'))", "TypeError: urls must be an array or another iterable of URLs, not Symbol(a)"),
    ("fetchZip(Promise.resolve([url]))", "TypeError: urls must be an array or another iterable of URLs"),
    ("fetchZip([Promise.resolve(url)])", "TypeError: urls[0].url must be a string"),
    (
        "fetchZip([{ url: Promise.resolve(url) }])",
        "TypeError: urls[0].url must be a string, not [object Promise]",
    ),
    ("fetchZip([Symbol('a')])", "TypeError: urls[0] must be a string or { url, name }, not Symbol(a)"),
    ("fetchZip([5n])", "TypeError: urls[0] must be a string or { url, name }, not 5"),
    ("fetchZip([NaN])", "TypeError: urls[0] must be a string or { url, name }, not NaN"),
    ("fetchZip([{ url: Symbol('a') }])", "TypeError: urls[0].url must be a string, not Symbol(a)"),
    ("fetchZip([{ url, name: hostile }])", "TypeError: urls[0].name must be a string, not an object"),
    ("fetchZip([{ get url() { throw mine; } }])", "mine"),
    ("fetchZip([{ url: { get href() { throw mine; } } }])", "mine"),
    ("fetchZip([{ url, columns: { get a() { throw mine; } } }])", "mine"),
    ("fetchZip([{ url, columns: { a: hostile, b: Symbol('b'), c: 5n } }], { manifest: true })", "stored"),
    ("fetchZip([{ url, fallbacks: { *[Symbol.iterator]() { throw mine; } } }])", "mine"),
    (
        "fetchZip([{ url, fallbacks: [Symbol('a')] }])",
        "TypeError: urls[0].fallbacks[0] must be a string, not Symbol(a)",
    ),
    ("fetchZip(Object.freeze([Object.freeze({ url, columns: Object.freeze({ a: 'b' }) })]))", "stored"),
    ("fetchZip([url, , url])", "TypeError: urls[1] must be a string or { url, name }, not undefined"),
    ("fetchZip((function* () { yield url; throw mine; })())", "mine"),
    ("fetchZip((function* () { yield url; throw undefined; })())", "undefined"),
    (
        "fetchZip({ [Symbol.iterator]: () => ({ next: () => ({ value: 5 }), return() { throw mine; } }) })",
        "TypeError: urls[0] must be a string or { url, name }, not 5",
    ),
    ("fetchZip({ [Symbol.iterator]: () => 5 })", "TypeError"),
    ("fetchZip({ [Symbol.iterator]: () => ({ next: () => 5 }) })", "TypeError"),
    ("fetchZip({ get [Symbol.iterator]() { throw mine; } })", "mine"),
    // Sources that arrive.
    ("fetchZip({ [Symbol.asyncIterator]() { throw mine; } })", "mine"),
    ("fetchZip({ [Symbol.asyncIterator]: () => 5 })", "; TypeError"),
    ("fetchZip({ [Symbol.asyncIterator]: () => ({ next() { throw mine; } }) })", "; mine"),
    (
        "fetchZip({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(undefined) }) })",
        "; undefined",
    ),
    (
        "fetchZip({ [Symbol.asyncIterator]: () => ({ next: () => ({ value: 5 }), return() { throw mine; } }) })",
        "; TypeError: urls[0] must be a string or { url, name }, not 5",
    ),
    (
        "fetchZip({ [Symbol.asyncIterator]: () => ({ next: () => ({ value: 5 }), get return() { throw mine; } }) })",
        "; TypeError: urls[0] must be a string or { url, name }, not 5",
    ),
    (
        "fetchZip({ [Symbol.asyncIterator]: () => ({ next: () => ({ value: 5 }), return: () => new Promise(() => {}) }) })",
        "; TypeError: urls[0] must be a string or { url, name }, not 5",
    ),
    ("fetchZip((async function* () { yield url; throw mine; })())", "stored; mine"),
    ("fetchZip((async function* () { yield url; yield { get url() { throw mine; } }; })())", "stored; mine"),
    // What requests carry.
    ("fetchZip([{ url, request: { method: hostile } }])", "mine"),
    (
        "fetchZip([{ url, request: { headers: { a: hostile } } }])",
        "TypeError: urls[0].request.headers must be names and values that fetch takes",
    ),
    (
        "fetchZip([{ url, request: { headers: { a: Symbol('a') } } }])",
        "TypeError: urls[0].request.headers must be names and values that fetch takes",
    ),
    (
        "fetchZip([{ url, request: { referrer: hostile } }])",
        "TypeError: urls[0].request.referrer must be an address",
    ),
    (
        "fetchZip([{ url, request: { body: Promise.resolve('a'), method: 'POST' } }])",
        "TypeError: urls[0].request.body must be a string or a buffer",
    ),
    ("fetchZip([{ clone() {}, method: 'GET' }])", "TypeError: urls[0] must be a Request"),
    ("fetchZip([{ clone() { return this; }, method: 'GET', url }])", "TypeError: urls[0] must be a Request"),
    ("fetchZip([{ clone() { throw mine; }, method: 'GET', url }])", "TypeError: urls[0] must be a Request"),
    ("fetchZip([{ url: { clone: () => 5, method: 'GET' } }])", "TypeError: urls[0].url must be a Request"),
    ("fetchZip([url], { request() { throw undefined; } })", "request: undefined"),
    ("fetchZip([url], { request() { throw hostile; } })", "request: an object"),
    (
        "fetchZip([url], { request() { throw new Proxy({}, { has() { throw mine; } }); } })",
        "request: an object",
    ),
    ("fetchZip([url], { request() { throw { get message() { throw mine; } }; } })", "request: an object"),
    ("fetchZip([url], { request() { throw { message: Symbol('a') }; } })", "request: Symbol(a)"),
    ("fetchZip([url], { request: () => ({ get then() { throw mine; } }) })", "request: mine"),
    ("fetchZip([url], { request: () => ({ then() { throw mine; } }) })", "request: mine"),
    (
        "fetchZip([url], { request: () => ({ then(_, reject) { reject(undefined); } }) })",
        "request: undefined",
    ),
    ("fetchZip([url], { request: () => new Proxy({}, { get() { throw mine; } }) })", "request: mine"),
    (
        "fetchZip([url], { request: () => ({ url: hostile }) })",
        "request: the address that options.request returned can't be read",
    ),
    (
        "fetchZip([url], { request: () => 5 })",
        "request: what options.request returns must be an object, not 5",
    ),
    // Entries of the caller's own.
    (
        "fetchZip([{ name: 'a', data: Promise.resolve('a') }])",
        "TypeError: urls[0].data must be a string, a Blob",
    ),
    (
        "fetchZip([{ name: 'a', data: { clone() {}, status: 200 } }])",
        "TypeError: urls[0].data must be a string, a Blob",
    ),
    ("fetchZip([{ name: 'a', data: { get size() { throw mine; }, stream() {} } }])", "mine"),
    ("fetchZip([{ name: 'a', data: { stream() { throw mine; }, size: 5 } }])", "data: "),
    ("fetchZip([{ name: 'a', data: { getReader() {}, locked: false } }])", "data: "),
    ("fetchZip([{ name: 'a', data: { getReader() { throw mine; }, locked: false } }])", "data: "),
    ("fetchZip([{ name: 'a', data: 'a', lastModified: hostile }])", "mine"),
    (
        "fetchZip([{ name: 'a', data: 'a', lastModified: new Date(NaN) }])",
        "TypeError: urls[0].lastModified must be a time, not NaN",
    ),
    ("fetchZip([{ name: 'a', data: 'a', lastModified: 1e300 }])", "stored"),
    // Signals.
    ("fetchZip([url], { signal: aborted(undefined) })", "undefined"),
    ("fetchZip([url], { signal: aborted(null) })", "null"),
    ("fetchZip([url], { signal: aborted(new Proxy({}, { get() { throw mine; } })) })", "an object"),
    ("fetchZip([never], { signal: later(undefined) })", "undefined"),
    ("fetchZip([url], { signal: { aborted: true, addEventListener() {} } })", "undefined"),
    (
        "fetchZip([url], { signal: { aborted: true, get reason() { throw mine; }, addEventListener() {} } })",
        "mine",
    ),
    ("fetchZip([never], { signal: new Own() })", "mine"),
    ("fetchZip([never], { signal: new Own((signal) => ({ get() { throw mine; } })) })", "mine"),
    (
        "fetchZip([never], { signal: Object.setPrototypeOf(later(mine), (class extends AbortSignal {}).prototype) })",
        "mine",
    ),
    ("fetchZip([url], { signal: { aborted: false, addEventListener() {} } })", "stored"),
    (
        "fetchZip([url], { signal: { get aborted() { throw mine; }, addEventListener() {} } })",
        "TypeError: options.signal must be an AbortSignal",
    ),
    (
        "fetchZip([url], { signal: new Proxy(new AbortController().signal, {}) })",
        "TypeError: options.signal must be an AbortSignal",
    ),
    // Sinks.
    (
        "fetchZip([url], { sink: { get locked() { throw mine; }, getWriter() {} } })",
        "TypeError: options.sink must be a WritableStream",
    ),
    (
        "fetchZip([url], { sink: { locked: false, getWriter() { throw mine; } } })",
        "Error: the archive could not be written to its sink (mine)",
    ),
    (
        "fetchZip([url], { sink: { locked: false, getWriter() {} } })",
        "Error: the archive could not be written to its sink (",
    ),
    (
        "fetchZip([url], { sink: { locked: false, getWriter: () => ({}) } })",
        "Error: the archive could not be written to its sink (",
    ),
    (
        "fetchZip([url], { sink: sinkOf({ write() { throw mine; }, abort() { throw mine; }, releaseLock() { throw mine; } }) })",
        "mine",
    ),
    ("fetchZip([url], { sink: sinkOf({ write() { throw mine; } }) })", "mine"),
    ("fetchZip([url], { sink: sinkOf({ write() {}, close() { throw mine; } }) })", "mine"),
    ("fetchZip([url], { sink: sinkOf({ write() {}, close() {} }) })", "stored"),
    ("fetchZip([never], { sink: sinkOf({ write() {} }), signal: later(mine) })", "mine"),
    (
        "fetchZip([url], { sink: new WritableStream({ write() { throw undefined; } }) })",
        "Error: the archive could not be written to its sink",
    ),
    (
        "fetchZip([url], { sink: new WritableStream({ write() { throw mine; }, abort() { throw hostile; } }) })",
        "mine",
    ),
    // Functions that call the package.
    ("within((once) => fetchZip([url], { onEvent: once(() => fetchZip([url])) }))", "stored"),
    ("within((once) => fetchZip([url], { onProgress: once(() => fetchZip([url])) }))", "stored"),
    ("within((once) => fetchZip([url], { filter: once(() => fetchZip([url])) }))", "stored"),
    ("within((once) => fetchZip([url], { request: once(() => fetchZip([url])) }))", "stored"),
    ("stopped(startFetchZip, [url, never])", "stored stopped: "),
    ("fetchZip([url]).then((before) => fetchZip([url], { onEvent: () => before.dispose() }))", "stored"),
    ("fetchZip([url], { filter: () => Promise.resolve(false) })", "stored"),
    ("fetchZip([url], { filter: (item) => (Object.freeze(item), hostile) })", "stored"),
    ("fetchZip([url], { onEvent: (event) => Object.freeze(event) })", "stored"),
    // Results.
    (
        "fetchZip([url]).then((result) => (result.dispose(), result.dispose(), result.select([0])))",
        "Error: the result was disposed of",
    ),
    (
        "fetchZip([url]).then((result) => (result.dispose(), result.dispose(), result.save()))",
        "Error: the result was disposed of",
    ),
    (
        "fetchZip([url]).then((result) => (result.dispose(), result.dispose(), result.retry([0]).result))",
        "stored",
    ),
    ("fetchZip([url]).then((result) => result.select(new Proxy([], { get() { throw mine; } })))", "mine"),
    ("fetchZip([url]).then((result) => result.select(new Proxy([], { has() { throw mine; } })))", "mine"),
    ("fetchZip([url]).then((result) => result.select(revoked()))", "TypeError"),
    (
        "fetchZip([url]).then((result) => result.select([Symbol('a')]))",
        "TypeError: items[0] must be the index of an item",
    ),
    (
        "fetchZip([url]).then((result) => result.select([0n]))",
        "TypeError: items[0] must be the index of an item",
    ),
    (
        "fetchZip([url]).then((result) => result.select([hostile]))",
        "TypeError: items[0] must be the index of an item",
    ),
    (
        "fetchZip([url]).then((result) => result.select([, 0]))",
        "TypeError: items[0] must be the index of an item",
    ),
    ("fetchZip([url]).then((result) => result.select((function* () { yield 0; throw mine; })()))", "mine"),
    (
        "fetchZip([url]).then((result) => result.save(hostile))",
        "TypeError: fileName must be a string, not an object",
    ),
    ("fetchZip([url]).then((result) => { result.items.length = 0; return result.select([0]); })", "stored"),
    (
        "fetchZip([url]).then((result) => { Object.freeze(result).items.forEach(Object.freeze); return result.select([0]); })",
        "stored",
    ),
    (
        "fetchZip([url]).then(({ items, select }) => {
           Object.defineProperty(items[0], 'outcome', { get() { throw mine; } });
           return select([0]);
         })",
        "mine",
    ),
    (
        "fetchZip([url]).then(({ select, dispose }) => select([0]).then((other) => (dispose(), other)))",
        "stored",
    ),
    (
        "fetchZip([url]).then((result) => result.retry([Symbol('a')]).result)",
        "TypeError: items[0] must be the index of an item",
    ),
    (
        "fetchZip([url]).then((result) => result.retry([0], { retries: hostile }).result)",
        "TypeError: options.retries must be a number",
    ),
    (
        "fetchZip([url]).then((result) => result.retry([0], new Proxy({}, { get() { throw mine; } })).result)",
        "mine",
    ),
    // The rest of a run, and of the entry.
    ("startFetchZip([url]).skip(hostile)", "TypeError: item must be the index of an item"),
    ("startFetchZip([url]).retry(NaN)", "RangeError: item must be the index of an item"),
    ("readPartly(startFetchZip([url]))", "stored"),
    (
        "entry.downloadSink({ fileName: Symbol('a') })",
        "TypeError: options.fileName must be a string that is not empty, not Symbol(a)",
    ),
    (
        "entry.downloadSink({ fileName: 'a', scope: Symbol('a'), picker: false })",
        "TypeError: options.scope must be an address, not Symbol(a)",
    ),
    ("entry.downloadSink({ get fileName() { throw mine; } })", "mine"),
    ("entry.parseList(Symbol('a'))", "TypeError: text must be a string, not Symbol(a)"),
    ("entry.parseList(url, { form: hostile })", "TypeError: options.form must be a string, not an object"),
    (
        "entry.parseList(url, { base: hostile })",
        "TypeError: options.base must be a string or a URL, not an object",
    ),
    ("entry.parseList(url, { get column() { throw mine; } })", "mine"),
];

/// Makes the calls that `args` names, of an entry that has started its engine and of one that has not. Returns for each
/// its outcome, that of the next call, and what was reported as uncaught or printed as an error.
const MAKE: &str = "
    const { url, never } = args;
    const shown = (value) => {
      try {
        return value === mine ? 'mine' : value instanceof Error ? `${value.name}: ${value.message}` : String(value);
      } catch {
        return 'an object';
      }
    };
    let uncaught = [];
    const note = (event) => {
      event.preventDefault();
      uncaught.push(shown(event.reason ?? event.error));
    };
    addEventListener('error', note);
    addEventListener('unhandledrejection', note);
    console.error = (...given) => uncaught.push(given.map(shown).join(' '));

    const mine = new RangeError('mine');
    const throws = () => { throw mine; };
    const hostile = { valueOf: throws, toString: throws };
    const revoked = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; };
    const soon = (call) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = call; port2.postMessage(0); };
    const withReason = (signal, reason) => Object.defineProperty(signal, 'reason', { value: reason });
    const aborted = (reason) => withReason(AbortSignal.abort(), reason);
    const later = (reason) => {
      const controller = new AbortController();
      soon(() => controller.abort(reason));
      return withReason(controller.signal, reason);
    };
    class Own extends EventTarget {
      aborted = false;
      constructor(reason = () => ({ value: mine })) {
        super();
        Object.defineProperty(this, 'reason', reason(this));
        soon(() => { this.aborted = true; this.dispatchEvent(new Event('abort')); });
      }
    }
    const sinkOf = (writer) => ({ locked: false, getWriter: () => writer });
    // A call within another, once; the outcome is that of the inner one.
    const within = async (outer) => {
      let inner;
      await outer((call) => () => { inner ??= call(); });
      return inner;
    };
    const stopped = (startFetchZip, urls) => {
      const run = startFetchZip(urls, { onEvent({ kind }) { if (kind === 'stored') run.stop(); } });
      return run.result;
    };
    const readPartly = async ({ events, result }) => {
      const iterator = events[Symbol.asyncIterator]();
      const reads = [iterator.next(), iterator.next(), iterator.next()];
      await iterator.return(mine);
      await Promise.all(reads);
      return result;
    };

    const wordsOf = ({ items, sourcesError }) => {
      const outcomes = items.map(({ error, outcome }) => (error ? `${error.kind}: ${error.message}` : outcome));
      return outcomes.join(' ') + (sourcesError === null ? '' : `; ${shown(sourcesError)}`);
    };
    const outcomeOf = async (call, entry) => {
      const names = { entry, url, never, mine, hostile, revoked, aborted, later, Own, sinkOf, within, stopped, readPartly };
      try {
        const make = new Function('fetchZip', 'startFetchZip', ...Object.keys(names), `return ${call}`);
        const value = await make(entry.fetchZip, entry.startFetchZip, ...Object.values(names));
        return value?.items ? wordsOf(value) : `resolved to ${shown(value)}`;
      } catch (error) {
        return shown(error);
      }
    };
    const reports = [];
    for (const [number, call] of args.calls.entries()) {
      for (const entry of ['', `?not-started-${args.first + number}`]) {
        uncaught = [];
        const outcome = await outcomeOf(call, await import(`./pkg/fetchzip.js${entry}`));
        const next = wordsOf(await fetchZip([url]));
        reports.push([call, outcome, next, uncaught]);
      }
    }
    return reports;";

/// Makes calls, and asserts how they end.
async fn check(browser: &Browser, place: Place, first: usize, calls: &[(&str, &str)]) {
    let url = browser.origin.url("/image/1/64x48.jpg");
    let never = browser.origin.url("/image/2/64x48.jpg?gate=never");
    let bodies: Vec<&str> = calls.iter().map(|(call, _)| *call).collect();
    let args = json!({ "url": url, "never": never, "calls": bodies, "first": first });
    let reports = browser.run(place, MAKE, args).await.unwrap();
    let reports = reports.as_array().unwrap();
    assert_eq!(reports.len(), 2 * calls.len());
    for (report, (_, expected)) in reports.iter().zip(calls.iter().flat_map(|call| [call, call])) {
        let outcome = report[1].as_str().unwrap();
        assert!(outcome.starts_with(expected), "{place:?}: expected {expected}: {report}");
        assert_eq!((&report[2], &report[3]), (&json!("stored"), &json!([])), "{place:?}: {report}");
    }
}

#[test]
fn a_call_with_hostile_objects_settles_and_the_next_one_works() {
    with_package(async |browser| {
        // One by one, so that the last line printed names a call that does not settle.
        for (row, call) in CALLS.iter().enumerate() {
            println!("{}", call.0);
            check(browser, Place::Page, row, &[*call]).await;
        }
    });
}

#[test]
fn in_the_caller_s_own_worker_too() {
    with_package(async |browser| check(browser, Place::Worker, 0, CALLS).await);
}

/// Scripts that change what all arrays, promises, maps and functions inherit, as libraries do or did.
const PATCHED: &str = "
    for (const { prototype } of [Array, Promise, Map, Set, Function, String, Number]) {
      prototype.ofThePage = function () { return this; };
    }
    // As Prototype.js did.
    Array.prototype.toJSON = String.prototype.toJSON = function () { return 'of the page'; };
    // As zone.js does.
    const { then } = Promise.prototype;
    Promise.prototype.then = function (onValue, onError) {
      const around = (call) => (typeof call === 'function' ? (value) => call(value) : call);
      return then.call(this, around(onValue), around(onError));
    };
    // As polyfills do, whose functions are slower and can be enumerated.
    for (const { prototype } of [Array, Map, Set]) {
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const own = Object.getOwnPropertyDescriptor(prototype, name).value;
        if (name === 'constructor' || typeof own !== 'function') continue;
        prototype[name] = function (...given) { return own.apply(this, given); };
      }
    }";

#[test]
fn prototypes_that_the_page_has_patched_change_nothing() {
    with_package_after(PATCHED, async |browser| {
        let body = "
            const events = new Set();
            let progress = 0;
            const sources = [args, { url: args, columns: { a: 'b' }, fallbacks: [args], request: { headers: { Accept: 'image/*' } } },
              { name: 'a.txt', data: 'text' }];
            const options = { manifest: true, onEvent: ({ kind }) => events.add(kind), onProgress: () => { progress += 1; },
              request: undefined };
            const results = [await fetchZip(sources, options)];
            results.push(await results[0].select([0, 2]));
            results.push(await results[0].retry([1]).result);
            await results[0].prove();
            const words = results.map(({ items }) => items.map(({ error, outcome }) => error?.message ?? outcome).join(' '));
            // Drivers of browsers would call these, too.
            delete Array.prototype.toJSON;
            delete String.prototype.toJSON;
            return [words, [...events].join(' '), progress > 0];";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let value = browser.run(place, body, json!(url)).await.unwrap();
            let outcomes = ["stored stored stored", "stored left-out stored", "stored"];
            let events = value[1].as_str().unwrap();
            assert_eq!(value[0], json!(outcomes), "{place:?}");
            assert!(events.starts_with("queued started") && events.ends_with("stored"), "{place:?}: {value}");
            assert_eq!(value[2], true, "{place:?}: progress is reported");
        }
    });
}

#[test]
fn the_same_url_ten_thousand_times_is_ten_thousand_images() {
    with_package(async |browser| {
        let body = "
            const { items } = await fetchZip(Array(10_000).fill(args));
            const stored = items.filter(({ outcome }) => outcome === 'stored');
            const repeated = await fetchZip(Array(10_000).fill(args), { skipRepeated: 'urls' });
            return [stored.length, new Set(stored.map(({ entryName }) => entryName)).size, items[9_999].entryName,
              repeated.items.filter(({ outcome }) => outcome === 'stored').length];";
        let url = browser.origin.url("/image/1/8x8.jpg?key=same");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!([10_000, 10_000, "8x8 (10000).jpg", 1]));
        assert_eq!(browser.origin.counters("same")["requests"], 10_001);
    });
}

#[test]
fn an_engine_that_is_said_to_be_where_nothing_can_be_is_named_and_starts_at_the_next_call() {
    with_package(async |browser| {
        // The entry in one file has an engine of its own.
        let body = "
            const mine = new RangeError('mine');
            const wrong = [{ get wasm() { throw mine; } }, { wasm: 5 }, { wasm: Symbol('a') }, { wasm: {} }];
            const reports = [];
            for (const [number, where] of wrong.entries()) {
              const { init, fetchZip } = await import(`./pkg/inline.js?wrong-${number}`);
              const words = await init(where).then(() => 'resolved', (error) => (error === mine ? 'mine' : error.message));
              const { items } = await fetchZip([args]);
              reports.push([words, items[0].outcome]);
            }
            return reports;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let reports = browser.run(Place::Page, body, json!(url)).await.unwrap();
        for (number, report) in reports.as_array().unwrap().iter().enumerate() {
            let expected = if number == 0 { "mine" } else { "fetchzip could not load its wasm (" };
            assert!(report[0].as_str().unwrap().starts_with(expected), "{report}");
            assert_eq!(report[1], "stored", "{report}");
        }
    });
}

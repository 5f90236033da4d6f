//! Lists that arrive: async iterables.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};
use support::archive::contents::entries;

#[test]
fn a_run_starts_with_the_first_address_and_asks_for_no_more_than_it_needs() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("pace{place:?}");
            let args = json!({
                "url": browser.origin.url(&format!("/image/1/64x48.jpg?key={key}&gate={key}")),
                "arrived": format!("{}/control/wait?key={key}&inFlight=2", browser.origin.cross),
                "open": format!("{}/control/open?gate={key}", browser.origin.cross),
            });
            let body = "
                let given = 0, closed = false;
                async function* pages() {
                  try { while (given < 60) { given++; yield args.url; } } finally { closed = true; }
                }
                const run = fetchZip(pages(), { concurrency: 2 });
                await fetch(args.arrived);
                // Whatever was asked for in excess would have been by now.
                for (let turn = 0; turn < 20; turn++) await fetch(args.arrived);
                const before = given;
                await fetch(args.open);
                const { blob, items, sourcesError } = await run;
                return { before, given, closed, sourcesError, zip: await base64(blob), items: items.length };";
            let result = browser.run(place, body, args).await.unwrap();
            assert!((2..=3).contains(&result["before"].as_u64().unwrap()), "{place:?}: {}", result["before"]);
            assert_eq!(
                (&result["given"], &result["items"], &result["closed"]),
                (&json!(60), &json!(60), &json!(true))
            );
            assert_eq!(result["sourcesError"], Value::Null);
            let zip = BASE64_STANDARD.decode(result["zip"].as_str().unwrap()).unwrap();
            assert_eq!(entries(&zip).len(), 60);
        }
    });
}

#[test]
fn a_list_that_breaks_keeps_what_had_come() {
    with_package(async |browser| {
        for place in PLACES {
            let body = "
                async function* pages() { yield args; yield { name: 'a.txt', data: 'x' }; throw new Error('page 3 is gone'); }
                const { items, sourcesError } = await fetchZip(pages());
                async function* wrong() { yield args; yield 5; }
                const other = await fetchZip(wrong());
                return [items.map(({ outcome }) => outcome), sourcesError.message, other.items.length, other.sourcesError.name];";
            let url = browser.origin.url("/image/1/64x48.jpg");
            let result = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(result, json!([["stored", "stored"], "page 3 is gone", 1, "TypeError"]), "{place:?}");
        }
    });
}

#[test]
fn the_list_is_closed_when_the_run_ends_early() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/5000b.jpg");
        for place in PLACES {
            let body = "
                let closed, hasClosed = new Promise((resolve) => { closed = resolve; });
                async function* endless() { try { for (;;) yield args; } finally { closed(); } }
                const { items } = await fetchZip(endless(), { maxTotalBytes: 12000 });
                await hasClosed;
                const controller = new AbortController();
                let again, hasClosedAgain = new Promise((resolve) => { again = resolve; });
                async function* others() { try { yield args; controller.abort(); yield args; } finally { again(); } }
                const error = await fetchZip(others(), { signal: controller.signal }).catch((error) => error.name);
                await hasClosedAgain;
                return [items.filter(({ outcome }) => outcome === 'stored').length, error];";
            let result = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(result, json!([2, "AbortError"]), "{place:?}");
        }
    });
}

#[test]
fn a_list_that_arrives_is_closed_when_its_run_is_stopped_and_what_had_come_is_kept() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("halted{place:?}");
            let args = json!({
                "url": browser.origin.url(&format!("/image/1/64x48.jpg?key={key}")),
                "held": browser.origin.url(&format!("/image/2/64x48.jpg?key={key}&gate=never")),
            });
            // Once while a source is awaited, and once while requests are.
            let body = "
                const results = [];
                for (const isAwaited of [true, false]) {
                  let hasClosed, closed = new Promise((resolve) => { hasClosed = resolve; });
                  async function* pages() {
                    try {
                      yield args.url;
                      yield { name: 'a.txt', data: 'own' };
                      if (isAwaited) await new Promise((resolve) => setTimeout(resolve, 300));
                      for (;;) yield args.held;
                    } finally { hasClosed(); }
                  }
                  const run = startFetchZip(pages(), { concurrency: 2 });
                  let stored = 0;
                  for await (const { kind } of run.events) if (kind === 'stored' && (stored += 1) === 2) run.stop();
                  const { items, blob, sourcesError } = await run.result;
                  await closed;
                  const kinds = new Set(items.slice(2).map(({ error }) => error.kind));
                  results.push([items.slice(0, 2).map(({ outcome }) => outcome), [...kinds], sourcesError, await base64(blob)]);
                }
                return results;";
            let results = browser.run(place, body, args).await.unwrap();
            for result in results.as_array().unwrap() {
                assert_eq!(result[0], json!(["stored", "stored"]), "{place:?}");
                assert!(
                    result[1] == json!([]) || result[1] == json!(["stopped"]),
                    "{place:?}: {}",
                    result[1]
                );
                assert_eq!(result[2], Value::Null, "{place:?}");
                let zip = BASE64_STANDARD.decode(result[3].as_str().unwrap()).unwrap();
                assert_eq!(entries(&zip).len(), 2, "{place:?}");
            }
            browser.origin.wait(&key, "inFlight=0");
        }
    });
}

#[test]
fn rules_for_lists_hold_for_those_that_arrive() {
    with_package(async |browser| {
        let args = json!({
            "url": browser.origin.url("/image/1/64x48.jpg"),
            "other": format!("{}/image/1/64x48.jpg?key=leak", browser.origin.cross),
        });
        for place in PLACES {
            let body = "
                async function* list() { yield args.url; yield args.other; yield args.url; yield 'no address'; }
                const { items } = await fetchZip(list(), {
                  request: { headers: { 'X-Key': 'secret' } }, skipRepeated: 'urls', manifest: true, filter: () => true,
                });
                return items.map(({ outcome, error, entryName }) => [outcome, error?.kind ?? null, entryName]);";
            let result = browser.run(place, body, args.clone()).await.unwrap();
            let expected = json!([
                ["stored", null, "64x48.jpg"],
                ["failed", "request", null],
                ["left-out", null, null],
                ["failed", "address", null],
            ]);
            assert_eq!(result, expected, "{place:?}");
        }
        assert_eq!(browser.origin.counters("leak")["requests"], 0);
    });
}

#[test]
fn a_long_list_into_a_sink_is_whole() {
    with_package(async |browser| {
        let body = "
            async function* list() { for (let n = 0; n < 2000; n++) yield { name: `${n}.txt`, data: `${n}` }; }
            let bytes = 0;
            const sink = new WritableStream({ write(piece) { bytes += piece.byteLength; } });
            const { items } = await fetchZip(list(), { sink });
            return [items.length, items.every(({ outcome, entryName }, n) => outcome === 'stored' && entryName === `${n}.txt`), bytes > 100000];";
        let result = browser.run(Place::Page, body, Value::Null).await.unwrap();
        assert_eq!(result, json!([2000, true, true]));
    });
}

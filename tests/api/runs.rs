//! `startFetchZip`: what a run's handle shows, and what its commands do.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package};
use crate::browser::Browser;

/// The addresses of the demo server's control, for scripts of a test.
fn control(browser: &Browser) -> String {
    format!("{}/control/", browser.origin.cross)
}

#[test]
fn a_run_that_is_paused_at_once_sends_nothing_until_it_resumes() {
    with_package(async |browser| {
        let body = "
            const run = startFetchZip([args.url], { manifest: true });
            run.pause();
            // By the end of another run, this one would have sent its request.
            await fetchZip([args.other]);
            await fetchZip([args.other]);
            const { requests } = await (await fetch(args.counters)).json();
            run.resume();
            const { items } = await run.result;
            return [requests, items[0].outcome];";
        for place in PLACES {
            let key = format!("paused-{place:?}");
            let args = json!({
                "url": browser.origin.url(&format!("/image/1/64x48.jpg?key={key}")),
                "other": browser.origin.url("/image/2/64x48.jpg"),
                "counters": format!("{}counters?key={key}", control(browser)),
            });
            let value = browser.run(place, body, args).await.unwrap();
            assert_eq!(value, json!([0, "stored"]), "{place:?}");
        }
    });
}

#[test]
fn a_run_that_is_stopped_keeps_what_has_arrived() {
    with_package(async |browser| {
        let body = "
            const run = startFetchZip(args);
            for await (const { kind } of run.events) if (kind === 'stored') run.stop();
            const { items, blob } = await run.result;
            return [items.map(({ outcome, error }) => [outcome, error?.kind ?? null]), blob.size > 100, run.progress.failed];";
        for place in PLACES {
            let key = format!("stopped-{place:?}");
            let urls = [
                browser.origin.url(&format!("/image/1/64x48.jpg?key={key}&gate=never")),
                browser.origin.url("/image/2/64x48.jpg"),
                browser.origin.url(&format!("/image/3/64x48.jpg?key={key}&gate=never")),
            ];
            let value = browser.run(place, body, json!(urls)).await.unwrap();
            let stopped = json!(["failed", "stopped"]);
            assert_eq!(value, json!([[stopped, ["stored", null], stopped], true, 2]), "{place:?}");
            browser.origin.wait(&key, "inFlight=0");
        }
    });
}

#[test]
fn an_entry_that_was_imported_from_two_addresses_begins_its_engine_once() {
    with_package(async |browser| {
        let body = "
            const entries = await Promise.all([1, 2].map((number) => import(`./pkg/fetchzip.js?${number}`)));
            const results = await Promise.all(entries.map(({ fetchZip }) => fetchZip(args)));
            return results.map(({ items }) => items.map(({ outcome }) => outcome));";
        let urls = [1, 2].map(|seed| browser.origin.url(&format!("/image/{seed}/64x48.jpg")));
        let value = browser.run(Place::Page, body, json!(urls)).await.unwrap();
        assert_eq!(value, json!([["stored", "stored"], ["stored", "stored"]]));
    });
}

#[test]
fn commands_of_before_the_engine_is_loaded_are_carried_out() {
    with_package(async |browser| {
        let body = "
            const inline = await import('./pkg/inline.js');
            const run = inline.startFetchZip(args.urls);
            const before = run.progress;
            run.skip(1);
            run.pause();
            const events = [];
            for await (const event of run.events) {
              events.push(event.kind);
              if (event.kind === 'failed') run.resume();
            }
            const { items } = await run.result;
            const { requests } = await (await fetch(args.counters)).json();
            return [before, events.slice(0, 3), items.map(({ outcome, error }) => error?.kind ?? outcome), requests];";
        let urls = [1, 2].map(|seed| browser.origin.url(&format!("/image/{seed}/64x48.jpg?key=early")));
        let args = json!({
            "urls": urls,
            "counters": format!("{}counters?key=early", control(browser)),
        });
        let value = browser.run(Place::Page, body, args).await.unwrap();
        let nothing = json!({
            "total": 2, "stored": 0, "failed": 0, "bytes": 0, "expectedBytes": null, "fraction": 0, "msLeft": null,
        });
        assert_eq!(value, json!([nothing, ["queued", "queued", "failed"], ["stored", "stopped"], 1]));
    });
}

#[test]
fn one_item_is_skipped_and_another_asked_for_once_more() {
    with_package(async |browser| {
        let body = "
            const asked = [];
            const request = (_, { item, attempt, error }) => {
              asked.push([item, attempt, error?.kind ?? null]);
              return {};
            };
            const run = startFetchZip(args.urls, { request });
            const started = [0, 0];
            for await (const { kind, item } of run.events) {
              if (kind === 'started') started[item] += 1;
              if (kind === 'started' && started[0] === 1 && started[1] === 1) {
                await fetch(args.bothArrived);
                run.skip(0);
                run.retry(1);
                await fetch(args.again);
                await fetch(args.open);
              }
            }
            const { items } = await run.result;
            return [started, items.map(({ outcome, error, attempts }) => [outcome, error?.kind ?? null, attempts]), asked];";
        for place in PLACES {
            let key = format!("commands-{place:?}");
            let control = control(browser);
            let path = |seed| format!("/image/{seed}/64x48.jpg?key={key}&gate={key}");
            let urls = [1, 2].map(|seed| browser.origin.url(&path(seed)));
            let args = json!({
                "urls": urls,
                "bothArrived": format!("{control}wait?key={key}&inFlight=2"),
                "again": format!("{control}wait?key={key}&requests=3&closedEarly=2"),
                "open": format!("{control}open?gate={key}"),
            });
            let value = browser.run(place, body, args).await.unwrap();
            let expected = json!([
                [1, 2],
                [["failed", "stopped", 1], ["stored", null, 2]],
                [[0, 1, null], [1, 1, null], [1, 2, "stopped"]],
            ]);
            assert_eq!(value, expected, "{place:?}");
        }
    });
}

#[test]
fn what_is_not_the_index_of_an_item_is_refused_by_name() {
    with_package(async |browser| {
        let body = "
            const run = startFetchZip([args]);
            const words = [];
            for (const [command, item] of [['skip', 1], ['skip', -1], ['retry', 0.5], ['retry', '0'], ['skip', undefined]]) {
              try { run[command](item); } catch (error) { words.push(`${error}`); }
            }
            await run.result;
            return words;";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        let must = "item must be the index of an item, a whole number from 0 on and below 1, not";
        let expected = [
            format!("RangeError: {must} 1"),
            format!("RangeError: {must} -1"),
            format!("RangeError: {must} 0.5"),
            format!("TypeError: {must} 0"),
            format!("TypeError: {must} undefined"),
        ];
        assert_eq!(value, json!(expected));
    });
}

#[test]
fn each_iterator_gets_the_events_from_its_beginning_to_the_end() {
    with_package(async |browser| {
        let body = "
            const listened = [];
            const run = startFetchZip(args.urls, { onEvent: (event) => listened.push(event) });
            const all = async (events) => {
              const seen = [];
              for await (const event of events) seen.push(event);
              return seen;
            };
            const names = (events) => events.map(({ kind, item }) => `${kind} ${item}`);
            const [first, second] = [all(run.events), all(run.events)];
            // Reads nothing before the end.
            const idle = run.events[Symbol.asyncIterator]();
            let late;
            for await (const { kind } of run.events) {
              if (kind === 'stored') {
                late = all(run.events);
                // Leaving the loop calls `return`.
                break;
              }
            }
            await fetch(args.open);
            await run.result;
            const left = run.events[Symbol.asyncIterator]();
            const reading = [left.next(), left.next()];
            const isWhole = (events) => JSON.stringify(names(events)) === JSON.stringify(names(listened));
            const unread = names(await all(idle));
            return {
              areWhole: [isWhole(await first), isWhole(await second)],
              late: new Set(names(await late)).has('stored 1') && !names(await late).includes('stored 0'),
              received: unread.filter((name) => name === 'received 0').length,
              isIdleWhole: new Set(unread).size === new Set(names(listened)).size,
              after: await Promise.all(reading), afterReturn: await left.return(5),
            };";
        for place in PLACES {
            let gate = format!("late-{place:?}");
            let args = json!({
                // Of two chunks or more.
                "urls": [
                    browser.origin.url("/image/1/300000b.jpg?chunk=100000"),
                    browser.origin.url(&format!("/image/2/64x48.jpg?gate={gate}")),
                ],
                "open": format!("{}open?gate={gate}", control(browser)),
            });
            let value = browser.run(place, body, args).await.unwrap();
            // `undefined` has no JSON.
            let done = json!({ "done": true });
            let expected = json!({
                "areWhole": [true, true], "late": true, "received": 1, "isIdleWhole": true,
                "after": [done, done], "afterReturn": { "done": true, "value": 5 },
            });
            let mut value = value;
            for read in value["after"].as_array_mut().unwrap() {
                read.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            }
            assert_eq!(value, expected, "{place:?}");
        }
    });
}

#[test]
fn the_events_of_a_run_that_is_aborted_end_and_nothing_is_reported_as_unhandled() {
    with_package(async |browser| {
        let body = "
            const unhandled = [];
            globalThis.addEventListener('unhandledrejection', (event) => { unhandled.push(`${event.reason}`); event.preventDefault(); });
            const controller = new AbortController();
            const run = startFetchZip([args], { signal: controller.signal });
            for await (const { kind } of run.events) if (kind === 'started') controller.abort('no longer wanted');
            // Rejections are reported in a task of their own.
            for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve));
            return [await run.result.catch((reason) => reason), unhandled];";
        for place in PLACES {
            let url = browser.origin.url("/image/1/64x48.jpg?gate=never");
            let value = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(value, json!(["no longer wanted", []]), "{place:?}");
        }
    });
}

#[test]
fn progress_rises_to_its_end_and_is_reported_as_it_changes() {
    with_package(async |browser| {
        let body = "
            const reported = [];
            const run = startFetchZip(args.urls, { retries: 0, onProgress: (progress) => reported.push(progress) });
            const seen = [];
            let isOpen = false;
            for await (const { kind } of run.events) {
              seen.push(run.progress);
              if (kind === 'failed') {
                while (!reported.some(({ failed }) => failed === 1)) await new Promise((resolve) => setTimeout(resolve));
                await fetch(args.open);
              }
            }
            let atTheEnd;
            const result = await run.result.then((result) => { atTheEnd = reported.length; return result; });
            const bytes = result.items.reduce((sum, item) => sum + item.bytes, 0);
            const rising = (values) => values.every((value, index) => value === null || value >= (values[index - 1] ?? 0));
            return {
              last: run.progress, isReported: JSON.stringify(reported.at(-1)) === JSON.stringify(run.progress),
              bytes, isRising: rising(seen.map(({ fraction }) => fraction)),
              isBetween: seen.some(({ fraction }) => fraction > 0 && fraction < 1),
              expected: seen.some(({ expectedBytes, bytes }) => expectedBytes > bytes),
              differ: reported.every((progress, index) => JSON.stringify(progress) !== JSON.stringify(reported[index + 1])),
              isAtTheEnd: atTheEnd === reported.length,
            };";
        for place in PLACES {
            let gate = format!("rest-{place:?}");
            let args = json!({
                "urls": [
                    browser.origin.url(&format!("/image/1/200000b.jpg?gate={gate}&gate-at=100000")),
                    browser.origin.url(&format!("/image/2/100000b.jpg?gate={gate}")),
                    browser.origin.url("/fault/status/404"),
                ],
                "open": format!("{}open?gate={gate}", control(browser)),
            });
            let value = browser.run(place, body, args).await.unwrap();
            let last = json!({
                "total": 3, "stored": 2, "failed": 1, "bytes": 300_000, "expectedBytes": 300_000, "fraction": 1, "msLeft": 0,
            });
            let expected = json!({
                "last": last, "isReported": true, "bytes": 300_000, "isRising": true, "isBetween": true,
                "expected": true, "differ": true, "isAtTheEnd": true,
            });
            assert_eq!(value, expected, "{place:?}");
        }
    });
}

#[test]
fn a_progress_callback_that_throws_does_not_end_the_run() {
    with_package(async |browser| {
        let body = "
            const reported = [];
            addEventListener('error', (event) => { reported.push(event.message); event.preventDefault(); });
            const onProgress = () => { throw new Error('a bar of mine'); };
            const { items } = await fetchZip([args], { onProgress });
            return [items[0].outcome, reported.some((text) => text.includes('a bar of mine'))];";
        let url = browser.origin.url("/image/1/64x48.jpg");
        let value = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(value, json!(["stored", true]));
    });
}

#[test]
fn commands_and_progress_in_a_callback_and_after_the_end_do_no_harm() {
    with_package(async |browser| {
        let body = "
            const { pause, resume, stop, skip, retry, result, ...run } = startFetchZip([args], {
              onEvent({ kind }) {
                if (kind !== 'started') return;
                pause();
                skip(0);
                retry(0);
                resume();
              },
            });
            const { items } = await result;
            for (const command of [pause, resume, stop, () => skip(0), () => retry(0)]) command();
            return items[0].error.kind;";
        for place in PLACES {
            let url = browser.origin.url("/image/1/64x48.jpg?gate=never");
            assert_eq!(browser.run(place, body, json!(url)).await.unwrap(), "stopped", "{place:?}");
        }
    });
}

#[test]
fn what_failed_is_fetched_once_more_into_another_result() {
    with_package(async |browser| {
        let body = "
            const shown = ({ items, fileName, blob }) =>
              [fileName, items.map(({ url, outcome, entryName }) => [url.replace(args.origin, '').split('?')[0], outcome, entryName]), blob?.size ?? 0];
            const failing = (path) => `${args.origin}${path}`;
            const sources = [failing('/image/1/64x48.jpg'), { url: failing(`/image/2/64x48.jpg?fail=1:404&key=${args.key}`), name: 'two.jpg' },
              'nonsense', failing('/image/3/64x48.jpg')];
            const first = await fetchZip(sources, { retries: 0, fileName: 'first.zip', signal: new AbortController().signal });
            const before = JSON.stringify(shown(first));
            const run = first.retry();
            const second = await run.result;
            const some = await first.retry(new Set([3, 1, 3]), { fileName: 'some.zip' }).result;
            const ofSelection = await (await first.select([3])).retry([0]).result;
            const none = await second.retry([]).result;
            const words = [];
            for (const call of [() => first.retry([4]), () => first.retry(['0']), () => first.retry(5), () => first.retry([], { retries: -1 })]) {
              try { call(); } catch (error) { words.push(`${error}`); }
            }
            await first.prove();
            await second.prove();
            return [before === JSON.stringify(shown(first)), run.progress.total, Object.keys(first).includes('retry'),
              ...[second, some, ofSelection, none].map((result) => shown(result).slice(0, 2)), words];";
        for place in PLACES {
            let args = json!({ "origin": browser.origin.http, "key": format!("once-{place:?}") });
            let value = browser.run(place, body, args).await.unwrap();
            let [one, two, three] = [
                json!(["/image/1/64x48.jpg", "stored", "64x48.jpg"]),
                json!(["/image/2/64x48.jpg", "stored", "two.jpg"]),
                json!(["/image/3/64x48.jpg", "stored", "64x48.jpg"]),
            ];
            let expected = [json!(true), json!(2), json!(false)];
            assert_eq!(value.as_array().unwrap()[..3], expected, "{place:?}: {value}");
            assert_eq!(value[3][1][0], two, "{place:?}");
            assert_eq!(value[3][1][1][1], "failed");
            assert_eq!(value[3][0], "first.zip");
            assert_eq!(value[4], json!(["some.zip", [two, three]]), "{place:?}");
            assert_eq!(value[5], json!(["first.zip", [one]]), "{place:?}");
            assert_eq!(value[6], json!(["first.zip", []]), "{place:?}");
            let index = "must be the index of an item, a whole number from 0 on and below 4, not";
            let words = [
                format!("RangeError: items[0] {index} 4"),
                format!("TypeError: items[0] {index} 0"),
                "TypeError: items must be an array or another iterable of indices, not 5".into(),
                "RangeError: options.retries must be a whole number from 0 on, or Infinity, not -1".into(),
            ];
            assert_eq!(value[7], json!(words), "{place:?}");
        }
    });
}

#[test]
fn a_thousand_items_of_a_run_that_nobody_watches_make_no_event_objects() {
    with_package(async |browser| {
        // Each event object has the property `kind`, which is set by `Reflect.set`.
        let body = "
            // By then the package has rehearsed, with a listener of its own.
            await fetchZip([args]);
            await fetchZip([args]);
            const { set } = Reflect;
            let made = 0;
            Reflect.set = (object, name, value) => { made += name === 'kind'; return set(object, name, value); };
            const run = startFetchZip(Array.from({ length: 1000 }, () => args));
            await run.result;
            const unwatched = made;
            const watched = startFetchZip([args]);
            const iterator = watched.events[Symbol.asyncIterator]();
            await watched.result;
            const whileWatched = made;
            await iterator.return();
            Reflect.set = set;
            return [unwatched, whileWatched > 3];";
        let data = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
        let value: Value = browser.run(Place::Page, body, json!(data)).await.unwrap();
        assert_eq!(value, json!([0, true]));
    });
}

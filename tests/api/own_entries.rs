//! Entries of the caller's own: texts, Blobs, buffers, responses and streams beside what is fetched.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package, with_package_under};
use support::archive::contents::entries;

#[test]
fn own_entries_stand_in_their_places_byte_for_byte() {
    with_package(async |browser| {
        let image = browser.origin.url("/image/1/64x48.jpg");
        let text = browser.origin.url("/file/notes.txt?kind=text&modified=1000000000");
        for place in PLACES {
            let body = "
                const bytes = Uint8Array.of(9, 8, 7, 6);
                const pieces = new ReadableStream({ start(controller) {
                  for (const piece of ['a', 'bc', '']) controller.enqueue(new TextEncoder().encode(piece));
                  controller.close();
                } });
                const run = fetchZip([
                  { name: 'metadata.json', data: JSON.stringify({ ü: 1 }) },
                  args.image,
                  { name: 'bytes.bin', data: bytes.subarray(1, 3) },
                  { name: 'blob.csv', data: new Blob(['1,2'], { type: 'text/csv' }), lastModified: new Date(Date.UTC(2020, 1, 2)) },
                  { data: new File(['x'], 'file.txt', { lastModified: Date.UTC(2021, 2, 3) }) },
                  { data: await fetch(args.text) },
                  { name: 'pieces.txt', data: pieces },
                  { name: 'empty', data: '' },
                  { name: '../metadata.json', data: 'again' },
                ]);
                bytes.fill(0);
                const { blob, items, timings } = await run;
                return { zip: await base64(blob), items, timings };";
            let args = json!({ "image": image, "text": text });
            let result = browser.run(place, body, args).await.unwrap();
            let zip = BASE64_STANDARD.decode(result["zip"].as_str().unwrap()).unwrap();
            let names = [
                "metadata.json",
                "64x48.jpg",
                "bytes.bin",
                "blob.csv",
                "file.txt",
                "notes.txt",
                "pieces.txt",
                "empty",
                "metadata (2).json",
            ];
            let image_bytes = browser.origin.get("/image/1/64x48.jpg");
            let contents: [&[u8]; 9] = [
                "{\"ü\":1}".as_bytes(),
                &image_bytes,
                &[8, 7],
                b"1,2",
                b"x",
                &browser.origin.get("/file/notes.txt?kind=text"),
                b"abc",
                b"",
                b"again",
            ];
            let expected: Vec<_> =
                names.map(str::to_owned).into_iter().zip(contents.map(<[u8]>::to_vec)).collect();
            assert!(entries(&zip) == expected, "{place:?}: {:?}", result["items"]);
            let items = result["items"].as_array().unwrap();
            assert_eq!(items[0]["url"], "");
            assert_eq!(items[1]["url"], image);
            assert_eq!(items[3]["type"], "text/csv");
            assert_eq!(result["timings"]["bytes"], image_bytes.len(), "own entries are not counted");
        }
    });
}

#[test]
fn a_stream_that_fails_costs_its_own_entry() {
    with_package(async |browser| {
        for place in PLACES {
            let body = "
                const failing = new ReadableStream({ start(controller) {
                  controller.enqueue(new Uint8Array(1000));
                  controller.error(new Error('the database is gone'));
                } });
                const text = new ReadableStream({ start(controller) { controller.enqueue(5); controller.close(); } });
                const { items } = await fetchZip([
                  { name: 'a', data: failing }, args, { name: 'b', data: text }, { name: 'c', data: 'kept' },
                ]);
                return items.map(({ outcome, error }) => [outcome, error?.kind ?? null, error?.message ?? '']);";
            let url = browser.origin.url("/image/1/64x48.jpg");
            let result = browser.run(place, body, json!(url)).await.unwrap();
            let kinds: Vec<_> =
                (0..4).map(|item| (result[item][0].clone(), result[item][1].clone())).collect();
            let stored = (json!("stored"), Value::Null);
            let failed = (json!("failed"), json!("data"));
            assert_eq!(kinds, [failed.clone(), stored.clone(), failed, stored], "{place:?}: {result}");
            assert!(result[0][2].as_str().unwrap().contains("the database is gone"), "{result}");
        }
    });
}

#[test]
fn large_entries_and_images_are_whole_without_a_worker_too() {
    with_package_under("worker-src 'none'", async |browser| {
        let body = "
            const unhandled = [];
            addEventListener('unhandledrejection', ({ reason }) => unhandled.push(`${reason}`));
            const megabytes = (count, end) => {
              let made = 0;
              const pull = (controller) => {
                if (made === count) end(controller);
                else controller.enqueue(new Uint8Array(1 << 20).fill(++made));
              };
              return new ReadableStream({ pull }, { highWaterMark: 0 });
            };
            const whole = await fetchZip([{ name: 'stream', data: megabytes(9, (controller) => controller.close()) }, args]);
            // Its checksums are of the bytes as they passed.
            await whole.prove();
            const broken = await fetchZip([
              { name: 'a', data: megabytes(9, (controller) => controller.error(new Error('gone'))) }, { name: 'b', data: 'kept' },
            ]);
            await broken.prove();
            const ends = [whole, broken].map(({ items }) => items.map(({ bytes, error }) => error?.kind ?? bytes));
            return [whole.storage, ...ends, unhandled];";
        let url = browser.origin.url("/image/1/9000000b.jpg");
        let result = browser.run(Place::Page, body, json!(url)).await.unwrap();
        assert_eq!(result, json!(["blobs", [9 << 20, 9_000_000], ["data", 4], []]));
    });
}

#[test]
fn a_stream_is_read_no_faster_than_the_archive_grows_and_cancelled_with_the_run() {
    with_package(async |browser| {
        for place in PLACES {
            let body = "
                let made = 0, cancelled, wasCancelled = new Promise((resolve) => { cancelled = resolve; });
                const endless = new ReadableStream({
                  pull(controller) { made++; controller.enqueue(new Uint8Array(65536)); },
                  cancel() { cancelled(); },
                }, { highWaterMark: 0 });
                const { items } = await fetchZip([{ name: 'a', data: endless }], { maxBytes: 1000000 });
                await wasCancelled;
                return [items[0].error.kind, made];";
            let result = browser.run(place, body, Value::Null).await.unwrap();
            assert_eq!(result[0], "too-large", "{place:?}");
            assert!(result[1].as_u64().unwrap() < 32, "{place:?}: {result}");
        }
    });
}

#[test]
fn an_entry_that_makes_no_sense_is_refused_by_name() {
    with_package(async |browser| {
        let cases = [
            ("{ name: 'a', data: 5 }", "urls[0].data must be"),
            ("{ name: 'a', data: locked }", "urls[0].data must be"),
            ("{ name: 'a', data: used }", "urls[0].data must be"),
            ("{ data: 'text' }", "urls[0].name must be a string"),
            ("{ name: 'a', data: '', lastModified: 'soon' }", "urls[0].lastModified must be a time"),
        ];
        for (source, message) in cases {
            let body = format!(
                "const locked = new ReadableStream(); locked.getReader();
                 const used = new Response('x'); await used.text();
                 await fetchZip([{source}])"
            );
            let rejection = browser.run(Place::Page, &body, Value::Null).await.unwrap_err();
            assert_eq!(rejection.class, "TypeError", "{source}: {rejection:?}");
            assert!(rejection.message.starts_with(message), "{source}: {rejection:?}");
        }
    });
}

#[test]
fn an_own_file_is_kept_as_it_is_with_its_name_whatever_its_bytes_are() {
    with_package(async |browser| {
        let body = "
            const image = new Uint8Array(await (await fetch(args)).arrayBuffer());
            const { items } = await fetchZip([
              { name: 'half.jpg', data: image.slice(0, 900) }, { name: 'page.html', data: '<!doctype html><p>x' },
              { name: 'COVER', data: image }, { name: 'a/photo.png', data: image }, { name: 'LICENSE', data: 'text' },
              { data: new File([image], 'scan') },
            ]);
            return items.map(({ outcome, entryName, attempts }) => [outcome, entryName, attempts]);";
        let url = browser.origin.url("/image/1/64x48.jpg");
        for place in PLACES {
            let result = browser.run(place, body, json!(url)).await.unwrap();
            let names = ["half.jpg", "page.html", "COVER", "a/photo.png", "LICENSE", "scan"];
            assert_eq!(result, json!(names.map(|name| ("stored", name, 1))), "{place:?}");
        }
    });
}

#[test]
fn what_can_t_be_read_whole_is_refused_by_name_before_anything_is_sent() {
    with_package(async |browser| {
        let args = json!({
            "own": format!("{}own/image/1/64x48.jpg", browser.address),
            "other": format!("{}/image/1/64x48.jpg?key=refused", browser.origin.cross),
        });
        let body = "
            const partly = new ReadableStream({ start(c) { c.enqueue(Uint8Array.of(1)); c.enqueue(Uint8Array.of(2)); c.close(); } });
            const reader = partly.getReader();
            await reader.read();
            reader.releaseLock();
            const sources = [
                { name: 'a', data: await fetch(args.other, { mode: 'no-cors' }) },
                { name: 'a', data: Response.error() },
                { name: 'a', data: partly },
                new Request(args.other, { redirect: 'error' }),
                new Request(args.other, { integrity: 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' }),
            ];
            const ends = [];
            for (const source of sources) {
                const end = await fetchZip([source]).then(() => 'resolved', (error) => `${error.name}: ${error.message}`);
                ends.push(end.split(' must be ').map((part, index) => index === 0 ? part : part.split(',')[0]).join(' | '));
            }
            return ends;";
        let ends = browser.run(Place::Page, body, args).await.unwrap();
        assert_eq!(
            ends,
            json!([
                "TypeError: urls[0].data | a Response that can be read",
                "TypeError: urls[0].data | a Response that can be read",
                "TypeError: urls[0].data | a ReadableStream of which nothing was read",
                "TypeError: urls[0] | a Request that follows redirects",
                "TypeError: urls[0] | a Request without integrity",
            ])
        );
        assert_eq!(browser.origin.counters("refused")["requests"], 1, "the first by the test itself");
    });
}

#[test]
fn a_stream_among_what_failed_does_not_keep_the_others_from_being_retried() {
    with_package(async |browser| {
        for place in PLACES {
            let url = browser.origin.url(&format!("/image/1/64x48.jpg?fail=1:500&key=again{place:?}"));
            let body = "
                const data = new ReadableStream({ pull(controller) { controller.error(new Error('gone')); } });
                const first = await fetchZip([{ name: 'a.txt', data }, args], { retries: 0 });
                const { items } = await first.retry().result;
                return [first.items, items].map((all) => all.map(({ outcome }) => outcome));";
            let ends = browser.run(place, body, json!(url)).await.unwrap();
            assert_eq!(ends, json!([["failed", "failed"], ["failed", "stored"]]), "{place:?}");
        }
    });
}

#[test]
fn an_object_that_looks_like_a_blob_is_read_or_fails_alone() {
    with_package(async |browser| {
        let body = "
            const stream = (piece) => new ReadableStream({ start(to) { to.enqueue(piece); to.close(); } });
            const like = (read) => ({ size: 5, type: () => {}, lastModified: () => {}, stream: read });
            const data = [
              like(() => stream(new TextEncoder().encode('right'))),
              like(() => { throw new Error('thrown by stream()'); }),
              like(() => stream(5)),
              like(() => null),
            ];
            const { blob, items } = await fetchZip(data.map((data, number) => ({ name: `${number}.txt`, data })));
            const text = await blob.text();
            return [items.map(({ outcome, error }) => error?.kind ?? outcome), text.includes('right')];";
        for place in PLACES {
            let value = browser.run(place, body, json!(null)).await.unwrap();
            assert_eq!(value, json!([["stored", "data", "data", "data"], true]), "{place:?}");
        }
    });
}

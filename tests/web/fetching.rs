//! Requests, bodies and archives, against the demo image server.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fetchzip::image::{FileType, Format};
use fetchzip::job::{ArchivePlace, Job, Order};
use fetchzip::run::{EventKind, Settings};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::{Ran, entries_of, fetch, job, plan_of, settings, start, start_into};
use super::origin::Origin;

fn at_once(in_flight: usize) -> Settings {
    let mut settings = settings();
    settings.fix_concurrency(in_flight);
    settings
}

#[wasm_bindgen_test]
async fn one_url_ten_times_gives_ten_different_pictures() {
    let Some(origin) = Origin::find("one_url_ten_times_gives_ten_different_pictures").await else { return };
    let ran = fetch(&vec![origin.url("/200/300"); 10], settings()).await;
    let mut entries = ran.entries().await;
    let names: Vec<_> = entries.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, (0..10).map(|n| format!("image-{n}.jpg")).collect::<Vec<_>>());
    entries.sort_by(|a, b| a.1.cmp(&b.1));
    entries.dedup_by(|a, b| a.1 == b.1);
    assert_eq!(entries.len(), 10);
    // Each is a redirect and a picture.
    assert_eq!(origin.counter("requests").await, 20.0);
}

#[wasm_bindgen_test]
async fn the_archive_has_the_exact_bytes_that_the_server_sent() {
    let Some(origin) = Origin::find("the_archive_has_the_exact_bytes_that_the_server_sent").await else {
        return;
    };
    let paths = ["/image/1/640x480.jpg", "/image/2/300000b.jpg", "/photo-a", "/image/3/64x64.webp"];
    let urls = paths.map(|path| origin.url(path));
    let ran = fetch(&urls, settings()).await;
    let entries = ran.entries().await;
    let names = ["640x480.jpg", "300000b.jpg", "photo-a.jpg", "64x64.webp"];
    for (index, path) in paths.into_iter().enumerate() {
        let (length, crc32) = origin.body_of(path).await;
        let (name, bytes) = &entries[index];
        assert_eq!((name.as_str(), bytes.len() as u64), (names[index], length), "{path}");
        assert_eq!(crc32fast::hash(bytes), crc32, "{path}");
        assert_eq!(ran.rows[index].image.as_ref().map(|image| image.crc32), Some(crc32), "{path}");
    }
}

#[wasm_bindgen_test]
async fn no_more_requests_are_in_flight_than_allowed() {
    let Some(origin) = Origin::find("no_more_requests_are_in_flight_than_allowed").await else {
        return;
    };
    let urls = vec![origin.url("/image/1/32x32.png"); 5];
    fetch(&urls, at_once(1)).await;
    assert_eq!(origin.counter("mostInFlight").await, 1.0);

    let origin = origin.another("three");
    let held = origin.url(&format!("/image/1/32x32.png?gate={}", origin.gate()));
    let urls = vec![held; 5];
    let opened = async {
        origin.wait_for("inFlight", 3).await;
        origin.open_gate().await;
    };
    futures::join!(fetch(&urls, at_once(3)), opened);
    assert_eq!(origin.counter("mostInFlight").await, 3.0);
}

#[wasm_bindgen_test]
async fn every_format_is_recognised_by_its_bytes() {
    let Some(origin) = Origin::find("every_format_is_recognised_by_its_bytes").await else { return };
    let kinds = [
        ("jpg", Format::Jpeg),
        ("png", Format::Png),
        ("webp", Format::WebP),
        ("gif", Format::Gif),
        ("bmp", Format::Bmp),
        ("tiff", Format::Tiff),
        ("tiff-big-endian", Format::Tiff),
        ("ico", Format::Ico),
        ("svg", Format::Svg),
        ("svg-xml", Format::Svg),
        ("avif", Format::Avif),
        ("heic", Format::Heic),
        ("jxl", Format::Jxl),
        ("jxl-container", Format::Jxl),
        ("svg-utf16", Format::Svg),
        ("svgz", Format::Svgz),
        ("heif", Format::Heif),
        ("cur", Format::Cur),
        ("mpo", Format::Jpeg),
        ("jp2", Format::Jp2),
        ("jxr", Format::Jxr),
        ("jls", Format::Jls),
        ("dng", Format::Dng),
        ("psd", Format::Psd),
        ("tga", Format::Tga),
        ("qoi", Format::Qoi),
        ("dds", Format::Dds),
    ];
    let urls = kinds.map(|(kind, _)| origin.url(&format!("/fixture/{kind}/photo.png")));
    let ran = fetch(&urls, settings()).await;
    for (row, (kind, format)) in ran.rows.iter().zip(kinds) {
        assert_eq!(
            row.image.as_ref().map(|image| &image.file_type),
            Some(&FileType::Image(format)),
            "{kind}"
        );
    }
    let names: Vec<_> = ran.entries().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[..4], ["photo.jpg", "photo.png", "photo.webp", "photo.gif"]);
    assert_eq!(names[6], "photo (2).tif");
}

#[wasm_bindgen_test]
async fn last_modified_is_the_entry_s_time() {
    let Some(origin) = Origin::find("last_modified_is_the_entry_s_time").await else { return };
    let urls = [origin.url("/image/1/32x32.png?modified=1580608922")];
    let bytes = fetch(&urls, settings()).await.bytes().await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("it is a zip");
    let time = archive.by_index(0).expect("it has an entry").last_modified().expect("it has a time");
    let parts = (time.year(), time.month(), time.day(), time.hour(), time.minute(), time.second());
    assert_eq!(parts, (2020, 2, 2, 2, 2, 2));
}

#[wasm_bindgen_test]
async fn a_compressed_response_is_stored_as_the_image_it_holds() {
    let Some(origin) = Origin::find("a_compressed_response_is_stored_as_the_image_it_holds").await else {
        return;
    };
    let ran = fetch(&[origin.url("/fault/gzip")], settings()).await;
    let entries = ran.entries().await;
    let (name, bytes) = &entries[0];
    assert_eq!((name.as_str(), bytes.len()), ("gzip.jpg", 20_000));
    assert!(bytes.starts_with(b"\xFF\xD8\xFF") && bytes.ends_with(b"\xFF\xD9"), "it is a whole JPEG");
    // Content-Length counts the compressed bytes.
    assert!(ran.rows[0].declared.is_some_and(|declared| declared < 20_000));
}

#[wasm_bindgen_test]
async fn the_times_of_an_image_are_in_order() {
    let Some(origin) = Origin::find("the_times_of_an_image_are_in_order").await else { return };
    let Ran { rows, .. } = fetch(&vec![origin.url("/image/1/200000b.jpg"); 3], at_once(2)).await;
    for row in rows {
        let times = [Some(row.queued), row.started(), row.headers(), row.finished];
        assert!(times.iter().all(Option::is_some) && times.is_sorted(), "{times:?}");
        assert_eq!(row.declared, Some(200_000));
    }
}

#[wasm_bindgen_test]
async fn progress_is_reported_while_a_body_arrives() {
    let Some(origin) = Origin::find("progress_is_reported_while_a_body_arrives").await else { return };
    let gate = origin.gate();
    let url = origin.url(&format!("/image/1/100000b.jpg?gate={gate}&gate-at=60000"));
    let plan = plan_of(&[url]);
    let (half, received) = futures::channel::oneshot::channel();
    let half = RefCell::new(Some(half));
    let emit = |event: fetchzip::run::Event| {
        if let EventKind::Received { bytes: 60_000 } = event.kind
            && let Some(half) = half.borrow_mut().take()
        {
            half.send(()).expect("the test waits for it");
        }
    };
    let handle = start(&plan, settings()).await;
    let run = handle.finish(&emit);
    let opened = async {
        received.await.expect("half of the body is reported while the rest is held");
        origin.open_gate().await;
    };
    let (archive, ()) = futures::join!(run, opened);
    assert!(archive.expect("there is an archive").blob.is_some());
}

#[wasm_bindgen_test]
async fn a_sink_gets_the_same_bytes_as_the_blob_in_input_order() {
    let Some(origin) = Origin::find("a_sink_gets_the_same_bytes_as_the_blob_in_input_order").await else {
        return;
    };
    let gate = origin.gate();
    // The first image ends last.
    let first = origin.url(&format!("/image/1/5000b.jpg?gate={gate}"));
    let urls = [
        first,
        origin.url("/image/2/9000b.jpg"),
        origin.url("/fault/html"),
        origin.url("/image/3/7000b.jpg"),
    ];
    let plan = plan_of(&urls);
    let written = Rc::new(RefCell::new(Vec::new()));
    let closed = Rc::new(RefCell::new(false));
    let sink = sink_of(&written, &closed);
    let handle = start_into(&sink, job(&plan, settings())).await;
    let run = handle.finish(&|_| ());
    let opened = async {
        origin.wait_for("completed", 3).await;
        assert!(written.borrow().is_empty(), "the first image is not there yet");
        origin.open_gate().await;
    };
    let (archive, ()) = futures::join!(run, opened);
    assert!(archive.expect("the sink took it").blob.is_none());
    assert!(*closed.borrow());
    let names: Vec<_> = entries_of(written.borrow().clone()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["5000b.jpg", "9000b.jpg", "7000b.jpg"]);
    assert!(fetch(&urls, settings()).await.bytes().await == *written.borrow());
}

#[wasm_bindgen_test]
async fn in_completion_order_no_entry_of_a_sink_waits_for_an_earlier_item() {
    let Some(origin) = Origin::find("in_completion_order_no_entry_of_a_sink_waits_for_an_earlier_item").await
    else {
        return;
    };
    let gate = origin.gate();
    let first = origin.url(&format!("/image/1/5000b.jpg?gate={gate}"));
    // One that is held in memory, and one that goes through the file.
    let urls = [first, origin.url("/image/2/9000b.jpg"), origin.url("/image/3/700000b.jpg")];
    let plan = plan_of(&urls);
    let (written, closed) = <(Rc<RefCell<Vec<u8>>>, Rc<RefCell<bool>>)>::default();
    let sink = sink_of(&written, &closed);
    let job = Job { order: Order::Completion, ..job(&plan, settings()) };
    let handle = start_into(&sink, job).await;
    let run = handle.finish(&|_| ());
    let opened = async {
        while written.borrow().len() < 709_000 {
            // As long as a request takes.
            origin.counter("requests").await;
        }
        origin.open_gate().await;
    };
    let (archive, ()) = futures::join!(run, opened);
    let archive = archive.expect("the sink took it");
    let name = |item: usize| archive.summary.names[item].as_ref().map(ToString::to_string);
    assert_eq!(name(0).as_deref(), Some("5000b.jpg"));
    let names: Vec<_> = entries_of(written.borrow().clone()).into_iter().map(|(name, _)| name).collect();
    let in_list_order = ["5000b.jpg", "9000b.jpg", "700000b.jpg"];
    assert_eq!(names, in_list_order, "the directory is in the order of the list");
    // A local header is the first place where a name stands.
    let [first, second, third] = in_list_order.map(|name| {
        let bytes = written.borrow();
        bytes.windows(name.len()).position(|window| window == name.as_bytes())
    });
    assert!(first > second && first > third, "no entry has waited for the first image");
}

#[wasm_bindgen_test]
async fn images_of_any_size_in_any_order_of_arrival_make_one_archive() {
    let Some(origin) = Origin::find("images_of_any_size_in_any_order_of_arrival_make_one_archive").await
    else {
        return;
    };
    let gate = origin.gate();
    // The first one is late, so 60 images of 200 kB wait for it, more than may be held in memory.
    let mut paths = vec![format!("/image/0/4000b.jpg?gate={gate}")];
    paths.extend((1..=60).map(|n| format!("/image/{n}/200000b.jpg")));
    paths.extend((61..=64).map(|n| format!("/image/{n}/1500000b.jpg?nolength")));
    let urls: Vec<_> = paths.iter().map(|path| origin.url(path)).collect();
    let opened = async {
        origin.wait_for("completed", 64).await;
        origin.open_gate().await;
    };
    let (ran, ()) = futures::join!(fetch(&urls, settings()), opened);
    assert_ne!(ran.archive.summary.place, ArchivePlace::Blobs, "both browsers have private files");
    let entries = ran.entries().await;
    assert_eq!(entries.len(), 65);
    for (path, (name, bytes)) in paths.iter().zip(&entries) {
        let (length, crc32) = origin.body_of(path.split('?').next().expect("there is a path")).await;
        assert_eq!((bytes.len() as u64, crc32fast::hash(bytes)), (length, crc32), "{path} {name}");
    }
}

/// A WritableStream that appends to a vector.
fn sink_of(written: &Rc<RefCell<Vec<u8>>>, closed: &Rc<RefCell<bool>>) -> web_sys::WritableStream {
    let (to, done) = (Rc::clone(written), Rc::clone(closed));
    let write = Closure::<dyn FnMut(js_sys::Uint8Array)>::new(move |chunk: js_sys::Uint8Array| {
        to.borrow_mut().extend(chunk.to_vec());
    });
    let close = Closure::<dyn FnMut()>::new(move || *done.borrow_mut() = true);
    let underlying = js_sys::Object::new();
    for (name, callback) in [("write", write.into_js_value()), ("close", close.into_js_value())] {
        js_sys::Reflect::set(&underlying, &name.into(), &callback).expect("it is a plain object");
    }
    web_sys::WritableStream::new_with_underlying_sink(&underlying).expect("it is a sink")
}

#[wasm_bindgen_test]
async fn waiting_for_a_connection_does_not_count_as_silence() {
    let Some(origin) = Origin::find("waiting_for_a_connection_does_not_count_as_silence").await else {
        return;
    };
    // Twelve requests of one connection's time each: the browser's queue is longer than the timeout.
    let urls = vec![origin.url("/image/1/32x32.png?latency=300"); 24];
    let patient = Settings { timeout: Duration::from_millis(800), ..at_once(24) };
    let ran = fetch(&urls, patient).await;
    assert!((0..24).all(|item| ran.error(item).is_none()), "{:?}", ran.error(23));
}

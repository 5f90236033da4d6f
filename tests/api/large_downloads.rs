//! `downloadSink` with more bytes than fit into memory, and for longer than a browser keeps an idle service
//! worker. With `FETCHZIP_LARGE=1` only.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::package_driver::{with_package, with_package_that_is_killed};
use crate::browser::capability::{Capability, requires, requires_large};
use crate::browser::downloads::{self, files, is_partial};
use crate::browser::folder_watch::megabytes;
use crate::browser::memory::{Sample, peak};
use crate::browser::{Browser, environment};
use support::archive::contents::entries;

/// 12 GB.
const IMAGES: u64 = 200;
const IMAGE_BYTES: u64 = 60_000_000;
const TOTAL: u64 = IMAGES * IMAGE_BYTES;

/// What stays of a file on the disk, at its end, while it is written.
const KEPT: u64 = 64 << 20;

/// The parts of a download whose peaks are compared.
const QUARTERS: u64 = 4;

/// Declares `bareDownload`, which makes a download of the bodies of `urls` and leaves out all that fetchzip
/// adds: one piece a pull goes over a port into a stream of the service worker.
const BARE: &str = "
    const bareDownload = async (urls) => {
      await navigator.serviceWorker.register('bare-worker.js', { scope: './bare/' });
      const registration = await navigator.serviceWorker.getRegistration('./bare/');
      while (!registration.active) await new Promise((resolve) => setTimeout(resolve, 20));
      const { port1: port, port2 } = new MessageChannel();
      let pulls = 0, pulled = () => {};
      port.onmessage = () => { pulls += 1; pulled(); };
      registration.active.postMessage(null, [port2]);
      // Firefox ends a worker that gets no message for 30 s, and takes what it has for the whole file.
      setInterval(() => registration.active.postMessage(null), 10_000);
      const frame = document.createElement('iframe');
      frame.hidden = true;
      frame.src = './bare/images.zip';
      document.body.append(frame);
      for (const url of urls) {
        const reader = (await fetch(url)).body.getReader();
        for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
          if (pulls === 0) await new Promise((resolve) => (pulled = resolve));
          pulls -= 1;
          port.postMessage(value, [value.buffer]);
        }
      }
      if (pulls === 0) await new Promise((resolve) => (pulled = resolve));
      port.postMessage('close');
    };
    await bareDownload(args);";

/// The worker of it.
const BARE_WORKER: &str = "
    let port;
    addEventListener('install', () => skipWaiting());
    addEventListener('message', ({ ports }) => { port = ports[0] ?? port; });
    addEventListener('fetch', (event) => {
      let pushed;
      const stream = new ReadableStream({
        start(controller) {
          port.onmessage = ({ data }) => {
            if (data === 'close') controller.close(); else controller.enqueue(data);
            pushed?.();
          };
        },
        pull() {
          port.postMessage('pull');
          return new Promise((resolve) => (pushed = resolve));
        },
      }, { highWaterMark: 0 });
      const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment; filename=images.zip' };
      event.respondWith(new Response(stream, { headers }));
    });";

const FETCHZIP: &str = "
    const { downloadSink } = await import(new URL('pkg/fetchzip.js', location));
    const sink = await downloadSink({ fileName: 'images.zip', scope: './pkg/', picker: false });
    const { items } = await fetchZip(args, { sink, order: 'completion' });
    return items.filter(({ outcome }) => outcome === 'stored').length;";

#[test]
fn the_memory_of_12_gb_is_flat_and_at_most_twice_that_of_a_bare_stream() {
    if !requires(Capability::PartialDownloads) || !requires_large() {
        return;
    }
    let mut bare = Vec::new();
    with_package_that_is_killed(async |browser| {
        (bare, _) = browser.download_images("a bare stream", BARE).await;
    });
    let mut own = Vec::new();
    with_package_that_is_killed(async |browser| {
        let stored;
        (own, stored) = browser.download_images("fetchzip", FETCHZIP).await;
        assert_eq!(stored, IMAGES);
    });
    let (first, last) = (quarter(&own, 0), quarter(&own, QUARTERS - 1));
    assert!(last <= first + first / 2, "it grows: {first} and {last} bytes in the first and last quarter");
    assert!(peak(&own) <= 2 * peak(&bare), "{} and {} bytes", peak(&own), peak(&bare));
}

/// Ten minutes at 100 kB/s, in images that take half a minute each.
const SLOW_IMAGES: u64 = 20;
const SLOW_BYTES: u64 = 3_000_000;

#[test]
fn a_download_of_ten_minutes_at_100_kb_a_second_is_whole() {
    if !requires(Capability::PartialDownloads) || !requires_large() {
        return;
    }
    with_package(async |browser| {
        let path = |seed| format!("/image/{seed}/{SLOW_BYTES}b.jpg/photo-{seed}.jpg");
        let urls: Vec<_> = (0..SLOW_IMAGES)
            .map(|seed| browser.origin.url(&format!("{}?key=slow&rate=100000", path(seed))))
            .collect();
        let body = FETCHZIP.replacen("{ sink", "{ concurrency: 1, sink", 1);
        browser.begin_run(&body, json!(urls)).await;
        for image in 1..=SLOW_IMAGES {
            let has_arrived = async || browser.origin.counters("slow")["completed"].as_u64() >= Some(image);
            browser.until_met(&format!("image {image} arrives"), has_arrived).await;
        }
        assert_eq!(browser.end_run().await.unwrap(), SLOW_IMAGES);
        let found = entries(&fs::read(browser.downloaded("images.zip").await).unwrap());
        assert_eq!(found.len() as u64, SLOW_IMAGES);
        for (seed, (name, bytes)) in (0..SLOW_IMAGES).zip(&found) {
            assert!(*bytes == browser.origin.get(&path(seed)), "{name}");
        }
        let lasted = browser.origin.log("slow").last().unwrap()["endMs"].as_f64().unwrap()
            - browser.origin.log("slow")[0]["startMs"].as_f64().unwrap();
        say(&format!("a slow download in {}: {:.0} s, whole", browser.kind, lasted / 1_000.0));
    });
}

impl Browser {
    /// Downloads all images, prints the peaks of the memory, and returns the samples and the run's value.
    async fn download_images(&self, what: &str, body: &str) -> (Vec<Sample>, Value) {
        let path = |number| format!("/image/1/{IMAGE_BYTES}b.jpg/photo-{number}.jpg");
        let urls: Vec<_> = (0..IMAGES).map(|number| self.origin.url(&path(number))).collect();
        self.replace_site_file("bare-worker.js", BARE_WORKER.as_bytes());
        let sampler = self.sample_memory(free_written_space);
        self.begin_run(body, json!(urls)).await;
        let end = "window.pending.then(() => { window.hasEnded = true; })";
        self.execute(end, vec![]).await;
        // The test has a limit of its own.
        while self.execute("return window.hasEnded === true", vec![]).await == false {}
        let value = self.end_run().await.unwrap();
        let archive = self.downloaded("images.zip").await;
        let samples = sampler.stop();
        let length = fs::metadata(&archive).unwrap().len();
        let quarters: Vec<_> = (0..QUARTERS).map(|number| megabytes(quarter(&samples, number))).collect();
        say(&format!(
            "{} in {}: {what}: memory over its start at most {}, by quarters {}",
            megabytes(length),
            self.kind,
            megabytes(peak(&samples)),
            quarters.join(", ")
        ));
        assert!(length >= TOTAL, "{length} bytes");
        if !value.is_null() {
            check_directory(&archive);
        }
        downloads::clear();
        (samples, value)
    }
}

/// The peak while one of the quarters was downloaded.
fn quarter(samples: &[Sample], number: u64) -> u64 {
    let of_quarter = |sample: &&Sample| sample.progress * QUARTERS / TOTAL == number;
    peak(samples.iter().filter(of_quarter))
}

/// Gives the disk space of what was downloaded back, but for the end of the file, since it is not read. Returns
/// the file's length.
fn free_written_space() -> u64 {
    let partial = files(&environment::downloads()).filter(|file| is_partial(file));
    let lengths = partial.filter_map(|file| Some((file.metadata().ok()?.len(), file)));
    let Some((length, file)) = lengths.max() else { return 0 };
    if let Some(written) = length.checked_sub(KEPT) {
        // Where the file system can't do that, the file takes its space.
        let _ = Command::new("fallocate")
            .args(["--punch-hole", "--offset", "0", "--length", &written.to_string()])
            .arg(file)
            .status();
    }
    length
}

/// Checks that the archive ends with a directory of all images. The images themselves are no more on the disk.
fn check_directory(archive: &Path) {
    /// Of the fields in the order of APPNOTE 4.3.16.
    const END_BYTES: u64 = 22;
    let mut file = File::open(archive).unwrap();
    let mut end = Vec::new();
    file.seek(SeekFrom::End(-(END_BYTES as i64))).unwrap();
    file.read_to_end(&mut end).unwrap();
    assert!(end.starts_with(b"PK\x05\x06"), "{end:?}");
    let directory = Command::new("python3")
        .args(["-c", "import sys, zipfile\nfor e in zipfile.ZipFile(sys.argv[1]).infolist(): print(e.filename, e.file_size)"])
        .arg(archive)
        .output()
        .unwrap();
    let mut listed: Vec<_> =
        String::from_utf8(directory.stdout).unwrap().lines().map(str::to_owned).collect();
    listed.sort();
    let mut expected: Vec<_> =
        (0..IMAGES).map(|number| format!("photo-{number}.jpg {IMAGE_BYTES}")).collect();
    expected.sort();
    assert_eq!(listed, expected);
}

/// Prints a line past libtest, which shows nothing of a test that passes.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

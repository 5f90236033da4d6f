//! Cancel in each state of a run: every connection is closed within a second, and the next run is
//! complete and leaves nothing of the cancelled one behind.

use serde_json::{Value, json};

use super::page_driver::{with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::Capability;
use crate::browser::site::Site;

/// Milliseconds on the server's clock.
const SOON: f64 = 1_000.0;

#[test]
fn cancel_while_the_list_is_read() {
    with_page(async |browser| {
        browser.note_cancel().await;
        browser.paste(&(browser.origin.url("/image/1/64x48.jpg?key=held\n")).repeat(50_000)).await;
        browser.until("document.body.innerText.includes('50,000 URLs')").await;
        // One turn of the event loop after the start.
        let both = "document.getElementById('fetch').click();
            await new Promise((resolve) => setTimeout(resolve));
            document.getElementById('stop').click();";
        browser.execute_async(both, vec![]).await;
        browser.until_run("cancelled").await;
        browser.check_after_cancel(0).await;
    });
}

#[test]
fn cancel_while_most_images_are_queued() {
    with_page(async |browser| {
        browser.at_once("2").await;
        let paths = vec!["/image/1/64x48.jpg?key=held&gate=never"; 8];
        browser.cancel_in_run(&paths, async || drop(browser.origin.wait("held", "inFlight=2"))).await;
        let queued = browser.rows().await.into_iter().filter(|row| row.status == "cancelled").count();
        assert_eq!(queued, 8);
        browser.check_after_cancel(2).await;
    });
}

#[test]
fn cancel_while_waiting_for_headers() {
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?key=held&gate=never", "/fault/stall-head?key=held"];
        browser.cancel_in_run(&paths, async || drop(browser.origin.wait("held", "inFlight=2"))).await;
        browser.check_after_cancel(2).await;
    });
}

#[test]
fn cancel_while_bodies_arrive() {
    with_page(async |browser| {
        // Written to the spool as it arrives, held in memory, and slowly.
        let paths = [
            "/image/1/900000b.jpg?key=held&gate=never&gate-at=600000",
            "/image/2/90000b.jpg?key=held&gate=never&gate-at=40000",
            "/image/3/900000b.jpg?key=held&rate=50000",
            "/image/4/64x48.png",
        ];
        let in_bodies = async || {
            browser.origin.wait("held", "inFlight=3&bytesSent=650000");
            browser.until("document.body.innerText.includes('1 of 4 images')").await;
        };
        browser.cancel_in_run(&paths, in_bodies).await;
        browser.check_after_cancel(3).await;
    });
}

#[test]
fn cancel_while_an_image_backs_off() {
    with_page(async |browser| {
        let paths = ["/fault/status/500?key=held&retry-after=200&expose=retry-after", "/image/4/64x48.png"];
        let backs_off = async || {
            let rows = async || browser.rows().await.iter().any(|row| row.status == "retrying");
            browser.until_met("an image backs off", rows).await;
        };
        browser.cancel_in_run(&paths, backs_off).await;
        browser.check_after_cancel(0).await;
        assert_eq!(browser.origin.counters("held")["requests"], 1, "it is not requested again");
    });
}

#[test]
fn cancel_while_a_host_cools_down() {
    with_page(async |browser| {
        browser.at_once("1").await;
        let refused = "/fault/status/503?key=held&retry-after=200&expose=retry-after";
        let paths = [refused, "/image/1/64x48.jpg?key=held", "/image/2/64x48.jpg?key=held"];
        let cools = async || browser.until("document.body.innerText.includes('cooling down')").await;
        browser.cancel_in_run(&paths, cools).await;
        browser.check_after_cancel(0).await;
        assert_eq!(browser.origin.counters("held")["requests"], 1, "no further request goes to the host");
    });
}

/// A file whose writes never end, so that the archive is being written until the run is cancelled.
const STUCK_FILE: &str = "
    window.showSaveFilePicker = async () => ({
      name: 'stuck.zip',
      createWritable: async () => new WritableStream({
        write: () => { window.isWriting = true; return new Promise(() => {}); },
        abort: () => { window.isAborted = true; },
      }),
    });";

#[test]
fn cancel_while_the_archive_is_written() {
    with_page_of(Site::page().with_script("stuck.js", STUCK_FILE), async |browser| {
        let to_disk = async || browser.click("checkbox", "Save straight to disk").await;
        to_disk().await;
        let paths = ["/image/1/64x48.jpg", "/image/2/900000b.jpg?key=held&gate=never&gate-at=600000"];
        let writes = async || {
            browser.origin.wait("held", "inFlight=1&bytesSent=600000");
            browser.until("window.isWriting").await;
        };
        browser.cancel_in_run(&paths, writes).await;
        to_disk().await;
        browser.check_after_cancel(1).await;
    });
}

/// With this many images the archive is being made or proved when Cancel is pressed, or the run has
/// just ended; each is fine.
#[test]
fn cancel_when_all_images_have_arrived() {
    with_page(async |browser| {
        const IMAGE: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=\n";
        browser.note_cancel().await;
        browser.paste(&IMAGE.repeat(5_000)).await;
        browser.until("document.body.innerText.includes('5,000 URLs')").await;
        browser.press("Fetch").await;
        let cancel = "const all = () => document.body.innerText.includes('5,000 of 5,000')
                || document.documentElement.dataset.run !== 'running';
            while (!all()) await new Promise((resolve) => requestAnimationFrame(resolve));
            document.getElementById('stop').click();
            document.querySelector('dialog[open] [data-action=throw-away-run]')?.click();";
        browser.execute_async(cancel, vec![]).await;
        browser.until("['cancelled', 'done'].includes(document.documentElement.dataset.run)").await;
        if browser.execute("return document.documentElement.dataset.run", vec![]).await == "done" {
            // A result that is not saved would stay.
            browser.press("Throw away").await;
        }
        browser.check_after_cancel(0).await;
    });
}

impl Browser {
    /// Makes a click on Cancel known to the server, through a port where no request is held.
    async fn note_cancel(&self) {
        let script = "document.getElementById('stop').addEventListener(
              'click', () => fetch(`${arguments[0]}/image/1/64x48.jpg?key=cancel`), { capture: true });";
        self.execute(script, vec![self.origin.cross.as_str().into()]).await;
    }

    /// Starts a run of these paths, and cancels it once it is in the wanted state.
    async fn cancel_in_run(&self, paths: &[&str], is_there: impl AsyncFnOnce()) {
        self.note_cancel().await;
        self.fill_paths(paths).await;
        self.press("Fetch").await;
        is_there().await;
        self.stop_and_throw_away().await;
        self.until_run("cancelled").await;
        assert!(self.all("link", "Save zip").await.is_empty());
    }

    /// Checks that the server saw this many requests closed in time, and that the next run works as
    /// the first one did.
    async fn check_after_cancel(&self, held: usize) {
        self.origin.wait("held", &format!("inFlight=0&closedEarly={held}"));
        self.origin.wait("cancel", "requests=1");
        let cancelled = time(&self.origin.log("cancel")[0], "startMs");
        for request in self.origin.log("held") {
            let after = time(&request, "endMs") - cancelled;
            assert!(after <= SOON, "closed {after} ms after Cancel: {request}");
        }

        let paths = ["/image/1/300000b.jpg", "/image/2/64x48.png"];
        self.fill_paths(&paths).await;
        self.at_once("").await;
        self.fetch().await;
        let saved: Vec<_> = self.save_entries().await.into_iter().map(|(_, content)| content).collect();
        assert!(saved == paths.map(|path| self.origin.get(path)), "the next run is complete");
        assert_eq!(self.rows().await.len(), 2);
        // Only its own spool is left, which was handed to the browser.
        let own: &[&str] =
            if Capability::PrivateFiles.is_in(self.kind) { &["journal", "lock", "zip"] } else { &[] };
        self.until_spools(own).await;
        assert_eq!(self.execute("return window.recorded ?? []", vec![]).await, json!([]));
    }
}

fn time(request: &Value, name: &str) -> f64 {
    request[name].as_f64().unwrap_or_else(|| panic!("{name}: {request}"))
}

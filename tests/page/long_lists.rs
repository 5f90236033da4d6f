//! Long lists, which a thread of its own reads so that the page keeps answering.

use super::page_driver::with_page;
use crate::browser::Browser;

/// The length from which a list is long.
pub const LONG: usize = 100_000;

#[test]
fn a_long_list_is_read_as_a_short_one_is_and_its_thread_ends() {
    with_page(async |browser| {
        browser.count_threads().await;
        let rows: Vec<_> = (0..5_000).map(|row| format!("S{row},https://a.example/{row}.jpg")).collect();
        browser.paste(&format!("SKU,Image\n{}\nS,none\n", rows.join("\n"))).await;
        browser
            .until_plan(
                "CSV, 2 columns, addresses in “Image” · 5,000 URLs from 1 origin · 1 line can’t be read",
            )
            .await;
        assert_eq!(browser.threads().await, ["ended"]);
        // The columns that the names need are read, too.
        browser.open_more_options().await;
        browser.name_by("{col.SKU}").await;
        browser.until_preview("S0, S1, S2, …").await;
    });
}

#[test]
fn without_a_thread_the_page_reads_a_long_list_itself() {
    with_page(async |browser| {
        let refused =
            "window.Worker = class { constructor() { throw new DOMException('no', 'SecurityError'); } };";
        browser.execute(refused, vec![]).await;
        browser.paste(&page_of(2_000)).await;
        browser.until_plan("HTML · 2,000 URLs from 1 origin").await;
    });
}

#[test]
fn when_the_thread_breaks_down_the_page_reads_the_list_once_more() {
    with_page(async |browser| {
        browser.count_threads().await;
        // It breaks down when the page has the first portion.
        let broken = "window.taskGiven = (thread) => thread.addEventListener('message', () => {
              if (thread.state === 'reading') thread.dispatchEvent(new Event('error'));
            });";
        browser.execute(broken, vec![]).await;
        browser.paste(&page_of(2_000)).await;
        browser.until_plan("HTML · 2,000 URLs from 1 origin").await;
        assert_eq!(browser.threads().await, ["ended"]);
    });
}

#[test]
fn another_list_ends_the_thread_that_reads_the_one_before() {
    with_page(async |browser| {
        browser.count_threads().await;
        // The first thread never gets its list, and so never ends by itself.
        browser.execute("window.isWithheld = true", vec![]).await;
        browser.paste(&page_of(2_000)).await;
        browser.until("window.threads.length === 1").await;
        assert_eq!(browser.threads().await, ["reading"]);
        browser.execute("window.isWithheld = false", vec![]).await;
        browser.paste(&page_of(2_100)).await;
        browser.until_plan("HTML · 2,100 URLs from 1 origin").await;
        assert_eq!(browser.threads().await, ["ended", "ended"]);
    });
}

/// A web page with images, which is a long list.
fn page_of(images: usize) -> String {
    let image =
        |number| format!("<img src=\"https://a.example/{number}.jpg\" alt=\"Image number {number}\">\n");
    let page =
        format!("<!doctype html><html><body>\n{}</body></html>", (0..images).map(image).collect::<String>());
    assert!(page.len() > LONG, "{} is not long", page.len());
    page
}

impl Browser {
    /// Has the page count the threads that read lists, from now on.
    pub async fn count_threads(&self) {
        let script = "if (window.threads) return;
            window.threads = [];
            const { Worker } = window;
            window.Worker = class extends Worker {
              postMessage(message, ...more) {
                const isStart = message[2] === 'serveList';
                const isTask = typeof message[0] === 'string' && !isStart;
                if (isTask) {
                  this.state = 'reading';
                  window.threads.push(this);
                  window.taskGiven?.(this);
                  if (window.isWithheld) return;
                }
                super.postMessage(message, ...more);
              }
              terminate() {
                this.state = 'ended';
                super.terminate();
              }
            };";
        self.execute(script, vec![]).await;
    }

    /// The states of the threads that were given a list, in their order.
    pub async fn threads(&self) -> Vec<String> {
        let states = self.execute("return window.threads.map((thread) => thread.state)", vec![]).await;
        serde_json::from_value(states).unwrap()
    }
}

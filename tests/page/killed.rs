//! The browser is killed during a run, and the page that is opened next ends with the whole archive.

use std::fs;

use serde_json::Value;

use crate::browser::capability::{Capability, requires};
use crate::browser::random::{Dice, seed};
use crate::browser::site::Site;
use crate::browser::{Browser, browse_and_kill};

/// How often it is killed.
const KILLS: u64 = 10;

/// Images of every way into the spool: held in memory, written as they arrive, of unknown length.
const IMAGES: u64 = 24;

#[test]
fn a_killed_browser_costs_no_image_that_the_journal_lists() {
    if !requires(Capability::LastingProfile) {
        return;
    }
    browse_and_kill(Site::page(), async |browser| {
        let mut dice = Dice::new(seed());
        let mut there = 0;
        for kill in 0..KILLS {
            // Once the server has sent this many images: from none to all but one.
            let moment = dice.below(IMAGES);
            eprintln!("kill {kill}: after {moment} of {IMAGES} images");
            there += end_with_the_whole_archive(browser, kill, moment).await;
        }
        assert!(there > 0, "after none of ten kills was any image recovered");
    });
}

/// Runs a list, kills the browser, and fetches the rest. Returns how many images were recovered.
async fn end_with_the_whole_archive(browser: &mut Browser, kill: u64, moment: u64) -> u64 {
    let key = format!("k{kill}");
    let paths: Vec<_> = (0..IMAGES)
        .map(|n| {
            let seed = kill * IMAGES + n;
            match n % 4 {
                0 => format!("/image/{seed}/3000b.jpg?key={key}&latency=80"),
                1 => format!("/image/{seed}/400000b.jpg?key={key}&rate=2000000"),
                2 => format!("/image/{seed}/40x30.png?key={key}&latency={}", n * 10),
                _ => format!("/image/{seed}/900000b.jpg?key={key}&rate=3000000&nolength"),
            }
        })
        .collect();
    browser.until_ready().await;
    let list = paths.iter().map(|path| browser.origin.url(path)).collect::<Vec<_>>().join("\n");
    browser.paste(&list).await;
    browser.press("Fetch").await;
    browser.origin.wait(&key, &format!("completed={moment}"));
    browser.kill_and_start_again().await;
    browser.until_ready().await;

    let before = browser.origin.wait(&key, "inFlight=0")["requests"].as_u64().unwrap();
    let there = browser.offered().await;
    let is_whole = there > 0 && browser.all("button", "Resume").await.is_empty();
    if is_whole {
        browser.press("Save zip").await;
    } else if there > 0 {
        browser.press("Resume").await;
    } else {
        // Nothing was recorded yet.
        browser.paste(&list).await;
        browser.press("Fetch").await;
    }
    if !is_whole {
        browser.until_run("done").await;
    }
    let requests = browser.origin.counters(&key)["requests"].as_u64().unwrap() - before;
    assert_eq!(requests, IMAGES - there, "every image is fetched again except those that were recovered");
    let entries = if is_whole {
        super::page_driver::image_entries(&fs::read(browser.downloaded("images.zip").await).unwrap())
    } else {
        browser.save_entries().await
    };
    browser.forget_download("images.zip");
    assert_eq!(entries.len() as u64, IMAGES);
    for ((name, bytes), path) in entries.iter().zip(&paths) {
        let plain = path.split('?').next().unwrap();
        assert!(*bytes == browser.origin.get(plain), "{name}");
    }
    there
}

impl Browser {
    /// How many images of an interrupted run the page offers, once it has looked for one.
    async fn offered(&self) -> u64 {
        const LOOKED: &str = "
            const { runs } = document.querySelector('#runs').dataset;
            if (runs === undefined) return null;
            const text = document.querySelector('#runs:not([hidden])')?.innerText ?? '0 of';
            // Those that were handed over have no count.
            return Number(text.match(/([0-9]+) of/)?.[1] ?? 0);";
        let mut there = Value::Null;
        while there.is_null() {
            there = self.execute(LOOKED, vec![]).await;
        }
        there.as_u64().unwrap()
    }
}

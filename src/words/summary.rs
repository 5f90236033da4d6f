//! A list, a run and its outcome, summed up: the line below the list, the line of a run, the headline at its end.
//!
//! Facts that stand side by side are separated by ` · `, and each is a function.

use std::time::Duration;

use super::nouns::{IMAGE, LINE, ORIGIN, OTHER, REQUEST, URL};
use super::numbers::{approximate_duration, count, number, size};
use crate::text::text;

/// Below the list, while it is empty.
pub const NO_URLS: &str = "No URLs yet.";

/// Instead of an outcome, if the user stopped too early.
pub const STOPPED_BEFORE_THE_FIRST: &str = "Stopped before any image arrived; there is nothing to save";
/// Instead of an outcome, for a list of one image.
pub const THE_ONE_FAILED: &str = "The image failed; there is nothing to save";
/// Instead of an outcome, if some failed and the others were left out.
pub const NONE_IS_LEFT: &str = "No image is left; there is nothing to save";

/// In the title of the tab, at the end.
pub const DONE: &str = "done";
/// In the title of the tab, if the user stopped.
pub const STOPPED_EARLY: &str = "stopped early";

/// Of a list: `2 URLs from 1 origin`.
pub fn urls(urls: usize, origins: usize) -> String {
    text![count(urls, URL), " from ", count(origins, ORIGIN)]
}

/// Of a list of which something is left out.
pub fn to_fetch(urls: usize) -> String {
    text![number(urls), " to fetch"]
}

/// Of a list: those that the filters of addresses leave out.
pub fn left_out_by_filters(urls: usize) -> String {
    text![number(urls), " left out by filters"]
}

/// Of a list: those that are in it before.
pub fn repeated(urls: usize) -> String {
    text![number(urls), " repeated"]
}

/// Of a list: those that are not addresses.
pub fn unreadable(lines: usize) -> String {
    text![count(lines, LINE), " can’t be read"]
}

/// Of a run in progress: `11 of 15 images · 38.2 MB`.
pub fn tally(finished: usize, images: usize, bytes: u64) -> String {
    text![number(finished), " of ", count(images, IMAGE), " · ", size(bytes)]
}

/// Of a run: the requests that are answered at the same time.
pub fn at_once(images: usize) -> String {
    text![number(images), " at once"]
}

/// Of a run: the requests that the browser was given, some of which it may keep waiting.
pub fn asked_for(images: usize) -> String {
    text![number(images), " asked for"]
}

/// Of a run: the requests to one host that the browser has under way at the same time.
pub fn at_once_by_host(images: usize) -> String {
    text![number(images), " a host at once"]
}

/// The same, with the protocol that is the reason.
pub fn at_once_by_host_over_http1(images: usize) -> String {
    text![number(images), " a host at once over HTTP/1.1"]
}

/// Of a run in progress: `about 2 s left`.
pub fn time_left(time: Duration) -> String {
    text![approximate_duration(time), " left"]
}

/// Of a run in progress, if only slow images are left.
pub fn slow(images: usize) -> String {
    text![number(images), " slow"]
}

/// The same, with the time that they take.
pub fn slow_with_time_left(images: usize, time: Duration) -> String {
    text![number(images), " slow, ", approximate_duration(time), " left"]
}

/// Of a run in progress: a host, and a number of others, that get no requests for a time, because they said that
/// there were too many.
pub fn cooling_down(host: &str, others: usize, seconds: u64) -> String {
    text!["cooling down ", with_others(host, others), ", ", seconds, " s"]
}

/// The same of a host that is known to answer only this number of requests in each window, in seconds.
pub fn waiting_for(host: &str, others: usize, seconds: u64, requests: usize, window: u64) -> String {
    let requests = count(requests, REQUEST);
    text!["waiting for ", with_others(host, others), ", ", seconds, " s (", requests, " each ", window, " s)"]
}

fn with_others(host: &str, others: usize) -> String {
    match others {
        0 => host.to_owned(),
        _ => text![host, " and ", count(others, OTHER)],
    }
}

/// Of a finished run: `14 of 15 fetched`.
pub fn fetched(stored: usize, images: usize) -> String {
    text![number(stored), " of ", number(images), " fetched"]
}

/// Of a run that the user stopped.
pub fn stopped(stored: usize, images: usize) -> String {
    text!["Stopped: ", fetched(stored, images)]
}

/// Instead of an outcome.
pub fn all_left_out(images: usize) -> String {
    text!["All ", count(images, IMAGE), " were left out; there is nothing to save"]
}

/// Instead of an outcome.
pub fn all_failed(images: usize) -> String {
    text!["All ", count(images, IMAGE), " failed; there is nothing to save"]
}

/// Of a finished run.
pub fn failed(images: usize) -> String {
    text![number(images), " failed"]
}

/// Of a run that was stopped.
pub fn not_fetched(images: usize) -> String {
    text![number(images), " not fetched"]
}

/// Of a finished run.
pub fn left_out(images: usize) -> String {
    text![number(images), " left out"]
}

/// Of a finished run: those whose data ends early.
pub fn perhaps_cut_short(images: usize) -> String {
    text![number(images), " may be cut short"]
}

/// What has become of the images of a run, from its single facts: `14 of 15 fetched, 1 failed`.
pub fn outcome(facts: &[String]) -> String {
    facts.join(", ")
}

/// The headline of a run that is nowhere but on the page: `15 of 15 fetched · 480 MB, not saved yet`.
pub fn not_saved(outcome: &str, bytes: u64) -> String {
    text![outcome, " · ", size(bytes), ", not saved yet"]
}

/// The headline of a run whose archive the browser was given: it says to no page when it has saved it.
pub fn handed_to(outcome: &str, bytes: u64, file_name: &str) -> String {
    text!["Handed to the browser as ", file_name, " · ", outcome, " · ", size(bytes)]
}

/// The headline of a run whose archive is in a file of the user's, to its last byte.
pub fn saved(outcome: &str, bytes: u64, file_name: &str) -> String {
    text!["Saved as ", file_name, " · ", outcome, " · ", size(bytes)]
}

/// In the title of the tab, at the end of a run.
pub fn done_but_failed(failed: usize) -> String {
    text!["done, ", failed, " failed"]
}

/// A cancelled run.
pub fn cancelled(finished: usize, images: usize) -> String {
    text!["Cancelled after ", number(finished), " of ", count(images, IMAGE), "; no zip was made"]
}

/// Above the pictures: `52 of 60 · 416 MB`.
pub fn chosen(chosen: usize, pictures: usize, bytes: u64) -> String {
    text![number(chosen), " of ", number(pictures), " · ", size(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_names_the_file_and_the_outcome() {
        let outcome = "60 of 60 fetched";
        assert_eq!(not_saved(outcome, 480_000_000), "60 of 60 fetched · 480 MB, not saved yet");
        assert_eq!(
            handed_to(outcome, 480_000_000, "shop.zip"),
            "Handed to the browser as shop.zip · 60 of 60 fetched · 480 MB"
        );
        assert_eq!(saved(outcome, 480_000_000, "shop.zip"), "Saved as shop.zip · 60 of 60 fetched · 480 MB");
    }
}

//! The measures of a run, the list of the runs since the page was loaded, and the part of a run on the time axis.

use super::nouns::IMAGE;
use super::numbers::{count, duration, exact_duration, number};
use crate::text::text;
use std::time::Duration;

/// In Timings, of what the servers keep from the page.
pub const NOT_DISCLOSED: &str = "not disclosed";

/// In Timings, of a run over HTTP/1.1: how many were asked for at once, and how many a host allows.
pub fn protocol(protocol: &str, at_once: &str, allowed: &str) -> String {
    text![protocol, " · ", at_once, ", ", allowed]
}

/// The same of a run that used other protocols, too.
pub fn protocols(protocols: &str, at_once: &str, allowed: &str) -> String {
    text![protocol(protocols, at_once, allowed), " over HTTP/1.1"]
}

/// In the list of runs.
pub fn arrived(stored: usize, images: usize) -> String {
    text![number(stored), " of ", count(images, IMAGE)]
}

/// What the time axis shows, read aloud.
pub fn whole_run(length: Duration) -> String {
    text!["the whole run, ", duration(length)]
}

/// What the time axis shows, read aloud.
pub fn part_of_run(start: Duration, end: Duration, length: Duration) -> String {
    text![exact_duration(start), " to ", exact_duration(end), " of ", duration(length)]
}

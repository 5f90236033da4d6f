//! The table of a run, row by row, with the details of a row and the time axis; and the pictures.

use std::time::Duration;

use super::nouns::ATTEMPT;
use super::numbers::{count, exact_duration, number, size};
use crate::text::text;

/// In the column of sizes, of an image that has not begun to arrive.
pub const NO_SIZE: &str = "–";

/// In the column of states.
pub const QUEUED: &str = "queued";
/// In the column of states: requested, and not answered.
pub const WAITING: &str = "waiting";
/// In the column of states: arriving, of unknown length.
pub const RECEIVING: &str = "receiving";
/// In the column of states: arriving slowly.
pub const SLOW: &str = "slow";
/// In the column of states: it failed, and will be requested again.
pub const RETRYING: &str = "retrying";
/// In the column of states: stored, with data that ends early.
pub const CUT_SHORT: &str = "cut short?";
/// In the column of states: stored.
pub const STORED: &str = "ok";
/// In the column of states: not in the archive.
pub const LEFT_OUT: &str = "left out";
/// In the column of states: the run was cancelled.
pub const CANCELLED: &str = "cancelled";

/// Below the name, in place of the host: a `data:` address.
pub const EMBEDDED: &str = "embedded in the address";
/// Below the name, beside the host.
pub const PERHAPS_CUT_SHORT: &str = "may be cut short: the data ends before the image does";
/// Below the name of a slow image that was broken off.
pub const STARTS_AGAIN_LATER: &str = "arrives slowly; starts again after the others of its host";

/// Why an image is left out.
pub const FILTERED: &str = "a filter leaves it out";
/// Why an image is left out.
pub const NOT_SELECTED: &str = "not selected";

/// Of a bar, for screen readers.
pub const NOT_REQUESTED: &str = "not requested yet";
/// Of a bar, for screen readers.
pub const IN_PROGRESS: &str = "in progress";

/// In the place of a picture that the browser can't show.
pub const NO_PREVIEW: &str = "no preview";

/// The value of [`label::CUT_SHORT`].
pub const ENDS_EARLY: &str = "the data ends before the image does";

/// What is known of a row, each with a value beside it in the row's details.
pub mod label {
    /// The reason for a failure.
    pub const ERROR: &str = "Error";
    /// The time at which it is requested again.
    pub const NEXT_ATTEMPT: &str = "Next attempt";
    /// The reason.
    pub const LEFT_OUT: &str = "Left out";
    /// Nothing.
    pub const CANCELLED: &str = "Cancelled";
    /// The time without data.
    pub const STALLED: &str = "Stalled";
    /// The time before the request.
    pub const QUEUE: &str = "Queue";
    /// The time between request and sending.
    pub const BROWSER_QUEUE: &str = "Browser’s queue";
    /// The time until the headers.
    pub const WAIT: &str = "Wait";
    /// The time of the body.
    pub const RECEIVE: &str = "Receive";
    /// Bytes over time.
    pub const SPEED: &str = "Speed";
    /// Bytes.
    pub const SIZE: &str = "Size";
    /// The media type.
    pub const TYPE: &str = "Type";
    /// Width and height.
    pub const PIXELS: &str = "Pixels";
    /// That the data ends early.
    pub const CUT_SHORT: &str = "Cut short?";
    /// Their number, and the times of those that failed.
    pub const ATTEMPTS: &str = "Attempts";
    /// The time of the last request.
    pub const REQUESTED: &str = "Requested";
    /// The time of the end.
    pub const ENDED: &str = "Ended";
}

/// In the column of sizes, of an image that is arriving.
pub fn size_so_far(bytes: u64) -> String {
    text![size(bytes), "…"]
}

/// Below the name of an image that will be requested again.
pub fn trying_again(attempt: usize, error: &str) -> String {
    text!["attempt ", attempt, " failed (", error, "); trying again"]
}

/// Below the name, beside the host, from the second attempt on.
pub fn attempt(attempt: usize) -> String {
    text!["attempt ", attempt]
}

/// Why an image is left out: `image` is the number of the one before, from 1.
pub fn same_address(image: usize) -> String {
    text!["the same address as image ", image]
}

/// Why an image is left out: `image` is the number of the one before, from 1.
pub fn same_bytes(image: usize) -> String {
    text!["the same bytes as image ", image]
}

/// Below the name of an image that has been silent.
pub fn silent(seconds: u64) -> String {
    text!["no data for ", seconds, " s"]
}

/// A moment of a run, by the time since its beginning.
pub fn at(time: Duration) -> String {
    text!["at ", exact_duration(time)]
}

/// A time that still grows.
pub fn so_far(seconds: u64) -> String {
    text![seconds, " s so far"]
}

/// The value of [`label::WAIT`].
pub fn for_the_server(time: &str) -> String {
    text![time, ", for the server"]
}

/// The value of [`label::WAIT`], if the host does not disclose which it was.
pub fn for_a_connection_or_the_server(time: &str) -> String {
    text![time, ", for a connection or the server"]
}

/// A size with its bytes: `3.1 MB (3,100,000 B)`.
pub fn exact_size(bytes: u64) -> String {
    match bytes {
        0..1000 => size(bytes),
        _ => text![size(bytes), " (", number(bytes as usize), " B)"],
    }
}

/// Of an image, or in its place: `800 × 600`.
pub fn pixels(width: u32, height: u32) -> String {
    text![width, " × ", height]
}

/// Below the name of a picture: `800 × 600 · 120 kB`.
pub fn pixels_and_size(width: u32, height: u32, bytes: u64) -> String {
    text![pixels(width, height), " · ", size(bytes)]
}

/// The value of [`label::ATTEMPTS`]: `3; failed after 1.200 s, 640 ms`.
pub fn attempts(attempts: usize, failed_after: impl Iterator<Item = Duration>) -> String {
    let times = failed_after.map(exact_duration).collect::<Vec<_>>();
    match times.is_empty() {
        true => text![attempts],
        false => text![attempts, "; failed after ", times.join(", ")],
    }
}

/// Of a bar, for screen readers: `1.240 s, 2 attempts`.
pub fn lasted(time: Duration, attempts: usize) -> String {
    match attempts {
        1 => exact_duration(time),
        _ => text![exact_duration(time), ", ", count(attempts, ATTEMPT)],
    }
}

/// At the beginning of the time axis.
pub const ZERO: &str = "0 s";

/// At a tick of the time axis.
pub fn millis(millis: u64) -> String {
    text![millis, " ms"]
}

/// At a tick of the time axis.
pub fn tenths_of_seconds(tenths: u64) -> String {
    text![tenths / 10, ".", tenths % 10, " s"]
}

/// At a tick of the time axis.
pub fn seconds(seconds: u64) -> String {
    text![seconds, " s"]
}

/// At a tick of the time axis.
pub fn minutes(minutes: u64) -> String {
    text![minutes, " min"]
}

//! How an attempt, and finally an item, can fail.

use std::time::Duration;

use super::retry_limits::{MAX_REFUSALS, MAX_RETRY_AFTER};
use crate::image::NotAnImage;
use crate::plan::AddressError;
use crate::text::{Append, add, display_by_append, text};

/// Why an image is not in the archive.
///
/// Users see the messages as they are, next to the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// The text is not an address that can be fetched; no request was sent.
    Address(AddressError),
    /// The server's status is not a success.
    Http {
        /// The status code, 300 to 599 (and 206: no request asks for a part).
        status: u16,
        /// How long the server asked clients to wait (`Retry-After`), if it did and the page can read it.
        retry_after: Option<Duration>,
    },
    /// The image's origin refused so many consecutive requests that no more were sent to it.
    HostRefuses {
        /// The status of the last refusal, 429 or 503.
        status: u16,
    },
    /// The request failed, and the page can't see why: its origin lets the page read other answers.
    ///
    /// The Fetch standard reports a CORS refusal, a DNS failure, a reset or refused connection and a
    /// redirect loop as the same `TypeError`.
    Network,
    /// The host answers, and does not let the page read it.
    Cors,
    /// The same in the browser extension, to which the user can give the permission to read the host's images.
    NeedsPermission,
    /// The host does not answer.
    Unreachable,
    /// A page on `https:` may not read from `http:`, so no request was sent.
    MixedContent,
    /// There is no network. The item waits for one, so it never ends with this error.
    Offline,
    /// The page's own `fetch`, with which a script has replaced the browser's, did not make the request.
    Request {
        /// What it said.
        reason: String,
    },
    /// The request was not made as its caller asks for it: what the caller gives for it makes no sense, or would
    /// reach another origin.
    Options {
        /// Why, in the caller's words or as a sentence.
        reason: String,
    },
    /// An entry of the caller's own could not be read.
    Data {
        /// Why, in the caller's or the browser's words.
        reason: String,
    },
    /// The connection broke while the body was arriving.
    Interrupted {
        /// The number of bytes that had arrived.
        received: u64,
    },
    /// The body ended before the image did, as only the image's format shows.
    Truncated {
        /// The number of bytes that had arrived.
        received: u64,
    },
    /// No data arrived for the length of the timeout.
    Timeout {
        /// The timeout.
        after: Duration,
    },
    /// The image took longer than one image may; or it was slow and broken off, and is requested again later.
    TooSlow {
        /// The time that it took: the limit, or since the headers.
        after: Duration,
        /// The number of bytes that had arrived in its last attempt.
        received: u64,
        /// Bytes a second since that attempt's headers.
        bytes_per_second: u64,
    },
    /// The body is empty.
    Empty,
    /// The body is not an image.
    NotAnImage(NotAnImage),
    /// The browser could not store the image: its storage is full, or not available.
    Storage {
        /// The browser's message.
        reason: String,
    },
    /// The image exceeds the limit of bytes per image.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The image does not fit within the limit of bytes for all images together.
    OverTotal {
        /// The limit in bytes.
        limit: u64,
    },
    /// The run was stopped before the image was complete.
    Stopped,
    /// The user did not want to wait for the image.
    Skipped,
    /// The user wanted the image's request to be made again. No item ends with this error.
    Restarted,
}

impl FetchError {
    /// A response with this status, without `Retry-After`.
    pub const fn http(status: u16) -> Self {
        Self::Http { status, retry_after: None }
    }

    /// The stable name of the failure for programs: `kind` in the JavaScript result and in the CSV.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) | Self::MixedContent => "address",
            Self::Http { .. } => "http",
            Self::HostRefuses { .. } => "host-refuses",
            Self::Network | Self::Offline => "network",
            Self::Cors => "cors",
            Self::NeedsPermission => "permission",
            Self::Unreachable => "unreachable",
            Self::Request { .. } | Self::Options { .. } => "request",
            Self::Data { .. } => "data",
            Self::Interrupted { .. } => "interrupted",
            Self::Truncated { .. } => "truncated",
            Self::Timeout { .. } | Self::TooSlow { .. } => "timeout",
            Self::Empty => "empty",
            Self::NotAnImage(_) => "not-an-image",
            Self::Storage { .. } => "storage",
            Self::TooLarge { .. } => "too-large",
            Self::OverTotal { .. } => "over-total",
            Self::Stopped | Self::Restarted => "stopped",
            Self::Skipped => "skipped",
        }
    }

    /// The HTTP status, if that is the failure.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Http { status, .. } | Self::HostRefuses { status } => Some(*status),
            _ => None,
        }
    }

    /// How long the server asked clients to wait before the next request, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether a lost connection could be the cause.
    pub fn may_be_connection_loss(&self) -> bool {
        matches!(self, Self::Network | Self::Unreachable | Self::Interrupted { .. } | Self::Timeout { .. })
    }

    /// A short label for a table's status column.
    pub fn short(&self) -> String {
        match self {
            Self::Address(_) => "not a URL".into(),
            Self::Http { status, .. } => text![status],
            Self::HostRefuses { .. } => "host busy".into(),
            Self::Network | Self::Request { .. } | Self::Options { .. } => "refused".into(),
            Self::Data { .. } => "unreadable".into(),
            Self::Cors => "CORS".into(),
            Self::NeedsPermission => "needs your permission".into(),
            Self::Unreachable => "unreachable".into(),
            Self::MixedContent => "blocked".into(),
            Self::Offline => "offline".into(),
            Self::Interrupted { .. } => "cut off".into(),
            Self::Truncated { .. } => "cut short".into(),
            Self::Timeout { .. } => "timeout".into(),
            Self::TooSlow { .. } => "slow".into(),
            Self::Empty => "empty".into(),
            Self::NotAnImage(_) => "not an image".into(),
            Self::Storage { .. } => "no space".into(),
            Self::TooLarge { .. } => "too large".into(),
            Self::OverTotal { .. } => "over limit".into(),
            Self::Stopped => "stopped".into(),
            Self::Skipped => "skipped".into(),
            Self::Restarted => "restarted".into(),
        }
    }
}

impl Append for FetchError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::Address(error) => error.append_to(whole),
            Self::Http { status, retry_after: Some(wait) } if *wait > MAX_RETRY_AFTER => {
                let minutes = wait.as_secs().div_ceil(60);
                add!(
                    whole,
                    "the server answered ",
                    status,
                    " and said to wait ",
                    minutes,
                    " min: try again after that"
                )
            }
            Self::Http { status, .. } => add!(whole, "the server answered ", status, advice(*status)),
            Self::HostRefuses { status } => add!(
                whole,
                "given up after the host refused ",
                MAX_REFUSALS,
                " requests in a row, the last one with ",
                status,
                ": try again later"
            ),
            Self::Network => whole.push_str(
                "refused, broken off, or an error page without CORS: open the address in a tab to see which",
            ),
            Self::Cors => whole.push_str(
                "the host answers, but does not let this page read it (CORS): ask it to let other sites read \
                 its images",
            ),
            Self::NeedsPermission => whole.push_str(
                "fetchzip needs your permission to read images of this host: allow it, and it is fetched again",
            ),
            Self::Unreachable => whole
                .push_str("the host can’t be reached: check the address and the connection, and try again"),
            Self::MixedContent => whole.push_str(
                "a page on https: may not read from http: (mixed content): write https: in the address",
            ),
            Self::Offline => {
                whole.push_str("this browser is offline: it continues when the connection is back")
            }
            Self::Request { reason } => add!(
                whole,
                "the request was not made (",
                reason,
                "): a script of the page has replaced fetch; correct or remove it"
            ),
            Self::Options { reason } => whole.push_str(reason),
            Self::Data { reason } => {
                add!(whole, "the entry’s own data could not be read (", reason, "): give it once more")
            }
            Self::Interrupted { received } => {
                add!(whole, "the connection broke after ", received, " bytes: try again")
            }
            Self::Truncated { received } => {
                add!(whole, "the image ends too early, after ", received, " bytes: try again")
            }
            Self::Timeout { after } => {
                add!(whole, "no data arrived for ", Time(*after), ": try again later")
            }
            Self::TooSlow { after, received, bytes_per_second } => add!(
                whole,
                "only ",
                received,
                " bytes arrived in ",
                Time(*after),
                " (",
                bytes_per_second,
                " bytes a second): try again later, or allow more time"
            ),
            Self::Empty => whole.push_str("the server's response is empty: check the address"),
            Self::NotAnImage(kind) => {
                add!(
                    whole,
                    "the server answered with ",
                    kind,
                    " instead of an image: open the address in a tab"
                )
            }
            Self::Storage { reason } => {
                add!(
                    whole,
                    "the browser could not store the image (",
                    reason,
                    "): free some space, or fetch fewer"
                )
            }
            Self::TooLarge { limit } => add!(
                whole,
                "the image exceeds the limit of ",
                limit,
                " bytes per image: raise that limit to get it"
            ),
            Self::OverTotal { limit } => add!(
                whole,
                "the image does not fit within the limit of ",
                limit,
                " bytes for all images together: raise that limit, or fetch fewer"
            ),
            Self::Stopped => whole.push_str("the run was stopped before this image arrived: fetch it again"),
            Self::Skipped => whole.push_str("skipped before it had arrived: retry it to get it after all"),
            Self::Restarted => whole.push_str("broken off to be requested again, as the user wanted"),
        }
    }
}

display_by_append!(FetchError);

/// A time, in milliseconds unless it is a whole number of seconds: printing a float takes 9 KB of wasm.
struct Time(Duration);

impl Append for Time {
    fn append_to(&self, whole: &mut String) {
        match self.0.subsec_millis() {
            0 => add!(whole, self.0.as_secs(), " s"),
            millis => add!(whole, self.0.as_secs() * 1000 + u64::from(millis), " ms"),
        }
    }
}

impl std::error::Error for FetchError {}

fn advice(status: u16) -> &'static str {
    match status {
        206 => " (only a part of the file): open the address in a tab",
        300..=399 => " (a redirect without a target): open the address in a tab",
        401 | 403 => " (not allowed): the image may require a sign-in, or its host may refuse other sites",
        404 | 410 => " (not found): check the address",
        408 | 504 | 524 => " (timed out): try again later",
        425 => " (too early): try again later",
        429 => " (too many requests): try again later",
        400..=499 => ": check the address",
        503 => " (busy): try again later",
        _ => " (a server error): try again later",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_says_what_happened_and_what_to_do() {
        let cases = [
            (FetchError::http(404), "the server answered 404 (not found): check the address"),
            (
                FetchError::Timeout { after: Duration::from_millis(1500) },
                "no data arrived for 1500 ms: try again later",
            ),
            (
                FetchError::NotAnImage(NotAnImage::Html),
                "the server answered with an HTML page instead of an image: open the address in a tab",
            ),
            (
                FetchError::TooSlow { after: Duration::from_secs(60), received: 5000, bytes_per_second: 83 },
                "only 5000 bytes arrived in 60 s (83 bytes a second): try again later, or allow more time",
            ),
            (
                FetchError::MixedContent,
                "a page on https: may not read from http: (mixed content): write https: in the address",
            ),
            (FetchError::Empty, "the server's response is empty: check the address"),
            (
                FetchError::Request { reason: "not today".into() },
                "the request was not made (not today): a script of the page has replaced fetch; \
                 correct or remove it",
            ),
            (
                FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(3601)) },
                "the server answered 429 and said to wait 61 min: try again after that",
            ),
            (
                FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(5)) },
                "the server answered 429 (too many requests): try again later",
            ),
            (
                FetchError::HostRefuses { status: 503 },
                "given up after the host refused 10 requests in a row, the last one with 503: try again later",
            ),
        ];
        for (error, message) in cases {
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn only_http_failures_have_a_status() {
        assert_eq!(FetchError::http(500).status(), Some(500));
        assert_eq!(FetchError::Network.status(), None);
    }
}

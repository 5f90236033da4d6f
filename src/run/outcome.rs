//! How an attempt, and in the end an item, can fail.

use std::time::Duration;

use super::retry::{LONGEST_OBEYED, MOST_REFUSALS};
use crate::image::NotAnImage;
use crate::plan::AddressError;
use crate::text::{Append, add, display_by_append, text};

/// Why an image is not in the archive.
///
/// The messages are shown to users as they are, beside the address that they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// The text is no address that can be asked for; nothing was sent.
    Address(AddressError),
    /// The server answered with a status that is no success.
    Http {
        /// The status code, 300 to 599 (and 206, for a part of an image that was never asked for in parts).
        status: u16,
        /// How long the server asked to wait (`Retry-After`), where it said so and a page may read it.
        retry_after: Option<Duration>,
    },
    /// The image's host refused so often in a row that the rest was not asked for.
    HostRefuses {
        /// The status of the last refusal, 429 or 503.
        status: u16,
    },
    /// The request failed without an answer that a page may see.
    ///
    /// The Fetch standard gives CORS refusal, DNS failure, reset, refused connection and redirect
    /// loop one face, a `TypeError`, so nothing closer can be said.
    Network,
    /// The connection broke while the body was arriving.
    Interrupted {
        /// How many bytes had arrived.
        received: u64,
    },
    /// The body ended before the image did, and nothing said so but the image's own format.
    Truncated {
        /// How many bytes had arrived.
        received: u64,
    },
    /// No byte arrived for the length of the timeout.
    Timeout {
        /// The timeout.
        after: Duration,
    },
    /// The body is empty.
    Empty,
    /// The body is something else than an image.
    NotAnImage(NotAnImage),
    /// The browser could not keep the bytes: its storage is full, or refused.
    Storage {
        /// The browser's own words.
        reason: String,
    },
    /// The image has more bytes than one may have.
    TooLarge {
        /// How many one may have.
        limit: u64,
    },
    /// The image does not fit into what all images together may have.
    OverTotal {
        /// How many bytes that are.
        limit: u64,
    },
    /// The run was stopped before the image's turn came, or while it was under way.
    Stopped,
}

impl FetchError {
    /// An answer with this status that said nothing of when to come back.
    pub const fn http(status: u16) -> Self {
        Self::Http { status, retry_after: None }
    }

    /// The word that programs tell failures by: the `kind` in the JavaScript result and in the CSV.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Http { .. } => "http",
            Self::HostRefuses { .. } => "host-refuses",
            Self::Network => "network",
            Self::Interrupted { .. } => "interrupted",
            Self::Truncated { .. } => "truncated",
            Self::Timeout { .. } => "timeout",
            Self::Empty => "empty",
            Self::NotAnImage(_) => "not-an-image",
            Self::Storage { .. } => "storage",
            Self::TooLarge { .. } => "too-large",
            Self::OverTotal { .. } => "over-total",
            Self::Stopped => "stopped",
        }
    }

    /// The HTTP status, where that is what failed.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Http { status, .. } | Self::HostRefuses { status } => Some(*status),
            _ => None,
        }
    }

    /// How long the server asked to wait before the next request, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether a connection that is lost would look like this.
    pub fn is_of_connection(&self) -> bool {
        matches!(self, Self::Network | Self::Interrupted { .. } | Self::Timeout { .. })
    }

    /// A word or two for a table's status column.
    pub fn short(&self) -> String {
        match self {
            Self::Address(_) => "not a URL".into(),
            Self::Http { status, .. } => text![status],
            Self::HostRefuses { .. } => "host busy".into(),
            Self::Network => "refused".into(),
            Self::Interrupted { .. } => "cut off".into(),
            Self::Truncated { .. } => "cut short".into(),
            Self::Timeout { .. } => "timeout".into(),
            Self::Empty => "empty".into(),
            Self::NotAnImage(_) => "no image".into(),
            Self::Storage { .. } => "no space".into(),
            Self::TooLarge { .. } => "too large".into(),
            Self::OverTotal { .. } => "no room".into(),
            Self::Stopped => "stopped".into(),
        }
    }
}

impl Append for FetchError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::Address(error) => error.append_to(whole),
            Self::Http { status, retry_after: Some(wait) } if *wait > LONGEST_OBEYED => {
                let minutes = wait.as_secs().div_ceil(60);
                add!(
                    whole,
                    "the server answered ",
                    status,
                    " and asked to wait ",
                    minutes,
                    " min: try again after that"
                )
            }
            Self::Http { status, .. } => add!(whole, "the server answered ", status, advice(*status)),
            Self::HostRefuses { status } => add!(
                whole,
                "given up, because the host refused ",
                MOST_REFUSALS,
                " times in a row, the last time with ",
                status,
                ": try again later, or with fewer at once"
            ),
            Self::Network => whole.push_str(
                "refused by the server's CORS policy, or unreachable: open the address in a tab; \
                 if it shows there, the host must allow other sites to read it (CORS)",
            ),
            Self::Interrupted { received } => {
                add!(whole, "the connection broke after ", received, " bytes: try again")
            }
            Self::Truncated { received } => {
                add!(whole, "the image ends too early, after ", received, " bytes: try again")
            }
            Self::Timeout { after } => {
                // In milliseconds where it is not whole: printing a float takes 9 KB of wasm.
                let (time, unit) = match after.subsec_millis() {
                    0 => (after.as_secs(), "s"),
                    millis => (after.as_secs() * 1000 + u64::from(millis), "ms"),
                };
                add!(whole, "no byte arrived for ", time, " ", unit, ": try again, or with fewer at once")
            }
            Self::Empty => whole.push_str("the server answered with no bytes: check the address"),
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
                    "the browser could not keep the image (",
                    reason,
                    "): free some space, or fetch fewer"
                )
            }
            Self::TooLarge { limit } => add!(
                whole,
                "the image has more than the ",
                limit,
                " bytes that one image may have: raise that limit to get it"
            ),
            Self::OverTotal { limit } => add!(
                whole,
                "the image does not fit into the ",
                limit,
                " bytes that all images together may have: raise that limit, or fetch fewer"
            ),
            Self::Stopped => {
                whole.push_str("the run was stopped before this image was there: fetch it again")
            }
        }
    }
}

display_by_append!(FetchError);

impl std::error::Error for FetchError {}

fn advice(status: u16) -> &'static str {
    match status {
        206 => " (a part of the file): try again",
        300..=399 => " (a redirect without a target): open the address in a tab",
        401 | 403 => " (not allowed): the image may need a sign-in, or the host refuses other sites",
        404 | 410 => " (not there): check the address",
        408 | 504 | 524 => " (too slow): try again later",
        429 => " (too many requests): try again later, or with fewer at once",
        400..=499 => ": check the address",
        503 => " (busy): try again later, or with fewer at once",
        _ => " (the server's own failure): try again later",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_says_what_happened_and_what_to_do() {
        let cases = [
            (FetchError::http(404), "the server answered 404 (not there): check the address"),
            (
                FetchError::Timeout { after: Duration::from_millis(1500) },
                "no byte arrived for 1500 ms: try again, or with fewer at once",
            ),
            (
                FetchError::NotAnImage(NotAnImage::Html),
                "the server answered with an HTML page instead of an image: open the address in a tab",
            ),
            (FetchError::Empty, "the server answered with no bytes: check the address"),
            (
                FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(3601)) },
                "the server answered 429 and asked to wait 61 min: try again after that",
            ),
            (
                FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(5)) },
                "the server answered 429 (too many requests): try again later, or with fewer at once",
            ),
            (
                FetchError::HostRefuses { status: 503 },
                "given up, because the host refused 10 times in a row, the last time with 503: \
                 try again later, or with fewer at once",
            ),
        ];
        for (error, message) in cases {
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_status_is_told_only_for_http_failures() {
        assert_eq!(FetchError::http(500).status(), Some(500));
        assert_eq!(FetchError::Network.status(), None);
    }
}

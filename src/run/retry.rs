//! When a failed attempt is worth another, and after how long.

use std::time::Duration;

use super::FetchError;
use crate::seconds::scaled;

/// The first wait's upper bound; each further one is twice the one before.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// No wait is longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// No item waits longer than this for a server that says when to come back (`Retry-After`): it is
/// given up, and the server's wish is told.
pub const LONGEST_OBEYED: Duration = Duration::from_secs(300);

/// After so many refusals of an origin in a row, nothing more is asked of it: with the waits below
/// that is two and a half minutes without a single answer.
pub const MOST_REFUSALS: u32 = 10;

/// After so many images in a row that the browser could not keep, no further one is asked for: the
/// storage is full or gone, and each would be downloaded for nothing.
pub const MOST_STORAGE_FAILURES: u32 = 5;

/// How often an item is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after the first.
    pub retries: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 3 }
    }
}

impl RetryPolicy {
    /// How long to wait before the next attempt, or `None` where another would not help.
    ///
    /// `attempt` is the one that failed, from 1. `jitter` is a random number in `0..1`: the wait is
    /// spread over the whole range ("full jitter"), so that images which failed together do not
    /// come back together. It is never shorter than the server asked for.
    pub fn wait_after(&self, error: &FetchError, attempt: u32, jitter: f64) -> Option<Duration> {
        let asked_for = error.retry_after().unwrap_or_default();
        if attempt > self.retries || !is_passing(error, attempt) || asked_for > LONGEST_OBEYED {
            return None;
        }
        Some(scaled(longest_wait(attempt), jitter).max(asked_for))
    }

    /// How long an origin is left alone that has refused so many times in a row, from 1.
    ///
    /// Without jitter: there is one of it. Never shorter than the server asked for, unless that is
    /// more than is obeyed.
    pub fn cool_down(&self, error: &FetchError, refusals: u32) -> Duration {
        let asked_for = error.retry_after().filter(|wait| *wait <= LONGEST_OBEYED);
        longest_wait(refusals).max(asked_for.unwrap_or_default())
    }
}

/// The bound of the n-th wait, from 1.
fn longest_wait(n: u32) -> Duration {
    (FIRST_WAIT * 2_u32.pow((n - 1).min(16))).min(LONGEST_WAIT)
}

/// Whether the failure may be gone by the attempt after this one. The statuses are those that curl
/// retries.
fn is_passing(error: &FetchError, attempt: u32) -> bool {
    match error {
        FetchError::Http { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 522 | 524),
        FetchError::Network
        | FetchError::Interrupted { .. }
        | FetchError::Truncated { .. }
        | FetchError::Timeout { .. } => true,
        // What took the room may have been an image that was too large itself, and left.
        FetchError::Storage { .. } => attempt == 1,
        FetchError::Address(_)
        | FetchError::Empty
        | FetchError::NotAnImage(_)
        | FetchError::HostRefuses { .. }
        | FetchError::TooLarge { .. }
        | FetchError::OverTotal { .. }
        | FetchError::Stopped => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: FetchError = FetchError::http(503);

    #[test]
    fn waits_double_from_half_a_second_to_thirty() {
        let policy = RetryPolicy { retries: 100 };
        let waits: Vec<_> = (1..=8).filter_map(|attempt| policy.wait_after(&BUSY, attempt, 1.0)).collect();
        let seconds = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0].map(Duration::from_secs_f64);
        assert_eq!(waits, seconds);
        assert_eq!(policy.wait_after(&BUSY, 100, 1.0), Some(LONGEST_WAIT));
    }

    #[test]
    fn jitter_spreads_the_wait_from_nothing_to_the_bound() {
        let policy = RetryPolicy { retries: 1 };
        assert_eq!(policy.wait_after(&BUSY, 1, 0.0), Some(Duration::ZERO));
        assert_eq!(policy.wait_after(&BUSY, 1, 0.5), Some(FIRST_WAIT / 2));
    }

    #[test]
    fn a_server_that_says_when_to_come_back_is_not_asked_before() {
        let policy = RetryPolicy { retries: 1 };
        let asks =
            |seconds| FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        let wait = |seconds, jitter| policy.wait_after(&asks(seconds), 1, jitter);
        assert_eq!(wait(7, 1.0), Some(Duration::from_secs(7)));
        assert_eq!(wait(0, 1.0), Some(FIRST_WAIT));
        assert_eq!((wait(300, 0.0), wait(301, 0.0)), (Some(LONGEST_OBEYED), None));
        let cool_down = |seconds, refusals| policy.cool_down(&asks(seconds), refusals);
        assert_eq!((cool_down(7, 1), cool_down(7, 5)), (Duration::from_secs(7), Duration::from_secs(8)));
        assert_eq!(cool_down(301, 1), FIRST_WAIT);
    }

    #[test]
    fn attempts_end_with_the_policy() {
        assert_eq!(RetryPolicy { retries: 0 }.wait_after(&BUSY, 1, 0.5), None);
        assert!(RetryPolicy { retries: 3 }.wait_after(&BUSY, 3, 0.5).is_some());
        assert_eq!(RetryPolicy { retries: 3 }.wait_after(&BUSY, 4, 0.5), None);
    }

    #[test]
    fn only_failures_that_may_pass_are_tried_again() {
        let policy = RetryPolicy { retries: 1 };
        let again = |error: &FetchError| policy.wait_after(error, 1, 0.5).is_some();
        for status in 200..600 {
            let expected = [408, 429, 500, 502, 503, 504, 522, 524].contains(&status);
            assert_eq!(again(&FetchError::http(status)), expected, "{status}");
        }
        assert!(again(&FetchError::Network));
        assert!(again(&FetchError::Timeout { after: LONGEST_WAIT }));
        assert!(again(&FetchError::Interrupted { received: 5 }));
        let full = FetchError::Storage { reason: "no space".into() };
        assert!(again(&full));
        assert_eq!(RetryPolicy { retries: 9 }.wait_after(&full, 2, 0.5), None);
        assert!(!again(&FetchError::Empty));
        assert!(!again(&FetchError::TooLarge { limit: 1 }));
        assert!(!again(&FetchError::OverTotal { limit: 1 }));
    }
}

//! Which failed attempts are retried, and after how long.

use std::time::Duration;

use super::fetch_error::FetchError;
use super::retry_limits::MAX_RETRY_AFTER;
use crate::seconds::scaled;

/// The bound of the first wait. The bound doubles with each further wait.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The largest bound of a wait.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How often an item is retried.
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
    /// How long to wait before the next attempt, or `None` if there should be none.
    ///
    /// `attempt` is the number of the failed one, from 1. `jitter` is a random number in `0..1` by which
    /// the wait is spread over its whole range ("full jitter"), so that images that failed together are
    /// not retried together. The wait is never shorter than the server asked for.
    pub fn wait_after(&self, error: &FetchError, attempt: u32, jitter: f64) -> Option<Duration> {
        let asked_for = error.retry_after().unwrap_or_default();
        if attempt > self.retries || !is_transient(error, attempt) || asked_for > MAX_RETRY_AFTER {
            return None;
        }
        Some(scaled(wait_bound(attempt), jitter).max(asked_for))
    }

    /// How long nothing is requested from an origin after its n-th consecutive refusal, from 1.
    ///
    /// It has no jitter, since nothing else waits for the same origin. It is at least what the server
    /// asked for, unless that is more than five minutes.
    pub fn cool_down(&self, error: &FetchError, refusals: u32) -> Duration {
        let asked_for = error.retry_after().filter(|wait| *wait <= MAX_RETRY_AFTER);
        wait_bound(refusals).max(asked_for.unwrap_or_default())
    }
}

/// The bound of the n-th wait, from 1.
fn wait_bound(n: u32) -> Duration {
    (FIRST_WAIT * 2_u32.pow((n - 1).min(16))).min(MAX_WAIT)
}

/// Whether the next attempt may succeed. The statuses are those that curl retries.
fn is_transient(error: &FetchError, attempt: u32) -> bool {
    match error {
        FetchError::Http { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 522 | 524),
        FetchError::Network
        | FetchError::Unreachable
        | FetchError::Interrupted { .. }
        | FetchError::Truncated { .. }
        | FetchError::Timeout { .. }
        | FetchError::TooSlow { .. } => true,
        // The space may have been taken by an image that was too large itself and is gone by now.
        FetchError::Storage { .. } => attempt == 1,
        FetchError::Address(_)
        | FetchError::MixedContent
        | FetchError::Cors
        | FetchError::NeedsPermission
        | FetchError::Offline
        | FetchError::Request { .. }
        | FetchError::Options { .. }
        | FetchError::Data { .. }
        | FetchError::Empty
        | FetchError::NotAnImage(_)
        | FetchError::HostRefuses { .. }
        | FetchError::TooLarge { .. }
        | FetchError::OverTotal { .. }
        | FetchError::Stopped
        | FetchError::Skipped
        | FetchError::Restarted => false,
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
        assert_eq!(policy.wait_after(&BUSY, 100, 1.0), Some(MAX_WAIT));
    }

    #[test]
    fn jitter_spreads_the_wait_from_nothing_to_the_bound() {
        let policy = RetryPolicy { retries: 1 };
        assert_eq!(policy.wait_after(&BUSY, 1, 0.0), Some(Duration::ZERO));
        assert_eq!(policy.wait_after(&BUSY, 1, 0.5), Some(FIRST_WAIT / 2));
    }

    #[test]
    fn a_server_that_sends_retry_after_is_not_asked_earlier() {
        let policy = RetryPolicy { retries: 1 };
        let asks =
            |seconds| FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        let wait = |seconds, jitter| policy.wait_after(&asks(seconds), 1, jitter);
        assert_eq!(wait(7, 1.0), Some(Duration::from_secs(7)));
        assert_eq!(wait(0, 1.0), Some(FIRST_WAIT));
        assert_eq!((wait(300, 0.0), wait(301, 0.0)), (Some(MAX_RETRY_AFTER), None));
        let cool_down = |seconds, refusals| policy.cool_down(&asks(seconds), refusals);
        assert_eq!((cool_down(7, 1), cool_down(7, 5)), (Duration::from_secs(7), Duration::from_secs(8)));
        assert_eq!(cool_down(301, 1), FIRST_WAIT);
    }

    #[test]
    fn there_are_no_more_retries_than_the_policy_allows() {
        assert_eq!(RetryPolicy { retries: 0 }.wait_after(&BUSY, 1, 0.5), None);
        assert!(RetryPolicy { retries: 3 }.wait_after(&BUSY, 3, 0.5).is_some());
        assert_eq!(RetryPolicy { retries: 3 }.wait_after(&BUSY, 4, 0.5), None);
    }

    #[test]
    fn only_transient_failures_are_retried() {
        let policy = RetryPolicy { retries: 1 };
        let is_retried = |error: &FetchError| policy.wait_after(error, 1, 0.5).is_some();
        for status in 200..600 {
            let expected = [408, 429, 500, 502, 503, 504, 522, 524].contains(&status);
            assert_eq!(is_retried(&FetchError::http(status)), expected, "{status}");
        }
        assert!(is_retried(&FetchError::Network));
        assert!(is_retried(&FetchError::Unreachable));
        assert!(!is_retried(&FetchError::Cors));
        assert!(is_retried(&FetchError::Timeout { after: MAX_WAIT }));
        assert!(is_retried(&FetchError::Interrupted { received: 5 }));
        let full = FetchError::Storage { reason: "no space".into() };
        assert!(is_retried(&full));
        assert_eq!(RetryPolicy { retries: 9 }.wait_after(&full, 2, 0.5), None);
        assert!(!is_retried(&FetchError::Empty));
        assert!(!is_retried(&FetchError::TooLarge { limit: 1 }));
        assert!(!is_retried(&FetchError::OverTotal { limit: 1 }));
    }
}

//! When a failed attempt is worth another, and after how long.

use std::time::Duration;

use super::FetchError;
use crate::seconds::scaled;

/// The first wait's upper bound; each further one is twice the one before.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// No wait is longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often an item is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after the first.
    pub retries: u32,
}

impl RetryPolicy {
    /// How long to wait before the next attempt, or `None` where another would not help.
    ///
    /// `attempt` is the one that failed, from 1. `jitter` is a random number in `0..1`: the wait is
    /// spread over the whole range ("full jitter"), so that images which failed together do not
    /// come back together.
    pub fn wait_after(&self, error: &FetchError, attempt: u32, jitter: f64) -> Option<Duration> {
        if attempt > self.retries || !is_passing(error) {
            return None;
        }
        let doublings = (attempt - 1).min(16);
        let bound = (FIRST_WAIT * 2_u32.pow(doublings)).min(LONGEST_WAIT);
        Some(scaled(bound, jitter))
    }
}

/// Whether the failure may be gone by the next attempt. The statuses are those that curl retries.
fn is_passing(error: &FetchError) -> bool {
    match error {
        FetchError::Http { status } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 522 | 524),
        FetchError::Network | FetchError::Interrupted { .. } | FetchError::Timeout { .. } => true,
        FetchError::Address(_)
        | FetchError::Empty
        | FetchError::NotAnImage(_)
        | FetchError::Storage { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: FetchError = FetchError::Http { status: 503 };

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
            assert_eq!(again(&FetchError::Http { status }), expected, "{status}");
        }
        assert!(again(&FetchError::Network));
        assert!(again(&FetchError::Timeout { after: LONGEST_WAIT }));
        assert!(again(&FetchError::Interrupted { received: 5 }));
        assert!(!again(&FetchError::Empty));
    }
}

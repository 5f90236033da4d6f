//! How long an item waits for its next attempt.

use std::time::Duration;

use super::super::fetch_error::FetchError;
use super::{Progress, Schedule};
use crate::plan::ItemId;

impl Schedule {
    /// How long an item whose attempt has failed waits for the next one; `None` if there is to be none.
    pub(super) fn wait_after(&mut self, item: ItemId, error: &FetchError, jitter: f64) -> Option<Duration> {
        let Progress { attempts, forgiven, is_renewed, .. } = self.progress[item];
        let (counted, retry) = ((attempts - forgiven).max(1), self.limits.retry);
        let may_renew = self.limits.renews && !is_renewed && counted <= retry.retries;
        if may_renew && matches!(error, FetchError::Http { status: 401 | 403, .. }) {
            self.progress[item].is_renewed = true;
            return Some(Duration::ZERO);
        }
        retry.wait_after(error, counted, jitter)
    }
}

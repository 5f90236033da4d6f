//! Items that arrive while others are fetched.

use std::time::Duration;

use super::super::adaptive_concurrency::AdaptiveConcurrency;
use super::{OriginState, Progress, Schedule};
use crate::plan::{ItemId, Plan};

impl Schedule {
    /// Adds an item with an address, which was appended to the plan after those before it.
    pub fn add(&mut self, plan: &Plan, item: ItemId, now: Duration) {
        while self.progress.len() <= item {
            let added = &plan.items()[self.progress.len()];
            self.origin_of.push(added.origin);
            self.fallbacks.push(added.origins_of_fallbacks());
            self.progress.push(Progress::default());
        }
        let (first, concurrency) = (self.origins.len(), self.limits.per_origin.min(self.limits.concurrency));
        while let Some(origin) = plan.origins().get(self.origins.len()) {
            let most = plan.sign_in().limit_of(origin).unwrap_or(concurrency).min(concurrency);
            self.origins.push(OriginState::new(most, self.limits.concurrency == 1));
        }
        if self.is_adaptive {
            let new = self.origins.iter_mut().skip(first);
            new.for_each(|origin| origin.adaptive = Some(AdaptiveConcurrency::new(now)));
        }
        self.progress[item].is_open = true;
        self.open += 1;
        self.push_ready(item);
    }
}

//! Items that arrive while the run is under way, and those of which nothing is asked.

use super::super::event::{Event, EventKind};
use super::super::fetch_error::FetchError;
use super::super::unasked::Unasked;
use super::{Fetcher, FinishedItem, Run};
use crate::plan::ItemId;

impl<F: Fetcher> Run<'_, F> {
    /// Takes the items that were appended to the plan since, and emits `Queued` for each. Until the plan is complete,
    /// [`Run::next`] waits for more.
    pub fn take_arrived(&mut self) {
        while self.taken < self.plan.len() && !self.is_stopped {
            let item = self.taken;
            self.taken += 1;
            (self.emit)(Event { at: self.fetcher.now(), item, kind: EventKind::Queued });
            let fetcher = self.fetcher;
            match Unasked::of(self.plan, item, |address| fetcher.is_mixed_content(address)) {
                Some(why) => self.unasked.push_back((item, why)),
                None => {
                    self.reach.borrow_mut().grow(self.plan.origins().len());
                    self.schedule.add(self.plan, item, self.fetcher.now());
                }
            }
        }
    }

    /// Whether more items are to arrive.
    pub(super) fn awaits_items(&self) -> bool {
        self.plan.is_open() && !self.is_stopped
    }

    /// Ends an item of which nothing was asked.
    pub(super) fn end_unasked(&mut self, item: ItemId, why: Unasked) -> FinishedItem<F::Payload> {
        match why {
            Unasked::Failed(error) => self.fail(item, error),
            Unasked::LeftOut(reason) => {
                self.emit(item, EventKind::LeftOut { reason });
                FinishedItem { item, outcome: Err(FetchError::Stopped) }
            }
        }
    }
}

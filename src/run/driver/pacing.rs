//! Attempts that are broken off: they are slow, take too long, or the user wants it.

use std::time::Duration;

use super::super::event::EventKind;
use super::super::fetch_error::FetchError;
use super::super::pace::Verdict;
use super::{Fetcher, FinishedItem, Run};
use crate::plan::ItemId;

impl<F: Fetcher> Run<'_, F> {
    /// Reports what has become slow, breaks off what keeps others waiting, and returns an item whose time is
    /// up.
    pub(super) fn check_pace(&mut self) -> Option<FinishedItem<F::Payload>> {
        let answered_beside = self.pace.borrow_mut().take_answered_beside();
        if let Some((item, older)) = answered_beside {
            self.schedule.answered_beside(item, older, self.fetcher.now());
        }
        loop {
            let verdict = self.pace.borrow_mut().check(self.fetcher.now());
            let Some((item, verdict)) = verdict else { break };
            match verdict {
                Verdict::Slow { bytes_per_second } => {
                    self.emit(item, EventKind::Slow { bytes_per_second });
                    self.schedule.set_slow(item, true);
                }
                Verdict::Recovered => self.schedule.set_slow(item, false),
                Verdict::TimedOut(error) => {
                    self.end_attempt(item, true);
                    self.schedule.abandon(item);
                    return Some(self.fail(item, error));
                }
            }
        }
        while let Some(item) = self.schedule.next_to_defer() {
            self.defer(item, None);
        }
        None
    }

    /// Does not count an attempt that broke off, if it has brought more of an image of which there was a part; and
    /// several times in a row, if nothing arrived of a large image, which the browser may have discarded.
    pub(super) fn credit_progress(&mut self, item: ItemId, error: Option<&FetchError>) {
        let was_interrupted = matches!(error, Some(FetchError::Interrupted { .. }));
        let broke_off = was_interrupted || matches!(error, Some(FetchError::Timeout { .. }));
        let pace = self.pace.borrow();
        if broke_off && pace.has_continued(item) {
            self.schedule.forgive_progress(item);
        } else if was_interrupted && pace.has_lost_answer(item) {
            self.schedule.forgive_lost_answer(item);
        }
    }

    /// Reports that nothing is requested from an item's origin until this time.
    pub(super) fn emit_cool_down(&self, item: ItemId, until: Duration) {
        self.emit(item, EventKind::CoolingDown { until, quota: self.schedule.quota_of(item) });
    }

    /// Ends the attempt of an item that is in flight, and returns why it would be said to be slow.
    pub(super) fn end_attempt(&mut self, item: ItemId, is_aborted: bool) -> Option<FetchError> {
        if let Some(place) = self.aborts.iter().position(|(other, _)| *other == item) {
            let (_, abort) = self.aborts.swap_remove(place);
            if is_aborted {
                abort.abort();
            }
        }
        if is_aborted {
            // It may have failed already, and wait to learn why.
            self.reach.borrow_mut().forget(item);
            self.judged.retain(|(attempt, _)| attempt.item != item);
        }
        self.pace.borrow_mut().end(item, self.fetcher.now())
    }

    /// Breaks off an attempt in flight, whose item starts again after the others of its origin. Without a reason it is
    /// too slow.
    fn defer(&mut self, item: ItemId, reason: Option<FetchError>) {
        let too_slow = self.end_attempt(item, true);
        self.schedule.defer(item);
        let resumes = self.fetcher.now();
        reason
            .or(too_slow)
            .into_iter()
            .for_each(|error| self.emit(item, EventKind::Retrying { error, resumes }));
    }

    /// Ends an item that has not ended, with its request if there is one in flight. [`Run::next`] returns it.
    pub fn skip(&mut self, item: ItemId) {
        if self.schedule.is_open(item) {
            self.end_attempt(item, true);
            self.schedule.abandon(item);
            self.skipped.push(item);
        }
    }

    /// Breaks off the request of an item, if there is one in flight, and makes it again after the others of
    /// its origin.
    pub fn restart(&mut self, item: ItemId) {
        if self.schedule.is_in_flight(item) {
            self.defer(item, Some(FetchError::Restarted));
        }
    }
}

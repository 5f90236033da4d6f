//! Attempts that are slow, and images that take too long.

use super::super::event::EventKind;
use super::super::pace::Verdict;
use super::{Fetcher, FinishedItem, Run};

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
            let error = self.end_attempt(item, true);
            self.schedule.defer(item);
            let resumes = self.fetcher.now();
            error.into_iter().for_each(|error| self.emit(item, EventKind::Retrying { error, resumes }));
        }
        None
    }
}

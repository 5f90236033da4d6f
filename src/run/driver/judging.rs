//! Requests that fail without an answer: what of, as far as it can be found out.

use futures::FutureExt;

use super::super::fetch_error::FetchError;
use super::super::reach::Judgement;
use super::super::step::Attempt;
use super::{Ended, Fetcher, Run};
use crate::plan::OriginId;

impl<F: Fetcher> Run<'_, F> {
    /// Why an attempt without an answer failed; `None` while that is being found out.
    pub(super) fn judge(&mut self, attempt: Attempt) -> Option<FetchError> {
        let Attempt { item, address, .. } = attempt;
        let (Some(address), Some(origin)) =
            (self.plan.request_address(item, address), self.schedule.origin_of(item))
        else {
            return Some(FetchError::Network);
        };
        if address.is_data() {
            return Some(FetchError::Network);
        }
        if !self.fetcher.is_online() {
            return Some(FetchError::Offline);
        }
        match self.reach.borrow_mut().judge(origin, attempt) {
            Judgement::Failed(error) => return Some(error),
            Judgement::Waits => {}
            Judgement::Probe => {
                let fetcher = self.fetcher;
                let probe = async move { Ok(Ended::Probe(origin, fetcher.is_refused_by(&address).await)) };
                self.in_flight.push(probe.boxed_local());
            }
        }
        None
    }

    /// Takes what a probe has found.
    pub(super) fn probed(&mut self, origin: OriginId, refuses: bool) {
        let judged = self.reach.borrow_mut().set_probed(origin, refuses);
        let is_online = self.fetcher.is_online();
        // Others may have ended meanwhile, such as for the time that they took.
        let judged = judged.into_iter().filter(|(attempt, _)| self.schedule.is_in_flight(attempt.item));
        self.judged.extend(judged.map(|(attempt, error)| match error {
            FetchError::Unreachable if !is_online => (attempt, FetchError::Offline),
            error => (attempt, error),
        }));
    }
}

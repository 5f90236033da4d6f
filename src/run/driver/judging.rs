//! What is found out of an attempt that has ended: of what it failed if there was no answer, over which protocol it
//! came, from which address.

use std::borrow::Cow;

use futures::FutureExt;

use super::super::fetch_error::FetchError;
use super::super::reach::{Judgement, Target};
use super::super::step::Attempt;
use super::{Arrived, Ended, Fetcher, Run};

impl<F: Fetcher> Run<'_, F> {
    /// Why an attempt without an answer failed; `None` while that is being found out.
    pub(super) fn judge(&mut self, attempt: Attempt) -> Option<FetchError> {
        let Attempt { item, address, .. } = attempt;
        let (Some(address), Some(origin)) =
            (self.plan.request_address(item, address), self.schedule.origin_of(item))
        else {
            return Some(FetchError::Network);
        };
        if address.is_data() || address.is_own_data() {
            return Some(FetchError::Network);
        }
        if !self.fetcher.is_online() {
            return Some(FetchError::Offline);
        }
        let instead = self.fetcher.asked_instead(item);
        let mut reach = self.reach.borrow_mut();
        let target = reach.target(origin, instead.as_ref());
        match reach.judge(target, attempt) {
            Judgement::Failed(error) => return Some(error),
            Judgement::Waits => {}
            Judgement::Probe => {
                let (fetcher, address) = (self.fetcher, instead.map_or(address, Cow::Owned));
                let probe = async move { Ok(Ended::Probe(target, fetcher.is_refused_by(&address).await)) };
                self.in_flight.push(probe.boxed_local());
            }
        }
        None
    }

    /// Takes what a probe has found.
    pub(super) fn probed(&mut self, target: Target, refuses: bool) {
        let judged = self.reach.borrow_mut().set_probed(target, refuses);
        let is_online = self.fetcher.is_online();
        // The last one is concluded first.
        self.judged.extend(judged.into_iter().rev().map(|(attempt, error)| match error {
            FetchError::Unreachable if !is_online => (attempt, FetchError::Offline),
            error => (attempt, error),
        }));
    }

    /// Looks up the protocol of an attempt that has succeeded, if that is worth a look.
    pub(super) fn look_up_protocol(&mut self, Attempt { item, address, .. }: Attempt) {
        if self.schedule.wants_protocol(item)
            && let Some(address) = self.plan.request_address(item, address)
            && let Some(is_multiplexed) = self.fetcher.is_multiplexed(&address)
        {
            self.schedule.set_protocol(item, is_multiplexed, self.fetcher.now());
        }
    }

    /// An image that came from a fallback has that as its final address.
    pub(super) fn with_final_url(
        &self,
        attempt: Attempt,
        mut arrived: Arrived<F::Payload>,
    ) -> Arrived<F::Payload> {
        if attempt.address > 0
            && let Some(address) = self.plan.address(attempt.item, attempt.address)
        {
            arrived.stored.facts.final_url.get_or_insert_with(|| address.href.as_str().into());
        }
        arrived
    }
}

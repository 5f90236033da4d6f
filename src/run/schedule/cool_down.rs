//! What refused and broken requests mean for their origin and for their items.

use std::cmp::Reverse;
use std::time::Duration;

use super::super::fetch_error::FetchError;
use super::super::origin_state::{OriginChange, OriginState};
use super::super::quota::Quota;
use super::super::retry_limits::{MAX_LOST_ANSWERS, MAX_REFUSALS};
use super::Schedule;
use crate::plan::{ItemId, OriginId};

impl Schedule {
    /// The origins that cool down at `now`, and until when, since the run began.
    pub fn cooling(&self, now: Duration) -> impl Iterator<Item = (OriginId, Duration)> + '_ {
        let until = move |origin: &OriginState| origin.cools_until.filter(|until| *until > now);
        self.origins.iter().enumerate().filter_map(move |(id, origin)| Some((id, until(origin)?)))
    }

    /// What an item's origin answers in which time, once that is known.
    pub fn quota_of(&self, item: ItemId) -> Option<Quota> {
        self.origin_of[item].and_then(|id| self.origins[id].quota())
    }

    /// Until when others of an item's origin wait, if the attempt that has just begun was the last one that the
    /// origin answers in a window.
    pub fn pause_after(&self, item: ItemId) -> Option<Duration> {
        let origin = &self.origins[self.origin_of[item]?];
        origin.cools_until.filter(|_| !origin.ready.is_empty() || !origin.deferred.is_empty())
    }

    /// Reports a failed attempt to its origin. Returns the end of the cool-down that it starts or prolongs.
    pub(super) fn cool_down(
        &mut self,
        id: OriginId,
        item: ItemId,
        error: &FetchError,
        now: Duration,
    ) -> Option<Duration> {
        let (begun_after, begun) = (self.progress[item].throttles, self.progress[item].begun);
        if let FetchError::Http { status: status @ (429 | 503), .. } = *error {
            self.forgive_refusal(id, item, status);
        }
        match self.origins[id].failed(error, begun_after, begun, &self.limits.retry, now) {
            OriginChange::CoolDown { until } => {
                self.cooling.push(Reverse((until, id)));
                return Some(until);
            }
            OriginChange::Close => self.closed.push_back(id),
            OriginChange::Narrow => self.forgive_for_host(item),
            OriginChange::None => {}
        }
        None
    }

    /// Does not count the attempt if it was refused for its host's sake: the host has served others, and between the
    /// item's last refusal and this one it accepted none, or refused others, too.
    fn forgive_refusal(&mut self, id: OriginId, item: ItemId, status: u16) {
        let refuses_others = self.origins[id].note_refusal(item);
        let OriginState { has_served, recoveries, refused, in_flight, .. } = self.origins[id];
        let before = self.progress[item].refused_after.replace((recoveries, refused));
        let is_for_host = |(recovered, number): (u32, u32)| recovered == recoveries || number + 1 < refused;
        // A 503 that only this address gets, even if it is alone, is its own. A 429 speaks of the number.
        let is_limit = status == 429 || refuses_others || in_flight > 0 || self.origins[id].quota().is_some();
        if has_served && is_limit && before.is_none_or(is_for_host) {
            self.forgive_for_host(item);
        }
    }

    /// Does not count an attempt that failed for its host's sake. Others of the host go first: it may have failed by
    /// itself.
    fn forgive_for_host(&mut self, item: ItemId) {
        if self.progress[item].forgiven < MAX_REFUSALS {
            self.forgive(item);
            self.progress[item].lets_others_pass = true;
        }
    }

    /// Does not count the current attempt of an item, which has brought more of its image.
    pub fn forgive_progress(&mut self, item: ItemId) {
        self.progress[item].lost_answers = 0;
        self.forgive(item);
    }

    /// Does not count the current attempt of an item, which has brought nothing, unless too many in a row have.
    pub fn forgive_lost_answer(&mut self, item: ItemId) {
        if self.progress[item].lost_answers < MAX_LOST_ANSWERS {
            self.progress[item].lost_answers += 1;
            self.forgive(item);
        }
    }

    /// Does not count the current attempt of an item. A caller who wants no retries gets none.
    fn forgive(&mut self, item: ItemId) {
        if self.limits.retry.retries > 0 {
            self.progress[item].forgiven += 1;
        }
    }
}

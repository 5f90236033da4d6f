//! Which origins cool down, and until when, as known from the events alone.

use std::time::Duration;

use super::event::{Event, EventKind};
use super::quota::Quota;
use crate::plan::{OriginId, Plan};

/// The cool-downs of a run, as a fold of its events.
#[derive(Clone, Debug, Default)]
pub struct CoolDowns(Vec<CoolDown>);

/// An origin's cool-down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoolDown {
    /// The origin.
    pub origin: OriginId,
    /// The end of the cool-down, since the run began.
    pub until: Duration,
    /// What the origin answers in which time, once that is known.
    pub quota: Option<Quota>,
}

impl CoolDowns {
    /// Applies an event. `plan` is the run's plan.
    pub fn apply(&mut self, event: &Event, plan: &Plan) {
        let EventKind::CoolingDown { until, quota } = event.kind else { return };
        let Some(origin) = plan.items()[event.item].origin else { return };
        self.0.retain(|other| other.origin != origin);
        self.0.push(CoolDown { origin, until, quota });
    }

    /// The cool-downs at `now`, since the run began.
    pub fn at(&self, now: Duration) -> impl Iterator<Item = CoolDown> + '_ {
        self.0.iter().copied().filter(move |cool_down| cool_down.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::plan_of;

    #[test]
    fn an_origin_cools_down_until_the_latest_time_reported_for_it() {
        let plan = plan_of(["https://a.example/1", "https://b.example/", "https://a.example/2"]);
        let mut cooling = CoolDowns::default();
        let second = Duration::from_secs(1);
        for (item, until) in [(0, second), (1, second * 2), (2, second * 3)] {
            let kind = EventKind::CoolingDown { until, quota: None };
            cooling.apply(&Event { at: second, item, kind }, &plan);
        }
        cooling.apply(&Event { at: second, item: 0, kind: EventKind::Queued }, &plan);
        let at =
            |now| cooling.at(now).map(|CoolDown { origin, until, .. }| (origin, until)).collect::<Vec<_>>();
        assert_eq!(at(second), [(1, second * 2), (0, second * 3)]);
        assert_eq!(at(second * 2), [(0, second * 3)]);
        assert_eq!(cooling.at(second * 3).count(), 0);
    }
}

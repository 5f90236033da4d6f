//! Which origins cool down, and until when, as known from the events alone.

use std::time::Duration;

use super::event::{Event, EventKind};
use crate::plan::{OriginId, Plan};

/// The cool-downs of a run, as a fold of its events.
#[derive(Clone, Debug, Default)]
pub struct CoolDowns(Vec<(OriginId, Duration)>);

impl CoolDowns {
    /// Applies an event. `plan` is the run's plan.
    pub fn apply(&mut self, event: &Event, plan: &Plan) {
        let EventKind::CoolingDown { until } = event.kind else { return };
        let Some(origin) = plan.items()[event.item].origin else { return };
        self.0.retain(|(other, _)| *other != origin);
        self.0.push((origin, until));
    }

    /// The origins that cool down at `now`, and until when. Times are since the run began.
    pub fn at(&self, now: Duration) -> impl Iterator<Item = (OriginId, Duration)> + '_ {
        self.0.iter().copied().filter(move |(_, until)| *until > now)
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
            cooling.apply(&Event { at: second, item, kind: EventKind::CoolingDown { until } }, &plan);
        }
        cooling.apply(&Event { at: second, item: 0, kind: EventKind::Queued }, &plan);
        assert_eq!(cooling.at(second).collect::<Vec<_>>(), [(1, second * 2), (0, second * 3)]);
        assert_eq!(cooling.at(second * 2).collect::<Vec<_>>(), [(0, second * 3)]);
        assert_eq!(cooling.at(second * 3).count(), 0);
    }
}

//! The goals, and whether they are met.

use bench_options::{Contender, Protocol, WorkloadName};

use super::figures::{Figures, after_last_byte, longest_task, memory};
use super::{Report, Table};
use crate::rounds::Measured;

/// One goal of one workload in one browser.
#[derive(Clone, Debug, PartialEq)]
struct Goal {
    what: String,
    bound: Bound,
    measured: Option<f64>,
    unit: &'static str,
}

/// The bound of a goal, and which side of it is good.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    AtMost(f64),
    LessThan(f64),
    AtLeast(f64),
}

impl Bound {
    fn is_met_by(self, measured: f64) -> bool {
        match self {
            Self::AtMost(most) => measured <= most,
            Self::LessThan(limit) => measured < limit,
            Self::AtLeast(least) => measured >= least,
        }
    }

    fn text(self, unit: &str) -> String {
        match self {
            Self::AtMost(most) => format!("at most {most}{unit}"),
            Self::LessThan(limit) => format!("less than {limit}{unit}"),
            Self::AtLeast(least) => format!("at least {least}{unit}"),
        }
    }
}

/// The goals of all workloads in all browsers.
pub fn table(report: &Report) -> Table {
    let mut table = Table::new(&["workload", "browser", "goal", "bound", "measured", ""]);
    for browser in &report.browsers {
        for measured in &browser.workloads {
            for goal in goals(measured) {
                let verdict = match goal.measured {
                    Some(figure) if goal.bound.is_met_by(figure) => "met",
                    Some(_) => "MISSED",
                    None => "not measured",
                };
                table.push(vec![
                    measured.workload.title(),
                    browser.version.clone(),
                    goal.what,
                    goal.bound.text(goal.unit),
                    goal.measured.map_or_else(String::new, |figure| format!("{figure:.2}{}", goal.unit)),
                    verdict.to_owned(),
                ]);
            }
        }
    }
    table
}

/// The goals of a workload for which the necessary contenders took part.
fn goals(measured: &Measured) -> Vec<Goal> {
    let figures = Figures::of(measured);
    let ours = Contender::Fetchzip;
    if figures.record(ours).is_none() {
        return Vec::new();
    }
    let name = measured.workload.name;
    let goal = |what: &str, bound, measured, unit| Goal { what: what.to_owned(), bound, measured, unit };
    let over_floor = if name.has_both_protocols() { 1.05 } else { 1.25 };
    let mut goals = Vec::new();
    if figures.record(Contender::Floor).is_some() {
        goals.push(goal("wall", Bound::AtMost(over_floor), figures.over_floor(ours), " × floor"));
    }
    if Contender::PEERS.into_iter().any(|peer| figures.record(peer).is_some()) {
        let bound = if name == WorkloadName::FewLarge { Bound::AtMost(0.5) } else { Bound::LessThan(1.0) };
        goals.push(goal("wall", bound, figures.over_best_peer(ours), " × best peer"));
    }
    goals.push(goal("peak memory over start", Bound::AtMost(64.0), figures.median(ours, memory), " MiB"));
    let longest = figures.median(ours, longest_task);
    if longest.is_some() {
        goals.push(goal("longest main-thread task", Bound::AtMost(50.0), longest, " ms"));
    }
    if figures.record(Contender::Sequential).is_some() {
        let speedup = figures.speedup();
        if name == WorkloadName::Picsum10 && measured.workload.protocol == Protocol::Http2 {
            goals.push(goal("speed-up over sequential", Bound::AtLeast(9.5), speedup, " ×"));
        }
        let part = speedup.map(|speedup| speedup / measured.workload.possible_speedup() * 100.0);
        goals.push(goal("speed-up, of the possible", Bound::AtLeast(95.0), part, " %"));
    }
    let ready_within = match name {
        WorkloadName::FewLarge => Some(50.0),
        WorkloadName::VeryMany => Some(200.0),
        _ => None,
    };
    if let Some(most) = ready_within {
        let after = figures.median(ours, after_last_byte);
        goals.push(goal("after the last byte", Bound::AtMost(most), after, " ms"));
    }
    goals
}

#[cfg(test)]
mod tests {
    use bench_options::{Command, parse};

    use super::*;
    use crate::origin::Throughput;
    use crate::rounds::Record;
    use crate::sampler::Peak;
    use crate::turn::Turn;
    use crate::workload::Workload;

    /// A workload with three equal rounds of these wall times.
    fn measured(line: &str, walls: &[(Contender, f64)]) -> Measured {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let Ok(Command::Workloads(options)) = parse(&words) else { panic!("{line}") };
        let turn = |wall| Turn {
            wall,
            after_last_byte: Some(40.0),
            longest_task: Some(51.0),
            peak: Peak { memory: 65 << 20, ..Peak::default() },
            ..Turn::default()
        };
        let record = |(contender, wall): &(Contender, f64)| Record {
            contender: *contender,
            turns: vec![Some(turn(*wall)); 3],
            failures: Vec::new(),
        };
        let workload = Workload::all_of(&options).remove(0);
        let server_alone = Throughput { requests: 1.0, megabytes: 1.0 };
        Measured { workload, server_alone, records: walls.iter().map(record).collect() }
    }

    fn verdicts(measured: &Measured) -> Vec<(String, bool)> {
        let met = |goal: &Goal| goal.measured.is_some_and(|figure| goal.bound.is_met_by(figure));
        goals(measured).iter().map(|goal| (goal.what.clone() + goal.unit, met(goal))).collect()
    }

    #[test]
    fn a_goal_is_met_up_to_its_bound() {
        let walls = [
            (Contender::Floor, 1000.0),
            (Contender::Fetchzip, 1250.0),
            (Contender::ClientZip, 2500.0),
            (Contender::Fflate, 2400.0),
        ];
        let expected = [
            ("wall × floor", true),
            ("wall × best peer", false),
            ("peak memory over start MiB", false),
            ("longest main-thread task ms", false),
            ("after the last byte ms", true),
        ];
        let expected: Vec<_> = expected.map(|(what, met)| (what.to_owned(), met)).into();
        assert_eq!(verdicts(&measured("few-large", &walls)), expected);
    }

    #[test]
    fn the_examples_have_goals_for_their_speed_up() {
        let walls = [(Contender::Fetchzip, 310.0), (Contender::Sequential, 3000.0)];
        let goals = verdicts(&measured("picsum10", &walls));
        assert!(goals.contains(&("speed-up over sequential ×".to_owned(), true)), "{goals:?}");
        assert!(goals.contains(&("speed-up, of the possible %".to_owned(), true)), "{goals:?}");
        let slow = [(Contender::Fetchzip, 320.0), (Contender::Sequential, 3000.0)];
        let goals = verdicts(&measured("picsum10", &slow));
        assert!(goals.contains(&("speed-up over sequential ×".to_owned(), false)), "{goals:?}");
    }

    #[test]
    fn a_contender_that_took_no_part_has_no_goals() {
        assert!(goals(&measured("few-large", &[(Contender::Floor, 1.0)])).is_empty());
        let alone = goals(&measured("few-large", &[(Contender::Fetchzip, 1.0)]));
        assert!(alone.iter().all(|goal| goal.what != "wall"), "{alone:?}");
    }
}

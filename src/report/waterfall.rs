//! The geometry of the waterfall: a row's phases on the time axis, and the axis itself.
//!
//! Everything here is in time; the page turns it into lengths with one factor for all rows, so
//! that a growing axis moves every bar without touching any row.

use std::time::Duration;

use super::Row;
use super::formatting::whole_millis;
use crate::seconds::scaled;
use crate::text::text;

/// What an image waits for, or does, during a part of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for its turn, or for the time of its next attempt.
    Queued,
    /// It was asked for, and no headers have come.
    Waiting,
    /// Its body arrives.
    Receiving,
}

/// One part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What went on.
    pub phase: Phase,
    /// When it began, since the run began.
    pub from: Duration,
    /// When it ended; `None` while it goes on.
    pub to: Option<Duration>,
    /// Whether it belongs to an attempt that failed.
    pub failed: bool,
    /// Whether the attempt ended here without an image: where the mark stands.
    pub ends_in_failure: bool,
}

/// The parts of a row, in order of time.
pub fn spans(row: &Row) -> Vec<Span> {
    let mut spans = Vec::with_capacity(row.attempts.len() * 3 + 1);
    let quiet = |phase, from, to| Span { phase, from, to, failed: false, ends_in_failure: false };
    let mut idle_since = Some(row.queued);
    for attempt in &row.attempts {
        let Some(since) = idle_since else { break };
        if attempt.started > since {
            spans.push(quiet(Phase::Queued, since, Some(attempt.started)));
        }
        let waited_until = attempt.headers.or(attempt.ended);
        spans.push(Span {
            failed: attempt.failed,
            ends_in_failure: attempt.failed && attempt.headers.is_none(),
            ..quiet(Phase::Waiting, attempt.started, waited_until)
        });
        if let Some(headers) = attempt.headers {
            spans.push(Span {
                failed: attempt.failed,
                ends_in_failure: attempt.failed,
                ..quiet(Phase::Receiving, headers, attempt.ended)
            });
        }
        idle_since = attempt.ended;
    }
    if let Some(since) = idle_since
        && row.finished.is_none_or(|finished| finished > since)
    {
        spans.push(quiet(Phase::Queued, since, row.finished));
    }
    spans
}

/// The axis is never shorter than this, so that the first moments do not race.
const SHORTEST: Duration = Duration::from_millis(500);

/// How much time the axis shows while a run is `now` old: a little more than has passed, growing
/// with it, or by whole steps where motion is not wanted.
pub fn axis_while_running(now: Duration, smooth: bool) -> Duration {
    let needed = scaled(now, 1.08).max(SHORTEST);
    if smooth { needed } else { step_at_least(needed) }
}

/// How much time the axis shows once a run is over.
pub fn axis_when_done(wall: Duration) -> Duration {
    // The last bar's end and its mark stay clear of the edge.
    scaled(wall, 1.02).max(Duration::from_millis(1))
}

/// The distance of the ticks, a 1-2-5 step, such that at most `most` of them fit on the axis
/// beside the one at zero.
pub fn tick_step(axis: Duration, most: u32) -> Duration {
    step_at_least(axis / most.max(1)).max(Duration::from_millis(1))
}

/// How many ticks, with the one at zero, stand on this much of the axis.
pub fn ticks_within(time: Duration, step: Duration) -> usize {
    (whole_millis(time) / whole_millis(step).max(1)) as usize + 1
}

/// A tick's label: all labels of an axis have one unit, which the step sets.
pub fn tick_label(at: Duration, step: Duration) -> String {
    let (millis, step_millis) = (whole_millis(at), whole_millis(step));
    match step_millis {
        _ if millis == 0 => "0 s".into(),
        0..100 => text![millis, " ms"],
        100..1000 => text![millis / 1000, ".", millis % 1000 / 100, " s"],
        1000..60_000 => text![millis / 1000, " s"],
        _ => text![(millis + 30_000) / 60_000, " min"],
    }
}

/// The smallest of 1, 2, 5, 10 … milliseconds up to 20 s, then minutes, that is at least this long.
fn step_at_least(time: Duration) -> Duration {
    let minute = Duration::from_secs(60);
    let unit = if time > minute / 3 { minute } else { Duration::from_millis(1) };
    let mut decade = unit;
    loop {
        for factor in [1, 2, 5] {
            let step = decade * factor;
            if step >= time {
                return step;
            }
        }
        decade *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AttemptSpan, State};
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn attempt(started: u64, headers: Option<u64>, ended: Option<u64>, failed: bool) -> AttemptSpan {
        AttemptSpan { started: ms(started), headers: headers.map(ms), ended: ended.map(ms), failed }
    }

    /// A row's spans as text: phase, from, to, and `x` where an attempt broke off.
    fn drawn(attempts: Vec<AttemptSpan>, finished: Option<u64>) -> String {
        let row = Row { attempts, finished: finished.map(ms), state: State::Queued, ..Row::default() };
        let one = |span: Span| {
            let phase = match span.phase {
                Phase::Queued => 'q',
                Phase::Waiting => 'w',
                Phase::Receiving => 'r',
            };
            let to = span.to.map(|to| to.as_millis().to_string()).unwrap_or_default();
            format!("{phase}{}-{to}{}", span.from.as_millis(), if span.ends_in_failure { "x" } else { "" })
        };
        spans(&row).into_iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn phases_follow_each_other_without_gaps() {
        assert_eq!(drawn(vec![], None), "q0-");
        assert_eq!(drawn(vec![attempt(5, None, None, false)], None), "q0-5 w5-");
        assert_eq!(drawn(vec![attempt(0, Some(7), None, false)], None), "w0-7 r7-");
        assert_eq!(drawn(vec![attempt(5, Some(7), Some(9), false)], Some(9)), "q0-5 w5-7 r7-9");
    }

    #[test]
    fn a_failed_attempt_is_marked_and_its_retry_follows_in_the_same_row() {
        let attempts = vec![
            attempt(0, None, Some(3), true),
            attempt(5, Some(6), Some(8), true),
            attempt(20, Some(21), Some(30), false),
        ];
        assert_eq!(drawn(attempts, Some(30)), "w0-3x q3-5 w5-6 r6-8x q8-20 w20-21 r21-30");
        assert_eq!(drawn(vec![attempt(0, None, Some(3), true)], None), "w0-3x q3-");
    }

    #[test]
    fn a_row_that_ended_before_anything_was_asked_for_has_only_its_wait() {
        assert_eq!(drawn(vec![], Some(4)), "q0-4");
        assert_eq!(drawn(vec![], Some(0)), "");
    }

    #[test]
    fn ticks_stand_at_1_2_5_steps() {
        let cases = [
            (ms(500), 6, ms(100)),
            (ms(5000), 5, ms(1000)),
            (ms(5001), 5, ms(2000)),
            (ms(23_000), 6, ms(5000)),
            (ms(150_000), 6, ms(60_000)),
            (ms(400_000), 6, ms(120_000)),
            (ms(1), 9, ms(1)),
        ];
        for (axis, most, step) in cases {
            assert_eq!(tick_step(axis, most), step, "{axis:?}");
        }
    }

    #[test]
    fn ticks_are_counted_from_zero() {
        assert_eq!(ticks_within(ms(99), ms(100)), 1);
        assert_eq!(ticks_within(ms(500), ms(100)), 6);
    }

    #[test]
    fn labels_share_their_steps_unit() {
        assert_eq!(tick_label(ms(50), ms(50)), "50 ms");
        assert_eq!(tick_label(ms(1200), ms(200)), "1.2 s");
        assert_eq!(tick_label(ms(10_000), ms(5000)), "10 s");
        assert_eq!(tick_label(ms(120_000), ms(60_000)), "2 min");
    }

    #[test]
    fn the_axis_grows_with_the_run_and_by_steps_where_motion_is_unwanted() {
        assert_eq!(axis_while_running(ms(10), true), SHORTEST);
        assert_eq!(axis_while_running(ms(10_000), true), ms(10_800));
        assert_eq!(axis_while_running(ms(10_000), false), ms(20_000));
        assert_eq!(axis_when_done(ms(10_000)), ms(10_200));
    }
}

//! The geometry of the waterfall: a row's phases on the time axis, and the axis itself.
//!
//! All values are times. The page scales them to lengths by one factor for all rows, so that a
//! growing axis moves every bar without touching a row.

use std::time::Duration;

use super::Row;
use crate::seconds::{scaled, whole_millis};
use crate::words::rows;

/// The phase of an image during a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for its turn, or for the time of its next attempt.
    Queued,
    /// It was requested, and its headers have not arrived: what it waits for, a connection or the server, is not
    /// disclosed.
    Waiting,
    /// It was requested, and waits in the browser for a connection.
    Held,
    /// The request was sent, and its headers have not arrived.
    Answering,
    /// Its body is arriving.
    Receiving,
}

/// A part of a row's bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The phase.
    pub phase: Phase,
    /// When it began, since the run began.
    pub from: Duration,
    /// When it ended; `None` while it lasts.
    pub to: Option<Duration>,
    /// Whether it belongs to an attempt that failed.
    pub failed: bool,
    /// Whether a failed attempt ended with this span, which is then drawn with a mark.
    pub ends_in_failure: bool,
}

/// The spans of a row, in order of time.
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
        let (phase, since) = match attempt.sent {
            Some(sent) => {
                if sent > attempt.started {
                    let held = quiet(Phase::Held, attempt.started, Some(sent));
                    spans.push(Span { failed: attempt.failed, ..held });
                }
                (Phase::Answering, sent)
            }
            None => (Phase::Waiting, attempt.started),
        };
        spans.push(Span {
            failed: attempt.failed,
            ends_in_failure: attempt.failed && attempt.headers.is_none(),
            ..quiet(phase, since, waited_until)
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

/// The shortest axis, so that the bars don't race in the first moments.
const MIN_AXIS: Duration = Duration::from_millis(500);

/// The length of the axis while a run is `now` old: a little more than has passed. It grows smoothly,
/// or in steps if the user prefers reduced motion.
pub fn axis_while_running(now: Duration, smooth: bool) -> Duration {
    let needed = scaled(now, 1.08).max(MIN_AXIS);
    if smooth { needed } else { step_at_least(needed) }
}

/// The length of the axis of a finished run.
pub fn axis_when_done(wall: Duration) -> Duration {
    // Keeps the end of the last bar, and its mark, clear of the edge.
    scaled(wall, 1.02).max(Duration::from_millis(1))
}

/// The distance between ticks: the smallest 1-2-5 step with which at most `max_ticks` are on the
/// axis, besides the one at zero.
pub fn tick_step(axis: Duration, max_ticks: u32) -> Duration {
    step_at_least(axis / max_ticks.max(1)).max(Duration::from_millis(1))
}

/// The number of ticks, including the one at zero, on this length of the axis.
pub fn ticks_within(time: Duration, step: Duration) -> usize {
    (whole_millis(time) / whole_millis(step).max(1)) as usize + 1
}

/// The number of ticks before this time.
pub fn ticks_before(time: Duration, step: Duration) -> u32 {
    whole_millis(time).div_ceil(whole_millis(step).max(1)) as u32
}

/// The label of a tick. All labels of an axis have the same unit, which depends on the step.
pub fn tick_label(at: Duration, step: Duration) -> String {
    let (millis, step_millis) = (whole_millis(at), whole_millis(step));
    match step_millis {
        _ if millis == 0 => rows::ZERO.into(),
        0..100 => rows::millis(millis),
        100..1000 => rows::tenths_of_seconds(millis / 100),
        1000..60_000 => rows::seconds(millis / 1000),
        _ => rows::minutes((millis + 30_000) / 60_000),
    }
}

/// The smallest step that is at least this long: 1, 2, 5, 10, … milliseconds up to 20 s, then as many
/// minutes.
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
    use super::super::fixtures::{attempt, ms};
    use super::super::{AttemptSpan, State};
    use super::*;

    /// The spans of a row as text: phase, from, to, and `x` if a failed attempt ended there.
    fn drawn(attempts: Vec<AttemptSpan>, finished: Option<u64>) -> String {
        let row = Row { attempts, finished: finished.map(ms), state: State::Queued, ..Row::default() };
        let one = |span: Span| {
            let phase = match span.phase {
                Phase::Queued => 'q',
                Phase::Waiting => 'w',
                Phase::Held => 'h',
                Phase::Answering => 'a',
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
    fn the_browser_s_queue_is_told_from_the_server_where_that_is_disclosed() {
        let sent = |sent| AttemptSpan { sent: Some(ms(sent)), ..attempt(5, Some(9), Some(12), false) };
        assert_eq!(drawn(vec![sent(7)], Some(12)), "q0-5 h5-7 a7-9 r9-12");
        assert_eq!(drawn(vec![sent(5)], Some(12)), "q0-5 a5-9 r9-12");
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
    fn a_row_that_finished_without_a_request_has_only_its_wait() {
        assert_eq!(drawn(vec![], Some(4)), "q0-4");
        assert_eq!(drawn(vec![], Some(0)), "");
    }

    #[test]
    fn ticks_are_at_1_2_5_steps() {
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
    fn the_tick_at_zero_is_counted() {
        assert_eq!(ticks_within(ms(99), ms(100)), 1);
        assert_eq!(ticks_within(ms(500), ms(100)), 6);
    }

    #[test]
    fn all_labels_have_the_unit_of_the_step() {
        assert_eq!(tick_label(ms(50), ms(50)), "50 ms");
        assert_eq!(tick_label(ms(1200), ms(200)), "1.2 s");
        assert_eq!(tick_label(ms(10_000), ms(5000)), "10 s");
        assert_eq!(tick_label(ms(120_000), ms(60_000)), "2 min");
    }

    #[test]
    fn the_axis_grows_smoothly_or_in_steps_under_reduced_motion() {
        assert_eq!(axis_while_running(ms(10), true), MIN_AXIS);
        assert_eq!(axis_while_running(ms(10_000), true), ms(10_800));
        assert_eq!(axis_while_running(ms(10_000), false), ms(20_000));
        assert_eq!(axis_when_done(ms(10_000)), ms(10_200));
    }
}

//! A whole run at a glance: how much was under way when.

use std::time::Duration;

use super::Rows;

/// How many requests were in flight in each of this many equal parts of a run that is `now` old. One that was
/// in flight in a part of a part counts.
pub fn in_flight_by_part(rows: &Rows, now: Duration, parts: usize) -> Vec<u32> {
    let mut changes = vec![0_i32; parts + 1];
    let scale = parts as f64 / now.as_secs_f64().max(f64::MIN_POSITIVE);
    let part_of = |time: Duration| ((time.as_secs_f64() * scale) as usize).min(parts.saturating_sub(1));
    for attempt in rows.as_slice().iter().flat_map(|row| &row.attempts) {
        changes[part_of(attempt.started)] += 1;
        changes[part_of(attempt.ended.unwrap_or(now)) + 1] -= 1;
    }
    let mut in_flight = 0;
    let sum = |change: &i32| {
        in_flight += change;
        in_flight.max(0) as u32
    };
    changes.iter().take(parts).map(sum).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::ms;
    use super::*;
    use crate::run::{Event, EventKind, FetchError};

    #[test]
    fn each_part_counts_the_requests_in_it() {
        let mut rows = Rows::new(3);
        let started = || EventKind::Started { attempt: 1 };
        let events = [
            (0, 0, started()),
            (30, 1, started()),
            (45, 0, EventKind::Failed { error: FetchError::http(404) }),
            (60, 2, started()),
            (100, 2, EventKind::Failed { error: FetchError::http(404) }),
        ];
        for (at, item, kind) in events {
            rows.apply(&Event { at: ms(at), item, kind });
        }
        assert_eq!(in_flight_by_part(&rows, ms(100), 5), [1, 2, 2, 2, 2]);
        assert_eq!(in_flight_by_part(&Rows::new(1), Duration::ZERO, 3), [0, 0, 0]);
    }
}

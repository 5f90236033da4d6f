//! What is left of a run when only slow images are.

use std::time::Duration;

use super::rows::{Row, Rows, State};
use crate::seconds::scaled;
use crate::words::summary;

/// The slow images, if nothing else is left, and about how long they take: `4 slow, about 25 min left`.
pub fn slow_rest_text(rows: &Rows, now: Duration) -> Option<String> {
    let totals = rows.totals();
    let left = totals.items - totals.finished();
    // Each of them is in flight. With many rows, this is all that most of a run needs.
    if left == 0 || left > totals.in_flight {
        return None;
    }
    let rest: Vec<_> = rows.as_slice().iter().filter(|row| row.finished.is_none()).collect();
    if !rest.iter().all(|row| row.state == State::Receiving && row.is_slow) {
        return None;
    }
    let longest = rest.iter().map(|row| time_left(row, now)).collect::<Option<Vec<_>>>();
    Some(match longest.and_then(|times| times.into_iter().max()) {
        Some(time) => summary::slow_with_time_left(rest.len(), time),
        None => summary::slow(rest.len()),
    })
}

/// The time that an image takes at its speed so far; `None` if its length is not known.
fn time_left(row: &Row, now: Duration) -> Option<Duration> {
    let missing = row.declared?.saturating_sub(row.received);
    let headers = row.attempts.last()?.headers?;
    (row.received > 0).then(|| scaled(now.saturating_sub(headers), missing as f64 / row.received as f64))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::event;
    use super::*;
    use crate::image::{Format, ImageFacts};
    use crate::run::EventKind;

    fn arriving(rows: &mut Rows, item: usize, declared: Option<u64>, bytes: u64, is_slow: bool) {
        let slow = EventKind::Slow { bytes_per_second: 9 };
        let kinds = [
            EventKind::Started { attempt: 1 },
            EventKind::Headers { declared },
            EventKind::Received { bytes },
        ];
        kinds.into_iter().chain(is_slow.then_some(slow)).for_each(|kind| rows.apply(&event(0, item, kind)));
    }

    fn rest_of(images: &[(Option<u64>, u64, bool)]) -> Option<String> {
        let mut rows = Rows::new(images.len() + 1);
        rows.apply(&event(0, images.len(), EventKind::Stored(ImageFacts::new(9, 0, Format::Png))));
        for (item, (declared, bytes, is_slow)) in images.iter().enumerate() {
            arriving(&mut rows, item, *declared, *bytes, *is_slow);
        }
        slow_rest_text(&rows, Duration::from_secs(60))
    }

    #[test]
    fn slow_images_are_counted_and_timed_once_nothing_else_is_left() {
        let slow = (Some(26_000), 1000, true);
        assert_eq!(rest_of(&[slow; 4]).as_deref(), Some("4 slow, about 25 min left"));
        assert_eq!(rest_of(&[slow, (Some(2000), 1000, true)]).as_deref(), Some("2 slow, about 25 min left"));
        assert_eq!(rest_of(&[slow, (None, 1000, true)]).as_deref(), Some("2 slow"));
        assert_eq!(rest_of(&[slow, (Some(26_000), 1000, false)]), None);
        assert_eq!(rest_of(&[]), None);
    }

    #[test]
    fn an_image_that_waits_is_not_slow() {
        let mut rows = Rows::new(2);
        arriving(&mut rows, 0, Some(2000), 1000, true);
        assert_eq!(slow_rest_text(&rows, Duration::from_secs(60)), None);
    }
}

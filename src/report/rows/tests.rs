//! Tests of the rows and their totals.

use super::*;
use crate::image::Format;
use crate::report::fixtures::ms;

const BUSY: FetchError = FetchError::http(503);

fn folded(items: usize, events: &[(u64, usize, EventKind)]) -> Rows {
    let mut rows = Rows::new(items);
    for (at, item, kind) in events {
        rows.apply(&Event { at: ms(*at), item: *item, kind: kind.clone() });
    }
    rows
}

#[test]
fn a_retried_image_keeps_both_attempts_and_counts_its_bytes_once() {
    let rows = folded(
        1,
        &[
            (0, 0, EventKind::Queued),
            (1, 0, EventKind::Started { attempt: 1 }),
            (5, 0, EventKind::Headers { declared: Some(10) }),
            (6, 0, EventKind::Received { bytes: 4 }),
            (7, 0, EventKind::Retrying { error: BUSY, resumes: ms(20) }),
            (20, 0, EventKind::Started { attempt: 2 }),
            (25, 0, EventKind::Headers { declared: Some(10) }),
            (26, 0, EventKind::Received { bytes: 6 }),
            (30, 0, EventKind::Stored(ImageFacts::new(10, 1, Format::Gif))),
        ],
    );
    let row = &rows.as_slice()[0];
    assert_eq!(row.attempts.len(), 2);
    assert!(row.attempts[0].failed && !row.attempts[1].failed);
    assert_eq!((row.started(), row.headers(), row.finished), (Some(ms(1)), Some(ms(25)), Some(ms(30))));
    assert_eq!(row.duration(), ms(6 + 10), "without the wait between its attempts");
    let totals = Totals {
        items: 1,
        stored: 1,
        stored_bytes: 10,
        bytes: 10,
        most_in_flight: 1,
        busy: ms(6 + 10),
        undisclosed: ms(6 + 10),
        ..Totals::default()
    };
    assert_eq!(rows.totals(), &totals);
}

#[test]
fn an_image_that_is_lost_after_it_was_stored_counts_as_failed_only() {
    let lost = FetchError::Storage { reason: "gone".into() };
    let rows = folded(
        1,
        &[
            (1, 0, EventKind::Started { attempt: 1 }),
            (
                5,
                0,
                EventKind::Stored(ImageFacts { is_cut_short: true, ..ImageFacts::new(10, 1, Format::Gif) }),
            ),
            (9, 0, EventKind::Failed { error: lost.clone() }),
        ],
    );
    let (busy, undisclosed) = (ms(4), ms(4));
    let totals = Totals { items: 1, failed: 1, most_in_flight: 1, busy, undisclosed, ..Totals::default() };
    assert_eq!(rows.totals(), &totals);
    let row = &rows.as_slice()[0];
    assert_eq!((row.error(), &row.image), (Some(&lost), &None));
    assert!(!row.is_cut_short());
}

#[test]
fn a_failed_image_that_is_queued_again_is_not_counted_until_it_finishes_again() {
    let mut events = vec![
        (0, 0, EventKind::Queued),
        (1, 0, EventKind::Started { attempt: 1 }),
        (5, 0, EventKind::Failed { error: BUSY }),
        (9, 0, EventKind::Queued),
    ];
    let rows = folded(1, &events);
    assert_eq!(rows.as_slice()[0].state, State::Queued);
    assert_eq!(rows.totals(), &Totals { items: 1, most_in_flight: 1, ..Totals::default() });
    events.push((10, 0, EventKind::Started { attempt: 1 }));
    events.push((
        15,
        0,
        EventKind::Stored(ImageFacts { is_cut_short: true, ..ImageFacts::new(3, 1, Format::Gif) }),
    ));
    let rows = folded(1, &events);
    let row = &rows.as_slice()[0];
    assert_eq!((row.attempts.len(), row.duration(), row.is_cut_short()), (2, ms(4 + 5), true));
    let totals = rows.totals();
    assert_eq!((totals.stored, totals.cut_short, totals.failed, totals.busy), (1, 1, 0, ms(4 + 5)));
}

#[test]
fn the_time_in_the_browser_s_queue_is_told_from_the_rest_where_it_is_disclosed() {
    let sent = |sent| EventKind::Sent { sent: ms(sent), is_multiplexed: false };
    let stored = || EventKind::Stored(ImageFacts::new(10, 1, Format::Gif));
    let mut events = vec![
        (10, 0, EventKind::Started { attempt: 1 }),
        (10, 1, EventKind::Started { attempt: 1 }),
        (60, 0, EventKind::Headers { declared: None }),
        (70, 0, sent(50)),
        (70, 0, stored()),
        (90, 1, EventKind::Headers { declared: None }),
        // That of another request for the same address.
        (99, 1, sent(95)),
        (99, 1, stored()),
    ];
    let rows = folded(2, &events);
    let sent_at = |rows: &Rows, item: usize| rows.as_slice()[item].attempts[0].sent;
    assert_eq!((sent_at(&rows, 0), sent_at(&rows, 1)), (Some(ms(50)), None));
    let Totals { busy, in_queue, disclosed, stored, .. } = *rows.totals();
    assert_eq!((busy, in_queue, disclosed, stored), (ms(60 + 89), ms(40), 1, 2));
    events.push((100, 0, EventKind::Failed { error: BUSY }));
    assert_eq!(folded(2, &events).totals().disclosed, 0);
}

#[test]
fn a_failure_that_may_have_waited_for_a_connection_does_not_count_as_under_way() {
    let under_way = |is_multiplexed, sent_at: Option<u64>| {
        let mut events = vec![
            (0, 0, EventKind::Started { attempt: 1 }),
            (0, 1, EventKind::Started { attempt: 1 }),
            (90, 1, EventKind::Failed { error: FetchError::http(404) }),
            (70, 0, EventKind::Headers { declared: None }),
        ];
        events.extend(sent_at.map(|at| (80, 0, EventKind::Sent { sent: ms(at), is_multiplexed })));
        events.push((80, 0, EventKind::Stored(ImageFacts::new(10, 1, Format::Gif))));
        let rows = folded(2, &events);
        (rows.totals().under_way(), rows.totals().overlap(ms(100)).is_some())
    };
    assert_eq!(under_way(false, Some(60)), (ms(20), true));
    assert_eq!(under_way(true, Some(60)), (ms(90 + 20), true), "nothing waits over HTTP/2");
    assert_eq!(under_way(false, None), (ms(90 + 80), false), "of images it is unknown, too");
}

#[test]
fn an_attempt_is_silent_after_three_seconds_without_data() {
    let mut events = vec![(1000, 0, EventKind::Queued), (2000, 0, EventKind::Started { attempt: 1 })];
    let silence = |events: &[_], at| folded(1, events).as_slice()[0].silence(ms(at));
    assert_eq!(silence(&events[..1], 9000), None, "it waits for its turn");
    assert_eq!((silence(&events, 4999), silence(&events, 5000)), (None, Some(3)));
    events.push((6000, 0, EventKind::Headers { declared: None }));
    events.push((7000, 0, EventKind::Received { bytes: 1 }));
    assert_eq!((silence(&events, 9999), silence(&events, 19_900)), (None, Some(12)));
    events.push((20_000, 0, EventKind::Failed { error: BUSY }));
    assert_eq!(silence(&events, 60_000), None);
}

#[test]
fn progress_never_exceeds_the_whole() {
    let events = [
        (1, 0, EventKind::Started { attempt: 1 }),
        (5, 0, EventKind::Headers { declared: Some(10) }),
        (6, 0, EventKind::Received { bytes: 25 }),
    ];
    assert_eq!(folded(1, &events).as_slice()[0].progress(), Some(1.0));
    assert_eq!(folded(1, &events[..1]).as_slice()[0].progress(), None);
}

#[test]
fn a_selection_leaves_the_other_rows_out_and_keeps_why_some_are_left_out_already() {
    let stored = |bytes| EventKind::Stored(ImageFacts::new(bytes, 1, Format::Gif));
    let repeated = State::LeftOut(LeftOut::RepeatedImage(0));
    let rows = folded(
        4,
        &[
            (1, 0, stored(10)),
            (2, 1, EventKind::Failed { error: BUSY }),
            (3, 2, EventKind::LeftOut { reason: LeftOut::RepeatedImage(0) }),
            (4, 3, stored(5)),
        ],
    );
    let states = |is_selected| -> Vec<_> {
        rows.selected(is_selected).as_slice().iter().map(|row| row.state.clone()).collect()
    };
    let not_selected = State::LeftOut(LeftOut::NotSelected);
    let others = [not_selected.clone(), not_selected.clone(), repeated.clone(), State::Stored];
    assert_eq!(states(&[false, false, false, true]), others);
    assert_eq!(states(&[true; 4]), [State::Stored, State::Failed(BUSY), repeated, State::Stored]);
    let selected = rows.selected(&[false, false, true, true]);
    let totals = selected.totals();
    assert_eq!((totals.stored, totals.stored_bytes, totals.failed, totals.left_out), (1, 5, 0, 3));
}

#[test]
fn cancelling_ends_each_open_row_and_changes_no_finished_one() {
    let mut rows = folded(
        3,
        &[
            (1, 0, EventKind::Started { attempt: 1 }),
            (1, 1, EventKind::Started { attempt: 1 }),
            (2, 1, EventKind::Failed { error: BUSY }),
        ],
    );
    rows.cancel(ms(9));
    let states: Vec<_> = rows.as_slice().iter().map(|row| row.state.clone()).collect();
    assert_eq!(states, [State::Cancelled, State::Failed(BUSY), State::Cancelled]);
    let attempt = &rows.as_slice()[0].attempts[0];
    assert_eq!((attempt.ended, attempt.failed), (Some(ms(9)), false));
}

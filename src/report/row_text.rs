//! The texts of a row of the table.

use std::time::Duration;

use super::{Row, State};
use crate::image::Dimensions;
use crate::plan::{Item, LeftOut};
use crate::run::FetchError;
use crate::text::{add, text};
use crate::words::numbers::{exact_duration, percent, rate, size};
use crate::words::rows::{self, label};

/// The size column: the bytes received, with `…` while more are expected.
pub fn size_text(row: &Row) -> String {
    match row.state {
        State::Stored => size(row.received),
        State::Receiving if row.received > 0 => rows::size_so_far(row.received),
        _ => rows::NO_SIZE.into(),
    }
}

/// The status column: a word or two.
pub fn status_text(row: &Row) -> String {
    match &row.state {
        State::Queued => rows::QUEUED.into(),
        State::Waiting => rows::WAITING.into(),
        State::Receiving if row.is_slow => rows::SLOW.into(),
        State::Receiving => row.progress().map_or_else(|| rows::RECEIVING.into(), percent),
        State::BackingOff { error: FetchError::TooSlow { .. }, .. } => rows::SLOW.into(),
        State::BackingOff { error: FetchError::Offline, .. } => FetchError::Offline.short(),
        State::BackingOff { .. } => rows::RETRYING.into(),
        State::Stored if row.is_cut_short() => rows::CUT_SHORT.into(),
        State::Stored => rows::STORED.into(),
        State::LeftOut(_) => rows::LEFT_OUT.into(),
        State::Failed(error) => error.short(),
        State::Cancelled => rows::CANCELLED.into(),
    }
}

/// The line under the name: why the image failed and what can be done, or else its host, unless all are from the same.
pub fn detail_text(row: &Row, item: &Item, has_one_host: bool) -> String {
    match &row.state {
        State::Failed(error) => text![error],
        State::LeftOut(reason) => left_out_text(*reason),
        State::BackingOff { error: FetchError::TooSlow { .. }, .. } => rows::STARTS_AGAIN_LATER.into(),
        State::BackingOff { error: error @ FetchError::Offline, .. } => text![error],
        State::BackingOff { error, .. } => rows::trying_again(row.attempts.len(), &error.short()),
        _ => {
            let host = match &item.address {
                Ok(address) if address.is_data() => rows::EMBEDDED,
                Ok(address) if !has_one_host => &address.host,
                Ok(_) | Err(_) => "",
            };
            let mut line = host.to_owned();
            let mut append = |words: &str| {
                let gap = if line.is_empty() { "" } else { " · " };
                add!(&mut line, gap, words);
            };
            if row.attempts.len() > 1 {
                append(&rows::attempt(row.attempts.len()));
            }
            if row.is_cut_short() {
                append(rows::PERHAPS_CUT_SHORT);
            }
            line
        }
    }
}

/// Why an item is left out of the archive.
pub fn left_out_text(reason: LeftOut) -> String {
    match reason {
        LeftOut::Filter => rows::FILTERED.into(),
        LeftOut::RepeatedAddress(item) => rows::same_address(item + 1),
        LeftOut::RepeatedImage(item) => rows::same_bytes(item + 1),
        LeftOut::NotSelected => rows::NOT_SELECTED.into(),
    }
}

/// All that is known of a row `now`, as names and values: why it failed, its times, what has arrived, the
/// attempts before.
pub fn figures(row: &Row, now: Duration) -> Vec<(&'static str, String)> {
    let mut figures = Vec::new();
    let (earlier, last) = match row.attempts.split_last() {
        Some((last, earlier)) => (earlier, Some(last)),
        None => (&[][..], None),
    };
    match &row.state {
        State::Failed(error) => figures.push((label::ERROR, text![error])),
        State::BackingOff { error, resumes } => {
            figures.push((label::ERROR, text![error]));
            figures.push((label::NEXT_ATTEMPT, rows::at(*resumes)));
        }
        State::LeftOut(reason) => figures.push((label::LEFT_OUT, left_out_text(*reason))),
        State::Cancelled => figures.push((label::CANCELLED, String::new())),
        _ => figures.extend(row.silence(now).map(|seconds| (label::STALLED, rows::silent(seconds)))),
    }
    // Whole seconds while a time is growing, so that the text stands still between them.
    let lasted = |from: Duration, to: Option<Duration>| match to {
        Some(to) => exact_duration(to.saturating_sub(from)),
        None => rows::so_far(now.saturating_sub(from).as_secs()),
    };
    let queued = earlier.last().and_then(|before| before.ended).unwrap_or(row.queued);
    let is_asked = last.is_some();
    if is_asked || row.finished.is_none() {
        figures.push((label::QUEUE, lasted(queued, last.map(|last| last.started))));
    }
    if let Some(last) = last {
        let sent = last.sent.unwrap_or(last.started);
        figures.extend(last.sent.map(|sent| (label::BROWSER_QUEUE, lasted(last.started, Some(sent)))));
        // What it waits for is disclosed by some hosts only.
        let waited =
            if last.sent.is_some() { rows::for_the_server } else { rows::for_a_connection_or_the_server };
        figures.push((label::WAIT, waited(&lasted(sent, last.headers.or(last.ended)))));
        if let Some(headers) = last.headers {
            figures.push((label::RECEIVE, lasted(headers, last.ended)));
            let time = last.ended.unwrap_or(row.heard).saturating_sub(headers);
            let rate = rate(row.received, time).filter(|_| row.received > 0);
            figures.extend(rate.map(|rate| (label::SPEED, rate)));
        }
    }
    if row.received > 0 {
        figures.push((label::SIZE, rows::exact_size(row.received)));
    }
    if let Some(image) = &row.image {
        figures.push((label::TYPE, image.file_type.media_type().to_owned()));
        if let Some(Dimensions { width, height }) = image.dimensions {
            figures.push((label::PIXELS, rows::pixels(width, height)));
        }
    }
    if row.is_cut_short() {
        figures.push((label::CUT_SHORT, rows::ENDS_EARLY.into()));
    }
    if let Some(last) = last {
        let failed_after = earlier
            .iter()
            .map(|before| before.ended.unwrap_or(before.started).saturating_sub(before.started));
        figures.push((label::ATTEMPTS, rows::attempts(row.attempts.len(), failed_after)));
        figures.push((label::REQUESTED, rows::at(last.started)));
    }
    figures.extend(row.finished.map(|finished| (label::ENDED, rows::at(finished))));
    figures
}

/// The waterfall's bar in words, for screen readers.
pub fn bar_text(row: &Row) -> String {
    match (row.started(), row.finished) {
        (None, _) => rows::NOT_REQUESTED.into(),
        (Some(_), None) => rows::IN_PROGRESS.into(),
        (Some(started), Some(finished)) => rows::lasted(finished.saturating_sub(started), row.attempts.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{attempt, ms};
    use super::*;
    use crate::image::{Format, ImageFacts};
    use crate::plan::tests::plan_of;
    use crate::run::FetchError;

    const BUSY: FetchError = FetchError::http(503);

    fn stored() -> Row {
        Row {
            state: State::Stored,
            attempts: vec![attempt(0, None, Some(200), true), attempt(500, Some(810), Some(2050), false)],
            finished: Some(ms(2050)),
            received: 3_100_000,
            image: Some(ImageFacts::new(3_100_000, 0xAB12, Format::Jpeg)),
            ..Row::default()
        }
    }

    fn cut_short() -> Row {
        let image = ImageFacts { is_cut_short: true, ..ImageFacts::new(3_100_000, 0xAB12, Format::Jpeg) };
        Row { image: Some(image), ..stored() }
    }

    #[test]
    fn each_state_has_a_size_and_a_status() {
        let cases = [
            (State::Queued, "–", "queued"),
            (State::Waiting, "–", "waiting"),
            (State::Receiving, "3.1 MB…", "62 %"),
            (State::BackingOff { error: BUSY, resumes: ms(9) }, "–", "retrying"),
            (State::Stored, "3.1 MB", "ok"),
            (State::Failed(BUSY), "–", "503"),
            (State::Cancelled, "–", "cancelled"),
        ];
        for (state, size, status) in cases {
            let row = Row { state, declared: Some(5_000_000), ..stored() };
            assert_eq!((size_text(&row).as_str(), status_text(&row).as_str()), (size, status));
        }
        assert_eq!(status_text(&cut_short()), "cut short?");
    }

    #[test]
    fn the_line_under_the_name_gives_the_reason_or_the_host() {
        let plan = plan_of(["https://a.example/1.jpg", "nonsense"]);
        let detail =
            |state, item: usize| detail_text(&Row { state, ..Row::default() }, &plan.items()[item], false);
        assert_eq!(detail(State::Waiting, 0), "a.example");
        assert_eq!(detail(State::Queued, 1), "");
        assert!(detail(State::Failed(BUSY), 0).starts_with("the server answered 503 (busy): "));
        assert_eq!(detail_text(&stored(), &plan.items()[0], false), "a.example · attempt 2");
        assert_eq!(detail_text(&stored(), &plan.items()[0], true), "attempt 2");
        assert_eq!(detail_text(&Row::default(), &plan.items()[0], true), "");
        assert_eq!(
            detail_text(&cut_short(), &plan.items()[0], false),
            "a.example · attempt 2 · may be cut short: the data ends before the image does"
        );
    }

    #[test]
    fn figures_are_exact() {
        let text = |row: &Row, now| -> Vec<_> {
            figures(row, ms(now)).into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
        };
        assert_eq!(
            text(&stored(), 9000),
            [
                "Queue: 300 ms",
                "Wait: 310 ms, for a connection or the server",
                "Receive: 1.240 s",
                "Speed: 2.5 MB/s",
                "Size: 3.1 MB (3,100,000 B)",
                "Type: image/jpeg",
                "Attempts: 2; failed after 200 ms",
                "Requested: at 500 ms",
                "Ended: at 2.050 s",
            ]
        );
        assert!(text(&cut_short(), 9000).iter().any(|line| line.starts_with("Cut short?")));
        assert_eq!(text(&Row::default(), 2500), ["Queue: 2 s so far"]);
        let stalled = Row {
            state: State::Receiving,
            attempts: vec![attempt(0, Some(100), None, false)],
            received: 4,
            heard: ms(300),
            ..Row::default()
        };
        let first = [
            "Stalled: no data for 12 s",
            "Queue: less than 1 ms",
            "Wait: 100 ms, for a connection or the server",
            "Receive: 12 s so far",
        ];
        assert_eq!(text(&stalled, 12_400)[..4], first);
        let failed = Row { state: State::Failed(BUSY), finished: Some(ms(5)), ..Row::default() };
        let failed = text(&failed, 9000);
        assert!(failed[0].starts_with("Error: the server answered 503") && failed[1] == "Ended: at 5 ms");
        assert_eq!(bar_text(&stored()), "2.050 s, 2 attempts");
        assert_eq!(bar_text(&Row::default()), "not requested yet");
    }
}

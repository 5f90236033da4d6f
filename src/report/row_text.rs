//! The texts of a row of the table.

use std::time::Duration;

use super::{Row, State};
use crate::image::Dimensions;
use crate::plan::{Item, LeftOut};
use crate::run::FetchError;
use crate::text::{add, text};
use crate::words::numbers::{count, exact_duration, number, percent, rate, size};

/// The size column: the bytes received, with `…` while more are expected.
pub fn size_text(row: &Row) -> String {
    match row.state {
        State::Stored => size(row.received),
        State::Receiving if row.received > 0 => text![size(row.received), "…"],
        _ => "–".into(),
    }
}

/// The status column: a word or two.
pub fn status_text(row: &Row) -> String {
    match &row.state {
        State::Queued => "queued".into(),
        State::Waiting => "waiting".into(),
        State::Receiving if row.is_slow => "slow".into(),
        State::Receiving => row.progress().map_or_else(|| "receiving".into(), percent),
        State::BackingOff { error: FetchError::TooSlow { .. }, .. } => "slow".into(),
        State::BackingOff { error: FetchError::Offline, .. } => FetchError::Offline.short(),
        State::BackingOff { .. } => "retrying".into(),
        State::Stored if row.is_cut_short() => "cut short?".into(),
        State::Stored => "ok".into(),
        State::LeftOut(_) => "left out".into(),
        State::Failed(error) => error.short(),
        State::Cancelled => "cancelled".into(),
    }
}

/// The line under the name: why the image failed and what can be done, or else its host.
pub fn detail_text(row: &Row, item: &Item) -> String {
    match &row.state {
        State::Failed(error) => text![error],
        State::LeftOut(reason) => left_out_text(*reason),
        State::BackingOff { error: FetchError::TooSlow { .. }, .. } => {
            "arrives slowly; starts again after the others of its host".into()
        }
        State::BackingOff { error: error @ FetchError::Offline, .. } => text![error],
        State::BackingOff { error, .. } => {
            text!["attempt ", row.attempts.len(), " failed (", error.short(), "); trying again"]
        }
        _ => {
            let host = match &item.address {
                Ok(address) if address.is_data() => "embedded in the address",
                Ok(address) => &address.host,
                Err(_) => "",
            };
            let mut line = host.to_owned();
            if row.attempts.len() > 1 {
                add!(&mut line, " · attempt ", row.attempts.len());
            }
            if row.is_cut_short() {
                line += " · may be cut short: the data ends before the image does";
            }
            line
        }
    }
}

/// Why an item is left out of the archive.
pub fn left_out_text(reason: LeftOut) -> String {
    match reason {
        LeftOut::Filter => "a filter leaves it out".into(),
        LeftOut::RepeatedAddress(item) => text!["the same address as image ", item + 1],
        LeftOut::RepeatedImage(item) => text!["the same bytes as image ", item + 1],
        LeftOut::NotSelected => "not selected".into(),
    }
}

/// What is said of an attempt that has been silent for these seconds.
pub fn silence_text(seconds: u64) -> String {
    text!["no data for ", seconds, " s"]
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
        State::Failed(error) => figures.push(("Error", text![error])),
        State::BackingOff { error, resumes } => {
            figures.push(("Error", text![error]));
            figures.push(("Next attempt", text!["at ", exact_duration(*resumes)]));
        }
        State::LeftOut(reason) => figures.push(("Left out", left_out_text(*reason))),
        State::Cancelled => figures.push(("Cancelled", String::new())),
        _ => figures.extend(row.silence(now).map(|seconds| ("Stalled", silence_text(seconds)))),
    }
    // Whole seconds while a time is growing, so that the text stands still between them.
    let lasted = |from: Duration, to: Option<Duration>| match to {
        Some(to) => exact_duration(to.saturating_sub(from)),
        None => text![now.saturating_sub(from).as_secs(), " s so far"],
    };
    let queued = earlier.last().and_then(|before| before.ended).unwrap_or(row.queued);
    let is_asked = last.is_some();
    if is_asked || row.finished.is_none() {
        figures.push(("Queue", lasted(queued, last.map(|last| last.started))));
    }
    if let Some(last) = last {
        let sent = last.sent.unwrap_or(last.started);
        figures.extend(last.sent.map(|sent| ("Browser’s queue", lasted(last.started, Some(sent)))));
        // What it waits for is disclosed by some hosts only.
        let waited_for = last.sent.map_or(", for a connection or the server", |_| ", for the server");
        figures.push(("Wait", text![lasted(sent, last.headers.or(last.ended)), waited_for]));
        if let Some(headers) = last.headers {
            figures.push(("Receive", lasted(headers, last.ended)));
            let time = last.ended.unwrap_or(row.heard).saturating_sub(headers);
            let rate = rate(row.received, time).filter(|_| row.received > 0);
            figures.extend(rate.map(|rate| ("Speed", rate)));
        }
    }
    if row.received > 0 {
        figures.push(("Size", exact_size(row.received)));
    }
    if let Some(image) = &row.image {
        figures.push(("Type", image.file_type.media_type().to_owned()));
        if let Some(Dimensions { width, height }) = image.dimensions {
            figures.push(("Pixels", text![width, " × ", height]));
        }
    }
    if row.is_cut_short() {
        figures.push(("Cut short?", "the data ends before the image does".into()));
    }
    if let Some(last) = last {
        let mut attempts = text![row.attempts.len()];
        for (number, before) in earlier.iter().enumerate() {
            let time = before.ended.unwrap_or(before.started).saturating_sub(before.started);
            add!(&mut attempts, if number == 0 { "; failed after " } else { ", " }, exact_duration(time));
        }
        figures.push(("Attempts", attempts));
        figures.push(("Requested", text!["at ", exact_duration(last.started)]));
    }
    figures.extend(row.finished.map(|finished| ("Ended", text!["at ", exact_duration(finished)])));
    figures
}

/// A size with its bytes: `3.1 MB (3,100,000 B)`.
fn exact_size(bytes: u64) -> String {
    match bytes {
        0..1000 => size(bytes),
        _ => text![size(bytes), " (", number(bytes as usize), " B)"],
    }
}

/// The waterfall's bar in words, for screen readers.
pub fn bar_text(row: &Row) -> String {
    match (row.started(), row.finished) {
        (None, _) => "not requested yet".into(),
        (Some(_), None) => "in progress".into(),
        (Some(started), Some(finished)) => {
            let time = exact_duration(finished.saturating_sub(started));
            match row.attempts.len() {
                1 => time,
                attempts => text![time, ", ", count(attempts, "attempt")],
            }
        }
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
        let detail = |state, item: usize| detail_text(&Row { state, ..Row::default() }, &plan.items()[item]);
        assert_eq!(detail(State::Waiting, 0), "a.example");
        assert_eq!(detail(State::Queued, 1), "");
        assert!(detail(State::Failed(BUSY), 0).starts_with("the server answered 503 (busy): "));
        assert_eq!(detail_text(&stored(), &plan.items()[0]), "a.example · attempt 2");
        assert_eq!(
            detail_text(&cut_short(), &plan.items()[0]),
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

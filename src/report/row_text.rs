//! The texts of a row of the table.

use super::formatting::{count, exact_duration, percent, rate, size};
use super::{Row, State};
use crate::image::Dimensions;
use crate::plan::{Item, LeftOut};
use crate::run::FetchError;
use crate::text::{Hex, add, text};

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

/// The exact figures of a row, for the line below the table.
pub fn figures_text(row: &Row) -> String {
    let mut parts: Vec<String> = row.error().map(|error| text![error]).into_iter().collect();
    for (number, attempt) in row.attempts.iter().enumerate() {
        let which = if row.attempts.len() > 1 { text!["attempt ", number + 1, " "] } else { String::new() };
        parts.push(text![which, "requested at ", exact_duration(attempt.started)]);
        if let Some(sent) = attempt.sent {
            parts.push(text![
                "in the browser's queue for ",
                exact_duration(sent.saturating_sub(attempt.started))
            ]);
        }
        if let Some(headers) = attempt.headers {
            let waited = exact_duration(headers.saturating_sub(attempt.sent.unwrap_or(attempt.started)));
            parts.push(match attempt.sent {
                Some(_) => text!["waited for the server for ", waited],
                None => text!["waited for a connection or the server for ", waited],
            });
        }
        let begun = attempt.headers.unwrap_or(attempt.started);
        if let Some(ended) = attempt.ended {
            let time = ended.saturating_sub(begun);
            parts.push(if attempt.failed {
                text!["failed after ", exact_duration(time)]
            } else if row.state != State::Stored {
                text!["lasted ", exact_duration(time)]
            } else {
                let rate = rate(row.received, time).map(|rate| text![" (", rate, ")"]).unwrap_or_default();
                text![size(row.received), " received in ", exact_duration(time), rate]
            });
        }
    }
    if row.attempts.is_empty() {
        parts.push("never requested".into());
    }
    match (&row.state, row.finished) {
        (State::Stored, Some(finished)) => {
            parts.push(text!["stored at ", exact_duration(finished)]);
            if let Some(image) = &row.image {
                parts.push(image.file_type.media_type().to_owned());
                if let Some(Dimensions { width, height }) = image.dimensions {
                    parts.push(text![width, " × ", height, " pixels"]);
                }
                parts.push(text!["CRC-32 ", Hex(image.crc32, 8)]);
            }
            if row.is_cut_short() {
                parts.push("may be cut short".into());
            }
        }
        (State::LeftOut(_), Some(finished)) => parts.push(text!["left out at ", exact_duration(finished)]),
        (State::Failed(_), Some(finished)) => parts.push(text!["failed at ", exact_duration(finished)]),
        (State::Cancelled, Some(finished)) => parts.push(text!["cancelled at ", exact_duration(finished)]),
        (State::Queued, _) => parts = vec!["waiting for its turn".into()],
        (State::BackingOff { resumes, .. }, _) => {
            parts.push(text!["next attempt at ", exact_duration(*resumes)])
        }
        _ => {}
    }
    parts.join(", ")
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
        assert_eq!(
            figures_text(&stored()),
            "attempt 1 requested at less than 1 ms, failed after 200 ms, attempt 2 requested at 500 ms, \
             waited for a connection or the server for 310 ms, 3.1 MB received in 1.240 s (2.5 MB/s), stored at 2.050 s, image/jpeg, \
             CRC-32 0000ab12"
        );
        let mut told = stored();
        told.attempts[1].sent = Some(ms(510));
        let words =
            "requested at 500 ms, in the browser's queue for 10 ms, waited for the server for 300 ms, 3.1 MB";
        assert!(figures_text(&told).contains(words), "{}", figures_text(&told));
        assert!(figures_text(&cut_short()).ends_with("0000ab12, may be cut short"));
        assert_eq!(figures_text(&Row::default()), "waiting for its turn");
        assert_eq!(bar_text(&stored()), "2.050 s, 2 attempts");
        assert_eq!(bar_text(&Row::default()), "not requested yet");
    }
}

//! What a list, a run on its way and a run that ended come to, in a sentence each.

use super::words::{about, count, number, percent, rate, size};
use super::{Pace, Rows};
use crate::plan::{AddressError, Plan};
use crate::text::{add, text};

/// What a list holds: `15 URLs from 1 origin · line 7 is not a URL: "htp://…"`.
pub fn plan_text(plan: &Plan) -> String {
    if plan.is_empty() {
        return "No URLs yet.".into();
    }
    let mut bad = plan.items().iter().filter_map(|item| Some((item.line, item.address.as_ref().err()?)));
    let Some((line, error)) = bad.next() else {
        return text![count(plan.len(), "URL"), " from ", count(plan.origins().len(), "origin")];
    };
    let more = bad.count();
    let good = plan.len() - more - 1;
    let mut text = match good {
        0 => String::new(),
        _ => text![count(good, "URL"), " from ", count(plan.origins().len(), "origin"), " · "],
    };
    let place = line.map(|line| text!["line ", line]).unwrap_or_else(|| "one".into());
    text += &match error {
        AddressError::NotAUrl { text } => text![place, " is not a URL: \"", text, "\""],
        AddressError::Glob { reason } => reason.clone(),
        other => text![place, ": ", other],
    };
    if more > 0 {
        text += &text![" (and ", number(more), " more like it)"];
    }
    text
}

/// A run on its way: `11 of 15 images · 38.2 MB · 7.4 MB/s · 4 at once · about 2 s`.
pub fn progress_text(rows: &Rows, pace: &Pace) -> String {
    let totals = rows.totals();
    let mut parts =
        vec![text![number(totals.ended()), " of ", count(totals.items, "image")], size(totals.bytes)];
    parts.extend(pace.recent().and_then(|(bytes, time)| rate(bytes, time)));
    if totals.in_flight > 0 {
        parts.push(text![number(totals.in_flight), " at once"]);
    }
    parts.extend(pace.left().map(about));
    parts.join(" · ")
}

/// The same for a tab's title: `43 %`.
pub fn progress_title(rows: &Rows) -> String {
    percent(share_done(rows))
}

/// More rows than this are not asked for how far each has got.
const MOST_ASKED: usize = 2000;

/// The share of the work that is done: images that ended, and the parts of those that declared
/// their length.
pub fn share_done(rows: &Rows) -> f64 {
    let totals = rows.totals();
    let parts: f64 = if totals.items <= MOST_ASKED {
        rows.as_slice().iter().filter_map(super::Row::progress).sum()
    } else {
        0.0
    };
    (totals.ended() as f64 + parts) / totals.items.max(1) as f64
}

/// A run that ended: `All 15 images saved, 2 may be cut short`, `14 of 15 images saved, 1 failed`.
pub fn outcome_text(rows: &Rows) -> String {
    let totals = rows.totals();
    let (saved, all) = (number(totals.stored), count(totals.items, "image"));
    let mut text = match (totals.stored, totals.failed) {
        (0, 1) if totals.items == 1 => "The image failed; there is nothing to save".into(),
        (0, _) => text!["All ", all, " failed; there is nothing to save"],
        (_, 0) if totals.items == 1 => "1 image saved".into(),
        (_, 0) => text!["All ", all, " saved"],
        (_, failed) => text![saved, " of ", all, " saved, ", number(failed), " failed"],
    };
    if totals.cut_short > 0 {
        add!(&mut text, ", ", number(totals.cut_short), " may be cut short");
    }
    text
}

/// A run that was cancelled: `Cancelled after 3 of 15 images. Nothing was kept.`
pub fn cancelled_text(rows: &Rows) -> String {
    let totals = rows.totals();
    text![
        "Cancelled after ",
        number(totals.ended()),
        " of ",
        count(totals.items, "image"),
        "; no zip was made"
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::image::Format;
    use crate::plan::parse_list;
    use crate::plan::tests::NativeText;
    use crate::run::{Event, EventKind, FetchError};

    fn plan_text_of(list: &str) -> String {
        plan_text(&Plan::new(parse_list(list), &NativeText))
    }

    fn rows(items: usize, stored: usize, failed: usize) -> Rows {
        let mut rows = Rows::new(items);
        for item in 0..stored + failed {
            let kind = if item < stored {
                EventKind::Stored { bytes: 1000, crc32: 0, format: Format::Gif, is_cut_short: false }
            } else {
                EventKind::Failed { error: FetchError::Empty }
            };
            rows.apply(&Event { at: Duration::from_secs(1), item, kind });
        }
        rows
    }

    #[test]
    fn a_list_is_told_with_its_first_fault() {
        let cases = [
            ("", "No URLs yet."),
            ("https://a.example/1", "1 URL from 1 origin"),
            ("https://a.example/[1-1200]\nhttps://b.example/", "1,201 URLs from 2 origins"),
            ("https://a.example/1\nhtp//x y", "1 URL from 1 origin · line 2 is not a URL: \"htp//x y\""),
            ("x\ny\nz", "line 1 is not a URL: \"x\" (and 2 more like it)"),
            (
                "ftp://a.example/1",
                "line 1: not a URL that can be fetched: \"ftp://a.example/1\"; use http: or https:",
            ),
        ];
        for (list, text) in cases {
            assert_eq!(plan_text_of(list), text, "{list:?}");
        }
    }

    #[test]
    fn progress_is_told_in_images_bytes_rate_and_time_left() {
        let rows = rows(15, 10, 1);
        let mut pace = Pace::default();
        assert_eq!(progress_text(&rows, &pace), "11 of 15 images · 10.0 kB");
        pace.sample(Duration::from_secs(1), 0, 0.0);
        pace.sample(Duration::from_secs(3), 10_000, share_done(&rows));
        let text = "11 of 15 images · 10.0 kB · 5.0 kB/s · about 1 s";
        assert_eq!(progress_text(&rows, &pace), text);
        assert_eq!(progress_title(&rows), "73 %");
    }

    #[test]
    fn the_end_says_what_was_saved() {
        let cases = [
            ((1, 1, 0), "1 image saved"),
            ((15, 15, 0), "All 15 images saved"),
            ((15, 14, 1), "14 of 15 images saved, 1 failed"),
            ((2, 0, 2), "All 2 images failed; there is nothing to save"),
            ((1, 0, 1), "The image failed; there is nothing to save"),
        ];
        for ((items, stored, failed), text) in cases {
            assert_eq!(outcome_text(&rows(items, stored, failed)), text);
        }
        let mut doubtful = rows(3, 1, 1);
        let kind = EventKind::Stored { bytes: 9, crc32: 0, format: Format::Gif, is_cut_short: true };
        doubtful.apply(&Event { at: Duration::from_secs(2), item: 2, kind });
        assert_eq!(outcome_text(&doubtful), "2 of 3 images saved, 1 failed, 1 may be cut short");
        assert_eq!(cancelled_text(&rows(15, 3, 0)), "Cancelled after 3 of 15 images; no zip was made");
    }
}

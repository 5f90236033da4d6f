//! A list, a run in progress and a finished run, each summed up in a sentence.

use std::time::Duration;

use super::{Pace, Rows, State, Totals};
use crate::plan::{LeftOut, Plan, Understood};
use crate::run::{CONNECTIONS, CoolDown, CoolDowns, Quota};
use crate::seconds::whole_millis;
use crate::words::numbers::{percent, rate, size};
use crate::words::{stored_runs, summary};

/// What a list was understood to be: `CSV, 3 columns, addresses in “Image URL” · 2 URLs from 1 origin ·
/// 1 line can’t be read`.
pub fn plan_text(understood: &Understood, plan: &Plan, rejected: usize) -> String {
    let mut parts = vec![understood.description()];
    if !plan.is_empty() {
        parts.push(summary::urls(plan.len(), plan.origins().len()));
    }
    let (mut filtered, mut repeated) = (0, 0);
    for item in plan.items() {
        match item.left_out {
            Some(LeftOut::Filter) => filtered += 1,
            Some(_) => repeated += 1,
            None => {}
        }
    }
    if filtered + repeated > 0 {
        parts.push(summary::to_fetch(plan.len() - filtered - repeated));
    }
    if filtered > 0 {
        parts.push(summary::left_out_by_filters(filtered));
    }
    if repeated > 0 {
        parts.push(summary::repeated(repeated));
    }
    if rejected > 0 {
        parts.push(summary::unreadable(rejected));
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() { summary::NO_URLS.into() } else { parts.join(" · ") }
}

/// A run in progress: `11 of 15 images · 38.2 MB · 7.4 MB/s · 4 at once · about 2 s left`. `left` is the time left,
/// if that can be estimated.
pub fn progress_text(rows: &Rows, pace: &Pace, left: Option<Duration>) -> String {
    let totals = rows.totals();
    let mut parts = vec![tally_text(rows)];
    parts.extend(pace.recent().and_then(|(bytes, time)| rate(bytes, time)));
    if totals.in_flight > 0 {
        parts.push(at_once_text(totals.in_flight, totals));
        if is_bounded_by_host(totals.in_flight, totals) {
            parts.push(summary::at_once_by_host_over_http1(CONNECTIONS));
        }
    }
    parts.extend(left.map(summary::time_left));
    parts.join(" · ")
}

/// How many images are fetched at once, `4 at once`; or were only asked for, `16 asked for`, if HTTP/1.1 may keep
/// some of them waiting.
pub fn at_once_text(images: usize, totals: &Totals) -> String {
    let words =
        if images <= CONNECTIONS || totals.is_multiplexed() { summary::at_once } else { summary::asked_for };
    words(images)
}

/// What HTTP/1.1 allows of this many images, if that is the protocol: `6 a host at once`.
pub fn allowed_text(images: usize, totals: &Totals) -> Option<String> {
    is_bounded_by_host(images, totals).then(|| summary::at_once_by_host(CONNECTIONS))
}

/// Whether HTTP/1.1 keeps some of this many images waiting, if they are of one host.
fn is_bounded_by_host(images: usize, totals: &Totals) -> bool {
    images > CONNECTIONS && totals.disclosed > totals.multiplexed
}

/// The images and bytes of a run so far: `11 of 15 images · 38.2 MB`.
pub fn tally_text(rows: &Rows) -> String {
    let totals = rows.totals();
    summary::tally(totals.finished(), totals.items, totals.bytes)
}

/// The origin whose cool-down ends last, and the seconds left: `cooling down cdn.example, 12 s`, or
/// `waiting for cdn.example, 12 s (20 requests each 60 s)`; `None` if no origin cools down.
pub fn cool_down_text(plan: &Plan, cooling: &CoolDowns, now: Duration) -> Option<String> {
    let CoolDown { origin, until, quota } = cooling.at(now).max_by_key(|cool_down| cool_down.until)?;
    let origin = plan.origins().get(origin)?;
    // The origin without its scheme.
    let host = origin.rsplit('/').next().unwrap_or(origin);
    let seconds = |time| whole_millis(time).div_ceil(1000);
    let left = seconds(until.saturating_sub(now));
    let others = cooling.at(now).count() - 1;
    Some(match quota {
        None => summary::cooling_down(host, others, left),
        Some(Quota { requests, window }) => {
            summary::waiting_for(host, others, left, requests, seconds(window))
        }
    })
}

/// A run that is paused because nothing more can be stored.
pub fn full_text(rows: &Rows) -> String {
    let totals = rows.totals();
    let to_come = (totals.items - totals.finished()) as u64;
    let mean = totals.stored_bytes.checked_div(totals.stored as u64);
    stored_runs::full(totals.stored, totals.items, mean.map(|mean| mean * to_come))
}

/// The progress of a run for the title of its tab: `43 %`, or the bytes so far without an estimate.
pub fn progress_title(share: Option<f64>, rows: &Rows) -> String {
    share.map_or_else(|| size(rows.totals().bytes), percent)
}

/// The most rows for which the progress of each is added up; with more, a row's share is too small to
/// see.
const MAX_ROWS_ADDED_UP: usize = 2000;

/// The share of the work that is done, `0.0..=1.0`: the finished images, and the progress of those
/// that are arriving. `None` while images arrive, and how large even one of them is, is not known.
///
/// An image whose length is not declared is expected to be as large as the others.
pub fn share_done(rows: &Rows) -> Option<f64> {
    let totals = rows.totals();
    let mut parts = 0.0;
    if totals.items <= MAX_ROWS_ADDED_UP {
        let usual = usual_size(rows);
        if usual.is_none() && totals.finished() == 0 && totals.bytes > 0 {
            return None;
        }
        parts = rows.as_slice().iter().filter_map(|row| row.estimated_progress(usual)).sum();
    }
    Some((totals.finished() as f64 + parts) / totals.items.max(1) as f64)
}

/// The mean size of the images that have arrived or whose sizes are declared.
pub(super) fn usual_size(rows: &Rows) -> Option<u64> {
    let declared = rows.as_slice().iter().filter(|row| row.state == State::Receiving);
    let declared = declared.filter_map(|row| row.declared.filter(|bytes| *bytes > 0));
    let totals = rows.totals();
    let all = (totals.stored_bytes, totals.stored as u64);
    let (bytes, images) = declared.fold(all, |(sum, images), bytes| (sum.saturating_add(bytes), images + 1));
    bytes.checked_div(images)
}

/// A finished run: `15 of 15 fetched, 2 may be cut short`, `14 of 15 fetched, 1 failed`; or one that was
/// stopped: `Stopped: 3 of 15 fetched, 12 not fetched`.
pub fn outcome_text(rows: &Rows) -> String {
    let totals = rows.totals();
    let failed = totals.failed - totals.stopped;
    let mut facts = vec![match (totals.stored, totals.failed) {
        (0, _) if totals.stopped > 0 => summary::STOPPED_BEFORE_THE_FIRST.into(),
        (0, 1) if totals.items == 1 => summary::THE_ONE_FAILED.into(),
        (0, 0) if totals.left_out > 0 => summary::all_left_out(totals.items),
        (0, _) if totals.left_out > 0 => summary::NONE_IS_LEFT.into(),
        (0, _) => summary::all_failed(totals.items),
        _ if totals.stopped > 0 => summary::stopped(totals.stored, totals.items),
        _ => summary::fetched(totals.stored, totals.items),
    }];
    if totals.stored > 0 || totals.left_out > 0 && totals.failed > 0 {
        let mut add = |images, words: fn(usize) -> String| {
            if images > 0 {
                facts.push(words(images));
            }
        };
        add(failed, summary::failed);
        add(totals.stopped, summary::not_fetched);
        add(totals.left_out, summary::left_out);
        add(totals.cut_short, summary::perhaps_cut_short);
    }
    summary::outcome(&facts)
}

/// A finished run in the title of its tab: `done`, `done, 1 failed`, `stopped early`.
pub fn outcome_title(rows: &Rows) -> String {
    let totals = rows.totals();
    match totals.failed {
        0 => summary::DONE.into(),
        _ if totals.stopped > 0 => summary::STOPPED_EARLY.into(),
        failed => summary::done_but_failed(failed),
    }
}

/// A cancelled run: `Cancelled after 3 of 15 images; no zip was made`.
pub fn cancelled_text(rows: &Rows) -> String {
    let totals = rows.totals();
    summary::cancelled(totals.finished(), totals.items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Format, ImageFacts};
    use crate::plan::Form;
    use crate::plan::tests::plan_of;
    use crate::run::{Event, EventKind, FetchError};

    fn rows(items: usize, stored: usize, failed: usize) -> Rows {
        let mut rows = Rows::new(items);
        for item in 0..stored + failed {
            let kind = if item < stored {
                EventKind::Stored(ImageFacts::new(1000, 0, Format::Gif))
            } else {
                EventKind::Failed { error: FetchError::Empty }
            };
            rows.apply(&Event { at: Duration::from_secs(1), item, kind });
        }
        rows
    }

    #[test]
    fn a_list_is_summed_up_with_its_form_and_what_cannot_be_read() {
        let text = Understood::default();
        let columns = vec![("Name".into(), false), ("Image URL".into(), true)];
        let table = Understood { form: Form::Table, columns, chosen: vec![1], needs_page: false };
        let plan = plan_of(["https://a.example/1", "https://b.example/2"]);
        let cases = [
            (&text, &Plan::default(), 0, "No URLs yet."),
            (&text, &plan, 0, "2 URLs from 2 origins"),
            (&text, &plan, 1, "2 URLs from 2 origins · 1 line can’t be read"),
            (&text, &Plan::default(), 1200, "1,200 lines can’t be read"),
            (&table, &plan, 0, "CSV, 2 columns, addresses in “Image URL” · 2 URLs from 2 origins"),
        ];
        for (understood, plan, rejected, text) in cases {
            assert_eq!(plan_text(understood, plan, rejected), text);
        }
    }

    #[test]
    fn progress_is_given_in_images_bytes_rate_and_time_left() {
        let rows = rows(15, 10, 1);
        let mut pace = Pace::default();
        assert_eq!(progress_text(&rows, &pace, None), "11 of 15 images · 10.0 kB");
        assert_eq!(tally_text(&rows), "11 of 15 images · 10.0 kB");
        let share = share_done(&rows);
        pace.push(Duration::from_secs(1), 0, Some(0.0));
        pace.push(Duration::from_secs(3), 10_000, share);
        let text = "11 of 15 images · 10.0 kB · 5.0 kB/s · about 1 s left";
        assert_eq!(progress_text(&rows, &pace, pace.time_left()), text);
        assert_eq!(progress_title(share, &rows), "73 %");
    }

    /// Rows of images under way, each with its declared size and what has arrived of it.
    fn arriving(images: &[(Option<u64>, u64)]) -> Rows {
        let mut rows = Rows::new(images.len());
        for (item, (declared, bytes)) in images.iter().enumerate() {
            let started = EventKind::Started { attempt: 1 };
            let headers = EventKind::Headers { declared: *declared };
            for kind in [started, headers, EventKind::Received { bytes: *bytes }] {
                rows.apply(&Event { at: Duration::ZERO, item, kind });
            }
        }
        rows
    }

    #[test]
    fn unknown_sizes_are_estimated_from_those_that_are_known() {
        assert_eq!(share_done(&Rows::new(2)), Some(0.0));
        let unknown = arriving(&[(None, 5000), (None, 0)]);
        assert_eq!(share_done(&unknown), None, "nothing is known of any size");
        assert_eq!(progress_title(None, &unknown), "5.0 kB");
        assert_eq!(share_done(&arriving(&[(None, 500), (Some(1000), 250)])), Some(0.375));
        // The second may be larger than the first.
        assert_eq!(share_done(&arriving(&[(Some(1000), 0), (None, 5000)])), Some(0.475));
        let mut one_is_there = arriving(&[(None, 1000), (None, 250)]);
        let stored = EventKind::Stored(ImageFacts::new(1000, 0, Format::Gif));
        one_is_there.apply(&Event { at: Duration::ZERO, item: 0, kind: stored });
        assert_eq!(share_done(&one_is_there), Some(0.625));
    }

    #[test]
    fn what_was_asked_for_is_not_said_to_be_at_once_where_the_protocol_may_not_allow_it() {
        let started = |images| arriving(&vec![(Some(9), 1); images]);
        let words = |rows: &Rows| progress_text(rows, &Pace::default(), None);
        assert!(words(&started(6)).ends_with(" · 6 at once"));
        let mut rows = started(16);
        assert!(words(&rows).ends_with(" · 16 asked for"), "{}", words(&rows));
        let mut store = |is_multiplexed| {
            let at = Duration::ZERO;
            rows.apply(&Event { at, item: 0, kind: EventKind::Sent { sent: at, is_multiplexed } });
            let stored = EventKind::Stored(ImageFacts::new(9, 0, Format::Gif));
            rows.apply(&Event { at, item: 0, kind: stored });
            words(&rows)
        };
        let text = store(false);
        assert!(text.ends_with(" · 15 asked for · 6 a host at once over HTTP/1.1"), "{text}");
        let mut rows = started(16);
        for kind in [
            EventKind::Sent { sent: Duration::ZERO, is_multiplexed: true },
            EventKind::Stored(ImageFacts::new(9, 0, Format::Gif)),
        ] {
            rows.apply(&Event { at: Duration::ZERO, item: 0, kind });
        }
        assert!(words(&rows).ends_with(" · 15 at once"));
    }

    #[test]
    fn a_cool_down_is_given_with_its_origin_and_the_time_left() {
        let urls = ["https://a.example/1", "http://cdn.example:8080/2", "https://c.example/3"];
        let plan = plan_of(urls);
        let mut cooling = CoolDowns::default();
        let second = Duration::from_secs(1);
        let mut cool = |item, until, quota| {
            let kind = EventKind::CoolingDown { until, quota };
            cooling.apply(&Event { at: second, item, kind }, &plan);
            cooling.clone()
        };
        assert_eq!(cool_down_text(&plan, &CoolDowns::default(), second), None);
        let one = cool(1, second * 13, None);
        let text = |cooling: &CoolDowns, now| cool_down_text(&plan, cooling, now);
        assert_eq!(text(&one, second).as_deref(), Some("cooling down cdn.example:8080, 12 s"));
        let almost = Duration::from_millis(12_001);
        assert_eq!(text(&one, almost).as_deref(), Some("cooling down cdn.example:8080, 1 s"));
        assert_eq!(text(&one, second * 13), None);
        let two = cool(0, second * 20, None);
        assert_eq!(text(&two, second * 2).as_deref(), Some("cooling down a.example and 1 other, 18 s"));
        let quota = Quota { requests: 20, window: Duration::from_millis(59_200) };
        let paced = cool(2, second * 30, Some(quota));
        assert_eq!(
            text(&paced, second * 25).as_deref(),
            Some("waiting for c.example, 5 s (20 requests each 60 s)")
        );
    }

    #[test]
    fn the_outcome_says_what_was_fetched() {
        let cases = [
            ((1, 1, 0), "1 of 1 fetched"),
            ((15, 15, 0), "15 of 15 fetched"),
            ((15, 14, 1), "14 of 15 fetched, 1 failed"),
            ((2, 0, 2), "All 2 images failed; there is nothing to save"),
            ((1, 0, 1), "The image failed; there is nothing to save"),
        ];
        for ((items, stored, failed), text) in cases {
            assert_eq!(outcome_text(&rows(items, stored, failed)), text);
        }
        let mut doubtful = rows(3, 1, 1);
        let kind = EventKind::Stored(ImageFacts { is_cut_short: true, ..ImageFacts::new(9, 0, Format::Gif) });
        doubtful.apply(&Event { at: Duration::from_secs(2), item: 2, kind });
        assert_eq!(outcome_text(&doubtful), "2 of 3 fetched, 1 failed, 1 may be cut short");
        let stopped = |stored| {
            let mut rows = rows(stored + 3, stored, 1);
            for item in stored + 1..stored + 3 {
                let kind = EventKind::Failed { error: FetchError::Stopped };
                rows.apply(&Event { at: Duration::from_secs(2), item, kind });
            }
            rows
        };
        assert_eq!(outcome_text(&stopped(4)), "Stopped: 4 of 7 fetched, 1 failed, 2 not fetched");
        assert_eq!(outcome_text(&stopped(0)), "Stopped before any image arrived; there is nothing to save");
        let titles =
            [(rows(2, 2, 0), "done"), (rows(2, 1, 1), "done, 1 failed"), (stopped(4), "stopped early")];
        for (rows, title) in titles {
            assert_eq!(outcome_title(&rows), title);
        }
        assert_eq!(cancelled_text(&rows(15, 3, 0)), "Cancelled after 3 of 15 images; no zip was made");
    }
}

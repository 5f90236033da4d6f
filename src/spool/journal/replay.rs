//! Replaying a journal: the events of the images that it has kept, for the run that resumes.

use std::time::Duration;

use super::format::KeptImage;
use super::reader::Journal;
use crate::plan::Plan;
use crate::run::{Event, EventKind, latest_time, read_events};

/// A kept image, and which events of its item are replayed.
struct Span<'a> {
    kept: &'a KeptImage,
    /// The index of the first, among all events. Earlier ones belong to something else: an attempt that
    /// the page's end interrupted, a failure that was retried later, or an image that is lost.
    first: usize,
    /// The index of the image's `Stored`, if it is in the journal.
    stored: Option<usize>,
    has_queued: bool,
}

impl Journal {
    /// How long the run had taken, as far as the journal says. A resumed run's clock continues from
    /// there.
    pub fn elapsed(&self) -> Duration {
        latest_time(&self.events)
    }

    /// The events of the kept images, and of no other item, in order: those of each image begin with
    /// `Queued` and end with `Stored`. `plan` is of the journal's own list.
    ///
    /// Images are recorded before their events, so an image's last events may be torn off. Those are
    /// added at the end, at the time of the last event.
    pub fn replay(&self, plan: &Plan) -> Vec<Event> {
        let spans = self.spans(plan);
        let is_replayed = |(index, event): &(usize, Event)| {
            let span = spans[event.item].as_ref();
            span.is_some_and(|span| span.first <= *index && span.stored.is_none_or(|last| *index <= last))
        };
        let events = read_events(&self.events, plan).enumerate().filter(is_replayed);
        let mut events: Vec<_> = events.map(|(_, event)| event).collect();
        let at = self.elapsed();
        for span in spans.iter().flatten().filter(|span| span.stored.is_none()) {
            let KeptImage { item, ref image } = *span.kept;
            if !span.has_queued {
                events.push(Event { at, item, kind: EventKind::Queued });
            }
            events.push(Event { at, item, kind: EventKind::Stored(image.facts.clone()) });
        }
        events
    }

    /// The span of each of the plan's items; `None` for one without a kept image.
    fn spans(&self, plan: &Plan) -> Vec<Option<Span<'_>>> {
        let mut spans: Vec<_> = plan.items().iter().map(|_| None).collect();
        for kept in &self.kept {
            if let Some(span) = spans.get_mut(kept.item) {
                *span = Some(Span { kept, first: 0, stored: None, has_queued: false });
            }
        }
        for (index, event) in read_events(&self.events, plan).enumerate() {
            let Some(span) = &mut spans[event.item] else { continue };
            match event.kind {
                _ if span.stored.is_some() => {}
                EventKind::Queued => (span.first, span.has_queued) = (index, true),
                EventKind::Stored(facts) if facts == span.kept.image.facts => span.stored = Some(index),
                EventKind::Stored(_) | EventKind::LeftOut { .. } | EventKind::Failed { .. } => {
                    (span.first, span.has_queued) = (index + 1, false);
                }
                _ => {}
            }
        }
        spans
    }
}

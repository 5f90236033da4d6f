//! What happened to the images that a journal has kept, for a run that goes on with them.

use std::time::Duration;

use super::{Journal, KeptImage};
use crate::plan::Plan;
use crate::run::{Event, EventKind, read_events};

/// What a run that goes on begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The events of the images that are kept: each begins with `Queued` and ends with its `Stored`.
    pub events: Vec<Event>,
    /// How long the run had taken, as far as it was noted; the clock goes on from there.
    pub elapsed: Duration,
}

/// An image, and which of its item's events are told once more.
struct Told<'a> {
    image: &'a KeptImage,
    /// The place of the first, among all events. What comes before it ended otherwise: the page went
    /// away, it failed and was asked for again, or what was stored then is lost.
    first: usize,
    /// The place of its `Stored`.
    stored: Option<usize>,
    is_queued: bool,
}

impl Journal {
    /// The events of the kept images alone, in order; `plan` is the journal's own, read once more.
    ///
    /// What was torn off of an image's events is made up for at the end: images are noted before
    /// their events.
    pub fn events_of_kept(&self, plan: &Plan) -> Replay {
        let mut told: Vec<_> = plan.items().iter().map(|_| None).collect();
        for image in &self.kept {
            if let Some(place) = told.get_mut(image.item) {
                *place = Some(Told { image, first: 0, stored: None, is_queued: false });
            }
        }
        let mut elapsed = Duration::ZERO;
        for (place, event) in read_events(&self.events, plan).enumerate() {
            elapsed = elapsed.max(event.at);
            let Some(told) = &mut told[event.item] else { continue };
            match event.kind {
                _ if told.stored.is_some() => {}
                EventKind::Queued => (told.first, told.is_queued) = (place, true),
                kind if kind == stored(told.image) => told.stored = Some(place),
                EventKind::Stored { .. } | EventKind::Failed { .. } => {
                    (told.first, told.is_queued) = (place + 1, false);
                }
                _ => {}
            }
        }
        let is_told = |(place, event): &(usize, Event)| {
            let told = told[event.item].as_ref();
            told.is_some_and(|told| told.first <= *place && told.stored.is_none_or(|last| *place <= last))
        };
        let events = read_events(&self.events, plan).enumerate().filter(is_told);
        let mut events: Vec<_> = events.map(|(_, event)| event).collect();
        for told in told.iter().flatten().filter(|told| told.stored.is_none()) {
            let mut add = |kind| events.push(Event { at: elapsed, item: told.image.item, kind });
            if !told.is_queued {
                add(EventKind::Queued);
            }
            add(stored(told.image));
        }
        Replay { events, elapsed }
    }
}

fn stored(image: &KeptImage) -> EventKind {
    let KeptImage { bytes, crc32, format, is_cut_short, .. } = *image;
    EventKind::Stored { bytes, crc32, format, is_cut_short }
}

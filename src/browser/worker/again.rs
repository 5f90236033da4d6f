//! What the page asks of a run by more than a word: some of its images once more, or to see one.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::super::again::refetch_locally;
use super::super::archive::{Archive, ArchiveError};
use super::super::clock::Clock;
use super::super::collect::{Job, Settings};
use super::connection::{Connection, PREVIEW};
use super::job::{settings_from_message, settings_to_message};
use super::serve::{Items, Service, Task, post};
use crate::plan::{ItemId, Relay};
use crate::run::Event;

/// The word that arrays to the worker begin with.
const AGAIN: &str = "again";

/// Items to be fetched once more, and how: the relay and the settings may be others than before.
pub struct Again {
    items: Vec<ItemId>,
    relay: Option<Relay>,
    settings: Settings,
}

impl Connection {
    /// Asks the worker to fetch some of the job's items once more; [`Connection::finish`] has what
    /// comes of it.
    pub fn again(&self, job: &Job<'_>, items: &[ItemId]) {
        let items: Array = items.iter().map(|item| JsValue::from(*item as f64)).collect();
        let relay = job.plan.relay().map(Relay::href);
        let settings = settings_to_message(&job.settings);
        let clock = job.clock.epoch().into();
        self.post(&Array::of5(&AGAIN.into(), &clock, &items, &relay.into(), &settings).into());
    }
}

impl Service {
    /// Does what the page asks for by more than a word.
    pub fn hear_more(self: &Rc<Self>, message: &JsValue) {
        if let Some(item) = message.as_f64() {
            self.show(item);
        } else if let Some(words) = message.dyn_ref::<Array>()
            && words.get(0) == AGAIN
        {
            self.clock.set(Clock::of_epoch(words.get(1).as_f64().unwrap_or_default()));
            let items: Array = words.get(2).unchecked_into();
            let items = items.iter().filter_map(|item| item.as_f64()).map(|item| item as ItemId).collect();
            let relay = words.get(3).as_string().and_then(Relay::from_href);
            let settings = settings_from_message(words.get(4).unchecked_ref());
            let settings = settings.unwrap_or(self.job.settings);
            self.begin(Task::Fetch(Items::Again(Again { items, relay, settings })));
        }
    }

    /// Fetches them, and makes the archive of these and the others.
    ///
    /// # Errors
    ///
    /// As [`refetch`](super::super::refetch()).
    pub async fn refetch(&self, again: Again, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
        let relayed;
        let mut job = self.job_at(self.clock.get());
        if again.relay.as_ref() != job.plan.relay() {
            relayed = job.plan.with_relay(again.relay);
            job.plan = &relayed;
        }
        job.settings = again.settings;
        refetch_locally(&job, &self.images, &again.items, emit).await
    }

    /// Sends a preview of an image.
    fn show(self: &Rc<Self>, item: f64) {
        let service = Rc::clone(self);
        spawn_local(async move {
            let preview = service.images.preview(item as ItemId).await;
            let answer = Array::of3(&PREVIEW.into(), &item.into(), &preview.into());
            post(&service.port, &answer);
        });
    }
}

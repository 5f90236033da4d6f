//! What only the page asks for, as the end of a job's message.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::super::attended::{Attended, Notes};
use super::super::collect::Job;
use crate::plan::{Plan, Relay};

/// In the order of [`take`].
pub fn put(job: &Job<'_>, message: &Array) {
    message.push(&job.plan.relay().map(Relay::href).into());
    message.push(&job.attended.resumes.as_deref().into());
    if let Some(Notes { source, options }) = &job.attended.journal {
        message.push(&source.into());
        message.push(&options.into());
    }
}

/// The plan, through its relay, and the rest; `None` for what was never sent.
pub fn take(mut plan: Plan, mut fields: impl Iterator<Item = JsValue>) -> Option<(Plan, Attended)> {
    if let Some(relay) = fields.next()?.as_string() {
        plan = plan.with_relay(Some(Relay::from_href(relay)?));
    }
    let resumes = fields.next()?.as_string();
    let mut text = || fields.next()?.as_string();
    let journal = text().zip(text()).map(|(source, options)| Notes { source, options });
    Some((plan, Attended { resumes, journal, ..Attended::default() }))
}

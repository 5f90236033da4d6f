//! A job as a message: to an array, and back again on the other side.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::RequestCache;

use super::super::clock::Clock;
use super::super::collect::{Job, Notes, Order, Settings};
use crate::plan::{NameTemplate, Plan, Relay};
use crate::run::{Limits, RetryPolicy};
use crate::seconds::seconds;

/// What the page asked for, as the worker has it.
pub struct ReceivedJob {
    pub plan: Plan,
    pub template: NameTemplate,
    pub settings: Settings,
    pub clock: Clock,
    /// Whether the archive goes to a sink, which the page has.
    pub has_sink: bool,
    pub order: Order,
    pub journal: Option<Notes>,
    /// Only the page takes runs up.
    #[cfg_attr(not(feature = "page"), allow(dead_code, reason = "it is the page's"))]
    pub resumes: Option<String>,
}

/// In the order of [`from_message`].
pub fn to_message(job: &Job<'_>) -> Array {
    let (addresses, names) = (Array::new(), Array::new());
    for item in job.plan.items() {
        // An address that is none is none on the other side as well; the reason stays here.
        addresses.push(&item.address.as_ref().map_or("", |address| &address.href).into());
        names.push(&item.name.as_deref().into());
    }
    let template = job.template.source().into();
    let (settings, clock) = (settings_to_message(&job.settings), job.clock.epoch().into());
    let message = Array::of5(&addresses, &names, &template, &settings, &clock);
    message.push(&(job.order == Order::Completion).into());
    message.push(&job.sink.is_some().into());
    message.push(&job.plan.relay().map(Relay::href).into());
    message.push(&job.resumes.as_deref().into());
    if let Some(Notes { source, options }) = &job.journal {
        message.push(&source.into());
        message.push(&options.into());
    }
    message
}

/// `None` for what was never sent.
pub fn from_message(message: &Array) -> Option<ReceivedJob> {
    let mut fields = message.iter();
    let mut next = || fields.next();
    let addresses: Array = next()?.unchecked_into();
    let names: Array = next()?.unchecked_into();
    let mut plan = Plan::default();
    for (address, name) in addresses.iter().zip(names.iter()) {
        plan.push_parsed(address.as_string().unwrap_or_default(), name.as_string());
    }
    let template = NameTemplate::parse(&next()?.as_string()?).ok()?;
    let settings = settings_from_message(next()?.unchecked_ref())?;
    let clock = Clock::of_epoch(next()?.as_f64()?);
    let is_by_completion = fields.next()?.as_bool()?;
    let has_sink = fields.next()?.as_bool()?;
    if let Some(relay) = fields.next()?.as_string() {
        plan = plan.through(Some(Relay::of_serialised(relay)?));
    }
    let resumes = fields.next()?.as_string();
    let mut text = || fields.next()?.as_string();
    let journal = text().zip(text()).map(|(source, options)| Notes { source, options });
    Some(ReceivedJob {
        plan,
        template,
        settings,
        clock,
        has_sink,
        order: if is_by_completion { Order::Completion } else { Order::Input },
        journal,
        resumes,
    })
}

/// In the order of [`settings_from_message`].
pub fn settings_to_message(settings: &Settings) -> Array {
    let Settings { limits, finds_width, timeout, cache, leaves_out_cut_short } = *settings;
    let message = Array::of3(&cache.into(), &finds_width.into(), &leaves_out_cut_short.into());
    let numbers = [
        limits.in_flight as f64,
        limits.per_origin as f64,
        f64::from(limits.retry.retries),
        or_infinite(limits.largest_image),
        or_infinite(limits.most_in_all),
        timeout.as_secs_f64(),
    ];
    for number in numbers {
        message.push(&number.into());
    }
    message
}

/// `None` for what was never sent.
pub fn settings_from_message(message: &Array) -> Option<Settings> {
    let mut fields = message.iter();
    let cache = RequestCache::from_js_value(&fields.next()?)?;
    let finds_width = fields.next()?.as_bool()?;
    let leaves_out_cut_short = fields.next()?.as_bool()?;
    let mut number = || fields.next()?.as_f64();
    let limits = Limits {
        in_flight: number()? as usize,
        per_origin: number()? as usize,
        retry: RetryPolicy { retries: number()? as u32 },
        largest_image: finite(number()?),
        most_in_all: finite(number()?),
    };
    Some(Settings { limits, finds_width, timeout: seconds(number()?), cache, leaves_out_cut_short })
}

/// A number of bytes, where there is a limit.
fn or_infinite(bytes: Option<u64>) -> f64 {
    bytes.map_or(f64::INFINITY, |bytes| bytes as f64)
}

fn finite(bytes: f64) -> Option<u64> {
    bytes.is_finite().then_some(bytes as u64)
}

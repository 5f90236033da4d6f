//! A job as a message: to an array, and back again on the other side.

use std::cell::RefCell;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::RequestCache;

use super::super::attended::Attended;
use super::super::clock::Clock;
use super::super::collect::{Job, Order, Settings};
use crate::plan::{NameTemplate, Plan};
use crate::run::{Limits, RetryPolicy};
use crate::seconds::seconds;
use crate::text_list::{put_text, read_texts};

/// How many bytes an item takes that is nothing special.
const USUAL_ITEM: usize = 100;

/// What the page asked for, as the worker has it.
pub struct ReceivedJob {
    pub plan: Plan,
    pub template: NameTemplate,
    pub settings: Settings,
    pub clock: Clock,
    /// Whether the archive goes to a sink, which the page has.
    pub has_sink: bool,
    pub order: Order,
    /// What the run that is on, or was the last, is told.
    pub attended: RefCell<Attended>,
}

/// In the order of [`from_message`]; and what of it is to be transferred, since it is large.
pub fn to_message(job: &Job<'_>) -> (Array, ArrayBuffer) {
    let mut texts = Vec::with_capacity(job.plan.len() * USUAL_ITEM);
    for item in job.plan.items() {
        // An address that is none is none on the other side as well; the reason stays here.
        put_text(&mut texts, item.address.as_ref().ok().map(|address| address.href.as_str()));
        put_text(&mut texts, item.name.as_deref());
    }
    let items = Uint8Array::from(texts.as_slice());
    let template = job.template.source().into();
    let (settings, clock) = (settings_to_message(&job.settings), job.clock.epoch().into());
    let message = Array::of4(&items, &template, &settings, &clock);
    message.push(&(job.order == Order::Completion).into());
    message.push(&job.sink.is_some().into());
    #[cfg(feature = "page")]
    super::attended::put(job, &message);
    (message, items.buffer())
}

/// `None` for what was never sent.
pub fn from_message(message: &Array) -> Option<ReceivedJob> {
    let mut fields = message.iter();
    let mut next = || fields.next();
    let items: Uint8Array = next()?.unchecked_into();
    let items = items.to_vec();
    let mut texts = read_texts(&items);
    let mut plan = Plan::default();
    while let Some(address) = texts.next() {
        plan.push_parsed(address.unwrap_or_default(), texts.next()?);
    }
    let template = NameTemplate::parse(&next()?.as_string()?).ok()?;
    let settings = settings_from_message(next()?.unchecked_ref())?;
    let clock = Clock::of_epoch(next()?.as_f64()?);
    let is_by_completion = fields.next()?.as_bool()?;
    let has_sink = fields.next()?.as_bool()?;
    #[cfg(not(feature = "page"))]
    let attended = Attended::default();
    #[cfg(feature = "page")]
    let (plan, attended) = super::attended::take(plan, fields)?;
    Some(ReceivedJob {
        plan,
        template,
        settings,
        clock,
        has_sink,
        order: if is_by_completion { Order::Completion } else { Order::Input },
        attended: RefCell::new(attended),
    })
}

/// In the order of [`settings_from_message`].
pub fn settings_to_message(settings: &Settings) -> Array {
    let Settings { limits, is_adaptive, timeout, cache, reject_truncated, is_rehearsal } = *settings;
    let [cut_short, rehearsal] = [reject_truncated, is_rehearsal].map(JsValue::from);
    let message = Array::of4(&cache.into(), &is_adaptive.into(), &cut_short, &rehearsal);
    let numbers = [
        limits.concurrency as f64,
        limits.per_origin as f64,
        f64::from(limits.retry.retries),
        or_infinite(limits.max_bytes),
        or_infinite(limits.max_total_bytes),
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
    let mut is_set = || fields.next()?.as_bool();
    let (is_adaptive, reject_truncated, is_rehearsal) = (is_set()?, is_set()?, is_set()?);
    let mut number = || fields.next()?.as_f64();
    let limits = Limits {
        concurrency: number()? as usize,
        per_origin: number()? as usize,
        retry: RetryPolicy { retries: number()? as u32 },
        max_bytes: finite(number()?),
        max_total_bytes: finite(number()?),
    };
    let timeout = seconds(number()?);
    Some(Settings { limits, is_adaptive, timeout, cache, reject_truncated, is_rehearsal })
}

/// A number of bytes, where there is a limit.
fn or_infinite(bytes: Option<u64>) -> f64 {
    bytes.map_or(f64::INFINITY, |bytes| bytes as f64)
}

fn finite(bytes: f64) -> Option<u64> {
    bytes.is_finite().then_some(bytes as u64)
}

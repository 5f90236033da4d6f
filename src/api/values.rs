//! What callers get, as plain JavaScript objects.

use std::time::Duration;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::report::ProgressSample;
use crate::run::{Event, EventKind, FetchError};
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// The global function: reports an error as uncaught without ending anything.
    #[wasm_bindgen(js_name = reportError, catch)]
    pub fn report_error(error: &JsValue) -> Result<(), JsValue>;
}

/// A plain object under construction.
pub struct Values(pub Object);

impl Values {
    /// One without properties.
    pub fn new() -> Self {
        Self(Object::new())
    }

    /// The same with one more property.
    pub fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        put(&self.0, &name.into(), &value.into());
        self
    }
}

/// Sets a property.
pub fn put(object: &Object, name: &JsValue, value: &JsValue) {
    // Setting a property of a plain object can't fail.
    let _ = Reflect::set(object, name, value);
}

/// An event, as callers get it.
pub fn event_object(event: &Event) -> JsValue {
    let (kind, fields) = match &event.kind {
        EventKind::Queued => ("queued", Values::new()),
        EventKind::Started { attempt } => ("started", Values::new().set("attempt", *attempt)),
        EventKind::Headers { declared } => (
            "headers",
            Values::new().set("declaredBytes", declared.map_or(JsValue::NULL, |bytes| (bytes as f64).into())),
        ),
        EventKind::Received { bytes } => ("received", Values::new().set("bytes", *bytes as f64)),
        // Only the page asks for it.
        EventKind::Sent { .. } => ("sent", Values::new()),
        EventKind::Slow { bytes_per_second } => {
            ("slow", Values::new().set("bytesPerSecond", *bytes_per_second as f64))
        }
        EventKind::Retrying { error, resumes } => (
            "retrying",
            Values::new().set("error", error_object(error)).set("resumesAt", milliseconds(*resumes)),
        ),
        EventKind::CoolingDown { until, .. } => {
            ("cooling-down", Values::new().set("until", milliseconds(*until)))
        }
        EventKind::Stored(image) => (
            "stored",
            Values::new()
                .set("bytes", image.bytes as f64)
                .set("crc32", image.crc32)
                .set("type", image.file_type.media_type())
                .set("isCutShort", image.is_cut_short),
        ),
        EventKind::LeftOut { .. } => ("left-out", Values::new()),
        EventKind::Failed { error } => ("failed", Values::new().set("error", error_object(error))),
    };
    fields.set("kind", kind).set("at", milliseconds(event.at)).set("item", event.item as f64).0.into()
}

/// Why an image is not in the archive, as callers get it.
pub fn error_object(error: &FetchError) -> JsValue {
    let status = error.status().map_or(JsValue::NULL, JsValue::from);
    // Both end an image before it has arrived, because the caller wants that.
    let kind = if *error == FetchError::Skipped { FetchError::Stopped.kind() } else { error.kind() };
    Values::new().set("kind", kind).set("message", text![error]).set("status", status).0.into()
}

/// How far a run is, as callers get it, but for the number of its items.
pub fn progress_object(sample: &ProgressSample) -> JsValue {
    let or_null = |number: Option<f64>| number.map_or(JsValue::NULL, JsValue::from);
    Values::new()
        .set("stored", sample.stored as f64)
        .set("failed", sample.failed as f64)
        .set("bytes", sample.bytes as f64)
        .set("expectedBytes", or_null(sample.expected_bytes.map(|bytes| bytes as f64)))
        .set("fraction", or_null(sample.done))
        .set("msLeft", or_null(sample.left.map(milliseconds)))
        .0
        .into()
}

/// An object of these properties.
pub fn object_of(names: &[JsValue], values: &[JsValue]) -> Object {
    let object = Object::new();
    names.iter().zip(values).for_each(|(name, value)| put(&object, name, value));
    object
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

//! The results of a call: events, items and timings as plain JavaScript objects.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::Blob;

use crate::browser::{
    Archive, ReadBackError, RunHandle, Yielder, ask_before_leaving, download, outside, read_back,
};
use crate::job::ArchivePlace;
use crate::plan::{ItemId, Plan};
use crate::report::{Row, Rows, State};
use crate::run::{Event, EventKind, FetchError};
use crate::text::text;

#[wasm_bindgen]
extern "C" {
    /// The global function: reports an error as uncaught without ending anything.
    #[wasm_bindgen(js_name = reportError, catch)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;
}

/// The caller's `onEvent`.
pub struct EventListener(Function);

impl EventListener {
    /// Wraps the callback.
    pub fn new(callback: Function) -> Self {
        Self(callback)
    }

    /// Calls it. An error that it throws is reported as uncaught and does not end the run.
    pub fn call(&self, event: &Event) {
        let event = event_object(event);
        outside(|| {
            if let Err(error) = self.0.call1(&JsValue::UNDEFINED, &event) {
                let _ = report_error(&error);
            }
        });
    }
}

/// The caller's `filter`.
pub struct ImageFilter {
    callback: Function,
    plan: Rc<Plan>,
    fields: [JsValue; ITEM_FIELDS.len()],
}

impl ImageFilter {
    /// Wraps the callback, for a run of this plan.
    pub fn new(callback: Function, plan: Rc<Plan>) -> Self {
        Self { callback, plan, fields: ITEM_FIELDS.map(JsValue::from_str) }
    }

    /// Whether it keeps an item's image. If it throws, the error is reported as uncaught, and the image is
    /// kept.
    pub fn keeps(&self, item: ItemId, row: &Row) -> bool {
        let url = self.plan.items()[item].display_text();
        let values = item_values(url, None, &OUTCOMES[1].into(), row);
        let item = object_of(&self.fields, &values).into();
        let mut is_kept = true;
        outside(|| match self.callback.call1(&JsValue::UNDEFINED, &item) {
            Ok(answer) => is_kept = answer != JsValue::FALSE,
            Err(error) => drop(report_error(&error)),
        });
        is_kept
    }
}

/// A plain object under construction.
struct Fields(Object);

impl Fields {
    fn new() -> Self {
        Self(Object::new())
    }

    fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        put(&self.0, &name.into(), &value.into());
        self
    }
}

fn put(object: &Object, name: &JsValue, value: &JsValue) {
    // Setting a property of a plain object can't fail.
    let _ = Reflect::set(object, name, value);
}

fn event_object(event: &Event) -> JsValue {
    let (kind, fields) = match &event.kind {
        EventKind::Queued => ("queued", Fields::new()),
        EventKind::Started { attempt } => ("started", Fields::new().set("attempt", *attempt)),
        EventKind::Headers { declared } => (
            "headers",
            Fields::new().set("declaredBytes", declared.map_or(JsValue::NULL, |bytes| (bytes as f64).into())),
        ),
        EventKind::Received { bytes } => ("received", Fields::new().set("bytes", *bytes as f64)),
        EventKind::Slow { bytes_per_second } => {
            ("slow", Fields::new().set("bytesPerSecond", *bytes_per_second as f64))
        }
        EventKind::Retrying { error, resumes } => (
            "retrying",
            Fields::new().set("error", error_object(error)).set("resumesAt", milliseconds(*resumes)),
        ),
        EventKind::CoolingDown { until } => {
            ("cooling-down", Fields::new().set("until", milliseconds(*until)))
        }
        EventKind::Stored(image) => (
            "stored",
            Fields::new()
                .set("bytes", image.bytes as f64)
                .set("crc32", image.crc32)
                .set("type", image.file_type.media_type())
                .set("isCutShort", image.is_cut_short),
        ),
        EventKind::LeftOut { .. } => ("left-out", Fields::new()),
        EventKind::Failed { error } => ("failed", Fields::new().set("error", error_object(error))),
    };
    fields.set("kind", kind).set("at", milliseconds(event.at)).set("item", event.item as f64).0.into()
}

fn error_object(error: &FetchError) -> JsValue {
    let status = error.status().map_or(JsValue::NULL, JsValue::from);
    Fields::new().set("kind", error.kind()).set("message", text![error]).set("status", status).0.into()
}

/// The object that a call resolves to.
pub async fn result_object(
    file_name: &str,
    plan: &Plan,
    rows: &Rows,
    handle: Rc<RunHandle>,
    archive: Archive,
    wall: Duration,
) -> Result<Object, JsValue> {
    let items = Array::new();
    let item_fields = ITEM_FIELDS.map(JsValue::from_str);
    let outcomes = OUTCOMES.map(JsValue::from_str);
    let mut yielder = Yielder::default();
    let Archive { blob, summary } = archive;
    for (index, row) in rows.as_slice().iter().enumerate() {
        // Reading the clock costs more than an item.
        if index % 32 == 0 {
            yielder.maybe_yield().await;
        }
        let name = summary.names[index].as_ref().map(|name| name.as_str());
        let [failed, stored, left_out] = &outcomes;
        let outcome = match row.state {
            State::Stored => stored,
            State::LeftOut(_) => left_out,
            _ => failed,
        };
        let values = item_values(plan.items()[index].display_text(), name, outcome, row);
        items.push(&object_of(&item_fields, &values));
    }
    let timings = Fields::new()
        .set("wallMs", milliseconds(wall))
        .set("busyMs", milliseconds(rows.totals().busy))
        .set("bytes", rows.totals().stored_bytes as f64);
    // Not dropped with the function: the Blob may be in use long after the result is garbage.
    let handle = Rc::new(RefCell::new(Some(ManuallyDrop::new(handle))));
    let (disposed, proved) = (Rc::clone(&handle), Rc::clone(&handle));
    let dispose = Closure::<dyn Fn()>::new(move || drop(disposed.take().map(ManuallyDrop::into_inner)));
    let default_name = file_name.to_owned();
    let save = Closure::<dyn Fn(JsValue) -> Promise>::new(move |name: JsValue| {
        let file_name = if name.is_undefined() { Some(default_name.clone()) } else { name.as_string() };
        let handle = handle.borrow().as_ref().map(|handle| Rc::clone(handle));
        future_to_promise(async move {
            let file_name = file_name.ok_or_else(|| js_sys::TypeError::new("fileName must be a string"))?;
            save(handle, &file_name).await.map(|()| JsValue::UNDEFINED)
        })
    });
    let result = Fields::new()
        .set("blob", blob.clone().map_or(JsValue::NULL, JsValue::from))
        .set("fileName", file_name)
        .set("items", items)
        .set("timings", timings.0)
        .set("storage", if summary.place == ArchivePlace::Blobs { "blobs" } else { "file" })
        .0;
    let is_file = summary.place == ArchivePlace::OneFile;
    let prove = Closure::<dyn Fn() -> Promise>::new(move || {
        let (blob, is_disposed) = (blob.clone(), proved.borrow().is_none());
        future_to_promise(async move {
            if let Some(blob) = blob {
                prove(&blob, is_file, is_disposed).await?;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    // Not enumerable, so that the result can still be posted to another thread.
    let methods = [
        ("dispose", dispose.into_js_value()),
        ("prove", prove.into_js_value()),
        ("save", save.into_js_value()),
    ];
    for (name, method) in methods {
        Object::define_property(&result, &name.into(), &Fields::new().set("value", method).0);
    }
    Ok(result)
}

/// Reads an archive back.
async fn prove(archive: &Blob, is_file: bool, is_disposed: bool) -> Result<(), JsValue> {
    let error = match read_back(archive).await {
        Ok(()) => return Ok(()),
        Err(ReadBackError::Damaged(error)) => text![error],
        Err(ReadBackError::Unreadable(_)) if is_disposed => {
            "the result was disposed of: prove it before".to_owned()
        }
        Err(ReadBackError::Unreadable(reason)) if is_file => text![
            "the archive's file is gone (",
            reason,
            "), most likely because the site's data was cleared: fetch the images again"
        ],
        Err(ReadBackError::Unreadable(reason)) => {
            text!["the browser can't read the archive back (", reason, "): free some space, and fetch again"]
        }
    };
    Err(js_sys::Error::new(&error).into())
}

/// Has the browser save a run's archive; `None` stands for a run whose result was disposed of.
async fn save(handle: Option<Rc<RunHandle>>, file_name: &str) -> Result<(), JsValue> {
    let handle = handle.ok_or_else(|| js_sys::Error::new("the result was disposed of: save it before"))?;
    let archive = handle.hand_over(file_name).await.ok_or_else(|| {
        js_sys::Error::new("there is no archive to save: no image was stored, or it went to a sink, or the site's data was cleared")
    })?;
    download(&archive.blob, file_name)?;
    if !archive.is_file {
        ask_before_leaving(archive.blob.size());
    }
    Ok(())
}

/// The names become JavaScript strings once, and not for each of thousands of items.
const ITEM_FIELDS: [&str; 16] = [
    "url",
    "finalUrl",
    "entryName",
    "outcome",
    "error",
    "type",
    "bytes",
    "crc32",
    "width",
    "height",
    "isCutShort",
    "attempts",
    "queuedAt",
    "startedAt",
    "headersAt",
    "finishedAt",
];

const OUTCOMES: [&str; 3] = ["failed", "stored", "left-out"];

/// In the order of [`ITEM_FIELDS`].
fn item_values(url: &str, entry_name: Option<&str>, outcome: &JsValue, row: &Row) -> [JsValue; 16] {
    let or_null = |time: Option<Duration>| time.map_or(JsValue::NULL, |time| milliseconds(time).into());
    let image = row.image.as_ref();
    let size = image.and_then(|image| image.dimensions);
    [
        url.into(),
        image.and_then(|image| image.final_url.as_deref()).map_or(JsValue::NULL, JsValue::from),
        entry_name.map_or(JsValue::NULL, JsValue::from),
        outcome.clone(),
        row.error().map_or(JsValue::NULL, error_object),
        image.map_or(JsValue::NULL, |image| image.file_type.media_type().into()),
        image.map_or(0.0, |image| image.bytes as f64).into(),
        image.map_or(0, |image| image.crc32).into(),
        size.map_or(JsValue::NULL, |size| size.width.into()),
        size.map_or(JsValue::NULL, |size| size.height.into()),
        row.is_cut_short().into(),
        (row.attempts.len() as f64).into(),
        milliseconds(row.queued).into(),
        or_null(row.started()),
        or_null(row.headers()),
        or_null(row.finished),
    ]
}

fn object_of(names: &[JsValue], values: &[JsValue]) -> Object {
    let object = Object::new();
    names.iter().zip(values).for_each(|(name, value)| put(&object, name, value));
    object
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

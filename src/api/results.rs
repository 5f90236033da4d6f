//! The results of a call: its items, its timings and its methods.

use std::cell::RefCell;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::Blob;

use super::object::{all_of, copy_of};
use super::values::{Values, error_object, milliseconds, object_of, put, report_error};
use crate::browser::{
    Archive, Inside, LongTexts, ReadBackError, RunHandle, Yielder, ask_before_leaving, download, inside,
    is_absent, long_index, outside, range_error, read_back, shown, type_error,
};
use crate::job::ArchivePlace;
use crate::plan::{ItemId, Plan};
use crate::report::{Row, Rows, State};
use crate::text::text;

/// The caller's `filter`.
pub struct ImageFilter {
    callback: Function,
    urls: Urls,
    fields: [JsValue; ITEM_FIELDS.len()],
}

impl ImageFilter {
    /// Wraps the callback, for a run of these URLs.
    pub fn new(callback: Function, urls: Urls) -> Self {
        Self { callback, urls, fields: ITEM_FIELDS.map(JsValue::from_str) }
    }

    /// Whether it keeps an item's image. If it throws, the error is reported as uncaught, and the image is
    /// kept.
    pub fn keeps(&self, item: ItemId, row: &Row) -> bool {
        let values = item_values(self.urls.get(item), None, &OUTCOMES[1].into(), row);
        let item = object_of(&self.fields, &values).into();
        let mut is_kept = true;
        outside(|| match self.callback.call1(&JsValue::UNDEFINED, &item) {
            Ok(answer) => is_kept = answer != JsValue::FALSE,
            Err(error) => drop(report_error(&error)),
        });
        is_kept
    }
}

/// The URLs of a call, as they were asked for.
#[derive(Clone)]
pub struct Urls {
    /// What a plan has of them.
    pub plan: Rc<Plan>,
    /// The long ones, by their indices.
    pub long: LongTexts,
}

impl Urls {
    /// Whether an item is an entry of the caller's own.
    fn is_own_data(&self, item: ItemId) -> bool {
        self.plan.items()[item].is_own_data()
    }

    fn get(&self, item: ItemId) -> JsValue {
        let text = self.plan.items()[item].display_text();
        let long = long_index(text).map(|index| self.long.texts.get(index as u32));
        long.filter(|long| long.is_string()).unwrap_or_else(|| text.into())
    }
}

/// The object that a call resolves to. `retry` is called with its items, and with what its method of this name was
/// called with.
pub async fn result_object(
    file_name: &str,
    urls: &Urls,
    rows: &Rows,
    handle: Rc<RunHandle>,
    archive: Archive,
    wall: Duration,
    retry: &Function,
) -> Result<Object, JsValue> {
    let items = Array::new();
    let item_fields = ITEM_FIELDS.map(JsValue::from_str);
    let outcomes = OUTCOMES.map(JsValue::from_str);
    // The time and the bytes of entries of the caller's own, which do not count.
    let mut own = (Duration::ZERO, 0);
    let mut yielder = Yielder::default();
    for (index, row) in rows.as_slice().iter().enumerate() {
        // Reading the clock costs more than an item.
        if index % 32 == 0 {
            yielder.maybe_yield().await;
        }
        let name = archive.summary.names[index].as_ref().map(|name| name.as_str());
        let [failed, stored, left_out] = &outcomes;
        let outcome = match row.state {
            State::Stored => stored,
            State::LeftOut(_) => left_out,
            _ => failed,
        };
        if urls.is_own_data(index) {
            own.0 += row.duration();
            own.1 += row.image.as_ref().filter(|_| row.state == State::Stored).map_or(0, |entry| entry.bytes);
        }
        let values = item_values(urls.get(index), name, outcome, row);
        items.push(&object_of(&item_fields, &values));
    }
    let totals = rows.totals();
    let (busy, bytes) = (totals.busy.saturating_sub(own.0), totals.stored_bytes - own.1);
    let timings = Timings { wall, busy, bytes: bytes as f64 };
    Ok(object_of_archive(file_name.to_owned(), items, timings, handle, archive, retry))
}

/// What a result says of its run as a whole.
#[derive(Clone, Copy)]
struct Timings {
    wall: Duration,
    busy: Duration,
    bytes: f64,
}

/// The object of an archive of these items.
fn object_of_archive(
    file_name: String,
    items: Array,
    timings: Timings,
    handle: Rc<RunHandle>,
    archive: Archive,
    retry: &Function,
) -> Object {
    let Archive { blob, summary } = archive;
    let Timings { wall, busy, bytes } = timings;
    let timings_object =
        Values::new().set("wallMs", milliseconds(wall)).set("busyMs", milliseconds(busy)).set("bytes", bytes);
    // A Blob of the browser's own needs no run, which ends with the last method that is not garbage. A file is removed
    // only when the caller disposes of it: its Blob, or an object URL of it, may be in use long after that.
    let is_in_file = summary.spool.is_some();
    let kept_run = is_in_file.then(|| ManuallyDrop::new(Rc::clone(&handle)));
    let handle = Rc::new(RefCell::new(Some(handle)));
    let [disposed, proved, selected] = [(); 3].map(|()| Rc::clone(&handle));
    let kept_run = RefCell::new(kept_run);
    let dispose = Closure::<dyn Fn()>::new(move || {
        inside(|| {
            disposed.take();
            kept_run.take().map(ManuallyDrop::into_inner);
        });
    });
    let default_name = file_name.clone();
    let save = Closure::<dyn Fn(JsValue) -> Promise>::new(move |name: JsValue| {
        let file_name = if is_absent(&name) { Some(default_name.clone()) } else { name.as_string() };
        let handle = handle.borrow().as_ref().map(Rc::clone);
        promise_of(async move {
            let file_name = file_name.ok_or_else(|| type_error("fileName", "a string", &name))?;
            save(handle, &file_name).await.map(|()| JsValue::UNDEFINED)
        })
    });
    let result = Values::new()
        .set("blob", blob.clone().map_or(JsValue::NULL, JsValue::from))
        .set("fileName", file_name.as_str())
        .set("items", items.clone())
        .set("sourcesError", JsValue::NULL)
        .set("timings", timings_object.0)
        .set("storage", if summary.place == ArchivePlace::Blobs { "blobs" } else { "file" })
        .0;
    let is_file = matches!(summary.place, ArchivePlace::OneFile | ArchivePlace::Parts);
    let prove = Closure::<dyn Fn() -> Promise>::new(move || {
        let (blob, is_disposed) = (blob.clone(), proved.borrow().is_none());
        promise_of(async move {
            if let Some(blob) = blob {
                prove(&blob, is_file, is_disposed).await?;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    // The caller may sort its own.
    let items = items.slice(0, items.length());
    let retry_of_items = retry.bind1(&JsValue::UNDEFINED, &items);
    let retry = retry.clone();
    let select = Closure::<dyn Fn(JsValue) -> Promise>::new(move |chosen: JsValue| {
        let handle = selected.borrow().as_ref().map(Rc::clone);
        let (file_name, items, retry) = (file_name.clone(), items.clone(), retry.clone());
        promise_of(async move {
            select(handle, &chosen, file_name, &items, timings, &retry).await.map(Into::into)
        })
    });
    // Not enumerable, so that the result can still be posted to another thread. `fetch_zip.js` has them settle.
    let methods = [
        ("dispose", dispose.into_js_value()),
        ("prove", prove.into_js_value()),
        ("retry", retry_of_items.into()),
        ("save", save.into_js_value()),
        ("select", select.into_js_value()),
    ];
    for (name, value) in methods {
        let property = Values::new().set("value", value).set("configurable", true);
        Object::define_property(&result, &name.into(), &property.0);
    }
    result
}

/// A method's task, whose trap is known as fetchzip's.
fn promise_of(task: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    future_to_promise(Inside(Box::pin(task)))
}

/// The result of a selection of another result's items; `None` stands for one that was disposed of.
async fn select(
    handle: Option<Rc<RunHandle>>,
    chosen: &JsValue,
    file_name: String,
    items: &Array,
    timings: Timings,
    retry: &Function,
) -> Result<Object, JsValue> {
    let chosen = indices(chosen, items.length())?;
    let handle =
        handle.ok_or_else(|| js_sys::Error::new("the result was disposed of: select from it before"))?;
    let selection = handle.select(&chosen).await;
    let (handle, archive) = selection.map_err(|error| js_sys::Error::new(&text![error]))?;
    let mut is_selected = vec![false; items.length() as usize];
    chosen.iter().for_each(|item| is_selected[*item] = true);
    let left_out = [("outcome", OUTCOMES[2].into()), ("entryName", JsValue::NULL), ("error", JsValue::NULL)];
    let left_out = left_out.map(|(name, value)| (JsValue::from(name), value));
    let of_selection = Array::new();
    let (bytes_field, url_field) = (JsValue::from("bytes"), JsValue::from("url"));
    let mut bytes = 0.0;
    let mut yielder = Yielder::default();
    for (index, item) in items.iter().enumerate() {
        if index % 32 == 0 {
            yielder.maybe_yield().await;
        }
        let item = copy_of(&Object::new(), &item)?;
        if !is_selected[index] {
            left_out.iter().for_each(|(name, value)| put(&item, name, value));
        }
        let is_own_data = Reflect::get(&item, &url_field)? == "";
        if archive.summary.names[index].is_some() && !is_own_data {
            bytes += Reflect::get(&item, &bytes_field)?.as_f64().unwrap_or_default();
        }
        of_selection.push(&item);
    }
    Ok(object_of_archive(file_name, of_selection, Timings { bytes, ..timings }, handle, archive, retry))
}

/// The items that a caller names by their indices, of as many as `count`.
fn indices(items: &JsValue, count: u32) -> Result<Vec<ItemId>, JsValue> {
    let mut indices = Vec::new();
    for (number, index) in
        all_of("items", "an array or another iterable of indices", items)?.iter().enumerate()
    {
        let value = index.as_f64();
        let is_index = |value: &f64| value.fract() == 0.0 && (0.0..f64::from(count)).contains(value);
        match value.filter(is_index) {
            Some(value) => indices.push(value as ItemId),
            None => {
                let argument = text!["items[", number, "]"];
                let expected = text!["the index of an item, a whole number from 0 on and below ", count];
                return Err(match value {
                    Some(_) => range_error(&argument, &expected, &shown(&index)),
                    None => type_error(&argument, &expected, &index),
                });
            }
        }
    }
    Ok(indices)
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
    let archive = handle.hand_over(file_name).await;
    handle.expect_worker().map_err(|error| js_sys::Error::new(&text![error]))?;
    let archive = archive.ok_or_else(|| {
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
fn item_values(url: JsValue, entry_name: Option<&str>, outcome: &JsValue, row: &Row) -> [JsValue; 16] {
    let or_null = |time: Option<Duration>| time.map_or(JsValue::NULL, |time| milliseconds(time).into());
    let image = row.image.as_ref();
    let size = image.and_then(|image| image.dimensions);
    [
        url,
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

//! A run in one call, and its archive as the `zip` crate reads it.

use std::cell::RefCell;
use std::io::{Cursor, Read};
use std::rc::Rc;
use std::time::Duration;

use fetchzip::browser::{Archive, BrowserText, Clock, RunHandle, StreamSink};
use fetchzip::job::{ArchiveOptions, Job, Order};
use fetchzip::plan::{NameTemplate, Plan, Request};
use fetchzip::report::{Row, Rows};
use fetchzip::run::{Event, FetchError, Limits, RetryPolicy, Settings};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::WritableStream;

/// The results of a run.
pub struct Ran {
    /// Held for its lifetime: the archive can be read as long as its run is not released.
    pub _handle: Rc<RunHandle>,
    pub archive: Archive,
    pub rows: Vec<Row>,
    pub events: Vec<Event>,
}

/// No retries, and a timeout that only a broken test reaches.
pub fn settings() -> Settings {
    let settings = Settings::default();
    let retry = RetryPolicy { retries: 0 };
    Settings { limits: Limits { retry, ..settings.limits }, timeout: Duration::from_secs(20), ..settings }
}

pub fn plan_of(urls: &[String]) -> Rc<Plan> {
    Rc::new(Plan::new(urls.iter().map(Request::new), &BrowserText))
}

/// A job whose clock starts now.
pub fn job(plan: &Rc<Plan>, settings: Settings) -> Job {
    Job {
        plan: Rc::clone(plan),
        template: NameTemplate::default(),
        settings,
        archive: ArchiveOptions::default(),
        started: Clock::start().epoch(),
        order: Order::Input,
        reused: Vec::new(),
        journal: None,
        resumes: None,
    }
}

/// Starts a run into a Blob.
pub async fn start(plan: &Rc<Plan>, settings: Settings) -> Rc<RunHandle> {
    RunHandle::start(job(plan, settings), None, &RefCell::default()).await
}

/// Starts a run into a stream.
pub async fn start_into(sink: &WritableStream, job: Job) -> Rc<RunHandle> {
    let sink = StreamSink::new(sink).expect("the stream is not locked");
    RunHandle::start(job, Some(Rc::new(sink)), &RefCell::default()).await
}

/// Runs a job to its end.
pub async fn fetch(urls: &[String], settings: Settings) -> Ran {
    let plan = plan_of(urls);
    let events = RefCell::new(Vec::new());
    let emit = |event| events.borrow_mut().push(event);
    let handle = start(&plan, settings).await;
    let archive = handle.finish(&emit).await;
    let events = events.into_inner();
    let mut rows = Rows::new(plan.len());
    events.iter().for_each(|event| rows.apply(event));
    let archive = archive.expect("there is an archive");
    Ran { _handle: handle, archive, rows: rows.as_slice().to_vec(), events }
}

impl Ran {
    /// Names and bytes of the archive's entries, as the `zip` crate reads them, CRC-32 checked.
    pub async fn entries(&self) -> Vec<(String, Vec<u8>)> {
        entries_of(self.bytes().await)
    }

    /// The archive's bytes.
    pub async fn bytes(&self) -> Vec<u8> {
        bytes_of(self.archive.blob.as_ref().expect("something was stored")).await
    }

    /// Why an item failed.
    pub fn error(&self, item: usize) -> Option<&FetchError> {
        self.rows[item].error()
    }
}

pub async fn bytes_of(blob: &web_sys::Blob) -> Vec<u8> {
    let buffer = JsFuture::from(blob.array_buffer()).await.expect("the archive can be read");
    js_sys::Uint8Array::new(&buffer.unchecked_into::<js_sys::ArrayBuffer>()).to_vec()
}

pub fn entries_of(archive: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("it is a zip");
    let entries = archive.len();
    let read = |index| {
        let mut entry = archive.by_index(index).expect("the entry is there");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its CRC-32 is right");
        (entry.name().expect("its name is UTF-8").into_owned(), bytes)
    };
    (0..entries).map(read).collect()
}

//! The page: binds `www/` to a run, and decides nothing that could be decided without it.
//!
//! ```text
//! form (list, mode, "At once"), more options (relay, limits) ◀─ presets, files, interrupted runs
//!   │ Fetch, and a file to go to (disk)
//!   ▼
//! running ── fetching ── browser::collect ── Event ─▶ sheet (the run as it stands)
//!   │                                       ├─▶ table ─▶ row views, thumbnails   at each frame
//!   │                                       └─▶ run line, title, live region     by a timer
//!   ▼
//! outcome: the zip, failures, timings, CSV and JSON; history: the runs side by side
//! ```

mod announce;
mod disk;
mod elements;
mod fetching;
mod files;
mod form;
mod history;
mod interruption;
mod more_options;
mod object_url;
mod outcome;
mod presets;
mod remembered;
mod row_view;
mod run_line;
mod running;
mod sheet;
mod stop_question;
mod storage;
mod table;
mod thumbnails;

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, KeyboardEvent};

use announce::Announcer;
use disk::Disk;
use elements::{by_id, document, focused, on, set_shown};
use form::Form;
use history::History;
use interruption::ResumeNotice;
use more_options::MoreOptions;
use outcome::{Format, Outcome};
use run_line::RunLine;
use running::Running;
use stop_question::StopQuestion;
use table::Table;

/// A list that has to be loaded before it fills the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Filling {
    /// There is none.
    #[default]
    Done,
    /// It is on its way.
    Awaited,
    /// And Fetch was pressed meanwhile.
    AwaitedToFetch,
}

/// All parts of the page.
struct Page {
    form: Form,
    more: MoreOptions,
    interruption: ResumeNotice,
    running: Running,
    line: RunLine,
    stop_question: StopQuestion,
    table: Table,
    outcome: Outcome,
    announcer: Announcer,
    disk: Disk,
    history: History,
    /// Whether a list is on its way into the form.
    filling: Cell<Filling>,
    /// Shown once it is known that the host has the demo over HTTP/2.
    demo_http2: HtmlElement,
    help: HtmlDialogElement,
}

/// Brings the page to life. `www/boot.js` calls it once.
///
/// # Errors
///
/// The document is not the one that this code was built for.
#[wasm_bindgen(js_name = startPage)]
pub fn start_page() -> Result<(), JsValue> {
    // A panic is a trap, and boot.js says on the page that it has stopped; a release has no words for it.
    #[cfg(debug_assertions)]
    #[allow(clippy::disallowed_methods, reason = "not in a release")]
    std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
    let page = Page {
        form: Form::find()?,
        more: MoreOptions::find()?,
        interruption: ResumeNotice::find()?,
        running: Running::find()?,
        line: RunLine::find()?,
        stop_question: StopQuestion::find()?,
        table: Table::find()?,
        outcome: Outcome::find()?,
        announcer: Announcer::find()?,
        disk: Disk::find()?,
        history: History::find()?,
        filling: Cell::default(),
        demo_http2: by_id("demo-http2")?,
        help: by_id("help")?,
    };
    // It lives as long as the document, and its listeners refer to it.
    let page: &'static Page = Box::leak(Box::new(page));
    // The first run should not wait for it.
    drop(crate::browser::Worker::start());
    page.form.bind()?;
    page.more.bind()?;
    page.table.bind()?;
    page.outcome.bind()?;
    Running::bind(page)?;
    files::bind(page)?;
    spawn_local(page.interruption.look(page));
    let document = document()?;
    let form: HtmlElement = by_id("form")?;
    on(&form, "submit", move |event| {
        event.prevent_default();
        running::start(page);
    })?;
    on(&document, "click", move |event| {
        if let Some(action) = action_of(event) {
            page.act(&action);
        }
    })?;
    on(&document, "keydown", move |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            page.key(event);
        }
    })?;
    on(&page.outcome.failed_only, "change", move |_| {
        let only = page.outcome.failed_only.checked();
        page.table.filter(page.outcome.failed().filter(|_| only));
    })
}

/// What the button that was clicked is for.
fn action_of(event: Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-action]").ok()??.get_attribute("data-action")
}

impl Page {
    fn act(&'static self, action: &str) {
        let is_http2 = action == "demo-http2";
        match action {
            "demo" | "demo-http2" => {
                self.filling.set(Filling::Awaited);
                spawn_local(self.fill_with_demo(is_http2));
            }
            "picsum" => self.fill(&presets::picsum()),
            "unsplash" => self.fill(&presets::unsplash()),
            "undo" => self.form.undo(),
            "cancel" | "stop" => self.running.cancel(self),
            "retry" => running::retry(self),
            "resume" => self.interruption.resume(self),
            "throw-interrupted-away" => self.interruption.throw_away(self),
            "throw-away" => {
                self.outcome.throw_away();
                self.announcer.say("The images were thrown away.");
            }
            "stop-and-keep" => self.running.stop_and_keep(self),
            "keep-going" => self.stop_question.close(),
            "help" => {
                // It throws only when it is open already.
                let _ = self.help.show_modal();
            }
            "close-help" => self.help.close(),
            "csv" => self.download(Format::Csv),
            "json" => self.download(Format::Json),
            _ => {}
        }
    }

    async fn fill_with_demo(&'static self, is_http2: bool) {
        let demo = presets::demo().await;
        let filling = self.filling.take();
        let Ok(demo) = demo else {
            return self.form.say("The demo's list could not be loaded from this page's host.");
        };
        set_shown(&self.demo_http2, !demo.http2.is_empty());
        self.fill(if is_http2 { &demo.http2 } else { &demo.list });
        if filling == Filling::AwaitedToFetch {
            running::start(self);
        }
    }

    fn fill(&'static self, list: &str) {
        self.form.replace(list);
        self.announcer.say("The list was filled.");
    }

    fn download(&self, format: Format) {
        if self.outcome.download(format).is_err() {
            self.announcer.say("The browser could not make the file.");
        }
    }

    fn key(&'static self, event: &KeyboardEvent) {
        let is_help_open = self.help.open();
        match event.key().as_str() {
            "Enter" if (event.ctrl_key() || event.meta_key()) && !is_help_open => {
                event.prevent_default();
                running::start(self);
            }
            "Escape" if self.running.is_on() && !is_help_open && !event.is_composing() => {
                event.prevent_default();
                self.stop_question.ask(self.running.adds());
            }
            "?" if !is_help_open && !is_typing() => {
                let _ = self.help.show_modal();
            }
            _ => {}
        }
    }
}

/// Whether keys go into a text now.
fn is_typing() -> bool {
    focused().is_some_and(|element| matches!(element.tag_name().as_str(), "TEXTAREA" | "INPUT"))
}

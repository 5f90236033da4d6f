//! The page: connects `www/` to a run. Whatever can be decided without a page is decided elsewhere.
//!
//! ```text
//! form (list and how it is read, mode, "At once"), more options (relay, limits) ◀─ presets, files, links, interrupted runs
//!   │ Fetch, and a file to write to (disk)
//!   ▼
//! controller ── runner ── browser::RunHandle ── Event ─▶ run view (the run as it stands)
//!   │                                              ├─▶ view tabs: pictures or table ─▶ thumbnails   every frame
//!   │                                              └─▶ run line, title, live region  every 250 ms
//!   ▼
//! outcome: the zip, failures, timings, CSV and JSON; history: the runs side by side
//! hand over: the list as a file for another program, and the commands that read it
//! ```
//!
//! Only this file, `controller`, `disposal` and `runner` know the whole `Page`; every other part is given what
//! it needs.

mod address_line;
mod aim;
mod announcer;
mod controller;
mod copy_link;
mod current_run;
mod discard_marks;
mod disk;
mod disposal;
mod elements;
mod extension;
mod failures;
mod files;
mod filters;
mod finished_run;
mod first_images;
mod form;
mod frame;
mod hand_over;
mod history;
mod link_settings;
mod list_choice;
mod list_note;
mod list_reader;
mod list_tools;
mod mode_box;
mod more_options;
mod names;
mod object_url;
mod options;
mod outcome;
mod overview;
mod parts;
mod persisted_input;
mod picture_cells;
mod picture_tools;
mod picture_view;
mod pictures;
mod pointer;
mod presets;
mod previous_runs;
mod row_details;
mod row_view;
mod run_line;
mod run_view;
mod runner;
mod saving;
mod slow_notice;
mod stop_question;
mod storage;
mod storage_notice;
mod stored_runs;
mod table;
mod thumbnails;
mod time_axis;
mod timings;
mod undo;
mod update;
mod view_tabs;
mod viewer;
mod views;
mod ways_in;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

use controller::AfterResume;
use elements::{by_id, document, is_typing, on};
use finished_run::Exported;
use parts::Page;
use ways_in::WaysIn;

use crate::browser::Worker;
use crate::job::StoredRun;
use crate::report::Program;
use crate::run::Command;
use crate::words;

/// Starts the page. `www/boot.js` calls this once, with a function that begins a download of a given name
/// through the service worker, one that loads the module that reads lists, one that calls a function of its
/// own argument with the files that the page is opened with, and the address of the worker's script.
///
/// # Errors
///
/// The document lacks an element, so it is not the one that this code was built with.
#[wasm_bindgen(js_name = startPage)]
pub fn start_page(
    begin_download: Function,
    load_lists: Function,
    receive_lists: Function,
    worker_script: String,
) -> Result<(), JsValue> {
    // In a release a panic is a bare trap, which boot.js reports on the page.
    #[cfg(debug_assertions)]
    #[allow(clippy::disallowed_methods, reason = "not in a release")]
    std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
    // The page lives as long as the document, and its listeners refer to it.
    let page: &'static Page = Box::leak(Box::new(Page::find(begin_download)?));
    list_reader::load_with(load_lists);
    // Early, so that the first run does not wait for it.
    Worker::start_from(worker_script);
    page.form.bind()?;
    page.more.bind()?;
    page.disk.bind()?;
    if page.form.names.is_set() || page.form.filters.is_set() {
        page.more.open();
    }
    page.pointer.bind()?;
    page.tabs.bind(|view| page.show_view(view))?;
    page.tools.bind(|| page.list_items(false))?;
    page.table.bind(&page.pointer)?;
    page.pictures.bind(|run| page.outcome.show_choice(run))?;
    page.outcome.bind(&page.announcer, &page.line)?;
    page.current.bind(&page.announcer)?;
    page.note.bind(&page.form)?;
    extension::receive_lists(|list, is_new| {
        if is_new {
            page.note.hide();
            page.form.replace(&list);
        } else {
            page.form.change(&list);
        }
    });
    files::bind(&page.form, &page.note, &page.announcer, &receive_lists)?;
    WaysIn::new(&page.form, &page.note, &page.announcer, &page.current).bind()?;
    spawn_local(list_stored_runs(page));
    bind_page(page)
}

/// Listens to what concerns more than one part.
fn bind_page(page: &'static Page) -> Result<(), JsValue> {
    let document = document()?;
    let form: HtmlElement = by_id("form")?;
    on(&form, "submit", move |event| {
        event.prevent_default();
        controller::start(page);
    })?;
    on(&document, "click", move |event| {
        if let Some((button, action)) = action_of(event) {
            act(page, &action, &button);
        }
    })?;
    on(&document, "keydown", move |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            press(page, event);
        }
    })
}

/// The button that was clicked, and its action.
fn action_of(event: Event) -> Option<(Element, String)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let button = target.closest("[data-action]").ok()??;
    let action = button.get_attribute("data-action")?;
    Some((button, action))
}

fn act(page: &'static Page, action: &str, button: &Element) {
    match action {
        "demo" => fill_with_demo(page, false),
        "demo-http2" => fill_with_demo(page, true),
        "picsum" => fill(page, &presets::picsum()),
        "unsplash" => fill(page, &presets::unsplash()),
        "example-list" | "example-table" | "example-page" => {
            // Without an address of its own the page would not be here.
            if let Ok(list) = presets::example(action) {
                fill(page, &list);
            }
        }
        "paste" => spawn_local(files::paste_clipboard(&page.form, &page.note, &page.announcer)),
        "choose-files" => files::choose("file"),
        "choose-folder" => files::choose("folder"),
        "edit" => {
            page.pointer.note_change();
            page.form.unfold(page.line.section());
        }
        "undo" => {
            page.note.hide();
            page.form.undo();
        }
        "forget" => {
            page.form.forget();
            page.more.restore("");
            page.disk.uncheck();
            extension::forget_sign_in();
            page.note.say(&page.announcer, words::options::FORGOTTEN);
        }
        "forget-update" => {
            page.form.update.forget();
            page.form.focus();
        }
        "copy-link" => spawn_local(page.copy_link.copy(&page.form, &page.note, &page.announcer)),
        "save-list" => page.copy_link.save_list(&page.form, &page.note, &page.announcer),
        "stop" => controller::ask_to_stop(page),
        "keep" => controller::keep(page),
        "throw-away-run" => controller::throw_away_run(page),
        "resume-storing" => spawn_local(controller::resume_storing(page)),
        "wait-for-slow" => controller::wait_for_slow(page),
        "go-on" => controller::close_question(page),
        "retry" => controller::retry(page, None),
        "copy-failed" | "keep-failed" | "retry-reason" | "open-failed" => {
            act_on_failures(page, action, button)
        }
        "resume-run" | "save-run" | "save-run-again" | "discard" => {
            if let Some(run) = page.stored_runs.run_of(button) {
                act_on_run(page, action, run);
            }
        }
        "copy-row" => page.announcer.say(page.table.copy_address()),
        "retry-row" | "skip-row" => act_on_row(page, action),
        "throw-away" => disposal::throw_away_shown(page),
        "discard-previous" => disposal::throw_away_previous(page, button),
        "save-previous" => spawn_local(save_previous(page, button.clone())),
        "undo-discard" => {
            page.pointer.note_change();
            page.undo.undo();
        }
        "help" => open_help(page),
        "close-help" => page.help.close(),
        "csv" => download(page, Exported::Csv),
        "json" => download(page, Exported::Json),
        "failed-list" => download(page, Exported::FailedList),
        "failed-csv" => download(page, Exported::FailedCsv),
        "failed-json" => download(page, Exported::FailedJson),
        "aria2" => spawn_local(hand_over(page, Program::Aria2)),
        "img2dataset" => spawn_local(hand_over(page, Program::Img2dataset)),
        "copy" => page.announcer.say(hand_over::copy(button)),
        _ => {}
    }
}

fn press(page: &'static Page, event: &KeyboardEvent) {
    if page.help.open() || page.pictures.is_viewing() {
        return;
    }
    match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            controller::start(page);
        }
        "Escape" if page.table.dismiss_details() => event.prevent_default(),
        "Escape" if page.current.is_active() && !event.is_composing() => {
            event.prevent_default();
            match page.stop_question.is_open() {
                true => controller::close_question(page),
                false => controller::ask_to_stop(page),
            }
        }
        "?" if !is_typing() => open_help(page),
        _ => {}
    }
}

/// Opens the help, at its beginning: its title takes the focus.
fn open_help(page: &Page) {
    // It throws only if the dialog is open already.
    let _ = page.help.show_modal();
}

fn fill(page: &'static Page, list: &str) {
    page.form.replace(list);
    page.note.hide();
    page.announcer.say(words::list_box::FILLED_IN);
}

fn fill_with_demo(page: &'static Page, over_http2: bool) {
    page.presets.begin_load();
    spawn_local(async move {
        let list = page.presets.load_demo(over_http2).await;
        let is_fetch_deferred = page.presets.end_load();
        let Ok(list) = list else {
            return page.form.say(words::list_box::NO_DEMO);
        };
        fill(page, &list);
        if is_fetch_deferred {
            controller::start(page);
        }
    });
}

fn download(page: &Page, what: Exported) {
    if page.outcome.download(what).is_err() {
        page.announcer.say(words::saving::NO_FILE);
    }
}

/// Exports the list for another program.
async fn hand_over(page: &'static Page, program: Program) {
    let words = match page.form.names.template() {
        Err(error) => words::exports::nothing_exported(&error),
        Ok(template) => {
            let plan = page.form.plan().await;
            let names = page.outcome.names_of(&plan);
            page.hand_over.export(program, &plan, &template, &names).await
        }
    };
    page.announcer.say(&words);
}

/// Lists the runs that this browser stores, unless the user begins another first.
async fn list_stored_runs(page: &'static Page) {
    let is_wanted = || !page.current.is_active() && !page.line.is_shown();
    page.stored_runs.look(&page.announcer, is_wanted).await;
}

/// Does what was chosen for the images that failed for one reason.
fn act_on_failures(page: &'static Page, action: &str, button: &Element) {
    let Some((plan, items)) = page.outcome.items_of(button) else { return };
    match action {
        "retry-reason" => controller::retry(page, Some(items)),
        "copy-failed" => page.announcer.say(&match failures::copy(&failures::addresses(&plan, &items)) {
            true => words::retries::copied(items.len()),
            false => words::retries::NOT_COPIED.to_owned(),
        }),
        "keep-failed" => {
            page.form.replace(&failures::addresses(&plan, &items));
            page.form.focus();
            page.announcer.say(&words::retries::replaced_list(items.len()));
        }
        _ => {
            let first = items.first().and_then(|item| plan.items().get(*item)?.address.as_ref().ok());
            if let (Some(address), Ok(window)) = (first, elements::window()) {
                let _ = window.open_with_url_and_target_and_features(&address.href, "_blank", "noopener");
            }
        }
    }
}

/// Does what was chosen for the image whose details are shown.
fn act_on_row(page: &'static Page, action: &str) {
    let Some(item) = page.table.leave_details() else { return };
    match action {
        "skip-row" => page.current.command(Command::Skip(item)),
        _ if page.current.is_active() => page.current.command(Command::Restart(item)),
        _ => controller::retry(page, Some(vec![item])),
    }
}

/// Saves an earlier result, by the button in its line.
async fn save_previous(page: &'static Page, button: Element) {
    if let Some(words) = page.previous.save(&button).await {
        page.announcer.say(&words);
    }
}

/// Does what was chosen for a stored run.
fn act_on_run(page: &'static Page, action: &str, run: StoredRun) {
    match action {
        "resume-run" => controller::resume(page, run, AfterResume::Fetch),
        "save-run" if run.archive.is_none() => controller::resume(page, run, AfterResume::SaveWhatIsThere),
        "discard" => spawn_local(disposal::throw_away_stored(page, run)),
        _ => spawn_local(async move {
            let words = match page.stored_runs.hand_over(&run).await {
                Some((archive, name)) => saving::save(&archive, &name).words,
                None => words::saving::EARLIER_GONE.into(),
            };
            page.announcer.say(&words);
        }),
    }
}

//! Lists that the page's own address brings, such as `…#urls=https://a.example/1.jpg` or
//! `…#list=https://a.example/list.txt`. They fill the list box, and never start a run.

use std::cell::Cell;

use js_sys::decode_uri_component;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::announcer::Announcer;
use super::current_run::CurrentRun;
use super::elements::{on, window};
use super::form::Form;
use super::list_note::ListNote;
use super::list_reader::open_list;
use crate::words::list_box;

thread_local! {
    /// Counts the links that were opened, so that of two only the second fills the list box.
    static OPENED: Cell<u32> = const { Cell::new(0) };
}

/// The parts of the page that a link concerns.
#[derive(Clone, Copy)]
pub struct WaysIn {
    form: &'static Form,
    note: &'static ListNote,
    announcer: &'static Announcer,
    current: &'static CurrentRun,
}

impl WaysIn {
    pub fn new(
        form: &'static Form,
        note: &'static ListNote,
        announcer: &'static Announcer,
        current: &'static CurrentRun,
    ) -> Self {
        Self { form, note, announcer, current }
    }

    /// Opens the list that the address brings, now and whenever its fragment changes.
    pub fn bind(self) -> Result<(), JsValue> {
        on(window()?.as_ref(), "hashchange", move |_| self.open())?;
        self.open();
        Ok(())
    }

    fn open(self) {
        let Ok(hash) = window().and_then(|window| window.location().hash()) else { return };
        let fragment = hash.strip_prefix('#').unwrap_or_default();
        let (settings, fragment) = match fragment.strip_prefix("settings=") {
            Some(rest) => rest.split_once('&').unwrap_or_default(),
            None => ("", fragment),
        };
        let is_list = fragment.starts_with("list=");
        if !is_list && !fragment.starts_with("urls=") || self.is_running() {
            return;
        }
        // Damaged ones are none.
        let settings = decode_uri_component(settings).map(String::from).unwrap_or_default();
        let number = OPENED.get().wrapping_add(1);
        OPENED.set(number);
        if is_list {
            self.note.say(self.announcer, list_box::FETCHING_LIST);
        }
        let fragment = JsValue::from_str(fragment);
        spawn_local(async move {
            let mut opened = open_list("readLink", fragment).await;
            if OPENED.get() != number || self.is_running() {
                return;
            }
            let has_settings = opened.text.is_some() && !settings.is_empty();
            if has_settings {
                opened.note += list_box::SETTINGS_CAME;
            }
            let before = self.form.content();
            self.note.fill(self.form, self.announcer, &opened);
            if has_settings {
                self.form.take_settings(&settings);
                self.form.offer_undo(before);
            }
            if opened.text.is_some() {
                forget_fragment();
            }
        });
    }

    /// Whether a run has the list, which is then said.
    fn is_running(self) -> bool {
        let is_running = self.current.is_active();
        if is_running {
            self.note.say(self.announcer, list_box::LINK_NOT_OPENED);
        }
        is_running
    }
}

/// Removes the fragment from the page's address: a reload must not replace what was made of its list.
fn forget_fragment() {
    let forget = || -> Result<(), JsValue> {
        let window = window()?;
        let address = window.location().href()?;
        let address = address.split('#').next().unwrap_or_default();
        window.history()?.replace_state_with_url(&JsValue::NULL, "", Some(address))
    };
    // Where it fails, as in a document from a file, the fragment stays.
    let _ = forget();
}

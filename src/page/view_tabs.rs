//! The two views of a run, as tabs: "Pictures" and "Timeline".

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, KeyboardEvent};

use super::elements::{by_id, on, set_shown};
use super::storage;

/// The place of a view among the tabs.
pub const PICTURES: usize = 0;
const TIMELINE: usize = 1;

/// The names of the views as they are stored, which are those of the elements, too.
const NAMES: [&str; 2] = ["pictures", "timeline"];

/// The tabs and their panels.
pub struct ViewTabs {
    tabs: [HtmlElement; 2],
    panels: [HtmlElement; 2],
    is_measured: Cell<bool>,
}

impl ViewTabs {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            tabs: [by_id("pictures-tab")?, by_id("timeline-tab")?],
            panels: [by_id("pictures-panel")?, by_id("timeline-panel")?],
            is_measured: Cell::default(),
        })
    }

    /// Has the tabs show their panels; `shown` is called with the place of the view that is shown.
    pub fn bind(&'static self, shown: impl Fn(usize) + Copy + 'static) -> Result<(), JsValue> {
        for (place, tab) in self.tabs.iter().enumerate() {
            on(tab, "click", move |_| {
                storage::write(self.key(), NAMES[place]);
                self.show(place, shown);
            })?;
            on(tab, "keydown", move |event| {
                let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
                let other = match key.as_deref() {
                    Some("ArrowLeft" | "ArrowRight") => &self.tabs[1 - place],
                    Some("Home") => &self.tabs[PICTURES],
                    Some("End") => &self.tabs[TIMELINE],
                    _ => return,
                };
                event.prevent_default();
                other.click();
                let _ = other.focus();
            })?;
        }
        Ok(())
    }

    /// A run begins: shows the view that was chosen last for such a run. Without a choice, the timeline is for
    /// runs that are measured, the pictures are for others.
    pub fn begin(&self, is_measured: bool, shown: impl Fn(usize)) {
        self.is_measured.set(is_measured);
        let stored = storage::read(self.key());
        let chosen = NAMES.iter().position(|name| stored.as_deref() == Some(name));
        self.show(chosen.unwrap_or(usize::from(is_measured)), shown);
    }

    fn show(&self, place: usize, shown: impl Fn(usize)) {
        for (other, (tab, panel)) in self.tabs.iter().zip(&self.panels).enumerate() {
            let is_it = other == place;
            let _ = tab.set_attribute("aria-selected", if is_it { "true" } else { "false" });
            tab.set_tab_index(if is_it { 0 } else { -1 });
            set_shown(panel, is_it);
        }
        shown(place);
    }

    /// The key of the stored choice. Who looks at pictures still wants to see what a comparison measured.
    fn key(&self) -> &'static str {
        if self.is_measured.get() { "view-measured" } else { "view" }
    }
}

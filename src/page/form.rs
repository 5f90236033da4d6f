//! The list box and what stands under it; mode and "At once".

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use super::elements::{by_id, on, set_shown};
use super::remembered::{PersistedInput, noted};
use super::storage;
use crate::browser::{BrowserText, Clock, Yielder};
use crate::plan::{Plan, parse_list};
use crate::report::plan_text;
use crate::text::add;

/// A list is read when typing has paused for this long.
const TYPING_PAUSE: Duration = Duration::from_millis(180);

/// What the radio group says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    Concurrent,
    Sequential,
    Compare,
}

/// The form.
pub struct Form {
    list: HtmlTextAreaElement,
    plan_line: HtmlElement,
    undo: HtmlElement,
    at_once: PersistedInput,
    modes: [HtmlInputElement; 3],
    /// The list that a preset or a file took the place of.
    replaced: RefCell<Option<String>>,
    /// The list as it was last read.
    read: RefCell<Option<(String, Rc<Plan>)>>,
    /// Counts changes, so that only the last one is read.
    changes: Cell<u32>,
}

impl Form {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            list: by_id("list")?,
            plan_line: by_id("plan")?,
            undo: by_id("undo")?,
            at_once: PersistedInput::find("at-once")?,
            modes: [by_id("concurrent")?, by_id("sequential")?, by_id("compare")?],
            replaced: RefCell::default(),
            read: RefCell::default(),
            changes: Cell::default(),
        })
    }

    /// Puts back what was there before the page was loaded, and listens.
    pub fn bind(&'static self) -> Result<(), JsValue> {
        // A browser that restores the form by itself knows the newer text.
        if self.list.value().is_empty()
            && let Some(list) = storage::read("list")
        {
            self.list.set_value(&list);
        }
        // Before it is kept.
        on(&self.at_once.input, "change", |_| {
            if self.at_once.input.value_as_number() < 1.0 {
                self.at_once.input.set_value("1");
            }
        })?;
        self.at_once.bind()?;
        if let Some(mode) = storage::read("mode") {
            self.choose(&mode);
        }
        on(&self.list, "input", |_| self.changed())?;
        for mode in &self.modes {
            on(mode, "change", |_| storage::write("mode", &mode.value()))?;
        }
        if !self.list.value().is_empty() {
            self.changed();
        }
        Ok(())
    }

    /// Notes mode and "At once" with a run.
    pub fn note(&self, options: &mut String) {
        let mode = self.modes.iter().find(|mode| mode.checked());
        add!(options, "mode=", mode.map_or_else(String::new, HtmlInputElement::value), '\n');
        self.at_once.note(options);
    }

    /// Takes list and options of a run up again.
    pub fn restore(&'static self, list: &str, options: &str) {
        self.replace(list);
        self.choose(noted(options, "mode").unwrap_or_default());
        self.at_once.restore(options);
    }

    fn choose(&self, value: &str) {
        for mode in self.modes.iter().filter(|mode| mode.value() == value) {
            mode.set_checked(true);
        }
    }

    /// The list as it stands.
    pub fn list(&self) -> String {
        self.list.value()
    }

    pub fn choice(&self) -> RunMode {
        let checked = self.modes.iter().position(HtmlInputElement::checked);
        match checked {
            Some(1) => RunMode::Sequential,
            Some(2) => RunMode::Compare,
            _ => RunMode::Concurrent,
        }
    }

    /// The most requests in flight; `None` for an empty field, which leaves it to the run.
    pub fn limit(&self) -> Option<usize> {
        let limit = self.at_once.input.value_as_number();
        (!limit.is_nan()).then(|| (limit as usize).max(1))
    }

    /// Whether there is nothing in the list box.
    pub fn is_blank(&self) -> bool {
        self.list.value().trim().is_empty()
    }

    pub fn focus(&self) {
        let _ = self.list.focus();
    }

    /// Says something about the list in the place where it is described.
    pub fn say(&self, text: &str) {
        self.plan_line.set_text_content(Some(text));
    }

    /// Replaces the list, and offers to undo that.
    pub fn replace(&'static self, text: &str) {
        let before = self.list.value();
        self.list.set_value(text);
        self.list.set_scroll_top(0);
        let is_loss = !before.trim().is_empty() && before != text;
        set_shown(&self.undo, is_loss);
        *self.replaced.borrow_mut() = is_loss.then_some(before);
        self.changed();
    }

    /// Puts the replaced list back; what it replaces can be had again in the same way.
    pub fn undo(&'static self) {
        let Some(text) = self.replaced.take() else { return };
        self.replace(&text);
        self.focus();
    }

    /// Keeps the list and reads it, once typing pauses.
    fn changed(&'static self) {
        let change = self.changes.get().wrapping_add(1);
        self.changes.set(change);
        spawn_local(async move {
            let clock = Clock::start();
            clock.sleep_until(TYPING_PAUSE).await;
            if self.changes.get() != change {
                return;
            }
            let text = self.list.value();
            storage::write("list", &text);
            if let Some(plan) = self.read_list(text, || self.changes.get() == change).await {
                self.say(&plan_text(&plan));
            }
        });
    }

    /// The plan of the list as it stands.
    pub async fn plan(&self) -> Rc<Plan> {
        let text = self.list.value();
        storage::write("list", &text);
        if let Some((known, plan)) = &*self.read.borrow()
            && *known == text
        {
            return Rc::clone(plan);
        }
        let plan = self.read_list(text, || true).await.unwrap_or_default();
        self.say(&plan_text(&plan));
        plan
    }

    /// Reads a list piece by piece, for as long as it is wanted.
    async fn read_list(&self, text: String, is_wanted: impl Fn() -> bool) -> Option<Rc<Plan>> {
        let mut requests = parse_list(&text).into_iter().peekable();
        let mut plan = Plan::default();
        let mut turns = Yielder::default();
        while requests.peek().is_some() {
            // The clock is worth asking only now and then.
            plan.extend(requests.by_ref().take(50), &BrowserText);
            if turns.pass().await && !is_wanted() {
                return None;
            }
        }
        let plan = Rc::new(plan);
        *self.read.borrow_mut() = Some((text, Rc::clone(&plan)));
        Some(plan)
    }
}

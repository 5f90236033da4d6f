//! How the list is read: what the page understood, another reading, the columns, and the lines that can't
//! be read.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::elements::{by_id, document, on, set_shown};
use super::list_reader::Reading;
use super::persisted_input::{PersistedInput, recorded};
use super::storage;
use crate::plan::{self, Choice, Rejected, Understood};
use crate::text::{add, text};
use crate::words::list_box;

/// The name under which the choice is stored and recorded.
pub const NAME: &str = "reading";

/// The panel below the list.
pub struct ListChoice {
    form: HtmlSelectElement,
    columns: HtmlElement,
    column_boxes: Element,
    failed_box: HtmlElement,
    only_failed: HtmlInputElement,
    keep_ranges: PersistedInput,
    page_box: HtmlElement,
    page: HtmlInputElement,
    rejected: HtmlElement,
    rejected_title: Element,
    rejected_lines: Element,
    /// What was chosen in place of what the content says; the ranges and the page have fields of their own.
    chosen: RefCell<Choice>,
    /// The columns that are shown.
    shown: RefCell<Vec<(String, bool)>>,
}

impl ListChoice {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            form: by_id("read-as")?,
            columns: by_id("columns")?,
            column_boxes: by_id("column-boxes")?,
            failed_box: by_id("record-failed-box")?,
            only_failed: by_id("record-failed")?,
            keep_ranges: PersistedInput::find("keep-ranges")?,
            page_box: by_id("page-box")?,
            page: by_id("page-address")?,
            rejected: by_id("rejected")?,
            rejected_title: by_id("rejected-title")?,
            rejected_lines: by_id("rejected-lines")?,
            chosen: RefCell::default(),
            shown: RefCell::default(),
        })
    }

    /// Restores what was chosen before the page was loaded, and listens. `changed` is called when the list
    /// has to be read anew.
    pub fn bind(&'static self, changed: impl Fn() + Copy + 'static) -> Result<(), JsValue> {
        for form in plan::Form::ALL {
            let option = document()?.create_element("option")?;
            option.set_text_content(Some(form.title()));
            self.form.append_child(&option)?;
        }
        self.keep_ranges.bind()?;
        self.set(&storage::read(NAME).unwrap_or_default());
        on(&self.form, "change", move |_| {
            let value = self.form.value();
            let form = plan::Form::ALL.into_iter().find(|form| form.title() == value);
            *self.chosen.borrow_mut() = Choice { form, ..Choice::default() };
            self.store();
            changed();
        })?;
        on(&self.column_boxes, "change", move |_| {
            self.chosen.borrow_mut().columns = self.checked_columns();
            self.store();
            changed();
        })?;
        for input in [&self.only_failed, &self.page] {
            on(input, "change", move |_| {
                self.store();
                changed();
            })?;
        }
        on(&self.keep_ranges.input, "change", move |_| changed())
    }

    /// Forgets the choice, since another list comes; `page` is where that is from, if it is known.
    pub fn reset(&self, page: &str) {
        self.set("");
        self.page.set_value(page);
        self.store();
    }

    /// How the list is to be read.
    pub fn choice(&self) -> Choice {
        Choice {
            page: self.page.value().trim().to_owned(),
            keeps_ranges: self.keep_ranges.input.checked(),
            only_failed: self.only_failed.checked(),
            ..self.chosen.borrow().clone()
        }
    }

    /// Appends the choice to the recorded options of a run.
    pub fn record(&self, options: &mut String) {
        add!(options, NAME, '=', self.value(), '\n');
        self.keep_ranges.record(options);
    }

    /// Restores the choice from the recorded options of a run.
    pub fn restore(&self, options: &str) {
        self.set(recorded(options, NAME).unwrap_or_default());
        self.store();
        self.keep_ranges.restore(options);
    }

    /// Shows what a list was understood to be. Columns that were chosen for another list are forgotten;
    /// returns whether the list has to be read anew for that.
    pub fn show(&self, reading: &Reading) -> bool {
        let Understood { columns, chosen, needs_page, .. } = &reading.understood;
        set_shown(&self.failed_box, reading.understood.is_record());
        set_shown(&self.page_box, *needs_page || !self.page.value().is_empty());
        self.show_rejected(reading);
        let is_other = *self.shown.borrow() != *columns;
        let is_stale =
            is_other && !self.shown.borrow().is_empty() && !self.chosen.borrow().columns.is_empty();
        if is_stale {
            self.chosen.borrow_mut().columns.clear();
            self.store();
        }
        if is_other {
            *self.shown.borrow_mut() = columns.clone();
            // Creating elements can't fail with these names.
            let _ = self.show_columns(columns);
        }
        for (number, input) in self.inputs() {
            input.set_checked(chosen.contains(&number));
        }
        is_stale
    }

    fn show_columns(&self, columns: &[(String, bool)]) -> Result<(), JsValue> {
        self.column_boxes.set_text_content(None);
        let with_addresses = columns.iter().enumerate().filter(|(_, (_, has_addresses))| *has_addresses);
        for (number, (name, _)) in with_addresses.clone() {
            let label: HtmlElement = document()?.create_element("label")?.unchecked_into();
            label.set_class_name("check");
            let input: HtmlInputElement = document()?.create_element("input")?.unchecked_into();
            input.set_type("checkbox");
            input.set_value(&text![number]);
            let words = document()?.create_element("span")?;
            words.set_text_content(Some(name));
            label.append_child(&input)?;
            label.append_child(&words)?;
            self.column_boxes.append_child(&label)?;
        }
        set_shown(&self.columns, with_addresses.count() > 1);
        Ok(())
    }

    fn show_rejected(&self, reading: &Reading) {
        set_shown(&self.rejected, reading.rejections > 0);
        self.rejected_title.set_text_content(Some(&list_box::unreadable(reading.rejections)));
        let mut lines: Vec<_> = reading.rejected.iter().map(rejected_text).collect();
        if reading.rejections > lines.len() {
            lines.push(list_box::more_lines(reading.rejections - lines.len()));
        }
        self.rejected_lines.set_text_content(Some(&lines.join("\n")));
    }

    /// The boxes of the columns, each with the column's number.
    fn inputs(&self) -> Vec<(usize, HtmlInputElement)> {
        let Ok(found) = self.column_boxes.query_selector_all("input") else { return Vec::new() };
        let input = |index| {
            let input: HtmlInputElement = found.item(index)?.unchecked_into();
            Some((input.value().parse().ok()?, input))
        };
        (0..found.length()).filter_map(input).collect()
    }

    fn checked_columns(&self) -> Vec<usize> {
        self.inputs().into_iter().filter(|(_, input)| input.checked()).map(|(number, _)| number).collect()
    }

    /// The choice in one line: the form, the columns, whether only the failed, and the page.
    fn value(&self) -> String {
        let Choice { form, columns, only_failed, page, .. } = self.choice();
        let columns: Vec<_> = columns.iter().map(|number| text![*number]).collect();
        let form = form.map_or("", plan::Form::title);
        text![form, '|', columns.join(","), '|', if only_failed { "on" } else { "" }, '|', page]
    }

    fn set(&self, value: &str) {
        let choice = parse(value);
        self.form.set_value(choice.form.map_or("", plan::Form::title));
        self.only_failed.set_checked(choice.only_failed);
        self.page.set_value(&choice.page);
        *self.chosen.borrow_mut() = choice;
        self.shown.borrow_mut().clear();
    }

    fn store(&self) {
        storage::write(NAME, &self.value());
    }
}

/// The choice that is recorded in the options of a run.
pub fn recorded_choice(options: &str) -> Choice {
    let choice = parse(recorded(options, NAME).unwrap_or_default());
    Choice { keeps_ranges: recorded(options, "keep-ranges") == Some("on"), ..choice }
}

fn parse(value: &str) -> Choice {
    let mut parts = value.splitn(4, '|');
    let mut next = || parts.next().unwrap_or_default();
    let (form, columns, failed, page) = (next(), next(), next(), next());
    Choice {
        form: plan::Form::ALL.into_iter().find(|known| known.title() == form),
        columns: columns.split(',').filter_map(|number| number.parse().ok()).collect(),
        only_failed: failed == "on",
        page: page.to_owned(),
        ..Choice::default()
    }
}

/// A line that can't be read, in words.
pub fn rejected_text(rejected: &Rejected) -> String {
    match rejected.line {
        Some(line) => list_box::line(line, &rejected.reason),
        None => text![rejected.text, ": ", rejected.reason],
    }
}

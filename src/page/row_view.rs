//! A row element, which shows different items as the table scrolls.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlTemplateElement};

use super::elements::{document, set_property};
use super::row_details::FIGURES;
use super::run_view::RunView;
use super::thumbnails::Thumbnails;
use super::views::View;
use crate::plan::ItemId;
use crate::report::waterfall::{Phase, Span, spans};
use crate::report::{Row, State, bar_text, detail_text, size_text, split_name, status_text};
use crate::seconds::decimal_millis;
use crate::text::text;
use crate::words::rows;

/// A row element and what it shows.
pub struct RowView {
    element: HtmlElement,
    thumb: Element,
    header: Element,
    name: Element,
    name_parts: [Element; 2],
    size: Element,
    lane: Element,
    state: Element,
    detail: Element,
    /// The bars of the spans; those that the row does not need are hidden.
    bars: Vec<HtmlElement>,
    /// The row's place, from 0.
    index: usize,
    item: ItemId,
    /// The version of the item that is shown; `None` if nothing is.
    shown: Option<u32>,
    /// The silence that is shown.
    silence: Option<u64>,
    is_described: bool,
    /// Whether nothing is left to do for the thumbnail.
    has_thumb: bool,
    /// The distance from the top of the table's body, in pixels.
    top: f64,
}

impl View for RowView {
    const TEMPLATE: &'static str = "row";
    const SELECTOR: &'static str = "tr";

    fn new(template: &HtmlTemplateElement) -> Result<Self, JsValue> {
        let row = template.content().first_element_child().ok_or("the row template is empty")?;
        let element: HtmlElement = row.clone_node_with_deep(true)?.unchecked_into();
        let part = |selector: &str| -> Result<Element, JsValue> {
            let missing = || JsValue::from(JsError::new(&text!["the row template has no ", selector]));
            element.query_selector(selector)?.ok_or_else(missing)
        };
        Ok(Self {
            thumb: part(".thumb")?,
            header: part(".image")?,
            name: part(".name")?,
            name_parts: [part(".begin")?, part(".end")?],
            size: part(".size")?,
            lane: part(".lane")?,
            state: part(".state")?,
            detail: part(".detail")?,
            element,
            bars: Vec::new(),
            index: usize::MAX,
            item: ItemId::MAX,
            shown: None,
            silence: None,
            is_described: false,
            has_thumb: false,
            top: f64::NAN,
        })
    }

    fn element(&self) -> &HtmlElement {
        &self.element
    }

    fn index(&self) -> usize {
        self.index
    }

    fn set_index(&mut self, index: usize) {
        self.index = index;
    }

    fn forget(&mut self) {
        self.shown = None;
        self.has_thumb = false;
    }
}

impl RowView {
    /// Moves the row to its place in the table.
    pub fn place(&mut self, index: usize, top: f64) {
        if self.index != index {
            self.index = index;
            // The table's first row is its head.
            let _ = self.element.set_attribute("aria-rowindex", &text![index + 2]);
        }
        if self.top.to_bits() != top.to_bits() {
            self.top = top;
            let _ = self
                .element
                .style()
                .set_property("transform", &text!["translateY(", top.round() as i64, "px)"]);
        }
    }

    /// Has the row described by the details, or not.
    pub fn set_described(&mut self, is_described: bool) {
        if self.is_described != is_described {
            self.is_described = is_described;
            let _ = match is_described {
                true => self.element.set_attribute("aria-describedby", FIGURES),
                false => self.element.remove_attribute("aria-describedby"),
            };
        }
    }

    /// Whether it shows another item, or this one as it was.
    pub fn is_stale(&self, item: ItemId, version: u32, silence: Option<u64>) -> bool {
        self.item != item || self.shown != Some(version) || self.silence != silence
    }

    /// Shows an item.
    pub fn show(&mut self, run: &RunView, item: ItemId) {
        let rows = run.rows.borrow();
        let row = &rows.as_slice()[item];
        if self.item != item {
            self.has_thumb = false;
        }
        if !self.has_thumb {
            self.thumb.replace_children_with_node_0();
        }
        let name = run.name_of(item);
        let (begin, end) = split_name(&name);
        for (part, text) in self.name_parts.iter().zip([begin, end]) {
            part.set_text_content(Some(text));
        }
        // The column may be too narrow for the name.
        let _ = self.name.set_attribute("title", &name);
        let _ = self.header.set_attribute("aria-label", &name);
        self.size.set_text_content(Some(&size_text(row)));
        self.state.set_text_content(Some(&status_text(row)));
        self.silence = run.silence_of(item);
        let detail = || detail_text(row, &run.plan.items()[item], run.has_one_host);
        let detail = self.silence.map_or_else(detail, rows::silent);
        self.detail.set_text_content(Some(&detail));
        let _ = self.lane.set_attribute("aria-label", &bar_text(row));
        self.element.set_class_name(if self.silence.is_some() { "silent" } else { class_of(row) });
        self.draw(&spans(row));
        self.item = item;
        self.shown = Some(run.version(item));
    }

    /// Shows the thumbnail if there is one; returns whether it has still to be decoded.
    pub fn needs_thumbnail(&mut self, thumbnails: &Thumbnails) -> bool {
        if self.has_thumb {
            return false;
        }
        match thumbnails.get(self.item) {
            Some(thumbnail) => {
                if let Some(thumbnail) = thumbnail {
                    self.thumb.replace_children_with_node_1(&thumbnail);
                }
                self.has_thumb = true;
                false
            }
            None => true,
        }
    }

    fn draw(&mut self, spans: &[Span]) {
        while self.bars.len() < spans.len() {
            let Ok(bar) = document().and_then(|document| document.create_element("i")) else { return };
            let _ = self.lane.append_child(&bar);
            self.bars.push(bar.unchecked_into());
        }
        for (at, bar) in self.bars.iter().enumerate() {
            let Some(span) = spans.get(at) else {
                bar.set_class_name("");
                continue;
            };
            bar.set_class_name(&bar_class(span));
            set_property(bar, "--from", &decimal_millis(span.from));
            if let Some(to) = span.to {
                set_property(bar, "--to", &decimal_millis(to));
            }
        }
    }
}

fn class_of(row: &Row) -> &'static str {
    match row.state {
        State::Stored if row.is_cut_short() => "stored doubtful",
        State::Stored => "stored",
        State::Failed(_) => "failed",
        State::BackingOff { .. } => "backing-off",
        State::Cancelled => "cancelled",
        _ => "",
    }
}

fn bar_class(span: &Span) -> String {
    let mut class = String::from(match span.phase {
        Phase::Queued => "span queued",
        Phase::Waiting => "span waiting",
        Phase::Held => "span held",
        Phase::Answering => "span waiting answering",
        Phase::Receiving => "span receiving",
    });
    for (is_so, word) in
        [(span.failed, " failed"), (span.ends_in_failure, " breaks"), (span.to.is_none(), " open")]
    {
        if is_so {
            class.push_str(word);
        }
    }
    class
}

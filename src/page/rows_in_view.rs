//! The row elements in the document: only those in view, recycled as the table scrolls.

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlElement, HtmlTemplateElement, Node};

use super::elements::by_id;
use super::row_view::RowView;

/// The row elements.
pub struct RowsInView {
    body: HtmlElement,
    template: HtmlTemplateElement,
    /// Those in use, in the order of their rows.
    views: Vec<RowView>,
    spare: Vec<RowView>,
}

impl RowsInView {
    pub fn find(body: &HtmlElement) -> Result<Self, JsValue> {
        Ok(Self { body: body.clone(), template: by_id("row")?, views: Vec::new(), spare: Vec::new() })
    }

    /// Has every row drawn anew, since it may show another item.
    pub fn forget(&mut self) {
        for view in self.views.iter_mut().chain(&mut self.spare) {
            view.forget();
        }
    }

    /// The row that contains an event's target.
    pub fn row_of(&self, event: &Event) -> Option<usize> {
        let target: Element = event.target()?.dyn_into().ok()?;
        let row = target.closest("tr").ok()??;
        self.views.iter().find(|view| view.element.is_same_node(Some(&row))).map(|view| view.index)
    }

    /// The element of a row, if it is in the document.
    pub fn element_of(&self, row: usize) -> Option<HtmlElement> {
        self.views.iter().find(|view| view.index == row).map(|view| view.element.clone())
    }

    /// The height of a row, in pixels.
    ///
    /// # Errors
    ///
    /// The browser can't create a row.
    pub fn row_height(&mut self) -> Result<i32, JsValue> {
        if self.views.is_empty() {
            let view = RowView::new(&self.template)?;
            self.body.append_child(&view.element)?;
            self.views.push(view);
        }
        Ok(self.views.first().map_or(0, |view| view.element.offset_height()))
    }

    /// Provides an element for each of these rows, which are in ascending order, and returns them in
    /// that order. Only elements that are no longer needed are moved.
    ///
    /// # Errors
    ///
    /// The browser can't create or place a row.
    pub fn provide(&mut self, rows: &[usize]) -> Result<&mut [RowView], JsValue> {
        let (kept, free): (Vec<_>, Vec<_>) =
            self.views.drain(..).partition(|view| rows.binary_search(&view.index).is_ok());
        for view in free {
            view.element.remove();
            self.spare.push(view);
        }
        let mut kept = kept.into_iter().peekable();
        for row in rows {
            if let Some(view) = kept.next_if(|view| view.index == *row) {
                self.views.push(view);
                continue;
            }
            let mut view = match self.spare.pop() {
                Some(view) => view,
                None => RowView::new(&self.template)?,
            };
            view.index = usize::MAX;
            let before: Option<&Node> = kept.peek().map(|next| &**next.element);
            self.body.insert_before(&view.element, before)?;
            self.views.push(view);
        }
        Ok(&mut self.views)
    }
}

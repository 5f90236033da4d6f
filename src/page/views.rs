//! The elements of what is in view, which are reused as it scrolls.

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlElement, HtmlTemplateElement, Node};

use super::elements::by_id;

/// An element that shows one of many things, such as a row.
pub trait View: Sized {
    /// The id of the page's template for it.
    const TEMPLATE: &'static str;
    /// A selector of its element.
    const SELECTOR: &'static str;

    /// Creates one from the template.
    ///
    /// # Errors
    ///
    /// The template lacks a part.
    fn new(template: &HtmlTemplateElement) -> Result<Self, JsValue>;

    /// Its element.
    fn element(&self) -> &HtmlElement;

    /// The place among all things of what it shows, from 0; `usize::MAX` if it shows nothing.
    fn index(&self) -> usize;

    /// See [`View::index`].
    fn set_index(&mut self, index: usize);

    /// Forgets what it shows.
    fn forget(&mut self);
}

/// The views in the document, in order, and spare ones.
pub struct Views<V> {
    body: HtmlElement,
    template: HtmlTemplateElement,
    views: Vec<V>,
    spare: Vec<V>,
}

impl<V: View> Views<V> {
    pub fn find(body: &HtmlElement) -> Result<Self, JsValue> {
        Ok(Self { body: body.clone(), template: by_id(V::TEMPLATE)?, views: Vec::new(), spare: Vec::new() })
    }

    /// Has every view drawn anew, since it may show something else.
    pub fn forget(&mut self) {
        for view in self.views.iter_mut().chain(&mut self.spare) {
            view.forget();
        }
    }

    /// The view that contains an event's target.
    pub fn of_event(&self, event: &Event) -> Option<usize> {
        let target: Element = event.target()?.dyn_into().ok()?;
        let element = target.closest(V::SELECTOR).ok()??;
        self.views.iter().find(|view| view.element().is_same_node(Some(&element))).map(View::index)
    }

    /// The view of this index, if it is in the document.
    pub fn get(&self, index: usize) -> Option<&V> {
        self.views.iter().find(|view| view.index() == index)
    }

    /// The height of a view, in pixels.
    ///
    /// # Errors
    ///
    /// The browser can't create one.
    pub fn height(&mut self) -> Result<i32, JsValue> {
        if self.views.is_empty() {
            let view = V::new(&self.template)?;
            self.body.append_child(view.element())?;
            self.views.push(view);
        }
        Ok(self.views.first().map_or(0, |view| view.element().offset_height()))
    }

    /// Provides a view for each of these indices, which are in ascending order, and returns them in that
    /// order. Only elements that are no longer needed are moved.
    ///
    /// # Errors
    ///
    /// The browser can't create or place an element.
    pub fn provide(&mut self, indices: &[usize]) -> Result<&mut [V], JsValue> {
        let (kept, free): (Vec<_>, Vec<_>) =
            self.views.drain(..).partition(|view| indices.binary_search(&view.index()).is_ok());
        for view in free {
            view.element().remove();
            self.spare.push(view);
        }
        let mut kept = kept.into_iter().peekable();
        for index in indices {
            if let Some(view) = kept.next_if(|view| view.index() == *index) {
                self.views.push(view);
                continue;
            }
            let mut view = match self.spare.pop() {
                Some(view) => view,
                None => V::new(&self.template)?,
            };
            view.set_index(usize::MAX);
            let before: Option<&Node> = kept.peek().map(|next| &***next.element());
            self.body.insert_before(view.element(), before)?;
            self.views.push(view);
        }
        Ok(&mut self.views)
    }
}

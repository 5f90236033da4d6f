//! The page's elements, found once, and the listeners on them.

use crate::text::text;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Window};

/// The window.
pub fn window() -> Result<Window, JsValue> {
    web_sys::window().ok_or_else(|| JsError::new("there is no window").into())
}

/// The document.
pub fn document() -> Result<Document, JsValue> {
    window()?.document().ok_or_else(|| JsError::new("there is no document").into())
}

/// The element of `www/index.html` with this id, as what it is there: this code and that page are
/// built together, so the kind of element is not asked for again.
///
/// # Errors
///
/// It is missing.
pub fn by_id<T: JsCast>(id: &str) -> Result<T, JsValue> {
    element(id).map(JsCast::unchecked_into)
}

#[inline(never)]
fn element(id: &str) -> Result<Element, JsValue> {
    document()?.get_element_by_id(id).ok_or_else(|| JsError::new(&text!["the page has no #", id]).into())
}

/// Shows or hides an element.
pub fn set_shown(element: &HtmlElement, shown: bool) {
    element.set_hidden(!shown);
}

/// Sets a custom property of an element's own style.
pub fn set_property(element: &HtmlElement, name: &str, value: &str) {
    // It throws only for styles that are computed, and this one is not.
    let _ = element.style().set_property(name, value);
}

/// The element that has the focus.
pub fn focused() -> Option<HtmlElement> {
    document().ok()?.active_element()?.dyn_into().ok()
}

/// Whether the focus is on an element or inside it.
pub fn has_focus(element: &Element) -> bool {
    focused().is_some_and(|focused| element.contains(Some(&focused)))
}

/// Listens for as long as the page lives: what is bound at the start is never unbound, so the
/// closure is leaked, once.
pub fn on(target: &EventTarget, name: &str, handler: impl Fn(Event) + 'static) -> Result<(), JsValue> {
    let handler = Closure::<dyn Fn(Event)>::new(handler);
    target.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref())?;
    handler.forget();
    Ok(())
}

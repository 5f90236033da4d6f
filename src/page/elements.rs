//! Finding the page's elements, changing them, and listening to them.

use wasm_bindgen::prelude::*;
use web_sys::{
    Document, Element, Event, EventTarget, FocusOptions, HtmlElement, ScrollIntoViewOptions,
    ScrollLogicalPosition, Window,
};

use crate::text::text;

/// The window.
///
/// # Errors
///
/// This is not a page.
pub fn window() -> Result<Window, JsValue> {
    web_sys::window().ok_or_else(|| JsError::new("there is no window").into())
}

/// The document.
///
/// # Errors
///
/// This is not a page.
pub fn document() -> Result<Document, JsValue> {
    window()?.document().ok_or_else(|| JsError::new("there is no document").into())
}

/// The root element.
///
/// # Errors
///
/// The document is empty.
pub fn root() -> Result<HtmlElement, JsValue> {
    let missing = || JsValue::from(JsError::new("there is no root element"));
    document()?.document_element().map(JsCast::unchecked_into).ok_or_else(missing)
}

/// The element of `www/index.html` with this id. Its type is not checked, since this code and that
/// page are built together.
///
/// # Errors
///
/// The document has no such element.
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

/// Sets a custom property in an element's `style` attribute.
pub fn set_property(element: &HtmlElement, name: &str, value: &str) {
    // It throws only for computed styles, which are read-only.
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

/// Focuses an element that the user has not asked for, and scrolls nothing.
pub fn focus_in_place(element: &HtmlElement) {
    let focus = FocusOptions::new();
    focus.set_prevent_scroll(true);
    let _ = element.focus_with_options(&focus);
}

/// Focuses an element, and scrolls no further than needed to show what it belongs to.
pub fn focus_in_view(element: &HtmlElement, whole: &Element) {
    focus_in_place(element);
    let scroll = ScrollIntoViewOptions::new();
    scroll.set_block(ScrollLogicalPosition::Nearest);
    whole.scroll_into_view_with_scroll_into_view_options(&scroll);
}

/// Whether the focus is nowhere, which is to say on the page as a whole.
pub fn is_nothing_focused() -> bool {
    focused().is_none_or(|element| element.tag_name() == "BODY")
}

/// Whether the focus is in a text field, which takes every key.
pub fn is_typing() -> bool {
    focused().is_some_and(|element| matches!(element.tag_name().as_str(), "TEXTAREA" | "INPUT"))
}

/// Whether an element begins above the window's lower edge and ends below its upper one.
pub fn is_in_window(element: &Element) -> bool {
    let height = || window().ok()?.inner_height().ok()?.as_f64();
    let rect = element.get_bounding_client_rect();
    rect.bottom() > 0.0 && height().is_some_and(|height| rect.top() < height)
}

/// Changes what is above an element, and scrolls so that the element stays where it is on the screen.
pub fn keep_in_place(element: &Element, change: impl FnOnce()) {
    let top = || element.get_bounding_client_rect().top();
    let before = top();
    change();
    if let Ok(window) = window() {
        window.scroll_by_with_x_and_y(0.0, top() - before);
    }
}

/// Whether an event's target is an element that a selector describes, or in one.
pub fn is_on(event: &Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Listens for as long as the page lives. The closure is leaked, once, since nothing that is bound at
/// the start is ever unbound.
pub fn on(target: &EventTarget, name: &str, handler: impl Fn(Event) + 'static) -> Result<(), JsValue> {
    listen(target, name, Closure::new(handler), false)
}

/// The same before the event reaches what it is for, which then need not get it.
pub fn on_capture(
    target: &EventTarget,
    name: &str,
    handler: impl Fn(Event) + 'static,
) -> Result<(), JsValue> {
    listen(target, name, Closure::new(handler), true)
}

fn listen(
    target: &EventTarget,
    name: &str,
    handler: Closure<dyn Fn(Event)>,
    captures: bool,
) -> Result<(), JsValue> {
    let function = handler.as_ref().unchecked_ref();
    target.add_event_listener_with_callback_and_bool(name, function, captures)?;
    handler.forget();
    Ok(())
}

//! Downloads that a page begins itself.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlAnchorElement, Url};

/// How long a URL stays valid after the click, in milliseconds. Browsers read it only after the click was
/// handled; a download that has begun needs it no more.
const URL_KEPT: i32 = 60_000;

/// The slowest that a browser was seen to copy an archive that is no file, in bytes per millisecond: 1.9 GB
/// in 38 s in Firefox; a quarter of that, for slower disks.
const SLOWEST_COPY: f64 = 12_500.0;

/// The time that any download may take, in milliseconds.
const SHORTEST_COPY: f64 = 10_000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> f64;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: f64);
}

/// Has the browser download a Blob under this name.
///
/// # Errors
///
/// Fails outside a page, and if the browser refuses to create a URL.
pub fn download(blob: &Blob, file_name: &str) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or_else(|| js_sys::Error::new("only a page can save a file"))?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    let url = Url::create_object_url_with_blob(blob)?;
    link.set_href(&url);
    link.set_download(file_name);
    link.click();
    let revoke = Closure::once_into_js(move || drop(Url::revoke_object_url(&url)));
    set_timeout(revoke.unchecked_ref(), f64::from(URL_KEPT));
    Ok(())
}

/// The question that a page asks before it is closed.
struct Guard {
    listener: Closure<dyn Fn(JsValue)>,
    timer: Option<f64>,
}

thread_local! {
    static GUARD: RefCell<Option<Guard>> = const { RefCell::new(None) };
}

/// Has the page ask before it is closed, for as long as the browser may need to copy this many bytes: they
/// are in its memory, and closing the tab ends the copying in Firefox.
pub fn ask_before_leaving(bytes: f64) {
    let Some(window) = web_sys::window() else { return };
    stop_asking();
    let listener = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        event.unchecked_ref::<web_sys::Event>().prevent_default();
    });
    let _ = window.add_event_listener_with_callback("beforeunload", listener.as_ref().unchecked_ref());
    let end = Closure::once_into_js(stop_asking);
    let timer = Some(set_timeout(end.unchecked_ref(), SHORTEST_COPY + bytes / SLOWEST_COPY));
    GUARD.set(Some(Guard { listener, timer }));
}

fn stop_asking() {
    let Some(Guard { listener, timer }) = GUARD.take() else { return };
    timer.into_iter().for_each(clear_timeout);
    if let Some(window) = web_sys::window() {
        let _ = window.remove_event_listener_with_callback("beforeunload", listener.as_ref().unchecked_ref());
    }
}

//! What the browser discloses of requests that have ended: Resource Timing. Hosts decide whether it may
//! (`Timing-Allow-Origin`).
//!
//! A browser keeps 250 entries, and a run has more requests. So entries are looked up as requests end, and now and
//! then forgotten.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::browser::web::{Clock, next_turn};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = getEntriesByName)]
    fn entries_of(name: &str, kind: &str) -> Array;
    #[wasm_bindgen(js_namespace = performance, js_name = getEntriesByType)]
    fn entries(kind: &str) -> Array;
    #[wasm_bindgen(js_namespace = performance, js_name = clearResourceTimings)]
    fn clear_entries();
    type Entry;
    #[wasm_bindgen(method, getter, js_name = nextHopProtocol)]
    fn protocol(this: &Entry) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = requestStart)]
    fn request_start(this: &Entry) -> f64;
}

/// Look-ups after which the browser's entries are forgotten. The fewer there are, the faster is a look-up.
const LOOK_UPS: u32 = 64;

thread_local! {
    static LOOKED_UP: Cell<u32> = const { Cell::new(0) };
    /// The protocols of entries that were forgotten.
    static PROTOCOLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What is disclosed of a request.
#[derive(Clone, Copy, Debug)]
pub struct Disclosed {
    /// When it was sent.
    pub sent: Duration,
    /// Whether its connection carries many requests at once (HTTP/2 and HTTP/3).
    pub is_multiplexed: bool,
}

/// What is disclosed of the request for this address that ended last. Only for threads whose entries are read by
/// nothing else: they are forgotten.
pub async fn disclosed(href: &str, clock: Clock) -> Option<Disclosed> {
    let mut entry = entries_of(href, "resource").pop();
    if entry.is_undefined() {
        // Chromium has it a moment after the body's end.
        next_turn().await;
        entry = entries_of(href, "resource").pop();
    }
    LOOKED_UP.set(LOOKED_UP.get() + 1);
    if LOOKED_UP.get() >= LOOK_UPS {
        PROTOCOLS.set(protocols());
        LOOKED_UP.set(0);
        clear_entries();
    }
    let entry: &Entry = (!entry.is_undefined()).then_some(entry.unchecked_ref())?;
    let start = entry.request_start();
    (start > 0.0).then_some(Disclosed { sent: clock.at(start), is_multiplexed: is_multiplexed(entry)? })
}

/// Whether the connection of the request for this address that ended last carries many requests at once; `None`
/// if that is not disclosed.
pub fn is_latest_multiplexed(href: &str) -> Option<bool> {
    let entry = entries_of(href, "resource").pop();
    is_multiplexed((!entry.is_undefined()).then_some(entry.unchecked_ref())?)
}

fn is_multiplexed(entry: &Entry) -> Option<bool> {
    let protocol = entry.protocol().filter(|name| !name.is_empty())?;
    Some(!protocol.starts_with("http/1"))
}

/// The protocols of the requests since [`forget`], as far as they are disclosed and the browser has kept them.
pub fn protocols() -> Vec<String> {
    let mut names = PROTOCOLS.with_borrow(Clone::clone);
    for entry in entries("resource").iter() {
        let name = entry.unchecked_ref::<Entry>().protocol().filter(|name| !name.is_empty());
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// Forgets the requests so far.
pub fn forget() {
    PROTOCOLS.take();
    clear_entries();
}

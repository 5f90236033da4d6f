//! The module that reads lists, which the page loads when it has the first one.
//!
//! ```text
//! page ── text, Choice ──▶ read_list ── plan::ListReader with the browser's parsers
//!                                            │ portions, each within 8 ms ──▶ page
//!                                            └ what was understood ─────────▶ page
//! files, folders, zips ─▶ read_files ─┬▶ the text of one list ──────────────────▶ page
//! the page's own address ─▶ read_link ┘
//! page ── a list ──▶ share_link ── the clipboard, or the system's sheet for sharing
//! ```
//!
//! It is a wasm of its own, since most of its code is for lists that most visitors do not have.

mod archive;
mod collection;
mod content;
mod documents;
mod files;
mod link;
mod parts;
mod share;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::browser::Yielder;
use crate::plan::{Choice, ListReader, Portion};
use documents::BrowserDocuments;

/// Steps between two looks at the clock, which are not free.
const STEPS: usize = 50;

/// Reads a list. `choice` are the bytes of a [`Choice`], and `take` is called with the bytes of each
/// portion; the reading ends when it returns `false`. Resolves to the bytes of what was understood, or to
/// `undefined` if the reading was ended.
///
/// # Errors
///
/// Fails if `choice` is not a choice, so that this and the page are of different versions, and if `take`
/// throws.
#[wasm_bindgen(js_name = readList, skip_typescript)]
pub async fn read_list(text: String, choice: Vec<u8>, take: Function) -> Result<Option<Vec<u8>>, JsValue> {
    let Some(choice) = Choice::from_bytes(&choice) else {
        return Err(js_sys::Error::new("the page and the module that reads lists do not match").into());
    };
    let mut yielder = Yielder::default();
    let mut reader = ListReader::new(&text, &choice, &BrowserDocuments);
    let mut portion = Portion::default();
    let mut is_over = false;
    while !is_over {
        for _ in 0..STEPS {
            is_over = !reader.step();
        }
        let mut pushed = 0;
        loop {
            let read = reader.pop();
            if let Some(read) = &read {
                portion.push(read, &choice);
                pushed += 1;
            }
            // One line may stand for thousands of addresses.
            if (read.is_none() || pushed % STEPS == 0) && yielder.is_due() {
                if !pass(&mut portion, &take)? {
                    return Ok(None);
                }
                yielder.maybe_yield().await;
            }
            if read.is_none() {
                break;
            }
        }
    }
    let is_wanted = pass(&mut portion, &take)?;
    Ok(is_wanted.then(|| reader.understood().to_bytes()))
}

/// Passes on a portion, even an empty one, to hear whether more is wanted.
fn pass(portion: &mut Portion, take: &Function) -> Result<bool, JsValue> {
    let bytes = Uint8Array::from(portion.take().as_slice());
    Ok(take.call1(&JsValue::UNDEFINED, &bytes)?.is_truthy())
}

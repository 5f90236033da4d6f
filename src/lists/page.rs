//! What the page calls, or a thread of its own for a long list: reads a list in portions, so that the page keeps
//! responding.

use js_sys::{Array, Error, Function, Uint8Array};
use wasm_bindgen::prelude::*;

use super::parsers::Parsers;
use crate::browser::Yielder;
use crate::plan::{Choice, ListReader, Portion};

/// Steps between two looks at the clock, which are not free.
const STEPS: usize = 50;

/// The pieces of a list that a thread passes to the page at once. It posts a few hundred times for the longest
/// list.
const PORTION: usize = 500;

#[wasm_bindgen]
extern "C" {
    /// A worker's own, which posts to the page that has started it.
    #[wasm_bindgen(js_name = postMessage)]
    fn post_message(message: &JsValue, transfer: &Array);
}

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
    let choice = choice_of(&choice)?;
    let mut yielder = Yielder::default();
    let mut reader = ListReader::new(&text, &choice, &Parsers::Browser);
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
            // One line may stand for thousands of addresses, and it takes the page longer to add them than this to
            // read them. So they are passed a few at a time, and both share a piece of work.
            if read.is_none() || pushed % STEPS == 0 {
                let is_wanted = (portion.is_empty() && !yielder.is_due()) || pass(&mut portion, &take)?;
                if !is_wanted {
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

/// Reads a list on a thread that has nothing else to do, and posts to the page: portions, each with `false`, and
/// in the end what was understood with `true`.
///
/// # Errors
///
/// Fails if `choice` is not a choice.
#[wasm_bindgen(js_name = serveList, skip_typescript)]
pub fn serve_list(text: String, choice: Vec<u8>) -> Result<(), JsValue> {
    let choice = choice_of(&choice)?;
    let mut reader = ListReader::new(&text, &choice, &Parsers::Own);
    let mut portion = Portion::default();
    for (index, read) in reader.by_ref().enumerate() {
        portion.push(&read, &choice);
        if index % PORTION == PORTION - 1 {
            post(&portion.take(), false);
        }
    }
    post(&portion.take(), false);
    post(&reader.understood().to_bytes(), true);
    Ok(())
}

fn post(bytes: &[u8], is_end: bool) {
    let bytes = Uint8Array::from(bytes);
    post_message(&Array::of2(&bytes, &is_end.into()), &Array::of1(&bytes.buffer()));
}

fn choice_of(bytes: &[u8]) -> Result<Choice, JsValue> {
    let mismatch = || Error::new("the page and the module that reads lists do not match").into();
    Choice::from_bytes(bytes).ok_or_else(mismatch)
}

//! `data:` URLs that are too long to be copied into the wasm's memory several times. They stay with JavaScript.
//!
//! A plan has a short address in the place of each, the beginning of the text with an index:
//! `data:image/png;base64,iVBORw0KGg#data[17]`. A worker asks the page for a text when it is needed.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::browser::web::Shared;
use crate::text::text;

/// The shortest text that stays with JavaScript, in characters.
const LONG: u32 = 100_000;

/// The longest, as for every `data:` URL.
const LONGEST: u32 = 8 << 20;

/// The characters of it that a plan has.
const SHOWN: u32 = 60;

/// Asks the page for the text of an index.
type Ask = Box<dyn Fn(u64)>;

/// The long texts of a call.
#[derive(Default)]
pub struct LongAddresses {
    /// By their indices; none on a worker's thread.
    texts: RefCell<Array>,
    /// Asks the page, on a worker's thread.
    ask: RefCell<Option<Ask>>,
    awaited: RefCell<Vec<(u64, Rc<Shared<JsValue>>)>>,
}

impl fmt::Debug for LongAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LongAddresses")
    }
}

impl LongAddresses {
    /// Keeps the long texts of a call, by their indices.
    pub fn set(&self, texts: &Array) {
        self.texts.replace(texts.clone());
    }

    /// Has `ask` called for each text that is needed, which [`answer`](Self::answer) then gets.
    pub fn ask_by(&self, ask: Ask) {
        self.ask.replace(Some(ask));
    }

    /// The text that was asked for; `undefined` if there is none.
    pub fn answer(&self, index: u64, text: &JsValue) {
        self.awaited.borrow_mut().retain(|(asked, awaited)| {
            let is_awaited = *asked == index;
            if is_awaited {
                awaited.set(text.clone());
            }
            !is_awaited
        });
    }

    /// The long text that an address of a plan stands for; `None` if it stands for itself. In the end `undefined`
    /// if nobody has the text. Boxed, because hardly an address is one.
    pub fn text_of<'a>(&'a self, href: &str) -> Option<LocalBoxFuture<'a, JsValue>> {
        let index = long_index(href)?;
        let awaited = Rc::<Shared<JsValue>>::default();
        match &*self.ask.borrow() {
            None => awaited.set(self.texts.borrow().get(index as u32)),
            Some(ask) => {
                self.awaited.borrow_mut().push((index, Rc::clone(&awaited)));
                ask(index);
            }
        }
        Some(Box::pin(async move { awaited.get().await }))
    }
}

/// Adds a text of a call to those that stay with JavaScript, if it is long; returns what a plan has in its place.
/// Equal texts have one index.
pub fn shortened(text: &JsValue, texts: &Array) -> Option<String> {
    let whole = text.dyn_ref::<JsString>()?;
    if !(LONG..=LONGEST).contains(&whole.length()) || !whole.starts_with("data:", 0) {
        return None;
    }
    let index = u32::try_from(texts.index_of(text, 0)).unwrap_or_else(|_| texts.push(text) - 1);
    Some(text![String::from(whole.slice(0, SHOWN)), "#data[", index, "]"])
}

/// The index of the long text that an address of a plan stands for.
pub fn long_index(href: &str) -> Option<u64> {
    let (before, index) = href.strip_suffix(']')?.rsplit_once('[')?;
    if before.starts_with("data:") && before.ends_with("#data") { index.parse().ok() } else { None }
}

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

/// The parts of it that a hash is made from, beside the last.
const SAMPLES: u32 = 15;

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

/// The long texts of a call, on the caller's thread. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct LongTexts {
    /// By their indices.
    pub texts: Array,
    /// A hash of parts of each.
    samples: Rc<RefCell<Vec<u32>>>,
}

impl LongTexts {
    /// Adds a text to those that stay with JavaScript, if it is long; returns what a plan has in its place. Equal texts
    /// have one index.
    pub fn shortened(&self, text: &JsValue) -> Option<String> {
        let whole = text.dyn_ref::<JsString>()?;
        if !(LONG..=LONGEST).contains(&whole.length()) || !whole.starts_with("data:", 0) {
            return None;
        }
        let (sample, mut samples) = (sample(whole), self.samples.borrow_mut());
        // Texts of one length that differ only near their ends take long to compare.
        let is_known =
            |&index: &u32| samples.get(index as usize) == Some(&sample) && self.texts.get(index) == *text;
        let known = (0..self.texts.length()).find(is_known);
        let index = known.unwrap_or_else(|| {
            samples.push(sample);
            self.texts.push(text) - 1
        });
        Some(text![String::from(whole.slice(0, SHOWN)), "#data[", index, "]"])
    }
}

/// A hash of a long text's length and of parts of it, its end among them (FNV-1a).
fn sample(text: &JsString) -> u32 {
    let step = (text.length() - SHOWN) / SAMPLES;
    (0..=SAMPLES).fold(text.length(), |hash, number| {
        let part =
            String::from(text.slice(text.length() - SHOWN - number * step, text.length() - number * step));
        part.bytes().fold(hash, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    })
}

/// The index of the long text that an address of a plan stands for.
pub fn long_index(href: &str) -> Option<u64> {
    let (before, index) = href.strip_suffix(']')?.rsplit_once('[')?;
    if before.starts_with("data:") && before.ends_with("#data") { index.parse().ok() } else { None }
}

//! What several files make together, and what was passed over.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::parsers::Parsers;
use crate::browser::Yielder;
use crate::plan::{Choice, Form, ListReader, WebText, literal};
use crate::text::{add, text};
use crate::words::numbers::{count, size};

/// Requests between two looks at the clock, which are not free.
const STEPS: usize = 50;

/// The most names of files that are listed with a reason.
const SHOWN: usize = 3;

/// Lists that are read one after the other.
pub struct Collection {
    lists: Vec<(String, String)>,
    passed_over: Vec<PassedOver>,
    /// The most bytes that all lists may have.
    limit: u64,
    /// How many of them are left.
    left: u64,
}

/// Files that were passed over for the same reason.
struct PassedOver {
    reason: String,
    /// The first of them.
    shown: String,
    number: usize,
}

/// The text of a list, if there is one, and what to say about it.
pub struct Collected {
    pub text: Option<String>,
    pub note: String,
}

impl Collection {
    /// A collection of lists that may have this many bytes together.
    pub fn new(limit: u64) -> Self {
        Self { lists: Vec::new(), passed_over: Vec::new(), limit, left: limit }
    }

    /// The number of bytes that the next list may have.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Adds a list of so many bytes, unless all of them together have too many.
    pub fn push(&mut self, path: &str, text: String, bytes: u64) {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                // It becomes a comment of one line.
                self.lists.push((path.replace(char::is_control, " "), text));
            }
            None => self.pass_over_large(path),
        }
    }

    /// Passes over a file.
    pub fn pass_over(&mut self, path: &str, reason: &str) {
        let known = self.passed_over.iter_mut().find(|own| own.reason == reason);
        let Some(PassedOver { shown, number, .. }) = known else {
            let (reason, shown) = (reason.to_owned(), path.to_owned());
            return self.passed_over.push(PassedOver { reason, shown, number: 1 });
        };
        *number += 1;
        if *number <= SHOWN {
            add!(shown, ", ", path);
        }
    }

    /// Passes over a list with which all would have too many bytes, and what follows: each further file of
    /// an archive that unpacks to terabytes would take as long as the first.
    pub fn pass_over_large(&mut self, path: &str) {
        self.left = 0;
        let limit = size(self.limit);
        self.pass_over(path, &text!["beyond the ", limit, " that lists may have together"]);
    }

    /// One list as it is; of several, a text as it is and of any other form the addresses.
    pub async fn finish(self) -> Collected {
        let number = self.lists.len();
        if number == 0 {
            return Collected::nothing(&self.nothing_text());
        }
        let passed_over = self.passed_over_text();
        let mut text = String::new();
        match <[_; 1]>::try_from(self.lists) {
            Ok([(_, only)]) => text = only,
            Err(lists) => {
                for (path, list) in &lists {
                    append(&mut text, path, list).await;
                }
            }
        }
        text.truncate(text.trim_end().len());
        let read = text![count(number, "list"), " read."];
        let note = match number {
            1 if passed_over.is_empty() => String::new(),
            _ if passed_over.is_empty() => read,
            _ => text![read, " ", passed_over],
        };
        Collected { text: Some(text), note }
    }

    /// Why there is no list.
    fn nothing_text(&self) -> String {
        match self.passed_over.as_slice() {
            [] => "There is no file.".into(),
            [PassedOver { reason, shown, number: 1 }] => text![shown, " is ", reason, "."],
            _ => text!["There is no list. ", self.passed_over_text()],
        }
    }

    /// Such as `Passed over: a.jpg, b.jpg (an image); c.csv (encrypted).`; empty if nothing was.
    fn passed_over_text(&self) -> String {
        let mut text = String::new();
        for PassedOver { reason, shown, number } in &self.passed_over {
            let before = if text.is_empty() { "Passed over: " } else { "; " };
            add!(&mut text, before, shown);
            if *number > SHOWN {
                add!(&mut text, " and ", number - SHOWN, " more");
            }
            add!(&mut text, " (", reason, ")");
        }
        if !text.is_empty() {
            text.push('.');
        }
        text
    }
}

impl Collected {
    /// No list, for this reason.
    pub fn nothing(reason: &str) -> Self {
        Self { text: None, note: text![reason, " The list was not changed."] }
    }

    /// A result that JavaScript has: the text or `undefined`, the note, and the address of the page that a
    /// relative address belongs to.
    pub fn to_array(&self, page: &str) -> Array {
        let text = self.text.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str);
        Array::of3(&text, &self.note.as_str().into(), &page.into())
    }
}

/// Appends one of several lists.
async fn append(whole: &mut String, path: &str, list: &str) {
    add!(whole, "# ", path);
    let mut reader = ListReader::new(list, &Choice::default(), &Parsers::Browser);
    if reader.understood().form == Form::Text {
        add!(whole, '\n', list.trim_end(), '\n');
        return;
    }
    let (mut yielder, mut addresses, mut rejections) = (Yielder::default(), Vec::new(), 0);
    let mut is_over = false;
    while !is_over {
        for _ in 0..STEPS {
            is_over = !reader.step();
        }
        let mut pushed = 0;
        while let Some(read) = reader.pop() {
            match read.ok().and_then(|request| Parsers::Browser.parse_url(&request.text)) {
                Some(address) => addresses.push(literal(&address)),
                None => rejections += 1,
            }
            pushed += 1;
            // One line may stand for thousands of addresses.
            if pushed % STEPS == 0 {
                yielder.maybe_yield().await;
            }
        }
        yielder.maybe_yield().await;
    }
    if rejections > 0 {
        add!(whole, ": ", count(rejections, "line"), " can’t be read");
    }
    whole.push('\n');
    for address in addresses {
        add!(whole, address, '\n');
    }
}

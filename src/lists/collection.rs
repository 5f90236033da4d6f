//! What several files make together, and what was passed over.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::parsers::Parsers;
use crate::browser::Yielder;
use crate::plan::{Choice, Form, ListReader, WebText, literal};
use crate::text::add;
use crate::words::list_files;

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
        self.pass_over(path, &list_files::beyond(self.limit));
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
        let note = match (number, passed_over) {
            (1, None) => String::new(),
            (_, None) => list_files::read(number),
            (_, Some(passed_over)) => list_files::read_but(number, &passed_over),
        };
        Collected { text: Some(text), note }
    }

    /// Why there is no list.
    fn nothing_text(&self) -> String {
        match (self.passed_over.as_slice(), self.passed_over_text()) {
            ([PassedOver { reason, shown, number: 1 }], _) => list_files::is_no_list(shown, reason),
            (_, Some(passed_over)) => list_files::no_list(&passed_over),
            (_, None) => list_files::NO_FILE.into(),
        }
    }

    /// Such as `Passed over: a.jpg, b.jpg (an image); c.csv (encrypted).`; `None` if nothing was.
    fn passed_over_text(&self) -> Option<String> {
        let files = self.passed_over.iter().map(|PassedOver { reason, shown, number }| {
            list_files::passed_over_for(reason, shown, number.saturating_sub(SHOWN))
        });
        let files = files.collect::<Vec<_>>();
        (!files.is_empty()).then(|| list_files::passed_over(&files))
    }
}

impl Collected {
    /// No list, for this reason.
    pub fn nothing(reason: &str) -> Self {
        Self { text: None, note: list_files::unchanged(reason) }
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
    let mut reader = ListReader::new(list, &Choice::default(), &Parsers::Browser);
    if reader.understood().form == Form::Text {
        add!(whole, "# ", path, '\n', list.trim_end(), '\n');
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
    match rejections {
        0 => add!(whole, "# ", path, '\n'),
        lines => add!(whole, "# ", list_files::with_unreadable_lines(path, lines), '\n'),
    }
    for address in addresses {
        add!(whole, address, '\n');
    }
}

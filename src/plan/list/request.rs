//! What a list is read to.

use std::rc::Rc;

use crate::plan::address::{redacted, shortened};

/// One requested URL, not yet parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The text of the URL.
    pub text: String,
    /// Whether it is an entry of the caller's own, which has no URL.
    pub is_own_data: bool,
    /// What tells it from other requests for its address, such as its method and body, if anything does.
    pub variant: Option<String>,
    /// The entry name that the caller or the list wants.
    pub name: Option<String>,
    /// The number of its line in the list, from 1. Of JSON, HTML and XML there is none.
    pub line: Option<usize>,
    /// What the list says that the image shows: an alternative text or a title.
    pub title: Option<String>,
    /// Other addresses of the same image.
    pub fallbacks: Vec<String>,
    /// What each range of the address stood for.
    pub globs: Vec<String>,
    /// The values of the record that it was in, as far as they were asked for, each with the name by
    /// which its column was asked for.
    pub cells: Vec<(Rc<str>, String)>,
}

impl Request {
    /// A request for one URL.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A request for one URL of a line.
    pub(super) fn on_line(line: usize, text: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(text) }
    }
}

/// A piece of a list that names no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The number of its line from 1, or of its entry if the form has no lines.
    pub line: Option<usize>,
    /// Its text, shortened and without passwords.
    pub text: String,
    /// Why, as shown to the user.
    pub reason: String,
}

impl Rejected {
    /// A rejected text.
    pub fn new(line: Option<usize>, text: &str, reason: impl Into<String>) -> Self {
        Self { line, text: shortened(&redacted(text)), reason: reason.into() }
    }
}

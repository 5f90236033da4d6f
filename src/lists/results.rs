//! What `parseList` returns, as plain JavaScript objects.

use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::plan::{Address, Form, ListWeb, Rejected, Request, TextMap, Understood};
use crate::text::text;

/// The results so far.
pub struct Results<'a> {
    /// What is left of the list behind the last piece whose line was looked for, and the number of its line.
    rest: (&'a str, usize),
    sources: Array,
    rejected: Array,
    /// Names of columns that a source has, in order, and their set.
    columns: Vec<Rc<str>>,
    known: TextMap,
}

impl<'a> Results<'a> {
    /// No results for this list.
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: (text, 1),
            sources: Array::new(),
            rejected: Array::new(),
            columns: Vec::new(),
            known: TextMap::default(),
        }
    }

    /// Adds what was read, if it is an address.
    pub fn push(&mut self, read: Result<Request, Rejected>, web: &impl ListWeb) {
        let request = match read {
            Ok(request) => request,
            Err(rejected) => return self.reject(rejected),
        };
        let mut addresses = Vec::new();
        for text in std::iter::once(&request.text).chain(&request.fallbacks) {
            match Address::parse(text, web) {
                Ok(address) => addresses.push(JsValue::from(address.href)),
                Err(error) => self.reject(Rejected::new(request.line, text, text![error])),
            }
        }
        let mut addresses = addresses.into_iter();
        let Some(url) = addresses.next() else { return };
        let source = Object::new();
        put(&source, "url", url);
        if let Some(name) = request.name {
            put(&source, "name", name);
        }
        let fallbacks: Array = addresses.collect();
        if fallbacks.length() > 0 {
            put(&source, "fallbacks", fallbacks);
        }
        if let Some(title) = request.title {
            put(&source, "title", title);
        }
        if let Some(columns) = self.columns_of(request.cells) {
            put(&source, "columns", columns);
        }
        self.sources.push(&source);
    }

    /// The values of a record; of two with one name, the first.
    fn columns_of(&mut self, cells: Vec<(Rc<str>, String)>) -> Option<Object> {
        let columns = Array::new();
        let mut seen = TextMap::default();
        for (name, value) in cells {
            if name.is_empty() || seen.get(&name).is_some() {
                continue;
            }
            seen.set(name.as_ref().to_owned(), 0);
            columns.push(&Array::of2(&name.as_ref().into(), &value.into()));
            if self.known.get(&name).is_none() {
                self.known.set(name.as_ref().to_owned(), 0);
                self.columns.push(name);
            }
        }
        // Unlike assignments, entries may have any name, such as `__proto__`.
        if columns.length() == 0 { None } else { Object::from_entries(&columns).ok() }
    }

    fn reject(&mut self, rejected: Rejected) {
        let line = rejected.line.unwrap_or_else(|| self.line_of(&rejected.text));
        let object = Object::new();
        put(&object, "line", line as f64);
        put(&object, "text", rejected.text);
        put(&object, "message", rejected.reason);
        self.rejected.push(&object);
    }

    /// The line of a piece of HTML or XML, which is read as a whole: the next one that has this text, or the
    /// first if none has it.
    fn line_of(&mut self, text: &str) -> usize {
        let (rest, line) = self.rest;
        let Some((before, _)) = rest.split_once(text) else { return 1 };
        let line = line + before.matches('\n').count();
        self.rest = (rest.get(before.len()..).unwrap_or_default(), line);
        line
    }

    /// The object that the caller gets.
    pub fn finish(self, understood: &Understood) -> Object {
        let names = understood.columns.iter().map(|(name, _)| name.as_str()).filter(|name| !name.is_empty());
        let columns: Array = names.clone().map(JsValue::from).collect();
        let mut known = TextMap::default();
        names.for_each(|name| known.set(name.to_owned(), 0));
        for name in self.columns.iter().filter(|name| known.get(name).is_none()) {
            columns.push(&name.as_ref().into());
        }
        let results = Object::new();
        put(&results, "sources", self.sources);
        put(&results, "form", form(understood.form));
        put(&results, "columns", columns);
        put(&results, "rejected", self.rejected);
        results
    }
}

/// The name of a form; where there is one, the value of `options.form` that chooses it.
fn form(form: Form) -> &'static str {
    match form {
        Form::Text => "text",
        Form::Table => "csv",
        Form::Json | Form::JsonLines => "json",
        Form::Html => "html",
        Form::Xml => "xml",
        Form::Markdown => "markdown",
        Form::BbCode => "bbcode",
        Form::Rst => "rst",
        Form::Aria2 => "aria2",
    }
}

fn put(object: &Object, name: &str, value: impl Into<JsValue>) {
    // It can't fail on an object of our own.
    let _ = Reflect::set(object, &name.into(), &value.into());
}

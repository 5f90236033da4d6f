//! The platform's parsers as lists need them. Of HTML and XML only pages have one; elsewhere, and for long lists,
//! `documents` reads them.

use wasm_bindgen::prelude::*;

#[cfg(feature = "lists")]
use super::browser_documents::{self, PageElement};
use super::values;
use crate::browser::BrowserText;
use crate::documents::{self, Node};
use crate::plan::{Element, JsonShape, ListWeb, WebText};

/// URLs, texts and JSON by the platform, and HTML and XML by one of two parsers.
#[derive(Clone, Copy, Debug)]
pub enum Parsers {
    /// HTML and XML by the browser, in a page.
    #[cfg(feature = "lists")]
    Browser,
    /// HTML and XML by this crate, on any thread and in Node.
    Own,
}

/// An element that one of the parsers has found.
pub enum Parsed {
    #[cfg(feature = "lists")]
    Browser(PageElement),
    Own(Node),
}

impl WebText for Parsers {
    fn parse_url(&self, text: &str) -> Option<String> {
        BrowserText.parse_url(text)
    }

    fn nfc(&self, text: &str) -> String {
        BrowserText.nfc(text)
    }

    fn lower_case(&self, text: &str) -> String {
        BrowserText.lower_case(text)
    }

    fn upper_case(&self, text: &str) -> String {
        BrowserText.upper_case(text)
    }
}

impl ListWeb for Parsers {
    type Json = JsValue;
    type Element = Parsed;

    fn resolve(&self, text: &str, base: &str) -> Option<String> {
        values::resolve(text, base)
    }

    fn parse_json(&self, text: &str) -> Option<JsValue> {
        values::parse_json(text)
    }

    fn shape(&self, value: &JsValue) -> JsonShape<JsValue> {
        values::shape(value)
    }

    fn element(&self, list: &JsValue, index: usize) -> JsValue {
        values::element(list, index)
    }

    fn html_elements(&self, text: &str, selectors: &str) -> Vec<Parsed> {
        match self {
            #[cfg(feature = "lists")]
            Self::Browser => all(browser_documents::html_elements(text, selectors), Parsed::Browser),
            Self::Own => all(documents::html_elements(text, selectors), Parsed::Own),
        }
    }

    fn xml_elements(&self, text: &str, names: &str) -> Option<Vec<Parsed>> {
        Some(match self {
            #[cfg(feature = "lists")]
            Self::Browser => all(browser_documents::xml_elements(text, names)?, Parsed::Browser),
            Self::Own => all(documents::xml_elements(text, names)?, Parsed::Own),
        })
    }
}

fn all<E>(elements: Vec<E>, parsed: fn(E) -> Parsed) -> Vec<Parsed> {
    elements.into_iter().map(parsed).collect()
}

impl Parsed {
    fn element(&self) -> &dyn Element {
        match self {
            #[cfg(feature = "lists")]
            Self::Browser(element) => element,
            Self::Own(element) => element,
        }
    }
}

impl Element for Parsed {
    fn name(&self) -> String {
        self.element().name()
    }

    fn attribute(&self, name: &str) -> Option<String> {
        self.element().attribute(name)
    }

    fn text(&self) -> String {
        self.element().text()
    }

    fn is_inside(&self, names: &str) -> bool {
        self.element().is_inside(names)
    }
}

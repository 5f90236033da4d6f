//! The browser's parsers, as far as lists need them.

use crate::plan::WebText;

/// The parsers of a browser. The native tests implement this trait with crates.
pub trait ListWeb: WebText {
    /// A parsed JSON value.
    type Json: Clone;
    /// An element of a parsed document.
    type Element: Element;

    /// Resolves an address against another by the URL standard; `None` if that can't be done.
    fn resolve(&self, text: &str, base: &str) -> Option<String>;
    /// Parses JSON; `None` if the text is not JSON.
    fn parse_json(&self, text: &str) -> Option<Self::Json>;
    /// What a value is.
    fn shape(&self, value: &Self::Json) -> JsonShape<Self::Json>;
    /// An element of a list, by its index.
    fn element(&self, list: &Self::Json, index: usize) -> Self::Json;
    /// Parses HTML without running or loading anything, and returns the elements that match any of the
    /// selectors in document order, without the contents of `template`.
    fn html_elements(&self, text: &str, selectors: &str) -> Vec<Self::Element>;
    /// Parses XML, and returns the elements with any of the local names, which are separated by commas;
    /// `None` if it is not well-formed.
    fn xml_elements(&self, text: &str, names: &str) -> Option<Vec<Self::Element>>;
}

/// What a JSON value is.
#[derive(Clone, Debug)]
pub enum JsonShape<V> {
    /// `null`.
    Null,
    /// A string, or a number or truth value as JavaScript writes it.
    Text(String),
    /// A list of this length.
    List(usize),
    /// An object's fields, in their order.
    Object(Vec<(String, V)>),
}

/// An element of a document.
pub trait Element {
    /// Its local name, in lower case if it is HTML's.
    fn name(&self) -> String;
    /// The value of an attribute.
    fn attribute(&self, name: &str) -> Option<String>;
    /// The text inside it.
    fn text(&self) -> String;
    /// Whether an element around it has one of these local names, which are separated by commas.
    fn is_inside(&self, names: &str) -> bool;
}

//! The browser's parsers of HTML and XML, for the page's lists.
//!
//! A parsed document is inert: its scripts do not run, and nothing that it names is loaded.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Document;

use crate::plan::Element;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = DOMParser)]
    type DocumentParser;
    #[wasm_bindgen(constructor, js_class = "DOMParser")]
    fn new() -> DocumentParser;
    /// The one of web-sys takes no trusted text.
    #[wasm_bindgen(method, js_name = parseFromString, catch)]
    fn parse(this: &DocumentParser, text: &JsValue, kind: &str) -> Result<Document, JsValue>;

    type TrustedTypes;
    #[wasm_bindgen(thread_local_v2, js_name = trustedTypes)]
    static TRUSTED_TYPES: Option<TrustedTypes>;
    #[wasm_bindgen(method, js_name = createPolicy, catch)]
    fn create_policy(this: &TrustedTypes, name: &str, rules: &Object) -> Result<Policy, JsValue>;
    #[derive(Clone)]
    type Policy;
    #[wasm_bindgen(method, js_name = createHTML)]
    fn create_html(this: &Policy, text: &str) -> JsValue;
}

thread_local! {
    /// What lets a text be parsed. `None` in browsers without Trusted Types.
    static POLICY: Option<Policy> = policy();
}

fn policy() -> Option<Policy> {
    TRUSTED_TYPES.with(|types| {
        let types = types.as_ref()?;
        // Only for parsing: no parsed element ever enters the page.
        let identity = Closure::<dyn Fn(JsValue) -> JsValue>::new(|text| text);
        let rules = Object::new();
        Reflect::set(&rules, &"createHTML".into(), identity.as_ref()).ok()?;
        let policy = types.create_policy("fetchzip-lists", &rules).ok()?;
        // The policy lives as long as the page.
        identity.forget();
        Some(policy)
    })
}

/// The elements of an HTML text that match any of the selectors, in document order.
pub fn html_elements(text: &str, selectors: &str) -> Vec<PageElement> {
    parse(text, "text/html").map(|document| elements(&document, selectors)).unwrap_or_default()
}

/// The elements of an XML text with any of the names, which are separated by commas; `None` if it is not
/// well-formed.
pub fn xml_elements(text: &str, names: &str) -> Option<Vec<PageElement>> {
    let document = parse(text, "text/xml")?;
    let is_torn = document.query_selector("parsererror").ok()?.is_some();
    (!is_torn).then(|| elements(&document, names))
}

fn parse(text: &str, kind: &str) -> Option<Document> {
    let text = POLICY.with(|policy| match policy {
        Some(policy) => policy.create_html(text),
        None => text.into(),
    });
    DocumentParser::new().parse(&text, kind).ok()
}

/// The elements of a document that match, in document order.
fn elements(document: &Document, selectors: &str) -> Vec<PageElement> {
    let Ok(found) = document.query_selector_all(selectors) else { return Vec::new() };
    let element = |index| Some(PageElement(found.item(index)?.unchecked_into()));
    (0..found.length()).filter_map(element).collect()
}

/// An element of a parsed document.
pub struct PageElement(web_sys::Element);

impl Element for PageElement {
    fn name(&self) -> String {
        self.0.local_name()
    }

    fn attribute(&self, name: &str) -> Option<String> {
        self.0.get_attribute(name)
    }

    fn text(&self) -> String {
        self.0.text_content().unwrap_or_default()
    }

    fn is_inside(&self, names: &str) -> bool {
        self.0.closest(names).is_ok_and(|around| around.is_some())
    }
}

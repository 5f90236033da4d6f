//! The crate's own readers of HTML and XML, which `parseList` has; the rest is [`CrateText`].

use std::rc::Rc;

use fetchzip::documents::{Node, html_elements, xml_elements};
use fetchzip::plan::{JsonShape, ListWeb, WebText};
use serde_json::Value;

use crate::text::CrateText;

pub struct OwnDocuments;

impl WebText for OwnDocuments {
    fn parse_url(&self, text: &str) -> Option<String> {
        CrateText.parse_url(text)
    }

    fn nfc(&self, text: &str) -> String {
        CrateText.nfc(text)
    }

    fn lower_case(&self, text: &str) -> String {
        CrateText.lower_case(text)
    }

    fn upper_case(&self, text: &str) -> String {
        CrateText.upper_case(text)
    }
}

impl ListWeb for OwnDocuments {
    type Json = Rc<Value>;
    type Element = Node;

    fn resolve(&self, text: &str, base: &str) -> Option<String> {
        CrateText.resolve(text, base)
    }

    fn parse_json(&self, text: &str) -> Option<Rc<Value>> {
        CrateText.parse_json(text)
    }

    fn shape(&self, value: &Rc<Value>) -> JsonShape<Rc<Value>> {
        CrateText.shape(value)
    }

    fn element(&self, list: &Rc<Value>, index: usize) -> Rc<Value> {
        CrateText.element(list, index)
    }

    fn html_elements(&self, text: &str, selectors: &str) -> Vec<Node> {
        html_elements(text, selectors)
    }

    fn xml_elements(&self, text: &str, names: &str) -> Option<Vec<Node>> {
        xml_elements(text, names)
    }
}

//! The browser's parsers of JSON, HTML and XML, done by crates, for [`CrateText`].

use std::rc::Rc;

use fetchzip::plan::{Element, JsonShape, ListWeb};
use scraper::{ElementRef, Html, HtmlTreeSink, Selector};
use serde_json::Value;

use crate::text::CrateText;

impl ListWeb for CrateText {
    type Json = Rc<Value>;
    type Element = CrateElement;

    fn resolve(&self, text: &str, base: &str) -> Option<String> {
        let base = url::Url::parse(base).ok();
        Some(url::Url::options().base_url(base.as_ref()).parse(text).ok()?.into())
    }

    fn parse_json(&self, text: &str) -> Option<Rc<Value>> {
        serde_json::from_str(text).ok().map(Rc::new)
    }

    fn shape(&self, value: &Rc<Value>) -> JsonShape<Rc<Value>> {
        match &**value {
            Value::Null => JsonShape::Null,
            Value::String(text) => JsonShape::Text(text.clone()),
            Value::Bool(_) | Value::Number(_) => JsonShape::Text(value.to_string()),
            Value::Array(values) => JsonShape::List(values.len()),
            Value::Object(fields) => JsonShape::Object(
                fields.iter().map(|(name, value)| (name.clone(), Rc::new(value.clone()))).collect(),
            ),
        }
    }

    fn element(&self, list: &Rc<Value>, index: usize) -> Rc<Value> {
        Rc::new(list.get(index).cloned().unwrap_or_default())
    }

    fn html_elements(&self, text: &str, selectors: &str) -> Vec<CrateElement> {
        let mut options = html5ever::ParseOpts::default();
        // As for a document that runs no scripts: `noscript` has elements.
        options.tree_builder.scripting_enabled = false;
        let parser = html5ever::driver::parse_document(HtmlTreeSink::new(Html::new_document()), options);
        let html = html5ever::tendril::TendrilSink::one(parser, text);
        let selector = Selector::parse(selectors).unwrap();
        let elements = html.select(&selector).map(|element| CrateElement::of_html(&element));
        elements.filter(|element| !element.is_inside("template")).collect()
    }

    fn xml_elements(&self, text: &str, names: &str) -> Option<Vec<CrateElement>> {
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(text, options).ok()?;
        let elements = document
            .descendants()
            .filter(|node| node.is_element() && names.split(',').any(|name| name == node.tag_name().name()));
        Some(elements.map(CrateElement::of_xml).collect())
    }
}

/// An element, copied out of its document.
#[derive(Clone, Debug)]
pub struct CrateElement {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    ancestors: Vec<String>,
}

impl CrateElement {
    fn of_html(element: &ElementRef<'_>) -> Self {
        let value = element.value();
        let ancestors = element.ancestors().filter_map(ElementRef::wrap);
        Self {
            name: value.name().to_owned(),
            attributes: value.attrs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            text: element.text().collect(),
            ancestors: ancestors.map(|element| element.value().name().to_owned()).collect(),
        }
    }

    fn of_xml(node: roxmltree::Node<'_, '_>) -> Self {
        let texts = node.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text());
        Self {
            name: node.tag_name().name().to_owned(),
            attributes: node
                .attributes()
                .map(|own| (own.name().to_owned(), own.value().to_owned()))
                .collect(),
            text: texts.collect(),
            ancestors: node.ancestors().skip(1).map(|node| node.tag_name().name().to_owned()).collect(),
        }
    }
}

impl Element for CrateElement {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }

    fn text(&self) -> String {
        self.text.clone()
    }

    fn is_inside(&self, names: &str) -> bool {
        self.ancestors.iter().any(|own| names.split(',').any(|name| name == own))
    }
}

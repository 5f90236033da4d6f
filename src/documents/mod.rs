//! HTML and XML read without a browser's parser, for workers and Node, which have none.
//!
//! ```text
//! text ─ scanner ─▶ tags ─▶ html: what is open, by the rules of the HTML standard ─▶ Node…
//!                └────────▶ xml: well-formed, or nothing ─────────────────────────▶ Node…
//! ```
//!
//! Only what lists need is read: the elements that match a selector, with their attributes, their text and
//! the names of the elements around them.

mod html;
mod references;
mod scanner;
mod tags;
mod xml;

use std::rc::Rc;

use crate::plan::Element;

pub use html::html_elements;
pub use xml::xml_elements;

/// The most elements inside each other that are told apart; a browser has such a limit, too (Chromium: 512).
const MAX_DEPTH: usize = 512;

/// An element that was found.
#[derive(Clone, Debug)]
pub struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    around: Option<Rc<Around>>,
}

/// The name of an element around another, and what is around it. At most [`MAX_DEPTH`] are linked, so that
/// they can be dropped recursively.
#[derive(Debug)]
struct Around {
    name: String,
    outer: Option<Rc<Self>>,
}

impl Around {
    fn new(name: &str, outer: Option<Rc<Self>>) -> Option<Rc<Self>> {
        Some(Rc::new(Self { name: name.to_owned(), outer }))
    }
}

/// Whether one of these names, which are separated by commas, is among the names around an element.
fn is_inside(around: Option<&Rc<Around>>, names: &str) -> bool {
    let mut next = around;
    while let Some(around) = next {
        if names.split(',').any(|name| name == around.name) {
            return true;
        }
        next = around.outer.as_ref();
    }
    false
}

impl Element for Node {
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
        is_inside(self.around.as_ref(), names)
    }
}

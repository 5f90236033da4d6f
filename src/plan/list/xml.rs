//! Sitemaps, RSS and Atom.

use std::cell::RefCell;
use std::rc::Rc;

use super::document::{Element, ListWeb};
use super::html::{HtmlReader, RELATIVE, step_inside};
use super::output::Output;
use super::prose::names_image;
use super::request::Request;
use crate::plan::TextMap;

/// The local names of the elements that can name an image, or contain HTML that does.
const NAMES: &str = "loc,url,enclosure,content,thumbnail,image,link,img,encoded,description,summary,\
    image_link,additional_image_link";

/// Reads the elements of one document, one at each step.
pub struct XmlReader<E> {
    elements: std::vec::IntoIter<E>,
    /// The address of the page that the document is from, or empty.
    page: String,
    /// The HTML of an element's text, while it is read.
    html: Option<HtmlReader<E>>,
    /// The addresses so far: feeds name an image several times.
    seen: Rc<RefCell<TextMap>>,
    /// Whether the document has media of its own, of which thumbnails are copies.
    has_media: bool,
    /// Whether an address could not be resolved.
    pub needs_page: bool,
}

impl<E: Element> XmlReader<E> {
    /// Parses a document; `None` if it is not well-formed, even with each `&` in its place.
    pub fn new<W: ListWeb<Element = E>>(text: &str, page: &str, web: &W) -> Option<Self> {
        let elements = web.xml_elements(text, NAMES);
        let elements = elements.or_else(|| web.xml_elements(&with_escaped_ampersands(text), NAMES))?;
        let is_media = |element: &E| element.name() == "content" && is_image(element, "url");
        Some(Self {
            has_media: elements.iter().any(is_media),
            elements: elements.into_iter(),
            page: page.to_owned(),
            html: None,
            seen: Rc::default(),
            needs_page: false,
        })
    }

    /// Reads the next element; false at the end.
    pub fn step<W: ListWeb<Element = E>>(&mut self, web: &W, out: &mut Output) -> bool {
        if step_inside(&mut self.html, &mut self.needs_page, web, out) {
            return true;
        }
        let Some(element) = self.elements.next() else {
            if out.count() == 0 && !out.is_full && !self.needs_page {
                out.reject(None, "<…>", "this XML names no images");
            }
            return false;
        };
        self.read(&element, web, out);
        true
    }

    fn read<W: ListWeb<Element = E>>(&mut self, element: &E, web: &W, out: &mut Output) {
        let attribute = |name: &str| element.attribute(name).unwrap_or_default();
        match element.name().as_str() {
            // A sitemap's page has one, too.
            "loc" => {
                let address = element.text();
                if element.is_inside("image") || names_image(address.trim()) {
                    self.push(&address, web, out);
                }
            }
            "url" if element.is_inside("image") => self.push(&element.text(), web, out),
            "enclosure" | "content" if is_image(element, "url") => self.push(&attribute("url"), web, out),
            "thumbnail" if !self.has_media => self.push(&attribute("url"), web, out),
            "image" => self.push(&attribute("href"), web, out),
            // Of the products of a shop.
            "image_link" | "additional_image_link" => self.push(&element.text(), web, out),
            "link" if attribute("rel") == "enclosure" && is_image(element, "href") => {
                self.push(&attribute("href"), web, out);
            }
            "img" => self.push(&attribute("src"), web, out),
            "content" | "encoded" | "description" | "summary" => self.begin_html(&element.text(), web),
            _ => {}
        }
    }

    /// Reads the HTML in an element's text, if there is any.
    fn begin_html<W: ListWeb<Element = E>>(&mut self, text: &str, web: &W) {
        if text.contains("<img") || text.contains("<picture") {
            self.html = Some(HtmlReader::part(text, &self.page, web, &self.seen));
        }
    }

    fn push<W: ListWeb>(&mut self, address: &str, web: &W, out: &mut Output) {
        let address = address.trim();
        if address.is_empty() {
            return;
        }
        let Some(resolved) = web.resolve(address, &self.page) else {
            self.needs_page = true;
            return out.reject(None, address, RELATIVE);
        };
        if self.seen.borrow_mut().set_new(&resolved, 0) {
            out.push(Request::new(resolved));
        }
    }
}

/// Whether the address in an attribute is that of an image, by its type if it has one.
fn is_image(element: &impl Element, attribute: &str) -> bool {
    let kind = element.attribute("type").unwrap_or_default();
    kind.starts_with("image")
        || element.attribute("medium").as_deref() == Some("image")
        || (kind.is_empty() || kind == "application/octet-stream")
            && element.attribute(attribute).is_some_and(|address| names_image(&address))
}

/// The document with `&amp;` for each `&` that begins no reference which XML knows: many a feed has them, and
/// names of HTML's.
fn with_escaped_ampersands(text: &str) -> String {
    const KNOWN: [&str; 6] = ["amp;", "lt;", "gt;", "quot;", "apos;", "#"];
    let mut pieces = text.split('&');
    let mut escaped = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        escaped.push_str(if KNOWN.iter().any(|name| piece.starts_with(name)) { "&" } else { "&amp;" });
        escaped.push_str(piece);
    }
    escaped
}

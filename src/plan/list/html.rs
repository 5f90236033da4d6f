//! The images of an HTML document, or of a piece of one.

use std::cell::RefCell;
use std::rc::Rc;

use super::document::{Element, ListWeb};
use super::inert::inert;
use super::lines::{from, is_blank, starts_with};
use super::output::Output;
use super::prose::{addresses, names_image};
use super::request::Request;
use super::srcset::{self, Candidate};
use crate::plan::TextMap;
use crate::text::text;

/// The elements that can name an image, and those that name the page's address.
const SELECTORS: &str = "x-base,link,meta,img,amp-img,source,video,input,a,area,x-style,image,[x-style],[data-bg],[data-background-image]";

/// Attributes in which scripts that load images late find their addresses.
const LAZY: &str = "data-src data-lazy-src data-original data-lazy data-lazyload data-actualsrc data-echo \
    data-defer-src data-hi-res-src data-full-src data-orig-src data-cfsrc data-ll-src data-flickity-lazyload \
    nitro-lazy-src data-url data-image data-image-src data-img data-background-image data-bg";

/// The same for several sizes.
const LAZY_SETS: &str = "srcset data-srcset data-lazy-srcset data-original-set data-bgset";

/// Why an address without a host has no meaning.
pub const RELATIVE: &str = "the address is relative; enter the address of the page that it is from";

/// Reads the elements of one document, one at each step.
pub struct HtmlReader<E> {
    elements: std::vec::IntoIter<E>,
    /// The page's own address; empty until it is known.
    page: String,
    /// What relative addresses are resolved against, if the document says so.
    base: Option<String>,
    line: Option<usize>,
    /// The addresses so far: a page names the same image several times.
    seen: Rc<RefCell<TextMap>>,
    /// The best of the `source` elements before an `img`.
    sources: Option<Candidate>,
    /// A placeholder whose image may follow in a `noscript`.
    placeholder: Option<Request>,
    /// The text between the tags, which counts in a piece of HTML inside a list.
    texts: Vec<String>,
    /// The number of requests that there were before, if it is an error to add none.
    before: Option<usize>,
    /// Whether an address could not be resolved.
    pub needs_page: bool,
}

impl<E: Element> HtmlReader<E> {
    /// Parses a document. `page` is the address that the user gave for it, or empty.
    pub fn document<W: ListWeb<Element = E>>(text: &str, page: &str, web: &W, before: usize) -> Self {
        let page = if page.is_empty() { saved_from(text).unwrap_or_default() } else { page.to_owned() };
        Self {
            elements: web.html_elements(&inert(text), SELECTORS).into_iter(),
            page,
            base: None,
            line: None,
            seen: Rc::default(),
            sources: None,
            placeholder: None,
            texts: Vec::new(),
            before: Some(before),
            needs_page: false,
        }
    }

    /// Parses a piece of HTML inside a list, which begins on this line. Addresses in its text count, too.
    pub fn piece<W: ListWeb<Element = E>>(
        line: usize,
        text: &str,
        page: &str,
        web: &W,
        before: usize,
    ) -> Self {
        let texts =
            if text.contains("<script") || text.contains("<style") { Vec::new() } else { texts(text) };
        Self { line: Some(line), texts, ..Self::document(text, page, web, before) }
    }

    /// Parses the HTML in a part of another document, of which `seen` has the addresses.
    pub fn part<W: ListWeb<Element = E>>(
        text: &str,
        page: &str,
        web: &W,
        seen: &Rc<RefCell<TextMap>>,
    ) -> Self {
        Self { seen: Rc::clone(seen), before: None, ..Self::document(text, page, web, 0) }
    }

    /// Reads the next element; false at the end.
    pub fn step<W: ListWeb<Element = E>>(&mut self, web: &W, out: &mut Output) -> bool {
        let Some(element) = self.elements.next() else {
            self.finish(web, out);
            return false;
        };
        self.read(&element, web, out);
        true
    }

    fn finish<W: ListWeb>(&mut self, web: &W, out: &mut Output) {
        self.flush(web, out);
        for text in std::mem::take(&mut self.texts) {
            for found in addresses(&text, &[]) {
                if names_image(found.text) || found.text == text.trim() {
                    self.push(found.text, None, web, out);
                }
            }
        }
        if Some(out.count()) == self.before && !out.is_full && !self.needs_page {
            out.reject(self.line, "<…>", "this HTML has no images");
        }
    }

    fn read<W: ListWeb>(&mut self, element: &impl Element, web: &W, out: &mut Output) {
        let name = element.name();
        let attribute = |name: &str| element.attribute(name).unwrap_or_default();
        let is_of_picture = name == "img" && element.is_inside("picture");
        if name != "source" && !is_of_picture {
            self.flush_sources(web, out);
        }
        if name != "img" || !element.is_inside("noscript") {
            self.flush_placeholder(web, out);
        }
        match name.as_str() {
            "x-base" if self.base.is_none() => self.base = web.resolve(&attribute("href"), &self.page),
            "link" => match attribute("rel").to_ascii_lowercase().as_str() {
                "canonical" => self.page_is(attribute("href"), web),
                "image_src" => self.push(&attribute("href"), None, web, out),
                _ => {}
            },
            "meta" => self.read_meta(element, web, out),
            "source" if element.is_inside("video,audio") => {}
            "source" => {
                if let Some(candidate) = candidate_of(element) {
                    self.offer(candidate, &attribute("media"));
                }
            }
            "img" | "amp-img" => self.read_image(element, web, out),
            "video" => self.push(&attribute("poster"), None, web, out),
            "input" if attribute("type").eq_ignore_ascii_case("image") => {
                self.push(&attribute("src"), Some(attribute("alt")), web, out);
            }
            "a" | "area" if names_image(&attribute("href")) && !is_page_of_wiki(&attribute("href")) => {
                self.push(&attribute("href"), Some(attribute("title")), web, out);
            }
            "x-style" => self.push_backgrounds(&element.text(), web, out),
            "image" => {
                let href = element.attribute("href").or_else(|| element.attribute("xlink:href"));
                self.push(&href.unwrap_or_default(), None, web, out);
            }
            _ => ["data-bg", "data-background-image"].iter().for_each(|name| {
                self.push(&attribute(name), None, web, out);
            }),
        }
        self.push_backgrounds(&attribute("x-style"), web, out);
    }

    fn read_meta<W: ListWeb>(&mut self, element: &impl Element, web: &W, out: &mut Output) {
        let key = ["property", "name", "itemprop"].iter().find_map(|name| element.attribute(name));
        let content = element.attribute("content").unwrap_or_default();
        match key.unwrap_or_default().to_ascii_lowercase().as_str() {
            "og:url" => self.page_is(content, web),
            "og:image"
            | "og:image:url"
            | "og:image:secure_url"
            | "twitter:image"
            | "twitter:image:src"
            | "image" => self.push(&content, None, web, out),
            _ => {}
        }
    }

    fn read_image<W: ListWeb>(&mut self, element: &impl Element, web: &W, out: &mut Output) {
        let alt =
            element.attribute("alt").filter(|alt| !alt.is_empty()).or_else(|| element.attribute("title"));
        if let Some(candidate) = candidate_of(element) {
            self.offer(candidate, "");
        }
        let Some(candidate) = self.sources.take() else { return self.flush_placeholder(web, out) };
        // A picture in the address itself is mostly a placeholder, and a `noscript` has the image then.
        if starts_with(&candidate.address, "data:") {
            self.placeholder = Some(Request { title: alt, ..Request::new(candidate.address) });
            return;
        }
        if element.is_inside("noscript") {
            self.placeholder = None;
        }
        self.push(&candidate.address, alt, web, out);
    }

    /// Keeps a candidate for the next image if it is larger than those before. Of a picture's sources of one
    /// size, the first counts, as in a browser; one for narrow windows only if there is no other.
    fn offer(&mut self, mut candidate: Candidate, media: &str) {
        if media.contains("max-width") && !media.contains("min-width") {
            candidate.size = 0;
        }
        let is_better = self.sources.as_ref().is_none_or(|best| {
            starts_with(&best.address, "data:")
                || candidate.size > best.size && candidate.is_width >= best.is_width
        });
        if is_better {
            self.sources = Some(candidate);
        }
    }

    /// The page's address as the page states it, which counts if no better one is known.
    fn page_is<W: ListWeb>(&mut self, address: String, web: &W) {
        if self.page.is_empty() {
            self.page = web.parse_url(&address).unwrap_or_default();
        }
    }

    fn push_backgrounds<W: ListWeb>(&mut self, css: &str, web: &W, out: &mut Output) {
        for address in backgrounds(css) {
            self.push(&address, None, web, out);
        }
    }

    fn flush<W: ListWeb>(&mut self, web: &W, out: &mut Output) {
        self.flush_sources(web, out);
        self.flush_placeholder(web, out);
    }

    fn flush_sources<W: ListWeb>(&mut self, web: &W, out: &mut Output) {
        if let Some(candidate) = self.sources.take() {
            self.push(&candidate.address, None, web, out);
        }
    }

    fn flush_placeholder<W: ListWeb>(&mut self, web: &W, out: &mut Output) {
        if let Some(request) = self.placeholder.take() {
            self.push(&request.text, request.title, web, out);
        }
    }

    /// Resolves an address and adds it, unless it was there before.
    fn push<W: ListWeb>(&mut self, address: &str, title: Option<String>, web: &W, out: &mut Output) {
        let address = address.trim_matches(is_blank);
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        let base = self.base.as_deref().unwrap_or(&self.page);
        let Some(resolved) = web.resolve(address, base) else {
            self.needs_page = true;
            return out.reject(self.line, address, RELATIVE);
        };
        if self.seen.borrow_mut().set_new(&resolved, 0) {
            let title = title.filter(|title| !title.trim().is_empty());
            out.push(Request { line: self.line, title, ..Request::new(resolved) });
        }
    }
}

/// Reads the next element of HTML that is inside a list of another form, if some is being read; returns whether
/// it is. `needs_page` is what the outer list has found out so far.
pub fn step_inside<W: ListWeb>(
    html: &mut Option<HtmlReader<W::Element>>,
    needs_page: &mut bool,
    web: &W,
    out: &mut Output,
) -> bool {
    let Some(reader) = html else { return false };
    if !reader.step(web, out) {
        *needs_page |= reader.needs_page;
        *html = None;
    }
    true
}

/// The best address of an element with `src` and `srcset`, or of their lazy stand-ins.
fn candidate_of(element: &impl Element) -> Option<Candidate> {
    let is_content = |candidate: &Candidate| !starts_with(&candidate.address, "data:");
    let set = LAZY_SETS
        .split(' ')
        .filter_map(|name| srcset::largest(&element.attribute(name)?))
        .filter(is_content)
        .max_by_key(|candidate| candidate.size);
    let single = |name: &str| {
        // A script of the page would fill in `{width}`.
        let is_address = |address: &String| !address.trim().is_empty() && !address.contains("{width}");
        let address = element.attribute(name).filter(is_address)?;
        Some(Candidate { address, size: 100, is_width: false })
    };
    let source = LAZY.split_ascii_whitespace().find_map(single).or_else(|| single("src"));
    match (set, source) {
        (Some(set), Some(source)) if set.size <= source.size && !set.is_width && is_content(&source) => {
            Some(source)
        }
        (set, source) => set.or(source),
    }
}

/// The addresses in the backgrounds of a style sheet.
fn backgrounds(css: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = from(css, at).find("url(") {
        let open = at + offset;
        let declaration =
            css.get(..open).unwrap_or_default().rsplit([';', '{', '}']).next().unwrap_or_default();
        at = open + 4;
        let Some((inside, _)) = from(css, at).split_once(')') else { break };
        let address = inside.trim().trim_matches(['"', '\'']);
        let property = declaration.split(':').next().unwrap_or_default();
        if (property.contains("background") || property.contains("image")) && !starts_with(address, "data:") {
            found.push(address.to_owned());
        }
    }
    found
}

/// The address that a browser or an extension wrote into a page that it saved.
fn saved_from(text: &str) -> Option<String> {
    const MARKS: [&str; 2] = ["saved from url=(", "\n url: "];
    let end = (0..=text.len().min(4096)).rev().find(|end| text.is_char_boundary(*end))?;
    let head = text.get(..end)?;
    let after = MARKS.iter().find_map(|mark| head.split_once(mark))?.1;
    addresses(after.lines().next()?, &[]).first().map(|found| found.text.to_owned())
}

/// The texts between the tags of a piece of HTML.
fn texts(html: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    // The quote that the text is in; a tag without one counts as in itself.
    let mut inside = None;
    for (index, c) in html.char_indices() {
        match (inside, c) {
            (None, '<') if is_tag(from(html, index + 1)) => inside = Some('<'),
            (None, '\n') => texts.push(String::new()),
            (None, _) => texts.last_mut().into_iter().for_each(|text| text.push(c)),
            (Some('<'), '>') => {
                inside = None;
                texts.push(String::new());
            }
            (Some('<'), '"' | '\'') => inside = Some(c),
            (Some(quote), _) if quote == c => inside = Some('<'),
            _ => {}
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts.iter().map(|text| text.replace("&amp;", "&")).collect()
}

/// Whether an address is that of a wiki's page about a file, such as `/wiki/File:Cat.jpg`: a namespace, in any
/// language, precedes the name.
fn is_page_of_wiki(address: &str) -> bool {
    let segment = address.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    segment.split_once('.').is_some_and(|(before, _)| before.contains(':'))
}

/// Whether what follows a `<` makes it the start of a tag; `<https://…>` is an address in a text.
fn is_tag(after: &str) -> bool {
    let is_address = ["http://", "https://", "url:"].iter().any(|start| starts_with(after, start));
    after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) && !is_address
}

/// Where the first tag, comment or document type of a line begins. `<https://…>` and `a < b` are none.
pub fn first_tag(line: &str) -> Option<usize> {
    const TAGS: &str = " a abbr amp-img area article aside audio b base blockquote body br button center \
        code dd div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i \
        iframe img input label li link main map meta nav noscript object ol option p picture pre script \
        section select small source span strong style sub sup svg table tbody td template tfoot th thead \
        title tr u ul video ";
    let mut at = 0;
    while let Some(offset) = from(line, at).find('<') {
        let start = at + offset;
        let after = from(line, start + 1);
        let name = after.strip_prefix('/').unwrap_or(after);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
        let (name, rest) = name.split_at_checked(end).unwrap_or_default();
        let is_closed =
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
        let is_known =
            is_closed && !name.is_empty() && TAGS.contains(&text![" ", name.to_ascii_lowercase(), " "]);
        if is_known || after.starts_with("!--") || starts_with(after, "!doctype") {
            return Some(start);
        }
        at = start + 1;
    }
    None
}

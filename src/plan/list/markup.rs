//! The images of a line of Markdown, BBCode or reStructuredText. Links to pages are no images.

use super::lines::{from, is_of_word, lines_of, starts_with};
use super::prose::{Found, addresses, names_image, unquoted};
use crate::plan::TextMap;

/// An image that a line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The address, as it is written; it may be relative.
    pub address: String,
    /// What the image is said to show.
    pub title: Option<String>,
}

impl Image {
    fn new(address: &str) -> Self {
        Self { address: address.to_owned(), title: None }
    }
}

/// The addresses that Markdown's images refer to by name.
#[derive(Debug, Default)]
pub struct Definitions {
    addresses: Vec<String>,
    /// The index of the address by its label in small letters.
    labels: TextMap,
}

impl Definitions {
    /// Reads the definitions of a document, such as `[cat]: https://a.example/cat.jpg`.
    pub fn of(text: &str) -> Self {
        let mut definitions = Self::default();
        for (label, after) in lines_of(text).filter_map(definition) {
            let label = label.to_ascii_lowercase();
            if let Some(address) = after.split_whitespace().next()
                && definitions.labels.set_new(&label, definitions.addresses.len())
            {
                definitions.addresses.push(unquoted(address).to_owned());
            }
        }
        definitions
    }

    fn get(&self, label: &str) -> Option<&str> {
        let index = self.labels.get(&label.to_ascii_lowercase())?;
        self.addresses.get(index).map(String::as_str)
    }
}

fn definition(line: &str) -> Option<(&str, &str)> {
    line.trim_start().strip_prefix('[')?.split_once("]:")
}

/// The images of a line of Markdown: `![alt](address "title")`, `![alt][label]`, links to images, and an
/// address that is alone.
pub fn markdown(line: &str, definitions: &Definitions) -> Vec<Image> {
    if definition(line).is_some() {
        return Vec::new();
    }
    let (mut images, mut plain, mut rest) = (Vec::new(), String::new(), line);
    while let Some((before, after)) = rest.split_once("![") {
        // Without this, a long row of brackets would take quadratic time.
        if !after.contains(']') {
            break;
        }
        plain.push_str(before);
        let (alt, address, tail) = if let Some((alt, target)) = link(after) {
            let (address, tail) = target_of(target);
            (alt, Some(address), tail)
        } else if let Some((alt, after)) = after.split_once(']') {
            let label = after.strip_prefix('[').and_then(|after| after.split_once(']'));
            let (label, tail) = label.unwrap_or(("", after));
            (alt, definitions.get(if label.is_empty() { alt } else { label }), tail)
        } else {
            ("", None, after)
        };
        images.extend(address.map(|address| Image {
            title: Some(alt.to_owned()).filter(|alt| !alt.is_empty()),
            ..Image::new(address)
        }));
        rest = tail;
    }
    plain.push_str(rest);
    let others = addresses(&plain, &[]).into_iter().filter(|found| is_image(&plain, found));
    images.extend(others.map(|found| Image::new(found.text)));
    unique(images)
}

/// The most characters of a link's text.
const MAX_TITLE: usize = 4096;

/// The text of a link and what follows it, if its own bracket is closed by the target's.
fn link(after: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    let is_end = |(_, c): &(usize, char)| {
        depth += u32::from(*c == '[');
        let is_end = *c == ']' && depth == 0;
        depth = depth.saturating_sub(u32::from(*c == ']'));
        is_end
    };
    let (end, _) = after.char_indices().take(MAX_TITLE).find(is_end)?;
    let (alt, rest) = after.split_at_checked(end)?;
    Some((alt, rest.strip_prefix("](")?))
}

/// The address of a link's target, and what follows the target.
fn target_of(target: &str) -> (&str, &str) {
    let target = target.trim_start();
    if let Some((address, tail)) = target.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return (address, tail.split_once(')').map_or("", |(_, tail)| tail));
    }
    let mut depth = 0_u32;
    let is_end = |(_, c): &(usize, char)| {
        depth += u32::from(*c == '(');
        let is_end = c.is_whitespace() || *c == ')' && depth == 0;
        depth -= u32::from(*c == ')' && depth > 0);
        is_end
    };
    let end = target.char_indices().find(is_end).map_or(target.len(), |(index, _)| index);
    let (address, rest) = target.split_at_checked(end).unwrap_or_default();
    (address, rest.split_once(')').map_or("", |(_, tail)| tail))
}

/// The images of a line of BBCode: `[img]address[/img]`, links to images, and an address that is alone.
pub fn bbcode(line: &str) -> Vec<Image> {
    let is_tagged = |found: &Found<'_>| {
        let tag = line.get(..found.start).and_then(|before| before.trim_end().strip_suffix(']'));
        let name = tag.and_then(|tag| tag.rsplit('[').next()).unwrap_or_default();
        ["img", "timg", "thumb"].iter().any(|known| starts_with(name, known))
    };
    let found = addresses(line, &['[', ']']);
    let images = found.into_iter().filter(|found| is_tagged(found) || is_image(line, found));
    unique(images.map(|found| Image::new(found.text)).collect())
}

/// The images of a line of reStructuredText: `.. image:: address`, `.. figure:: address`, links to images,
/// and an address that is alone.
pub fn rst(line: &str) -> Vec<Image> {
    let directive = line.strip_prefix("..").and_then(|rest| rest.split_once("::"));
    if let Some((name, address)) = directive
        && (name.ends_with("image") || name.ends_with("figure"))
    {
        return vec![Image::new(address.trim())];
    }
    let images = addresses(line, &[]).into_iter().filter(|found| is_image(line, found));
    unique(images.map(|found| Image::new(found.text)).collect())
}

/// Whether an address in a text of markup is an image and no link to a page.
fn is_image(line: &str, found: &Found<'_>) -> bool {
    let is_mark = |c: char| !is_of_word(c) && !matches!(c, '[' | ']' | '(');
    let before = line.get(..found.start).unwrap_or_default();
    names_image(found.text)
        || before.trim_start_matches(|c: char| c.is_ascii_digit()).chars().all(is_mark)
            && from(line, found.end()).chars().all(is_mark)
}

/// A thumbnail that links to itself is one image.
fn unique(mut images: Vec<Image>) -> Vec<Image> {
    let mut seen = TextMap::default();
    images.retain(|image| seen.set_new(&image.address, 0));
    images
}

//! Entry names: safe on every system, unique in the archive, with the extension that fits the bytes.
//!
//! ```text
//! given name ────────────────────────────────────────────┐
//! URL ─ last segment, decoded once ─ stem ─▶ template ───┴▶ extension ─▶ sanitise ─▶ unique ─▶ EntryName
//! ```
//!
//! A name depends on the image's bytes and on the names before it, so it is chosen when the image is
//! placed into the archive. The same input then has the same names, whatever order images arrived in.

mod extension;
mod folding;
mod sanitise;
mod template;

pub use template::{NameTemplate, TemplateError};

use super::text_map::TextMap;
use super::{Item, ItemId, Plan, WebText};
use crate::image::Format;
use crate::text::{Append, Padded, display_by_append, text};
use extension::{split_extension, with_fitting_extension, without_suffix};
use folding::folded;
use sanitise::{percent_decoded, sanitise, within_limit};
use template::Fields;

/// The name of an entry: UTF-8, at most 200 bytes, without folders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryName(String);

impl EntryName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that is not checked: [`EntryNames`] made it on another thread, or it was read back from
    /// an archive.
    pub(crate) fn trusted(name: String) -> Self {
        Self(name)
    }

    /// A name for a test, which panics if it is not a safe one.
    #[cfg(test)]
    pub(crate) fn validated(name: &str) -> Self {
        assert_eq!(sanitise(name, &super::address::tests::NativeText), name);
        Self(name.to_owned())
    }
}

impl Append for EntryName {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(&self.0)
    }
}

display_by_append!(EntryName);

/// Hands out the names of one archive.
#[derive(Debug)]
pub struct EntryNames<'a, W> {
    plan: &'a Plan,
    template: &'a NameTemplate,
    web: &'a W,
    /// The number of occurrences of each segment that consists of digits. One that occurs more than
    /// once is not used as a name, such as the 300 of `https://picsum.photos/200/300`, ten times.
    numbers: TextMap,
    /// The names so far, folded, each with the number that its next namesake tries first.
    taken: TextMap,
}

impl<'a, W: WebText> EntryNames<'a, W> {
    /// Names for the plan's items.
    pub fn new(plan: &'a Plan, template: &'a NameTemplate, web: &'a W) -> Self {
        let mut numbers = TextMap::default();
        for address in plan.items().iter().filter_map(|item| item.address.as_ref().ok()) {
            if address.segment.bytes().all(|byte| byte.is_ascii_digit()) {
                let count = numbers.get(&address.segment).unwrap_or(0);
                numbers.set(address.segment.clone(), count + 1);
            }
        }
        Self { plan, template, web, numbers, taken: TextMap::default() }
    }

    /// The likely name of an item whose bytes have not arrived.
    pub fn expected(&self, id: ItemId) -> String {
        within_limit(&sanitise(&self.raw_name(id, None), self.web), "")
    }

    /// Chooses the item's name in the archive. To be called in the order of the archive.
    pub fn claim(&mut self, id: ItemId, format: Format) -> EntryName {
        let raw = self.raw_name(id, Some(format));
        let (stem, extension) = with_fitting_extension(&sanitise(&raw, self.web), format);
        let stem = sanitise(&stem, self.web);
        let stem = if stem.is_empty() { self.fallback(id) } else { stem };
        let dotted = text![".", extension];
        let plain = within_limit(&stem, &dotted);
        let plain_key = folded(&plain, self.web);
        let Some(mut number) = self.taken.get(&plain_key) else {
            self.taken.set(plain_key, 2);
            return EntryName(plain);
        };
        let (name, key) = loop {
            let name = within_limit(&stem, &text![" (", number, ")", dotted]);
            let key = folded(&name, self.web);
            number += 1;
            if self.taken.get(&key).is_none() {
                break (name, key);
            }
        };
        self.taken.set(plain_key, number);
        self.taken.set(key, 2);
        EntryName(name)
    }

    /// The given name, or else the template filled; not yet sanitised.
    fn raw_name(&self, id: ItemId, format: Option<Format>) -> String {
        let item = &self.plan.items()[id];
        if let Some(name) = item.name.as_deref().filter(|name| !sanitise(name, self.web).is_empty()) {
            return name.to_owned();
        }
        let own = self.own_name(id, item);
        let (stem, extension) = match format {
            Some(format) => with_fitting_extension(&own, format),
            None => split_extension(&own).map_or((own.clone(), String::new()), |(stem, extension)| {
                (stem.to_owned(), extension.to_owned())
            }),
        };
        let host = item.address.as_ref().map_or("", |address| &address.host);
        self.template.fill(&Fields { stem: &stem, extension: &extension, host, index: &self.index(id) })
    }

    /// The name that the address has, or the fallback.
    fn own_name(&self, id: ItemId, item: &Item) -> String {
        let segment = item.address.as_ref().map_or("", |address| &address.segment);
        let name = sanitise(without_suffix(&percent_decoded(segment)), self.web);
        let is_shared_number = self.numbers.get(segment).is_some_and(|count| count > 1);
        if name.is_empty() || is_shared_number { self.fallback(id) } else { name }
    }

    fn fallback(&self, id: ItemId) -> String {
        text!["image-", self.index(id)]
    }

    /// The item's number from 0, padded to the width of the last one.
    fn index(&self, id: ItemId) -> String {
        let digits = text![self.plan.len().max(1) - 1].len();
        text![Padded(id as u64, digits)]
    }
}

/// Sanitises the file name of an archive as an entry's name is; empty if nothing of it is left.
pub fn file_name_of(name: &str, web: &impl WebText) -> String {
    within_limit(&sanitise(name, web), "")
}

#[cfg(test)]
mod tests {
    use super::super::Request;
    use super::super::address::tests::NativeText;
    use super::super::tests::plan_of;
    use super::*;

    fn names_by(template: &str, plan: &Plan, format: Format) -> Vec<String> {
        let template = NameTemplate::parse(template).unwrap();
        let mut names = EntryNames::new(plan, &template, &NativeText);
        (0..plan.len()).map(|id| names.claim(id, format).to_string()).collect()
    }

    fn names(urls: &[&str]) -> Vec<String> {
        names_by("{name}", &plan_of(urls.iter().copied()), Format::Jpeg)
    }

    /// The entry name of a JPEG for which this name was given.
    fn given(name: &str) -> String {
        let request = Request { name: Some(name.into()), ..Request::new("https://a.example/x") };
        names_by("{name}", &Plan::new([request], &NativeText), Format::Jpeg).remove(0)
    }

    #[test]
    fn picsum_ten_times_is_image_0_to_9() {
        let expected: Vec<_> = (0..10).map(|n| format!("image-{n}.jpg")).collect();
        assert_eq!(names(&["https://picsum.photos/200/300"; 10]), expected);
        assert_eq!(names(&["https://a.example/photos/48213"]), ["48213.jpg"], "a number alone is a name");
    }

    #[test]
    fn numbers_have_one_width() {
        let plan = plan_of(["https://a.example/"; 11]);
        let names = names_by("{name}", &plan, Format::Png);
        assert_eq!((names[0].as_str(), names[10].as_str()), ("image-00.png", "image-10.png"));
    }

    #[test]
    fn a_name_comes_from_the_last_segment_decoded_once() {
        let cases = [
            (
                "https://images.unsplash.com/photo-1516117172878-fd2c41f4a759?w=1",
                "photo-1516117172878-fd2c41f4a759.jpg",
            ),
            ("https://a.example/a/b%20c.jpg", "b c.jpg"),
            ("https://a.example/%2541.jpg", "%41.jpg"),
            ("https://a.example/%E2%82%AC.jpeg", "€.jpeg"),
            ("https://a.example/%FF%FE.jpg", "%FF%FE.jpg"),
            ("https://a.example/..%2f..%2fetc%2fpasswd", "_.._etc_passwd.jpg"),
            ("https://a.example/%00.jpg", "jpg.jpg"),
            ("https://a.example/dir/", "image-0.jpg"),
            ("https://a.example/media/B94kUq7CcAA5_GN.jpg:orig", "B94kUq7CcAA5_GN.jpg"),
            ("https://a.example/cat.jpg;jsessionid=0A1B2C3D.node1", "cat.jpg"),
            ("https://a.example/%DA%A9%E2%80%8C%D9%87.jpg", "\u{6a9}\u{200c}\u{647}.jpg"),
        ];
        for (url, name) in cases {
            assert_eq!(names(&[url]), [name], "{url}");
        }
    }

    #[test]
    fn the_format_decides_the_extension() {
        let cases = [
            ("a.JPG", "a.JPG"),
            ("a.jpeg", "a.jpeg"),
            ("a.png", "a.jpg"),
            ("a.php", "a.jpg"),
            ("a", "a.jpg"),
            ("a.v2", "a.v2.jpg"),
            ("archive.tar", "archive.tar.jpg"),
            ("a.", "a.jpg"),
            ("a.jpg.png", "a.jpg.jpg"),
        ];
        for (name, expected) in cases {
            assert_eq!(given(name), expected, "{name}");
        }
    }

    #[test]
    fn an_extension_that_names_the_same_format_is_kept_as_it_was_written() {
        let cases = [
            (Format::Jpeg, &["jpe", "JFIF", "pjpeg", "mpo"][..]),
            (Format::Tiff, &["dng", "NEF", "cr2", "arw", "orf", "rw2", "pef"]),
            (Format::Ico, &["cur"]),
        ];
        for (format, extensions) in cases {
            for extension in extensions {
                let plan = plan_of([format!("https://a.example/a0001.{extension}").as_str()]);
                assert_eq!(names_by("{name}", &plan, format), [format!("a0001.{extension}")]);
            }
        }
        assert_eq!(given("a0001.dng"), "a0001.jpg", "a JPEG");
    }

    #[test]
    fn a_template_fills_its_fields() {
        let plan = plan_of(["https://picsum.photos/200/cat.png", "https://[::1]:8/dog"]);
        let cases = [
            ("{index}-{name}", ["0-cat.jpg", "1-dog.jpg"]),
            ("{host} {stem}.{ext}", ["picsum.photos cat.jpg", "[__1] dog.jpg"]),
            ("{host}-{index}", ["picsum.photos-0.jpg", "[__1]-1.jpg"]),
            ("x", ["x.jpg", "x (2).jpg"]),
            ("", ["image-0.jpg", "image-1.jpg"]),
        ];
        for (template, expected) in cases {
            assert_eq!(names_by(template, &plan, Format::Jpeg), expected, "{template}");
        }
    }

    #[test]
    fn names_are_unique_whatever_their_case_and_normalisation() {
        let urls = [
            "https://a.example/Cat.jpg",
            "https://a.example/cat.JPG",
            "https://b.example/cat%20(2).jpg",
            "https://b.example/cat.jpg",
            "https://a.example/%C3%A9.jpg",
            "https://a.example/e%CC%81.jpg",
            "https://a.example/ΜΑΣ.jpg",
            "https://a.example/μας.jpg",
        ];
        let expected = [
            "Cat.jpg",
            "cat (2).JPG",
            "cat (2) (2).jpg",
            "cat (3).jpg",
            "\u{e9}.jpg",
            "\u{e9} (2).jpg",
            "ΜΑΣ.jpg",
            "μας (2).jpg",
        ];
        assert_eq!(names(&urls), expected);
    }

    #[test]
    fn a_name_has_at_most_200_bytes_and_keeps_its_extension() {
        let long = format!("https://a.example/{}.jpg", "é".repeat(300));
        let names = names(&[&long, &long]);
        assert!(names.iter().all(|name| name.len() <= 200), "{names:?}");
        assert!(names[0].ends_with("é.jpg") && names[1].ends_with("é (2).jpg"), "{names:?}");
    }

    #[test]
    fn ten_thousand_namesakes_are_named_in_linear_time() {
        let plan = plan_of(["https://a.example/cat.jpg"; 10_000]);
        let names = names_by("{name}", &plan, Format::Jpeg);
        assert_eq!(names[9_999], "cat (10000).jpg");
    }

    #[test]
    fn a_given_name_is_preferred_and_sanitised() {
        let cases = [
            ("../../x.jpg", "_.._x.jpg"),
            ("C:\\d.jpg", "C__d.jpg"),
            ("CON", "_CON.jpg"),
            ("con.jpg", "_con.jpg"),
            ("LPT¹.old.jpg", "_LPT¹.old.jpg"),
            ("a\u{202E}gpj.exe", "agpj.exe.jpg"),
            ("a\u{200B}\0\n.jpg", "a.jpg"),
            (" .hidden. ", "hidden.jpg"),
            ("...", "x.jpg"),
            ("a .jpg", "a.jpg"),
            ("\u{200d}a\u{200c} \u{200c}b\u{200d}.\u{200c}jpg\u{200c}", "a b.jpg"),
        ];
        for (name, expected) in cases {
            assert_eq!(given(name), expected, "{name:?}");
        }
    }

    #[test]
    fn the_expected_name_is_known_before_the_bytes() {
        let plan = plan_of(["https://a.example/photo-1", "https://a.example/cat.jpg"]);
        let template = NameTemplate::default();
        let names = EntryNames::new(&plan, &template, &NativeText);
        assert_eq!((names.expected(0), names.expected(1)), ("photo-1".into(), "cat.jpg".into()));
    }
}

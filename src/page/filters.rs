//! What of a list goes into the zip: the filters, what is skipped, and the record.

use js_sys::RegExp;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::elements::{by_id, on, set_shown};
use super::persisted_input::PersistedInput;
use crate::browser::Yielder;
use crate::image::{Format, ImageFilter, Range};
use crate::job::ArchiveOptions;
use crate::plan::{AddressFilter, LeftOut, Plan, TextMap};
use crate::report::ManifestOptions;
use crate::text::add;
use crate::words::options;

/// Addresses between two looks at the clock, which are not free.
const STEPS: usize = 32;

/// The fields under "Filters" and the boxes below them.
pub struct Filters {
    address: PersistedInput,
    hosts: PersistedInput,
    extensions: PersistedInput,
    formats: PersistedInput,
    bytes: PersistedInput,
    width: PersistedInput,
    height: PersistedInput,
    aspect_ratio: PersistedInput,
    skip_addresses: PersistedInput,
    skip_images: PersistedInput,
    no_record: PersistedInput,
    record_sums: PersistedInput,
    record_secrets: PersistedInput,
    error: HtmlElement,
}

impl Filters {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            address: PersistedInput::find("filter-address")?,
            hosts: PersistedInput::find("filter-host")?,
            extensions: PersistedInput::find("filter-extension")?,
            formats: PersistedInput::find("filter-format")?,
            bytes: PersistedInput::find("filter-bytes")?,
            width: PersistedInput::find("filter-width")?,
            height: PersistedInput::find("filter-height")?,
            aspect_ratio: PersistedInput::find("filter-ratio")?,
            skip_addresses: PersistedInput::find("skip-addresses")?,
            skip_images: PersistedInput::find("skip-images")?,
            no_record: PersistedInput::find("no-record")?,
            record_sums: PersistedInput::find("record-sha256")?,
            record_secrets: PersistedInput::find("record-whole")?,
            error: by_id("filter-error")?,
        })
    }

    /// Restores what was entered before the page was loaded, and listens. `changed` is called when other
    /// addresses of the list are asked for.
    pub fn bind(&'static self, changed: impl Fn() + Copy + 'static) -> Result<(), JsValue> {
        for input in self.all() {
            input.bind()?;
        }
        for field in self.fields() {
            on(&field.input, "change", |_| drop(self.check()))?;
        }
        for input in [&self.address, &self.hosts, &self.extensions, &self.skip_addresses] {
            on(&input.input, "input", move |_| changed())?;
        }
        Ok(())
    }

    fn fields(&self) -> [&PersistedInput; 8] {
        [
            &self.address,
            &self.hosts,
            &self.extensions,
            &self.formats,
            &self.bytes,
            &self.width,
            &self.height,
            &self.aspect_ratio,
        ]
    }

    fn all(&self) -> impl Iterator<Item = &PersistedInput> {
        let boxes = [
            &self.skip_addresses,
            &self.skip_images,
            &self.no_record,
            &self.record_sums,
            &self.record_secrets,
        ];
        self.fields().into_iter().chain(boxes)
    }

    /// Appends them to the recorded options of a run.
    pub fn record(&self, options: &mut String) {
        self.all().for_each(|input| input.record(options));
    }

    /// Restores the recorded options of a run.
    pub fn restore(&self, options: &str) {
        self.all().for_each(|input| input.restore(options));
        drop(self.check());
    }

    /// Whether one of them is set.
    pub fn is_set(&self) -> bool {
        self.all().any(|input| !input.value().is_empty())
    }

    /// What decides which addresses are asked for, as a text.
    pub fn selection(&self) -> String {
        let mut selection = String::new();
        for input in [&self.address, &self.hosts, &self.extensions, &self.skip_addresses] {
            add!(&mut selection, input.value(), '\n');
        }
        selection
    }

    /// Leaves out of the plan what is not to be asked for. A filter that makes no sense leaves nothing out.
    pub async fn apply_to(&self, plan: &mut Plan) {
        let Ok((filter, pattern)) = self.address_filter() else { return };
        let skips_repeated = self.skip_addresses.input.checked();
        let (mut first, mut yielder) = (TextMap::default(), Yielder::default());
        for id in 0..plan.len() {
            let is_admitted = plan.address(id, 0).is_none_or(|address| {
                let is_matched = pattern.as_ref().is_none_or(|pattern| pattern.test(&address.href));
                is_matched && filter.admits(address)
            });
            plan.leave_out(id, (!is_admitted).then_some(LeftOut::Filter));
            if skips_repeated {
                plan.skip_repeated_address(id, &mut first);
            }
            if id % STEPS == 0 {
                yielder.maybe_yield().await;
            }
        }
    }

    /// What goes into the archive.
    ///
    /// # Errors
    ///
    /// A filter makes no sense; the error is now shown beside the filters, and its field has the focus.
    pub fn archive_options(&self) -> Result<ArchiveOptions, String> {
        let filter = self.check().map_err(|(field, error)| {
            let _ = field.input.focus();
            error
        })?;
        let manifest = (!self.no_record.input.checked()).then(|| ManifestOptions {
            has_sha256: self.record_sums.input.checked(),
            has_whole_addresses: self.record_secrets.input.checked(),
            ..ManifestOptions::default()
        });
        let skips_repeated_images = self.skip_images.input.checked();
        Ok(ArchiveOptions { filter, skips_repeated_images, manifest, ..ArchiveOptions::default() })
    }

    /// Shows whether all filters make sense.
    fn check(&self) -> Result<ImageFilter, (&PersistedInput, String)> {
        let filter = match self.address_filter() {
            Ok(_) => self.image_filter(),
            Err(error) => Err((&self.address, error)),
        };
        let wrong = filter.as_ref().err();
        for field in self.fields() {
            let is_wrong = wrong.is_some_and(|(wrong, _)| std::ptr::eq(*wrong, field));
            let _ = field.input.set_attribute("aria-invalid", if is_wrong { "true" } else { "false" });
        }
        self.error.set_text_content(wrong.map(|(_, error)| error.as_str()));
        set_shown(&self.error, wrong.is_some());
        filter
    }

    /// The filter, and the regular expression that stands in the field of the text as `/…/`.
    fn address_filter(&self) -> Result<(AddressFilter, Option<RegExp>), String> {
        let text = self.address.value().trim().to_owned();
        let pattern = match text.strip_prefix('/').and_then(|text| text.strip_suffix('/')) {
            Some(pattern) if !pattern.is_empty() => {
                let wrong = |_| options::not_a_regular_expression(pattern);
                Some(try_regexp(pattern, "iu").or_else(|_| try_regexp(pattern, "i")).map_err(wrong)?)
            }
            _ => None,
        };
        let text = if pattern.is_some() { String::new() } else { text };
        let (hosts, extensions) = (words_of(&self.hosts), words_of(&self.extensions));
        Ok((AddressFilter { text, hosts, extensions }, pattern))
    }

    fn image_filter(&self) -> Result<ImageFilter, (&PersistedInput, String)> {
        let range = |field, number: fn(&str) -> Option<f64>, examples| {
            let text = PersistedInput::value(field);
            Range::parse(&text, number).ok_or_else(|| (field, options::not_a_range(&text, examples)))
        };
        let mut formats = Vec::new();
        for word in words_of(&self.formats) {
            let format = Format::of_extension(&word);
            let unknown = || (&self.formats, options::not_a_format(&word));
            formats.push(format.ok_or_else(unknown)?);
        }
        Ok(ImageFilter {
            formats,
            bytes: range(&self.bytes, byte_count, options::Range::Bytes)?,
            width: range(&self.width, decimal, options::Range::Pixels)?,
            height: range(&self.height, decimal, options::Range::Pixels)?,
            aspect_ratio: range(&self.aspect_ratio, ratio, options::Range::AspectRatio)?,
        })
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Number)]
    fn number_of(text: &str) -> f64;
    /// A regular expression of the user's, which may be none.
    #[wasm_bindgen(js_name = RegExp, catch)]
    fn try_regexp(pattern: &str, flags: &str) -> Result<RegExp, JsValue>;
}

fn words_of(field: &PersistedInput) -> Vec<String> {
    let text = field.value();
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// By the browser, since Rust's own parser is 10 KB of tables.
fn decimal(text: &str) -> Option<f64> {
    let number = number_of(text);
    (!text.is_empty() && number.is_finite() && number >= 0.0).then_some(number)
}

/// Bytes, with a unit of 1,000 or 1,000,000 behind the number.
fn byte_count(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let number = lower.strip_suffix('b').unwrap_or(&lower);
    if let Some(number) = number.strip_suffix('k') {
        return decimal(number.trim_end()).map(|number| number * 1e3);
    }
    match number.strip_suffix('m') {
        Some(number) => decimal(number.trim_end()).map(|number| number * 1e6),
        None => decimal(number.trim_end()),
    }
}

/// A number, or a width and a height with a colon between them.
fn ratio(text: &str) -> Option<f64> {
    match text.split_once(':') {
        Some((width, height)) => {
            Some(decimal(width.trim())? / decimal(height.trim()).filter(|height| *height > 0.0)?)
        }
        None => decimal(text),
    }
}

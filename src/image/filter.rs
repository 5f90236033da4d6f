//! Which images go into the archive, by what is known once they have arrived.

use super::{Dimensions, FileType, Format, ImageFacts};
use crate::bytes::{ByteReader, PutBytes};

/// Bounds of a number; both may be missing, and both belong to the range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// The least value.
    pub least: Option<f64>,
    /// The greatest value.
    pub most: Option<f64>,
}

/// What an image must be. The default is any image.
///
/// An image whose width and height are not known passes only if nothing is demanded of them, and a file that is
/// no image only if no format is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageFilter {
    /// Its format is one of these; empty for any.
    pub formats: Vec<Format>,
    /// Its size in bytes.
    pub bytes: Range,
    /// Its width in pixels.
    pub width: Range,
    /// Its height in pixels.
    pub height: Range,
    /// Its width divided by its height.
    pub aspect_ratio: Range,
}

impl Range {
    /// Whether the range has a bound.
    pub fn is_set(self) -> bool {
        self.least.is_some() || self.most.is_some()
    }

    /// Parses `from-to`, `from-` or `-to`; a number alone is the least value, and an empty text no bound.
    /// `None` for another text.
    pub fn parse(text: &str, number: impl Fn(&str) -> Option<f64>) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::default());
        }
        let (least, most) = text.split_once(['-', '–']).unwrap_or((text, ""));
        let bound = |text: &str| match text.trim() {
            "" => Some(None),
            text => number(text).map(Some),
        };
        let range = Self { least: bound(least)?, most: bound(most)? };
        let is_ordered = range.least.zip(range.most).is_none_or(|(least, most)| least <= most);
        (range.is_set() && is_ordered).then_some(range)
    }

    fn contains(self, value: Option<f64>) -> bool {
        match value {
            Some(value) => {
                self.least.is_none_or(|least| value >= least) && self.most.is_none_or(|most| value <= most)
            }
            None => !self.is_set(),
        }
    }
}

impl ImageFilter {
    /// Whether it lets every image pass.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an image goes into the archive.
    pub fn admits(&self, image: &ImageFacts) -> bool {
        let size = image.dimensions.map(|Dimensions { width, height }| (f64::from(width), f64::from(height)));
        let has_format = matches!(image.file_type, FileType::Image(format) if self.formats.contains(&format));
        (self.formats.is_empty() || has_format)
            && self.bytes.contains(Some(image.bytes as f64))
            && self.width.contains(size.map(|(width, _)| width))
            && self.height.contains(size.map(|(_, height)| height))
            && self.aspect_ratio.contains(size.map(|(width, height)| width / height))
    }

    /// Appends it to a message.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.put_u8(self.formats.len() as u8);
        out.extend(self.formats.iter().map(|format| *format as u8));
        for Range { least, most } in [self.bytes, self.width, self.height, self.aspect_ratio] {
            out.put_f64(least.unwrap_or(f64::NAN));
            out.put_f64(most.unwrap_or(f64::NAN));
        }
    }

    /// Reads what [`put`](Self::put) has appended.
    pub fn read(reader: &mut ByteReader<'_>) -> Option<Self> {
        let mut formats = Vec::new();
        for _ in 0..reader.u8()? {
            formats.push(*Format::ALL.get(usize::from(reader.u8()?))?);
        }
        let mut bound = || Some(Some(reader.f64()?).filter(|bound| !bound.is_nan()));
        let mut range = || Some(Range { least: bound()?, most: bound()? });
        Some(Self { formats, bytes: range()?, width: range()?, height: range()?, aspect_ratio: range()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(least: f64) -> Range {
        Range { least: Some(least), most: None }
    }

    fn image(width: u32, height: u32) -> ImageFacts {
        ImageFacts { dimensions: Some(Dimensions { width, height }), ..ImageFacts::new(1000, 0, Format::Png) }
    }

    #[test]
    fn each_condition_counts_and_both_bounds_belong_to_a_range() {
        let filters = [
            (ImageFilter { formats: vec![Format::Jpeg, Format::Png], ..ImageFilter::default() }, true),
            (ImageFilter { formats: vec![Format::Jpeg], ..ImageFilter::default() }, false),
            (ImageFilter { bytes: from(1000.0), ..ImageFilter::default() }, true),
            (ImageFilter { bytes: from(1001.0), ..ImageFilter::default() }, false),
            (ImageFilter { width: from(640.0), height: from(480.0), ..ImageFilter::default() }, true),
            (ImageFilter { width: from(640.0), height: from(481.0), ..ImageFilter::default() }, false),
            (
                ImageFilter {
                    aspect_ratio: Range { least: Some(1.3), most: Some(1.4) },
                    ..ImageFilter::default()
                },
                true,
            ),
            (
                ImageFilter {
                    aspect_ratio: Range { least: None, most: Some(1.0) },
                    ..ImageFilter::default()
                },
                false,
            ),
        ];
        for (filter, admits) in filters {
            assert_eq!(filter.admits(&image(640, 480)), admits, "{filter:?}");
            let mut bytes = Vec::new();
            filter.put(&mut bytes);
            assert_eq!(ImageFilter::read(&mut ByteReader(&bytes)), Some(filter));
        }
    }

    #[test]
    fn a_range_is_parsed_from_its_bounds() {
        let parse = |text| Range::parse(text, |number| number.parse().ok());
        assert_eq!(parse(" "), Some(Range::default()));
        assert_eq!(parse("800"), Some(from(800.0)));
        assert_eq!(parse("800-"), Some(from(800.0)));
        assert_eq!(parse("- 1.5"), Some(Range { least: None, most: Some(1.5) }));
        assert_eq!(parse("1–2"), Some(Range { least: Some(1.0), most: Some(2.0) }));
        for wrong in ["-", "x", "2-1", "1-2-3"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_image_of_unknown_size_passes_only_filters_that_do_not_ask_for_it() {
        let unknown = ImageFacts::new(1000, 0, Format::Png);
        assert!(ImageFilter::default().admits(&unknown));
        assert!(!ImageFilter { width: from(1.0), ..ImageFilter::default() }.admits(&unknown));
        assert!(!ImageFilter { aspect_ratio: from(0.1), ..ImageFilter::default() }.admits(&unknown));
    }

    #[test]
    fn a_file_that_is_no_image_passes_only_filters_that_ask_for_no_format() {
        let file = ImageFacts::new(1000, 0, FileType::Other("application/pdf".into()));
        assert!(ImageFilter { bytes: from(1000.0), ..ImageFilter::default() }.admits(&file));
        assert!(!ImageFilter { formats: Format::ALL.to_vec(), ..ImageFilter::default() }.admits(&file));
    }
}

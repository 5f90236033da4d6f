//! The fields of a template, and their values for one item.

use super::extension::split_extension;
use super::sanitise::percent_decoded;
use crate::calendar::{SECONDS_PER_DAY, civil_date};
use crate::plan::{Address, Item};
use crate::text::{Padded, text};

/// The hexadecimal digits of a whole SHA-256.
const SHA256_DIGITS: usize = 64;

/// A field of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The name that the address has, with its extension.
    Name,
    /// The same without its extension.
    Stem,
    /// The extension that fits the bytes.
    Extension,
    /// The host.
    Host,
    /// The folders of the address's path.
    Path,
    /// The item's number.
    Index {
        /// What the first item has.
        first: u64,
        /// The least digits; by default as many as the last item has.
        width: Option<usize>,
    },
    /// The value of a parameter of the address's query.
    Query(String),
    /// What a range of the list stood for, by its number from 1.
    Glob(usize),
    /// The value of a column of the list.
    Column(String),
    /// The alternative text or the title that the list gives.
    Title,
    /// The time of the image's last modification, in this format.
    Date(String),
    /// The last part of the media type, such as `jpeg`.
    Type,
    /// The width in pixels.
    Width,
    /// The height in pixels.
    Height,
    /// The beginning of the SHA-256 of the bytes, in this many hexadecimal digits.
    Sha256(usize),
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// There is no such field.
    Unknown,
    /// Its brace is not closed.
    NotClosed,
}

impl Field {
    /// Parses what is between the braces; `None` if it names no field.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, key) = text.split_once('.').map_or((text, None), |(name, key)| (name, Some(key)));
        let key = key.filter(|key| !key.is_empty());
        Some(match (name, key) {
            ("query", Some(key)) => Self::Query(key.to_owned()),
            ("col", Some(key)) => Self::Column(key.to_owned()),
            ("glob", Some(key)) => Self::Glob(key.parse().ok().filter(|number| *number > 0)?),
            _ => match text {
                "name" => Self::Name,
                "stem" => Self::Stem,
                "ext" => Self::Extension,
                "host" => Self::Host,
                "path" => Self::Path,
                "title" => Self::Title,
                "type" => Self::Type,
                "width" => Self::Width,
                "height" => Self::Height,
                "date" => Self::Date("%Y-%m-%d".into()),
                _ => {
                    if let Some(format) = text.strip_prefix("date:") {
                        Self::Date(Some(format).filter(|format| !format.is_empty())?.to_owned())
                    } else if let Some(rest) = text.strip_prefix("sha256") {
                        Self::parse_sha256(rest)?
                    } else {
                        Self::parse_index(text.strip_prefix("index")?)?
                    }
                }
            },
        })
    }

    /// `:8` after `sha256`, or nothing.
    fn parse_sha256(rest: &str) -> Option<Self> {
        let digits = match rest.strip_prefix(':') {
            Some(digits) => digits.parse().ok().filter(|digits| (1..=SHA256_DIGITS).contains(digits))?,
            None => Some(SHA256_DIGITS).filter(|_| rest.is_empty())?,
        };
        Some(Self::Sha256(digits))
    }

    /// `+1` and `:4` after `index`, in either order.
    fn parse_index(mut rest: &str) -> Option<Self> {
        let (mut first, mut width) = (0, None);
        while !rest.is_empty() {
            let after = rest.get(1..)?;
            let end = after.find(['+', ':']).unwrap_or(after.len());
            let number =
                after.get(..end).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
            match rest.as_bytes().first()? {
                b'+' => first = number.parse().ok()?,
                b':' => width = Some(number.parse().ok().filter(|width| *width <= 20)?),
                _ => return None,
            }
            rest = after.get(end..)?;
        }
        Some(Self::Index { first, width })
    }

    /// The field as it stands between the braces, without options.
    pub fn text(&self) -> String {
        match self {
            Self::Query(key) => text!["query.", key],
            Self::Column(name) => text!["col.", name],
            Self::Glob(number) => text!["glob.", *number],
            Self::Title => "title".into(),
            Self::Name => "name".into(),
            Self::Stem => "stem".into(),
            Self::Extension => "ext".into(),
            Self::Host => "host".into(),
            Self::Path => "path".into(),
            Self::Index { .. } => "index".into(),
            Self::Date(_) => "date".into(),
            Self::Type => "type".into(),
            Self::Width => "width".into(),
            Self::Height => "height".into(),
            Self::Sha256(_) => "sha256".into(),
        }
    }

    /// Whether the list gives its value, and not the address or the image.
    pub fn is_of_list(&self) -> bool {
        matches!(self, Self::Glob(_) | Self::Column(_) | Self::Title)
    }

    /// Whether an empty value is a mistake: of the others it is usual, or known only once the image is there.
    pub fn must_be_filled(&self) -> bool {
        self.is_of_list() || matches!(self, Self::Query(_))
    }

    /// The value that the list gives; empty for another field.
    pub fn value_in_list(&self, item: &Item) -> String {
        match self {
            Self::Title => item.title.clone().unwrap_or_default(),
            Self::Glob(number) => item.globs.get(number - 1).cloned().unwrap_or_default(),
            Self::Column(name) => {
                let cell = item.cells.iter().find(|(own, _)| **own == **name);
                cell.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }
}

/// The folders of an address's path, decoded and separated by slashes.
pub fn folders(address: &Address) -> String {
    let path = address.href.split(['?', '#']).next().unwrap_or_default();
    let path =
        path.split_once("://").and_then(|(_, place)| place.split_once('/')).map_or("", |(_, path)| path);
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    // A slash that is encoded is part of a folder's name.
    let decoded: Vec<_> =
        folders.split('/').map(|folder| percent_decoded(folder).replace('/', "_")).collect();
    decoded.join("/")
}

/// The value of a parameter of an address's query, decoded; empty if there is none.
pub fn query_value(address: &Address, key: &str) -> String {
    let query =
        address.href.split('#').next().and_then(|href| href.split_once('?')).map_or("", |(_, query)| query);
    let decoded = |text: &str| percent_decoded(&text.replace('+', " ")).into_owned();
    let mut parameters =
        query.split('&').map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")));
    parameters.find(|(own, _)| decoded(own) == key).map(|(_, value)| decoded(value)).unwrap_or_default()
}

/// A moment, in seconds since 1970, in UTC: `%Y`, `%m`, `%d`, `%H`, `%M`, `%S` and `%%`.
pub fn date(format: &str, moment: i64) -> String {
    let (year, month, day) = civil_date(moment.div_euclid(SECONDS_PER_DAY));
    let second = moment.rem_euclid(SECONDS_PER_DAY);
    let padded = |value: i64, width| text![Padded(u64::try_from(value).unwrap_or(0), width)];
    let mut date = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            date.push(c);
            continue;
        }
        match rest.next() {
            Some('Y') => date += &padded(year, 4),
            Some('m') => date += &padded(month, 2),
            Some('d') => date += &padded(day, 2),
            Some('H') => date += &padded(second / 3600, 2),
            Some('M') => date += &padded(second / 60 % 60, 2),
            Some('S') => date += &padded(second % 60, 2),
            other => date.extend(other),
        }
    }
    date
}

/// A name's stem and extension; the latter may be empty.
pub fn stem_and_extension(name: &str) -> (String, String) {
    let (stem, extension) = split_extension(name).unwrap_or((name, ""));
    (stem.to_owned(), extension.to_owned())
}

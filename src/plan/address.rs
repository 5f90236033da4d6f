//! One address, checked once.

use crate::text::{Append, add, display_by_append, text};

/// What the pure core asks of the platform's text handling.
///
/// The browser has a URL parser and Unicode tables already; shipping our own would cost more than
/// the whole engine. Natively the tests bring crates for it.
pub trait WebText {
    /// Parses an absolute URL by the WHATWG URL standard; gives it serialised.
    fn parse_url(&self, text: &str) -> Option<String>;
    /// Unicode normalisation form C.
    fn nfc(&self, text: &str) -> String;
    /// Full lower-casing, without a locale.
    fn lower_case(&self, text: &str) -> String;
}

/// The longest `data:` URL that is taken, in bytes. Each is held in memory several times over (the
/// list, the plan, the message to the worker, the row); this is a photograph of 6 MB.
const LONGEST_DATA_URL: usize = 8 << 20;

/// An address that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The URL, serialised.
    pub href: String,
    /// What per-origin limits go by; all `data:` URLs share `data:`.
    pub origin: String,
    /// The host without the port; empty for `data:`.
    pub host: String,
    /// The last segment of the path, still percent-encoded; empty where there is none.
    pub segment: String,
}

/// Why a text is no address that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// The URL parser refused it, or it is relative.
    NotAUrl {
        /// The text, shortened.
        text: String,
    },
    /// It is a URL of a kind that is not fetched.
    Scheme {
        /// The text, shortened.
        text: String,
    },
    /// It carries a user name or a password, which the Fetch standard refuses.
    Credentials {
        /// The host, since the rest must not be repeated.
        host: String,
    },
    /// It is a `data:` URL that is longer than any that is taken.
    DataTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A glob of it can't be expanded.
    Glob {
        /// What is wrong with it.
        reason: String,
    },
}

impl Append for AddressError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::NotAUrl { text } => add!(
                whole,
                "not a URL: \"",
                text,
                "\"; write the whole address, such as https://example.org/cat.jpg"
            ),
            Self::Scheme { text } => {
                add!(whole, "not a URL that can be fetched: \"", text, "\"; use http: or https:")
            }
            Self::Credentials { host } => add!(
                whole,
                "the address for ",
                host,
                " carries a user name or a password, which browsers refuse; take them out"
            ),
            Self::DataTooLong { length } => add!(
                whole,
                "the data: URL is ",
                length,
                " bytes long, and one may have ",
                LONGEST_DATA_URL,
                "; save its image as a file instead"
            ),
            Self::Glob { reason } => whole.push_str(reason),
        }
    }
}

display_by_append!(AddressError);

impl std::error::Error for AddressError {}

impl Address {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// Everything but absolute `http:`, `https:` and `data:` URLs without credentials.
    pub fn parse(text: &str, web: &impl WebText) -> Result<Self, AddressError> {
        let text = text.trim();
        let shown = || shortened(&redacted(text));
        let href = web.parse_url(text).ok_or_else(|| AddressError::NotAUrl { text: shown() })?;
        Self::from_href(href).unwrap_or_else(|| Err(AddressError::Scheme { text: shown() }))
    }

    /// The address of a URL as the URL parser serialises it, from which its parts can be read; `None`
    /// for one that is not fetched.
    ///
    /// # Errors
    ///
    /// It carries credentials, or is a `data:` URL that is too long.
    pub fn from_href(href: String) -> Option<Result<Self, AddressError>> {
        const DATA: &str = "data:";
        let (scheme, rest) = href.split_once(':')?;
        if href.starts_with(DATA) {
            if href.len() > LONGEST_DATA_URL {
                return Some(Err(AddressError::DataTooLong { length: href.len() }));
            }
            let (origin, host, segment) = (DATA.to_owned(), String::new(), String::new());
            return Some(Ok(Self { href, origin, host, segment }));
        }
        if scheme != "https" && scheme != "http" {
            return None;
        }
        // `//authority/path?query#fragment`, and the path has at least its slash.
        let (authority, path) = rest.strip_prefix("//")?.split_once('/')?;
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        // An IPv6 address has colons, too, and ends with a bracket.
        let host = place
            .rsplit_once(':')
            .map_or(place, |(host, port)| if port.ends_with(']') { place } else { host });
        if credentials.is_some() {
            return Some(Err(AddressError::Credentials { host: host.to_owned() }));
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segment = path.rsplit('/').next().unwrap_or_default().to_owned();
        let (origin, host) = (text![scheme, "://", authority], host.to_owned());
        Some(Ok(Self { href, origin, host, segment }))
    }

    /// Whether the image is in the address itself.
    pub fn is_data(&self) -> bool {
        self.host.is_empty()
    }
}

/// The text without the user names and passwords that browsers would find in it, whether or not it
/// parses, as a whole or any of its words.
pub(super) fn redacted(text: &str) -> String {
    let text = text.trim();
    let is_data = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    if is_data || !text.contains('@') {
        return text.to_owned();
    }
    let whole = without_credentials(text);
    whole.split_inclusive(char::is_whitespace).map(without_credentials).collect()
}

/// The same for one address. Browsers take any slashes behind the scheme, of either kind, or none.
fn without_credentials(text: &str) -> String {
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if !scheme.contains(['/', '\\']) => rest,
        // A name with an @ has no host.
        _ if !text.starts_with(['/', '\\']) => return text.to_owned(),
        _ => text,
    };
    let place = rest.trim_start_matches(|c: char| c == '/' || c == '\\' || c.is_whitespace());
    let before = text.get(..text.len() - place.len()).unwrap_or_default();
    let authority = place.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@').and_then(|at| place.get(at + 1..)) {
        Some(after) => text![before, "…@", after],
        None => text.to_owned(),
    }
}

pub(super) fn shortened(text: &str) -> String {
    const LONGEST_SHOWN: usize = 80;
    let mut shown: String = text.chars().take(LONGEST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) use super::super::crate_text::CrateText as NativeText;

    fn parse(text: &str) -> Result<Address, AddressError> {
        Address::parse(text, &NativeText)
    }

    #[test]
    fn an_address_is_split_once() {
        let address = parse(" https://Example.org:8443/a/b%20c.jpg?w=1#x ").unwrap();
        assert_eq!(address.href, "https://example.org:8443/a/b%20c.jpg?w=1#x");
        assert_eq!(address.origin, "https://example.org:8443");
        assert_eq!(address.host, "example.org");
        assert_eq!(address.segment, "b%20c.jpg");
    }

    #[test]
    fn the_parts_are_those_of_the_url_standard() {
        let cases = [
            "https://example.org",
            "https://example.org/a?b/c#d/e",
            "HTTP://EXAMPLE.org:80/a/../b",
            "https://example.org:8443/?/",
            "http://[::1]/a.png",
            "http://[2001:db8::1]:8080/a.png#@",
            "https://bücher.example/ä/ö@ü",
            "http://0x7f.1/a:b@c",
            "https://:@example.org/a",
            "http://me@example.org:81/a",
        ];
        for text in cases {
            let url = url::Url::parse(text).unwrap();
            let host = url.host_str().unwrap().to_owned();
            let segment = url.path().rsplit('/').next().unwrap().to_owned();
            let origin = url.origin().ascii_serialization();
            let expected = match url.username() {
                "" => Ok(Address { href: url.to_string(), origin, host, segment }),
                _ => Err(AddressError::Credentials { host }),
            };
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn relative_and_foreign_addresses_are_refused_with_what_to_do() {
        for text in ["", "cat.jpg", "/cat.jpg", "//host/cat.jpg", "https://", "http://[::1"] {
            assert!(matches!(parse(text), Err(AddressError::NotAUrl { .. })), "{text:?}");
        }
        for text in ["ftp://host/x", "file:///etc/passwd", "javascript:alert(1)", "blob:https://a/b"] {
            assert!(matches!(parse(text), Err(AddressError::Scheme { .. })), "{text:?}");
        }
        let message = parse("ftp://host/x").unwrap_err().to_string();
        assert_eq!(message, "not a URL that can be fetched: \"ftp://host/x\"; use http: or https:");
    }

    #[test]
    fn a_password_is_refused_and_never_repeated() {
        let error = parse("https://me:secret@host.example/a.jpg").unwrap_err();
        assert_eq!(error, AddressError::Credentials { host: "host.example".into() });
        assert_eq!(redacted("https://me:s@cret@host.example/a@b"), "https://…@host.example/a@b");
        let lenient = [
            ("https:/me:secret@host/a", "https:/…@host/a"),
            ("HTTPS:me:secret@host/a@b", "HTTPS:…@host/a@b"),
            ("https:\\\\me:secret@host\\a", "https:\\\\…@host\\a"),
            ("https:/\t/me:secret@host", "https:/\t/…@host"),
            ("https:///me:sec:ret@@host?a@b", "https:///…@host?a@b"),
            ("//me:secret@host/a", "//…@host/a"),
            ("me:secret@host/a", "me:…@host/a"),
            ("mine: https://me:secret@host/a  b", "mine: https://…@host/a  b"),
            ("https://me:sec ret@host/a", "https://…@host/a"),
        ];
        for (text, expected) in lenient {
            assert_eq!(redacted(text), expected);
        }
        for text in ["cat@2x.jpg", "https://a.example/cat@2x.jpg", "Data:image/svg+xml,//a@b //a@b", "a@b: c"]
        {
            assert_eq!(redacted(text), text);
        }
        let unparsable = parse("https://me:secret@host:port/a.jpg").unwrap_err().to_string();
        assert!(!unparsable.contains("secret"), "{unparsable}");
    }

    #[test]
    fn a_data_url_has_its_bounds() {
        let of_length = |length: usize| format!("data:image/gif,{}", "A".repeat(length - 15));
        let parsed = |length| Address::from_href(of_length(length)).unwrap();
        assert!(parsed(LONGEST_DATA_URL).is_ok());
        let error = parsed(LONGEST_DATA_URL + 1).unwrap_err();
        assert_eq!(error, AddressError::DataTooLong { length: 8_388_609 });
        assert_eq!(
            error.to_string(),
            "the data: URL is 8388609 bytes long, and one may have 8388608; save its image as a file instead"
        );
    }

    #[test]
    fn data_urls_share_an_origin_and_have_no_name() {
        let address = parse("data:image/gif;base64,R0lGODlhAQABAAAAACw=").unwrap();
        assert_eq!((address.origin.as_str(), address.segment.as_str()), ("data:", ""));
    }
}

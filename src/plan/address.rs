//! One address, parsed and validated once.

use crate::text::{Append, add, display_by_append, text};

/// The platform's text handling, as far as the pure core needs it.
///
/// A browser has a URL parser and Unicode tables; shipping others would cost more than all the rest
/// of this library. The native tests implement this trait with crates.
pub trait WebText {
    /// Parses an absolute URL by the WHATWG URL standard and returns it serialised; `None` if it
    /// does not parse.
    fn parse_url(&self, text: &str) -> Option<String>;
    /// Unicode normalisation form C.
    fn nfc(&self, text: &str) -> String;
    /// Full Unicode lower-casing, independent of locale.
    fn lower_case(&self, text: &str) -> String;
    /// Full Unicode upper-casing, independent of locale.
    fn upper_case(&self, text: &str) -> String;
}

/// The longest `data:` URL accepted, in bytes: a photograph of 6 MB. Each is in memory several times
/// over (in the list, the plan, the message to the worker, and the row).
const MAX_DATA_URL_BYTES: usize = 8 << 20;

/// The address of an image: an absolute `http:`, `https:` or `data:` URL without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The URL, serialised.
    pub href: String,
    /// The origin, to which per-origin limits apply; `data:` for every `data:` URL.
    pub origin: String,
    /// The host without its port; empty for `data:` URLs.
    pub host: String,
    /// The last segment of the path, still percent-encoded; may be empty.
    pub segment: String,
}

/// Why a text is not an [`Address`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// The URL parser rejected it, or it is relative.
    NotAUrl {
        /// The text, shortened.
        text: String,
    },
    /// A URL with a scheme other than `http:`, `https:` and `data:`.
    Scheme {
        /// The text, shortened.
        text: String,
    },
    /// It contains a user name or a password, which the Fetch standard rejects.
    Credentials {
        /// The host; the rest is secret.
        host: String,
    },
    /// A `data:` URL longer than the limit.
    DataTooLong {
        /// Its length in bytes.
        length: usize,
    },
}

impl Append for AddressError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::NotAUrl { text } => add!(
                whole,
                "not a URL: \"",
                text,
                "\"; write the full address, such as https://example.org/cat.jpg"
            ),
            Self::Scheme { text } => {
                add!(whole, "not a URL that can be fetched: \"", text, "\"; use http: or https:")
            }
            Self::Credentials { host } => add!(
                whole,
                "the address for ",
                host,
                " contains a user name or a password, which browsers reject; remove it"
            ),
            Self::DataTooLong { length } => add!(
                whole,
                "the data: URL is ",
                length,
                " bytes long, and the limit is ",
                MAX_DATA_URL_BYTES,
                "; save its image as a file instead"
            ),
        }
    }
}

display_by_append!(AddressError);

impl std::error::Error for AddressError {}

impl Address {
    /// Parses an address that a user wrote; white space around it is ignored.
    ///
    /// # Errors
    ///
    /// If the text is not an absolute URL, its scheme is not `http:`, `https:` or `data:`, it
    /// contains credentials, or it is a `data:` URL that is too long.
    pub fn parse(text: &str, web: &impl WebText) -> Result<Self, AddressError> {
        let text = text.trim();
        let quoted = || shortened(&redacted(text));
        let href = web.parse_url(text).ok_or_else(|| AddressError::NotAUrl { text: quoted() })?;
        Self::from_href(href).unwrap_or_else(|| Err(AddressError::Scheme { text: quoted() }))
    }

    /// Splits a URL that the URL parser has serialised; `None` if its scheme is not `http:`, `https:`
    /// or `data:`.
    ///
    /// The browser's `URL` has the parts as well, but reading them would pass three more strings
    /// between JavaScript and wasm for each address, and the core would depend on its type.
    ///
    /// # Errors
    ///
    /// If the URL contains credentials, or is a `data:` URL that is too long.
    pub fn from_href(href: String) -> Option<Result<Self, AddressError>> {
        const DATA: &str = "data:";
        let (scheme, rest) = href.split_once(':')?;
        if href.starts_with(DATA) {
            if href.len() > MAX_DATA_URL_BYTES {
                return Some(Err(AddressError::DataTooLong { length: href.len() }));
            }
            let (origin, host, segment) = (DATA.to_owned(), String::new(), String::new());
            return Some(Ok(Self { href, origin, host, segment }));
        }
        if scheme != "https" && scheme != "http" {
            return None;
        }
        // `//authority/path?query#fragment`, in which the path is at least a slash.
        let (authority, path) = rest.strip_prefix("//")?.split_once('/')?;
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        // An IPv6 address contains colons, too, and ends with a bracket.
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

    /// What stands for an address of an entry of the caller's own, which is not fetched.
    pub fn of_own_data() -> Self {
        Self { href: String::new(), origin: String::new(), host: String::new(), segment: String::new() }
    }

    /// Whether it stands for an entry of the caller's own.
    pub fn is_own_data(&self) -> bool {
        self.href.is_empty()
    }

    /// Whether an origin is a host's: neither of `data:` URLs nor of entries of the caller's own.
    pub fn is_of_host(origin: &str) -> bool {
        origin.contains("://")
    }

    /// Whether this is a `data:` URL, which contains the image itself.
    pub fn is_data(&self) -> bool {
        self.host.is_empty() && !self.is_own_data()
    }
}

/// The text without any user name and password that a browser would find in it: in the text as a
/// whole or in any of its words, whether or not it parses.
pub(super) fn redacted(text: &str) -> String {
    let text = text.trim();
    let is_data = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    if is_data || !text.contains('@') {
        return text.to_owned();
    }
    let whole = without_credentials(text);
    whole.split_inclusive(char::is_whitespace).map(without_credentials).collect()
}

/// The same for one address. After the scheme, browsers accept any number of slashes, forward or
/// backward.
fn without_credentials(text: &str) -> String {
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if !scheme.contains(['/', '\\']) => rest,
        // Without a scheme or a leading slash there is no host: the @ is part of a file name.
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

/// The text, cut to a length that an error message can quote.
pub(super) fn shortened(text: &str) -> String {
    const MAX_QUOTED_CHARS: usize = 80;
    let mut quoted: String = text.chars().take(MAX_QUOTED_CHARS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) use super::super::crate_text::CrateText as NativeText;

    fn parse(text: &str) -> Result<Address, AddressError> {
        Address::parse(text, &NativeText)
    }

    #[test]
    fn an_address_is_split_into_its_parts() {
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
    fn relative_addresses_and_other_schemes_are_rejected_with_advice() {
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
    fn a_password_is_rejected_and_never_shown() {
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
    fn a_data_url_has_a_length_limit() {
        let of_length = |length: usize| format!("data:image/gif,{}", "A".repeat(length - 15));
        let parsed = |length| Address::from_href(of_length(length)).unwrap();
        assert!(parsed(MAX_DATA_URL_BYTES).is_ok());
        let error = parsed(MAX_DATA_URL_BYTES + 1).unwrap_err();
        assert_eq!(error, AddressError::DataTooLong { length: 8_388_609 });
        assert_eq!(
            error.to_string(),
            "the data: URL is 8388609 bytes long, and the limit is 8388608; save its image as a file instead"
        );
    }

    #[test]
    fn data_urls_share_an_origin_and_have_no_segment() {
        let address = parse("data:image/gif;base64,R0lGODlhAQABAAAAACw=").unwrap();
        assert_eq!((address.origin.as_str(), address.segment.as_str()), ("data:", ""));
    }
}

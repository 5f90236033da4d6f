//! A relay: a server that the user runs, which fetches images from hosts that don't let pages read
//! them.

use super::WebText;
use super::address::{Address, redacted, shortened};
use crate::text::{Append, Hex, add, display_by_append, text};

/// The address of a relay, to which an image's own address is appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay(Address);

/// The text is not a relay's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayError {
    /// The text, shortened and without a password.
    pub text: String,
}

impl Append for RelayError {
    fn append_to(&self, whole: &mut String) {
        add!(
            whole,
            "not a relay's address: \"",
            self.text,
            "\"; write it in full, such as https://relay.example/?url="
        );
    }
}

display_by_append!(RelayError);

impl std::error::Error for RelayError {}

impl Relay {
    /// Parses a relay's address.
    ///
    /// # Errors
    ///
    /// If the text is not an absolute `http:` or `https:` URL, contains credentials, or has a
    /// fragment: what is appended to a fragment is never sent.
    pub fn parse(text: &str, web: &impl WebText) -> Result<Self, RelayError> {
        Address::parse(text, web)
            .ok()
            .and_then(|address| Self::from_href(address.href))
            .ok_or_else(|| RelayError { text: shortened(&redacted(text)) })
    }

    /// The relay with this serialised URL; `None` if [`parse`](Self::parse) would reject it.
    pub fn from_href(href: String) -> Option<Self> {
        let address = Address::from_href(href)?.ok()?;
        (!address.is_data() && !address.href.contains('#')).then_some(Self(address))
    }

    /// The relay's serialised URL.
    pub fn href(&self) -> &str {
        &self.0.href
    }

    /// Its origin, to which limits and cool-downs apply instead of the images' own.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// The address to fetch for an image. A `data:` URL needs no relay and is returned as it is.
    pub fn address_of(&self, image: &Address) -> Address {
        if image.is_data() {
            return image.clone();
        }
        // A fragment is never sent.
        let own = image.href.split('#').next().unwrap_or_default();
        let mut href = self.0.href.clone();
        if href.ends_with('=') {
            add_encoded(&mut href, own)
        } else {
            href.push_str(own)
        }
        Address { href, segment: image.segment.clone(), ..self.0.clone() }
    }
}

/// Appends a text, percent-encoded as the value of a query parameter.
fn add_encoded(href: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            href.push(char::from(byte));
        } else {
            let digits = text![Hex(u32::from(byte), 2)];
            add!(href, '%', digits.to_ascii_uppercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::tests::NativeText;
    use super::*;

    fn request_address(relay: &str, image: &str) -> String {
        let relay = Relay::parse(relay, &NativeText).unwrap();
        relay.address_of(&Address::parse(image, &NativeText).unwrap()).href
    }

    #[test]
    fn the_image_s_address_is_appended_and_is_encoded_after_an_equals_sign() {
        let cases = [
            (
                "https://relay.example/?url=",
                "https://a.example/ä 1.jpg?w=1&h=2#x",
                "https://relay.example/?url=https%3A%2F%2Fa.example%2F%25C3%25A4%25201.jpg%3Fw%3D1%26h%3D2",
            ),
            (
                " http://localhost:8080 ",
                "http://a.example/1.jpg?w=1#x",
                "http://localhost:8080/http://a.example/1.jpg?w=1",
            ),
            ("https://relay.example/?url=", "data:image/gif;base64,AA==", "data:image/gif;base64,AA=="),
        ];
        for (relay, image, href) in cases {
            assert_eq!(request_address(relay, image), href);
        }
    }

    #[test]
    fn a_text_that_is_not_a_relay_is_rejected_with_advice() {
        for text in ["", "relay.example", "/relay?url=", "ftp://relay.example/", "data:,", "javascript:x"] {
            assert!(Relay::parse(text, &NativeText).is_err(), "{text:?}");
        }
        assert!(Relay::parse("https://relay.example/#url=", &NativeText).is_err(), "a fragment is not sent");
        let error = Relay::parse("https://me:secret@relay.example/?url=", &NativeText).unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a relay's address: \"https://…@relay.example/?url=\"; write it in full, such as \
             https://relay.example/?url="
        );
    }
}

//! A request as every route sees it, whichever protocol carried it.

use std::borrow::Cow;
use std::str::FromStr;

/// The protocol that carried a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

impl Protocol {
    /// Its name as the log shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// A request's head; bodies are read and dropped.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in upper case as sent.
    pub method: String,
    /// Path and query as sent, without scheme and host.
    pub target: String,
    /// The Host header or `:authority`.
    pub host: String,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// What carried it.
    pub protocol: Protocol,
    /// The number of its connection.
    pub connection: u64,
}

/// A query parameter that is there but says nothing usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError {
    /// The parameter.
    pub name: &'static str,
    /// Its value as decoded.
    pub value: String,
    /// What it takes.
    pub wanted: &'static str,
}

impl std::fmt::Display for ParameterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={:?} is not {}", self.name, self.value, self.wanted)
    }
}

impl std::error::Error for ParameterError {}

impl Request {
    /// The path as sent, still percent-encoded.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// The query as sent, without its question mark.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The first value of a query parameter, decoded.
    pub fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        self.query().split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then(|| decode(value, Plus::IsSpace))
        })
    }

    /// A query parameter as a number.
    pub fn number<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, ParameterError> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(ParameterError { name, value: text.into_owned(), wanted: "a number in range" }),
        }
    }

    /// A query parameter that is `on` or `off`.
    pub fn switch(&self, name: &'static str, default: bool) -> Result<bool, ParameterError> {
        match self.parameter(name).as_deref() {
            None => Ok(default),
            Some("on" | "") => Ok(true),
            Some("off") => Ok(false),
            Some(other) => Err(ParameterError { name, value: other.to_owned(), wanted: "on or off" }),
        }
    }

    /// The group that counts this request besides the whole.
    pub fn key(&self) -> Option<String> {
        self.parameter("key").map(Cow::into_owned)
    }

    /// The first header field of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
    }
}

/// What a plus sign stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plus {
    /// A space, as in a query written by a form.
    IsSpace,
    /// Itself, as in a path.
    IsPlus,
}

/// Undoes percent-encoding; a stray percent sign stays, and what is not UTF-8 becomes U+FFFD.
pub fn decode(text: &str, plus: Plus) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(hex_byte);
        match (escaped, bytes[at]) {
            (Some(byte), _) => {
                decoded.push(byte);
                at += 2;
            }
            (None, b'+') if plus == Plus::IsSpace => decoded.push(b' '),
            (None, byte) => decoded.push(byte),
        }
        at += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// The byte that two hexadecimal digits write.
pub fn hex_byte(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits else { return None };
    let digit = |digit: u8| char::from(digit).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(target: &str) -> Request {
        Request {
            method: "GET".into(),
            target: target.into(),
            host: "localhost".into(),
            scheme: "http",
            headers: Vec::new(),
            protocol: Protocol::Http1,
            connection: 1,
        }
    }

    #[test]
    fn parameters_are_decoded_once_and_the_first_wins() {
        let request = asked("/a?name=%2541+b%20c&name=second&flag");
        assert_eq!(request.path(), "/a");
        assert_eq!(request.parameter("name").unwrap(), "%41 b c");
        assert_eq!(request.parameter("flag").unwrap(), "");
        assert!(request.parameter("other").is_none());
    }

    #[test]
    fn a_number_out_of_range_is_an_error_that_carries_it() {
        let error = asked("/?latency=-4").number::<u64>("latency").unwrap_err();
        assert_eq!(error.to_string(), "latency=\"-4\" is not a number in range");
    }

    #[test]
    fn stray_percent_signs_stay() {
        assert_eq!(decode("100%+%4", Plus::IsPlus), "100%+%4");
        assert_eq!(decode("%C3%A9%ff", Plus::IsPlus), "é\u{FFFD}");
    }
}

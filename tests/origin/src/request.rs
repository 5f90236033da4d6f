//! A request as routes see it, whatever its protocol.

use std::borrow::Cow;
use std::str::FromStr;

use thiserror::Error;

/// The protocol of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

impl Protocol {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// The head of a request. Its body is read and dropped.
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
    /// The protocol.
    pub protocol: Protocol,
    /// The number of its connection.
    pub connection: u64,
}

/// A query parameter with a wrong value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name}={value:?} is not {wanted}")]
pub struct ParameterError {
    /// The parameter.
    pub name: &'static str,
    /// Its decoded value.
    pub value: String,
    /// What the value should be, as in "a number".
    pub wanted: &'static str,
}

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
        let mut pairs = form_urlencoded::parse(self.query().as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value)
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

    /// The group that counts this request.
    pub fn key(&self) -> Option<String> {
        self.parameter("key").map(Cow::into_owned)
    }

    /// The first header field of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
    }
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
        assert_eq!(asked("/?a=100%+%4").parameter("a").unwrap(), "100% %4", "stray percent signs stay");
        assert!(request.parameter("other").is_none());
    }

    #[test]
    fn a_number_out_of_range_is_an_error_that_carries_it() {
        let error = asked("/?latency=-4").number::<u64>("latency").unwrap_err();
        assert_eq!(error.to_string(), "latency=\"-4\" is not a number in range");
    }
}

//! An answer as data: what to send, and how it fails. Made by `route` and `faults`, shaped by
//! `behaviour`, sent by `http1` and `http2`, which know nothing about pictures.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use serde::Serialize;

use crate::body::Body;

/// An answer, without the parts that the protocol itself adds.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header fields in the order they are sent; names may repeat.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// How the body's end is announced.
    pub framing: Framing,
    /// When its parts are sent.
    pub pace: Pace,
    /// Where and how it breaks off, if it does.
    pub cut: Option<Cut>,
    /// Exact bytes in place of an HTTP/1.1 answer, for what HTTP forbids. The connection is closed
    /// after them. HTTP/2 cannot say such things: there the stream is reset.
    pub wire: Option<Bytes>,
}

/// How the end of a body is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Content-Length, true.
    Exact,
    /// Content-Length with this value whatever the body's length; the connection is closed after it.
    Declared(u64),
    /// Chunked on HTTP/1.1; on HTTP/2 no Content-Length.
    Chunked,
    /// On HTTP/1.1 the end of the connection; on HTTP/2 no Content-Length.
    UntilClose,
}

/// When the parts of an answer are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The wait before the head.
    pub latency: Duration,
    /// The most bytes of the body per second.
    pub rate: Option<u64>,
    /// The bytes per second of all answers together that have this limit.
    pub line: Option<u64>,
    /// The most bytes of the body in one write, chunk or DATA frame.
    pub chunk: Option<u64>,
    /// A gate to wait for.
    pub gate: Option<Gate>,
}

/// A wait that a test ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The gate's key.
    pub key: String,
    /// Bytes of the body to send before waiting; `None` waits before the head.
    pub at: Option<u64>,
}

/// Where and how an answer breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The place.
    pub at: CutAt,
    /// The way.
    pub how: CutHow,
}

/// Where an answer breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutAt {
    /// Before any byte.
    Start,
    /// In the middle of the head; on HTTP/2 the same as `Start`.
    Head,
    /// After this many bytes of the body.
    Body(u64),
}

/// How an answer breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutHow {
    /// A TCP reset; on HTTP/2 RST_STREAM with INTERNAL_ERROR.
    Reset,
    /// A TCP close; on HTTP/2 RST_STREAM with CANCEL.
    Close,
    /// A TCP reset; on HTTP/2 GOAWAY with ENHANCE_YOUR_CALM, which ends all streams of the connection.
    GoAway,
    /// Nothing more is sent, and nothing is closed, until the client closes.
    Stall,
}

impl Answer {
    /// An ordinary answer of this type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Body>) -> Self {
        let mut answer = Self::bare(status);
        answer.body = body.into();
        answer.with("content-type", content_type)
    }

    /// An answer with neither headers nor body.
    pub fn bare(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::empty(),
            framing: Framing::Exact,
            pace: Pace::default(),
            cut: None,
            wire: None,
        }
    }

    /// A sentence about a wrong request.
    pub fn refusal(status: u16, sentence: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", sentence.into() + "\n")
    }

    /// A JSON document, never cached.
    pub fn json(document: &impl Serialize) -> Self {
        // Only a map with keys that are not texts can't be written, and there is none here.
        let text = serde_json::to_vec(document).unwrap_or_default();
        Self::new(200, "application/json", text).with("cache-control", "no-store")
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::bare(status).with("location", location)
    }

    /// Appends a header field.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Replaces all header fields of this name by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Whether there is a header field of that name.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(present, _)| present.eq_ignore_ascii_case(name))
    }

    /// Removes all header fields of that name.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
    }

    /// Breaks the answer off.
    pub fn cut(mut self, at: CutAt, how: CutHow) -> Self {
        self.cut = Some(Cut { at, how });
        self
    }

    /// Changes how the end of the body is announced.
    pub fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Whether this status has no body by definition (RFC 9110, 6.4.1).
    pub fn is_bodiless(&self) -> bool {
        matches!(self.status, 100..=199 | 204 | 304)
    }

    /// The Content-Length of its framing.
    pub fn content_length(&self) -> Option<u64> {
        match self.framing {
            _ if self.is_bodiless() => None,
            Framing::Exact => Some(self.body.len()),
            Framing::Declared(length) => Some(length),
            Framing::Chunked | Framing::UntilClose => None,
        }
    }
}

/// A time in seconds since 1970 as HTTP writes it (RFC 9110, 5.6.7), at most the end of the year 9999.
pub fn http_date(unix_seconds: u64) -> String {
    const LAST: u64 = 253_402_300_799;
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix_seconds.min(LAST)))
}

//! Where the forms put what they find: ranges are expanded here, and the limit holds.

use std::collections::VecDeque;

use super::request::{Rejected, Request};
use crate::plan::address::{redacted, shortened};
use crate::plan::glob::{self, Expansion, GlobError};
use crate::text::text;

/// The most URLs in one list, after its ranges are expanded.
///
/// There must be a limit, since `[0-999999999]` is quickly typed. A table of 100,000 rows still
/// scrolls smoothly, and the largest workload of the benchmark has 12,044 images.
pub const MAX_URLS: usize = 100_000;

/// What was found and not yet passed on.
#[derive(Debug, Default)]
pub struct Output {
    queue: VecDeque<Found>,
    /// The requests so far, those that were passed on included.
    count: usize,
    keeps_ranges: bool,
    /// Whether the limit was exceeded, which ends the reading.
    pub is_full: bool,
}

#[derive(Debug)]
enum Found {
    One(Result<Request, Rejected>),
    /// A request whose address has ranges, with what of them was not passed on.
    Range(Request, Expansion),
}

impl Output {
    /// An output that leaves ranges as they are, or expands them.
    pub fn new(keeps_ranges: bool) -> Self {
        Self { keeps_ranges, ..Self::default() }
    }

    /// Takes out what was found first.
    pub fn pop(&mut self) -> Option<Result<Request, Rejected>> {
        while let Some(found) = self.queue.pop_front() {
            match found {
                Found::One(found) => return Some(found),
                Found::Range(request, mut expansion) => {
                    if let Some((text, globs)) = expansion.next() {
                        let found = unescaped(Request { text, globs, ..request.clone() });
                        self.queue.push_front(Found::Range(request, expansion));
                        return Some(Ok(found));
                    }
                }
            }
        }
        None
    }

    /// The number of requests so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds a request whose address is meant as it is written, or as it was written into HTML: no server has a
    /// parameter `amp;size`.
    pub fn push(&mut self, request: Request) {
        if self.count < MAX_URLS {
            self.count += 1;
            self.queue.push_back(Found::One(Ok(unescaped(request))));
        } else if !self.is_full {
            self.is_full = true;
            let place = request.line.map_or_else(|| text!["URL ", MAX_URLS + 1], |line| text!["line ", line]);
            let reason = text![
                place,
                " and everything after it exceed the limit of ",
                MAX_URLS,
                " URLs per list; split it up"
            ];
            self.reject(request.line, &request.text, reason);
        }
    }

    /// Adds a request for each address that an address with ranges stands for.
    pub fn push_range(&mut self, request: Request) {
        // The brackets and braces of a data: URL are content.
        if self.keeps_ranges || request.text.starts_with("data:") || !request.text.contains(['[', '{']) {
            return self.push(request);
        }
        let limit = MAX_URLS.saturating_sub(self.count);
        let shown = || shortened(&redacted(&request.text));
        match glob::expand(&request.text, limit) {
            Ok(expansion) => {
                self.count += expansion.size_hint().0;
                self.queue.push_back(Found::Range(request, expansion));
            }
            Err(GlobError::Backwards) => {
                let reason = text!["the range in \"", shown(), "\" runs backwards; swap its ends"];
                self.reject(request.line, &request.text, reason);
            }
            Err(GlobError::TooMany { count }) => {
                let reason = text![
                    "\"",
                    shown(),
                    "\" expands to ",
                    count,
                    " URLs, and the limit is ",
                    MAX_URLS,
                    " per list; split it up"
                ];
                self.reject(request.line, &request.text, reason);
            }
        }
    }

    /// Adds a piece that names no address.
    pub fn reject(&mut self, line: Option<usize>, text: &str, reason: impl Into<String>) {
        self.queue.push_back(Found::One(Err(Rejected::new(line, text, reason))));
    }
}

/// A request whose address is as it was before it was written into HTML.
fn unescaped(mut request: Request) -> Request {
    for escaped in ["&amp;", "&#38;", "&#038;", "&#x26;"] {
        if request.text.contains(escaped) && !request.text.starts_with("data:") {
            request.text = request.text.replace(escaped, "&");
        }
    }
    request
}

//! Reads `cases.md`.

use serde_json::Value;

use crate::browser::Kind;

/// The cases of one call.
pub struct Section {
    pub title: String,
    /// The options of the call.
    pub options: Value,
    pub cases: Vec<Case>,
}

/// One line of the table.
pub struct Case {
    pub name: String,
    /// A path, or a whole address, with placeholders.
    pub sent: String,
    /// How often it is in the list.
    pub times: usize,
    pub outcome: Outcome,
    /// What the item reports.
    pub attempts: Count,
    /// What the server must have seen for each time that the case is in the list.
    pub requests: Count,
    pub bytes: Bytes,
    pub pause: Pause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// Stored, and marked as cut short.
    CutShort,
    Failed {
        kind: String,
        status: Option<u64>,
    },
}

/// A number of attempts or requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Any,
    Exactly(u64),
    AtLeast(u64),
}

/// The bytes that must be in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    None,
    /// The intact file that the fault happens to.
    Whole,
    /// The body that the server has for the path.
    Sent,
    /// This many bytes from the start of the intact file.
    First(usize),
    /// Any number of bytes from the start of the intact file.
    Prefix,
}

/// How long no request must have come after the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    Any,
    Milliseconds(u32),
    UntilDate,
}

/// The sections of the table, for one browser.
pub fn sections(browser: Kind) -> Vec<Section> {
    let text = include_str!("cases.md");
    text.split("\n## ").skip(1).map(|section| Section::read(section, browser)).collect()
}

impl Section {
    fn read(text: &str, browser: Kind) -> Self {
        let (title, text) = text.split_once('\n').unwrap();
        let options = text.lines().find_map(|line| line.strip_prefix("Options: ")).expect(title);
        let options = serde_json::from_str(options.trim_matches('`')).expect(title);
        // After the headings and the line below them.
        let lines = text.lines().filter(|line| line.starts_with('|')).skip(2);
        let cases = lines.map(|line| Case::read(line, browser)).collect();
        Self { title: title.to_owned(), options, cases }
    }
}

impl Case {
    fn read(line: &str, browser: Kind) -> Self {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, sent, outcome, attempts, requests, bytes, pause] = cells[..] else {
            panic!("not a case: {line}");
        };
        let in_this = |cell| in_browser(cell, browser);
        let (sent, times) = sent.split_once(" × ").unwrap_or((sent, "1"));
        Self {
            name: name.to_owned(),
            sent: sent.trim_matches('`').to_owned(),
            times: times.parse().expect(line),
            outcome: Outcome::read(in_this(outcome)),
            attempts: Count::read(in_this(attempts)),
            requests: Count::read(in_this(requests)),
            bytes: match in_this(bytes) {
                "–" => Bytes::None,
                "whole" => Bytes::Whole,
                "sent" => Bytes::Sent,
                "prefix" => Bytes::Prefix,
                count => Bytes::First(number(count) as usize),
            },
            pause: match pause {
                "–" => Pause::Any,
                "date" => Pause::UntilDate,
                milliseconds => Pause::Milliseconds(number(milliseconds) as u32),
            },
        }
    }

    /// The name of the demo server's fault, if it is one.
    pub fn fault(&self) -> Option<&str> {
        let (_, path) = self.sent.split_once("/fault/")?;
        path.split(['/', '?']).next()
    }
}

impl Outcome {
    fn read(text: &str) -> Self {
        match text.split_once(' ') {
            None if text == "stored" => Self::Stored,
            _ if text == "cut short" => Self::CutShort,
            None => Self::Failed { kind: text.to_owned(), status: None },
            Some((kind, status)) => Self::Failed { kind: kind.to_owned(), status: Some(number(status)) },
        }
    }
}

impl Count {
    fn read(text: &str) -> Self {
        match text.strip_suffix('+') {
            _ if text == "any" => Self::Any,
            Some(least) => Self::AtLeast(number(least)),
            None => Self::Exactly(number(text)),
        }
    }

    pub fn is_met_by(self, seen: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(exact) => seen == exact,
            Self::AtLeast(least) => seen >= least,
        }
    }

    /// The count of as many such cases.
    pub fn times(self, times: usize) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Exactly(exact) => Self::Exactly(exact * times as u64),
            Self::AtLeast(least) => Self::AtLeast(least * times as u64),
        }
    }
}

/// `stored; WebKit: network` is "network" in WebKit and "stored" elsewhere.
fn in_browser(cell: &str, browser: Kind) -> &str {
    let mut variants = cell.split("; ");
    let usual = variants.next().unwrap_or_default();
    let own = variants.find_map(|variant| variant.strip_prefix(browser.name())?.strip_prefix(": "));
    own.unwrap_or(usual)
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

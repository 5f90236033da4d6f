//! What can be asked of the benchmark. `cargo xtask` reads it too, before it installs or builds
//! anything, so this file stands alone.

use std::fmt;

/// How to use it.
pub const USAGE: &str = "\
cargo xtask bench [WORKLOAD…] [OPTION…]
cargo xtask bench crc [--browser NAME…]
cargo xtask bench soak [--browser NAME…]

workloads: picsum10 unsplash15 few-large many-small very-many (all of these by default),
           past-memory-size past-memory-count (past-memory for both; 12 GB and 70,000 files)
  --browser chromium|firefox   may be given for each; default chromium
  --runs N                     measured rounds after a warm-up; default 5 (past-memory: 1, no warm-up)
  --at-once N                  requests in flight, for all contenders alike; default 16
  --protocol http1|http2       instead of the workload's own (both for picsum10 and unsplash15)
  --only CONTENDER,…           of floor, floor-byob, fetchzip, fetchzip-sequential, client-zip, jszip,
                               fflate and zip.js
  --scale F                    a part of each workload, such as 0.1, to try the benchmark itself
";

/// fetchzip's own default.
const AT_ONCE: usize = 16;

/// Measured rounds.
const RUNS: usize = 5;

/// A command line that makes sense.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Say how it is used.
    Help,
    /// Measure workloads.
    Workloads(Options),
    /// Measure CRC-32 in these browsers.
    Crc(Vec<Browser>),
    /// Measure memory after many runs in these browsers.
    Soak(Vec<Browser>),
}

/// What to measure, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// In this order, each once.
    pub workloads: Vec<Name>,
    /// One after the other.
    pub browsers: Vec<Browser>,
    /// Measured rounds, where they were asked for.
    pub runs: Option<usize>,
    /// Requests in flight.
    pub at_once: usize,
    /// Instead of the workload's own.
    pub protocol: Option<Protocol>,
    /// Instead of all that can do the job.
    pub only: Option<Vec<Contender>>,
    /// The part of each workload, above 0 and at most 1.
    pub scale: f64,
}

impl Options {
    /// Measured rounds of a workload.
    pub fn runs_of(&self, workload: Name) -> usize {
        self.runs.unwrap_or(if workload.goes_to_a_sink() { 1 } else { RUNS })
    }
}

/// Names that belong to a fixed list.
pub trait Named: Copy + PartialEq + 'static {
    /// What they name, in words.
    const WHAT: &'static str;
    /// All there are.
    const ALL: &'static [Self];
    /// As it is written on the command line and in reports.
    fn name(self) -> &'static str;

    /// The one of this name, or a sentence that names all.
    fn parse(text: &str) -> Result<Self, UsageError> {
        let found = Self::ALL.iter().copied().find(|one| one.name() == text);
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
            UsageError::Unknown { what: Self::WHAT, given: text.to_owned(), known: known.join(", ") }
        })
    }
}

/// A workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Ten times one address.
    Picsum10,
    /// Fifteen photographs.
    Unsplash15,
    /// 4 files, 539 MB.
    FewLarge,
    /// 6,214 files, 119 MB.
    ManySmall,
    /// 12,044 files, 130 MB.
    VeryMany,
    /// 3,000 files, 12 GB.
    PastMemorySize,
    /// 70,000 files, 70 MB.
    PastMemoryCount,
}

impl Named for Name {
    const WHAT: &'static str = "workload";
    const ALL: &'static [Self] = &[
        Self::Picsum10,
        Self::Unsplash15,
        Self::FewLarge,
        Self::ManySmall,
        Self::VeryMany,
        Self::PastMemorySize,
        Self::PastMemoryCount,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Picsum10 => "picsum10",
            Self::Unsplash15 => "unsplash15",
            Self::FewLarge => "few-large",
            Self::ManySmall => "many-small",
            Self::VeryMany => "very-many",
            Self::PastMemorySize => "past-memory-size",
            Self::PastMemoryCount => "past-memory-count",
        }
    }
}

impl Name {
    /// Whether its archive is written out as it grows, being too large to keep.
    pub fn goes_to_a_sink(self) -> bool {
        matches!(self, Self::PastMemorySize | Self::PastMemoryCount)
    }

    /// Whether it is one of the examples that fetchzip grew out of, which are compared with fetching
    /// one after the other.
    pub fn has_sequential(self) -> bool {
        matches!(self, Self::Picsum10 | Self::Unsplash15)
    }
}

/// A browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Or Chrome.
    Chromium,
    /// The extended-support release will do.
    Firefox,
}

impl Named for Browser {
    const WHAT: &'static str = "browser";
    const ALL: &'static [Self] = &[Self::Chromium, Self::Firefox];

    fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }
}

/// How images come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain HTTP/1.1, six connections a host.
    Http1,
    /// HTTP/2 over TLS, one connection.
    Http2,
}

impl Named for Protocol {
    const WHAT: &'static str = "protocol";
    const ALL: &'static [Self] = &[Self::Http1, Self::Http2];

    fn name(self) -> &'static str {
        match self {
            Self::Http1 => "http1",
            Self::Http2 => "http2",
        }
    }
}

/// Who takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// `fetch` and `Response.blob()`, nothing zipped.
    Floor,
    /// BYOB reads in a worker, the bytes dropped.
    FloorByob,
    /// This.
    Fetchzip,
    /// The same, one after the other.
    Sequential,
    /// client-zip.
    ClientZip,
    /// `JSZip`.
    Jszip,
    /// fflate.
    Fflate,
    /// zip.js.
    ZipJs,
}

impl Named for Contender {
    const WHAT: &'static str = "contender";
    const ALL: &'static [Self] = &[
        Self::Floor,
        Self::FloorByob,
        Self::Fetchzip,
        Self::Sequential,
        Self::ClientZip,
        Self::Jszip,
        Self::Fflate,
        Self::ZipJs,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::FloorByob => "floor-byob",
            Self::Fetchzip => "fetchzip",
            Self::Sequential => "fetchzip-sequential",
            Self::ClientZip => "client-zip",
            Self::Jszip => "jszip",
            Self::Fflate => "fflate",
            Self::ZipJs => "zip.js",
        }
    }
}

impl Contender {
    /// The others that make zips.
    pub const PEERS: [Self; 4] = [Self::ClientZip, Self::Jszip, Self::Fflate, Self::ZipJs];

    /// Whether what it ends with is an archive.
    pub fn zips(self) -> bool {
        !matches!(self, Self::Floor | Self::FloorByob)
    }

    /// Whether it can write an archive out as it grows.
    pub fn streams_out(self) -> bool {
        !matches!(self, Self::Jszip | Self::Fflate | Self::Sequential)
    }
}

/// A command line that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageError {
    /// A name that is in no list.
    Unknown {
        /// What it should have named.
        what: &'static str,
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// An option that does not exist.
    Option(String),
    /// An option's value is missing or none of its kind.
    Value {
        /// The option.
        option: String,
        /// What it takes.
        takes: &'static str,
    },
    /// A workload or an option beside `crc` or `soak`, which take none.
    BrowsersOnly {
        /// Which of the two.
        command: String,
        /// What stands beside it.
        given: String,
    },
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { what, given, known } => {
                write!(f, "there is no {what} `{given}`; there are {known}")
            }
            Self::Option(option) => {
                write!(f, "bench has no option {option}; `cargo xtask bench --help` lists them")
            }
            Self::Value { option, takes } => write!(f, "{option} takes {takes}"),
            Self::BrowsersOnly { command, given } => {
                write!(f, "`bench {command}` takes browsers only, not {given}")
            }
        }
    }
}

impl std::error::Error for UsageError {}

/// Reads what follows `cargo xtask bench`.
pub fn parse(arguments: &[String]) -> Result<Command, UsageError> {
    let mut words = Vec::new();
    let mut options = Options {
        workloads: Vec::new(),
        browsers: Vec::new(),
        runs: None,
        at_once: AT_ONCE,
        protocol: None,
        only: None,
        scale: 1.0,
    };
    let mut given = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "-h" | "--help") {
            return Ok(Command::Help);
        }
        if !argument.starts_with('-') {
            words.push(argument.as_str());
            continue;
        }
        let takes = takes(argument).ok_or_else(|| UsageError::Option(argument.clone()))?;
        let wrong = || UsageError::Value { option: argument.clone(), takes };
        let value = arguments.next().ok_or_else(wrong)?;
        match argument.as_str() {
            "--browser" => options.browsers.push(Browser::parse(value)?),
            "--runs" => options.runs = Some(count(value).ok_or_else(wrong)?),
            "--at-once" => options.at_once = count(value).ok_or_else(wrong)?,
            "--protocol" => options.protocol = Some(Protocol::parse(value)?),
            "--only" => {
                let only: Result<Vec<_>, _> = value.split(',').map(Contender::parse).collect();
                options.only = Some(only?);
            }
            _ => options.scale = part(value).ok_or_else(wrong)?,
        }
        if argument != "--browser" {
            given.push(argument.as_str());
        }
    }
    if options.browsers.is_empty() {
        options.browsers.push(Browser::Chromium);
    }
    let firsts = |browsers: &[Browser], at: usize| !browsers[..at].contains(&browsers[at]);
    let all = options.browsers.clone();
    options.browsers = (0..all.len()).filter(|at| firsts(&all, *at)).map(|at| all[at]).collect();
    if let Some(command @ ("crc" | "soak")) = words.first().copied() {
        return match words.get(1).or(given.first()) {
            Some(extra) => {
                Err(UsageError::BrowsersOnly { command: command.to_owned(), given: (*extra).to_owned() })
            }
            None if command == "crc" => Ok(Command::Crc(options.browsers)),
            None => Ok(Command::Soak(options.browsers)),
        };
    }
    options.workloads = workloads(&words)?;
    Ok(Command::Workloads(options))
}

/// What an option takes.
fn takes(option: &str) -> Option<&'static str> {
    Some(match option {
        "--browser" => "chromium or firefox",
        "--runs" => "a whole number from 1 on",
        "--at-once" => "a whole number from 1 on",
        "--protocol" => "http1 or http2",
        "--only" => "contenders, with commas between them",
        "--scale" => "a number above 0 and at most 1",
        _ => return None,
    })
}

fn count(value: &str) -> Option<usize> {
    value.parse().ok().filter(|count| *count > 0)
}

fn part(value: &str) -> Option<f64> {
    value.parse().ok().filter(|part| *part > 0.0 && *part <= 1.0)
}

/// The workloads of these names, in the order of the table; without any, those that take minutes.
fn workloads(words: &[&str]) -> Result<Vec<Name>, UsageError> {
    let mut wanted = Vec::new();
    for word in words {
        match *word {
            "past-memory" => wanted.extend([Name::PastMemorySize, Name::PastMemoryCount]),
            word => wanted.push(Name::parse(word)?),
        }
    }
    let is_wanted =
        |name: &Name| if words.is_empty() { !name.goes_to_a_sink() } else { wanted.contains(name) };
    Ok(Name::ALL.iter().copied().filter(is_wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, UsageError> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    fn options(line: &str) -> Options {
        match parsed(line) {
            Ok(Command::Workloads(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_a_word_the_workloads_are_those_that_fit_into_memory() {
        let options = options("");
        assert_eq!(options.workloads.len(), 5);
        assert!(!options.workloads.iter().any(|name| name.goes_to_a_sink()));
        assert_eq!((options.browsers, options.at_once), (vec![Browser::Chromium], 16));
    }

    #[test]
    fn past_memory_is_two_workloads_of_one_run() {
        let options = options("past-memory few-large past-memory-size --scale 0.1");
        assert_eq!(options.workloads, [Name::FewLarge, Name::PastMemorySize, Name::PastMemoryCount]);
        assert_eq!((options.runs_of(Name::PastMemorySize), options.runs_of(Name::FewLarge)), (1, 5));
    }

    #[test]
    fn both_browsers_can_be_asked_for() {
        let options = options("--browser firefox --browser chromium --browser firefox --only floor,zip.js");
        assert_eq!(options.browsers, [Browser::Firefox, Browser::Chromium]);
        assert_eq!(options.only, Some(vec![Contender::Floor, Contender::ZipJs]));
        assert_eq!(parsed("crc --browser firefox"), Ok(Command::Crc(vec![Browser::Firefox])));
    }

    #[test]
    fn a_senseless_command_line_is_one_sentence() {
        for (line, sentence) in [
            (
                "few-big",
                "there is no workload `few-big`; there are picsum10, unsplash15, few-large, many-small, \
                 very-many, past-memory-size, past-memory-count",
            ),
            ("--browser opera", "there is no browser `opera`; there are chromium, firefox"),
            ("--browser", "--browser takes chromium or firefox"),
            ("--runs 0", "--runs takes a whole number from 1 on"),
            ("--scale 2", "--scale takes a number above 0 and at most 1"),
            ("--fast", "bench has no option --fast; `cargo xtask bench --help` lists them"),
            ("crc few-large", "`bench crc` takes browsers only, not few-large"),
            ("crc --runs 3", "`bench crc` takes browsers only, not --runs"),
            ("soak crc", "`bench soak` takes browsers only, not crc"),
        ] {
            assert_eq!(parsed(line).unwrap_err().to_string(), sentence);
        }
    }
}

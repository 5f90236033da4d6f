//! The benchmark's command line: a crate of its own, so that `cargo xtask` can refuse a wrong one before
//! it installs or builds anything.

mod names;

use std::num::{NonZeroU32, NonZeroUsize};

use lexopt::prelude::*;
pub use names::{Contender, Named, Protocol, WorkloadName};
pub use support::BrowserKind;

/// How to use the program.
pub const USAGE: &str = "\
cargo xtask bench [WORKLOAD…] [OPTION…]
cargo xtask bench crc [--browser NAME…]
cargo xtask bench soak [--browser NAME…] [--minutes N]
cargo xtask bench load                the page's first visit, in Chromium

workloads: picsum10 unsplash15 few-large many-small very-many three-hosts real-net (all of these by
           default), past-memory-size past-memory-count (past-memory for both; 12 GB and 70,000 files)
  --browser chromium|firefox   may be given once for each; default chromium
  --runs N                     measured rounds after a warm-up; default 5 (past-memory: 1, no warm-up)
  --at-once N                  concurrent requests, for all contenders alike; default 16 (three-hosts: all at
                               once, and fetchzip as many as it finds)
  --protocol http1|http2       instead of the workload's own (both for those with latency)
  --only CONTENDER,…           of floor, floor-byob, fetchzip, fetchzip-sequential, client-zip, jszip,
                               fflate, zip.js, and fetchzip-sha256, which only this selects
  --scale F                    a fraction of each workload, such as 0.1, to try out the benchmark itself
  --minutes N                  of `soak`: runs for so long, on hosts that limit, break, refuse and flood,
                               instead of 100 runs on one that does not
";

/// fetchzip's own default.
const AT_ONCE: usize = 16;

/// Measured rounds.
const RUNS: usize = 5;

/// What the program is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Print [`USAGE`].
    Help,
    /// Measure workloads.
    Workloads(Options),
    /// Measure CRC-32 in these browsers.
    Crc(Vec<BrowserKind>),
    /// Measure memory after many runs.
    Soak {
        /// In these browsers.
        browsers: Vec<BrowserKind>,
        /// Runs for this many minutes on hosts where everything goes wrong; `None` for 100 runs where nothing does.
        minutes: Option<u32>,
    },
    /// Measure the page's first visit.
    Load,
}

/// What to measure, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The workloads, each once, in the order of the table.
    pub workloads: Vec<WorkloadName>,
    /// The browsers, each once, one after the other.
    pub browsers: Vec<BrowserKind>,
    /// The number of measured rounds, if it was given.
    pub runs: Option<usize>,
    /// The number of concurrent requests.
    pub at_once: usize,
    /// The protocol instead of the workload's own.
    pub protocol: Option<Protocol>,
    /// The contenders instead of all that can do the job.
    pub only: Option<Vec<Contender>>,
    /// The fraction of each workload, above 0 and at most 1.
    pub scale: f64,
}

impl Options {
    /// The number of measured rounds of a workload.
    pub fn runs_of(&self, workload: WorkloadName) -> usize {
        self.runs.unwrap_or(if workload.uses_sink() { 1 } else { RUNS })
    }
}

/// Parses the arguments after `cargo xtask bench`.
///
/// # Errors
///
/// An option, a name or a value does not exist or is missing, `crc` or `soak` is combined with anything but
/// browsers (and `soak` with minutes), `load` with anything, or minutes with anything but `soak`.
pub fn parse(arguments: &[String]) -> Result<Command, lexopt::Error> {
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
    let mut minutes = None;
    // The first option that `crc` and `soak` don't take.
    let mut option_given = None;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        if let Long(option) = argument
            && !matches!(option, "browser" | "minutes")
        {
            option_given.get_or_insert_with(|| format!("--{option}"));
        }
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("browser") => {
                let browser = parser.value()?.parse_with(names::browser)?;
                if !options.browsers.contains(&browser) {
                    options.browsers.push(browser);
                }
            }
            Long("runs") => options.runs = Some(parser.value()?.parse::<NonZeroUsize>()?.get()),
            Long("at-once") => options.at_once = parser.value()?.parse::<NonZeroUsize>()?.get(),
            Long("protocol") => options.protocol = Some(parser.value()?.parse_with(Protocol::parse)?),
            Long("only") => {
                let parse = |list: &str| list.split(',').map(Contender::parse).collect();
                options.only = Some(parser.value()?.parse_with(parse)?);
            }
            Long("minutes") => minutes = Some(parser.value()?.parse::<NonZeroU32>()?.get()),
            Long("scale") => options.scale = parser.value()?.parse_with(fraction)?,
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let has_browser = !options.browsers.is_empty();
    if options.browsers.is_empty() {
        options.browsers.push(BrowserKind::Chromium);
    }
    let is_soak = words.first().is_some_and(|word| word == "soak");
    if minutes.is_some() && !is_soak {
        return Err("only `bench soak` takes --minutes".into());
    }
    let command = match words.first().map(String::as_str) {
        Some("crc") => Command::Crc(options.browsers),
        Some("soak") => Command::Soak { browsers: options.browsers, minutes },
        // Only Chromium's driver makes a network slow.
        Some("load") if has_browser => return Err("`bench load` takes nothing, not --browser".into()),
        Some("load") => Command::Load,
        _ => {
            options.workloads = workloads(&words)?;
            return Ok(Command::Workloads(options));
        }
    };
    let takes = match command {
        Command::Load => "nothing",
        Command::Soak { .. } => "browsers and minutes only",
        _ => "browsers only",
    };
    match words.get(1).or(option_given.as_ref()) {
        Some(extra) => Err(format!("`bench {}` takes {takes}, not {extra}", words[0]).into()),
        None => Ok(command),
    }
}

fn fraction(value: &str) -> Result<f64, &'static str> {
    let fraction = value.parse().ok().filter(|fraction| *fraction > 0.0 && *fraction <= 1.0);
    fraction.ok_or("it must be above 0 and at most 1")
}

/// The workloads of these names; without names, those that take minutes.
fn workloads(words: &[String]) -> Result<Vec<WorkloadName>, lexopt::Error> {
    let mut wanted = Vec::new();
    for word in words {
        match word.as_str() {
            "past-memory" => wanted.extend([WorkloadName::PastMemorySize, WorkloadName::PastMemoryCount]),
            name => {
                wanted.push(WorkloadName::parse(name).map_err(|sentence| format!("`{name}`: {sentence}"))?);
            }
        }
    }
    let is_wanted =
        |name: &WorkloadName| if words.is_empty() { !name.uses_sink() } else { wanted.contains(name) };
    Ok(WorkloadName::ALL.iter().copied().filter(is_wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words).map_err(|error| error.to_string())
    }

    fn options(line: &str) -> Options {
        match parsed(line) {
            Ok(Command::Workloads(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_default_is_all_workloads_that_fit_into_memory() {
        let options = options("");
        assert_eq!(options.workloads.len(), 7);
        assert!(!options.workloads.iter().any(|name| name.uses_sink()));
        assert_eq!((options.browsers, options.at_once), (vec![BrowserKind::Chromium], 16));
    }

    #[test]
    fn past_memory_is_two_workloads_of_one_run() {
        let options = options("past-memory few-large past-memory-size --scale 0.1");
        assert_eq!(
            options.workloads,
            [WorkloadName::FewLarge, WorkloadName::PastMemorySize, WorkloadName::PastMemoryCount]
        );
        let runs = [WorkloadName::PastMemorySize, WorkloadName::FewLarge].map(|name| options.runs_of(name));
        assert_eq!(runs, [1, 5]);
    }

    #[test]
    fn both_browsers_can_be_given() {
        let options = options("--browser firefox --browser chromium --browser firefox --only floor,zip.js");
        assert_eq!(options.browsers, [BrowserKind::Firefox, BrowserKind::Chromium]);
        assert_eq!(options.only, Some(vec![Contender::Floor, Contender::ZipJs]));
        assert_eq!(parsed("crc --browser firefox"), Ok(Command::Crc(vec![BrowserKind::Firefox])));
        let browsers = vec![BrowserKind::Chromium];
        assert_eq!(parsed("soak --minutes 60"), Ok(Command::Soak { browsers, minutes: Some(60) }));
    }

    #[test]
    fn a_wrong_command_line_is_refused_in_one_sentence() {
        for (line, sentence) in [
            (
                "few-big",
                "`few-big`: there is no workload of this name; there are picsum10, unsplash15, few-large, \
                 many-small, very-many, three-hosts, real-net, past-memory-size, past-memory-count",
            ),
            (
                "--browser opera",
                "cannot parse argument \"opera\": there is no browser of this name; there are chromium, firefox",
            ),
            ("--browser", "missing argument for option '--browser'"),
            ("--runs 0", "cannot parse argument \"0\": number would be zero for non-zero type"),
            ("--scale 2", "cannot parse argument \"2\": it must be above 0 and at most 1"),
            ("--fast", "invalid option '--fast'"),
            ("crc few-large", "`bench crc` takes browsers only, not few-large"),
            ("crc --runs 3", "`bench crc` takes browsers only, not --runs"),
            ("soak crc", "`bench soak` takes browsers and minutes only, not crc"),
            ("soak --minutes 0", "cannot parse argument \"0\": number would be zero for non-zero type"),
            ("crc --minutes 3", "only `bench soak` takes --minutes"),
            ("load --runs 3", "`bench load` takes nothing, not --runs"),
            ("load --browser firefox", "`bench load` takes nothing, not --browser"),
        ] {
            assert_eq!(parsed(line).unwrap_err(), sentence);
        }
    }
}

//! The rounds of a workload, in which all contenders take turns.

use std::time::Instant;

use anyhow::Result;
use bench_options::{BrowserKind, Contender, Named, Options};

use crate::origin::{Origin, Throughput};
use crate::session::{Driver, Session};
use crate::site::{Site, Work};
use crate::statistics::Series;
use crate::turn::{self, Outcome, Turn};
use crate::workload::Workload;

/// A contender with this many failures takes no more turns.
const MOST_FAILURES: usize = 2;

/// One contender's turns.
#[derive(Clone, Debug)]
pub struct Record {
    /// The contender.
    pub contender: Contender,
    /// One per measured round; `None` if it failed or took no turn.
    pub turns: Vec<Option<Turn>>,
    /// The messages of its failures.
    pub failures: Vec<String>,
}

impl Record {
    /// One figure, round by round.
    pub fn series(&self, figure: impl Fn(&Turn) -> Option<f64>) -> Series {
        self.turns.iter().map(|turn| figure(turn.as_ref()?)).collect()
    }

    /// The number of failures, the warm-up included, and the last one's message.
    pub fn failure_line(&self) -> Option<String> {
        let times = match self.failures.len() {
            0 | 1 => String::new(),
            times => format!(" {times} times"),
        };
        let last = self.failures.last()?;
        Some(format!("{} failed{times}, the warm-up included: {}", self.contender.name(), last.trim_end()))
    }
}

/// The measurements of a workload.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The workload.
    pub workload: Workload,
    /// What the server alone can send.
    pub server_alone: Throughput,
    /// One per contender, in the order of the report.
    pub records: Vec<Record>,
}

/// What all rounds in one browser need.
pub struct Setup<'a> {
    /// The server of the images.
    pub origin: &'a Origin,
    /// The server of the page.
    pub site: &'a Site,
    /// The browser.
    pub browser: BrowserKind,
    /// The driver that starts it.
    pub driver: &'a Driver,
}

/// Measures a workload.
pub async fn measure(
    setup: &Setup<'_>,
    session: &mut Session,
    workload: Workload,
    options: &Options,
) -> Result<Measured> {
    let start = Instant::now();
    let expected = setup.origin.warm_up(&workload)?;
    let server_alone = setup.origin.throughput(&workload)?;
    eprintln!(
        "{}: {} files, {:.1} MB, {} at once; the server made them in {:.1} s, and alone sends {:.0} \
         requests/s, {:.0} MB/s",
        workload.title(),
        workload.files.len(),
        workload.bytes() as f64 / 1e6,
        workload.at_once,
        start.elapsed().as_secs_f64(),
        server_alone.requests,
        server_alone.megabytes
    );
    let base = setup.origin.base(workload.protocol);
    setup.site.set_work(Work { workload: workload.to_json(base), expected });

    let contenders = contenders(&workload, options);
    let new = |contender| Record { contender, turns: Vec::new(), failures: Vec::new() };
    let mut records: Vec<Record> = contenders.into_iter().map(new).collect();
    let runs = options.runs_of(workload.name);
    let warm_ups = usize::from(!workload.name.uses_sink());
    for round in 0..warm_ups + runs {
        let is_warm_up = round < warm_ups;
        match is_warm_up {
            true => eprintln!("  warm-up"),
            false => eprintln!("  round {} of {runs}", round + 1 - warm_ups),
        }
        // Each round starts with another contender, so that none always follows the same one.
        for offset in 0..records.len() {
            let index = (offset + round) % records.len();
            let record = &mut records[index];
            let turn = if record.failures.len() < MOST_FAILURES {
                one_turn(setup, session, &workload, record).await?
            } else {
                None
            };
            if !is_warm_up {
                record.turns.push(turn);
            }
        }
    }
    Ok(Measured { workload, server_alone, records })
}

async fn one_turn(
    setup: &Setup<'_>,
    session: &mut Session,
    workload: &Workload,
    record: &mut Record,
) -> Result<Option<Turn>> {
    let name = record.contender.name();
    let failure = match turn::run(session, setup.site, workload, record.contender).await {
        Outcome::Done(turn) => {
            eprintln!("    {name:<20}{:>9.3} s", turn.wall / 1000.0);
            return Ok(Some(turn));
        }
        Outcome::Failed(failure) => failure,
        Outcome::Broken(error) => {
            let failure = format!("{error:#}");
            eprintln!("    {name} broke the browser, which is restarted");
            let fresh = Session::open(setup.browser, setup.driver).await?;
            std::mem::replace(session, fresh).close().await;
            failure
        }
    };
    eprintln!("    {name:<20} failed: {failure}");
    record.failures.push(failure);
    Ok(None)
}

/// The contenders that take part: all that were selected and can do the job.
fn contenders(workload: &Workload, options: &Options) -> Vec<Contender> {
    let wanted = |contender: &Contender| match &options.only {
        Some(only) => only.contains(contender),
        // Of the peers, only client-zip frees what it has written.
        None if workload.name.uses_sink() => !matches!(contender, Contender::ZipJs | Contender::Sha256),
        None => *contender != Contender::Sha256,
    };
    let able = |contender: &Contender| match contender {
        Contender::Sequential => workload.name.has_sequential(),
        contender => !workload.name.uses_sink() || contender.can_stream(),
    };
    Contender::ALL.iter().copied().filter(wanted).filter(able).collect()
}

#[cfg(test)]
mod tests {
    use bench_options::{Command, parse};

    use super::*;

    fn names(line: &str) -> Vec<&'static str> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let Ok(Command::Workloads(options)) = parse(&words) else { panic!("{line}") };
        let workload = Workload::all_of(&options).remove(0);
        contenders(&workload, &options).into_iter().map(Contender::name).collect()
    }

    #[test]
    fn failures_are_shown_in_one_line_with_their_number() {
        let failed = |failures: &[&str]| Record {
            contender: Contender::Jszip,
            turns: vec![None],
            failures: failures.iter().map(|failure| (*failure).to_owned()).collect(),
        };
        assert_eq!(failed(&[]).failure_line(), None);
        let line = failed(&["RangeError: a", "RangeError: a "]).failure_line();
        assert_eq!(line.as_deref(), Some("jszip failed 2 times, the warm-up included: RangeError: a"));
    }

    #[test]
    fn only_the_examples_are_also_fetched_sequentially() {
        assert!(names("picsum10").contains(&"fetchzip-sequential"));
        assert!(!names("few-large").contains(&"fetchzip-sequential"));
    }

    #[test]
    fn only_contenders_that_can_stream_write_to_a_sink() {
        assert_eq!(names("past-memory"), ["floor", "floor-byob", "fetchzip", "client-zip"]);
        assert_eq!(names("past-memory --only zip.js,jszip"), ["zip.js"]);
    }

    #[test]
    fn what_a_hash_costs_is_measured_only_on_request() {
        assert!(!names("few-large").contains(&"fetchzip-sha256"));
        assert_eq!(names("few-large --only fetchzip,fetchzip-sha256"), ["fetchzip", "fetchzip-sha256"]);
    }
}

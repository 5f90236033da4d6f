//! All contenders of a workload, taking turns.

use std::time::Instant;

use crate::command_line::{Browser, Contender, Named, Options};
use crate::error::Result;
use crate::origin::{Limit, Origin};
use crate::session::{Driver, Session};
use crate::site::{Site, Work};
use crate::statistics::Series;
use crate::turn::{self, Ending, Turn};
use crate::workload::Workload;

/// After so many a contender is not asked any more.
const MOST_FAILURES: usize = 2;

/// One contender's turns.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who.
    pub contender: Contender,
    /// One a measured round; `None` where it failed or was not asked any more.
    pub turns: Vec<Option<Turn>>,
    /// What it failed with.
    pub failures: Vec<String>,
}

impl Record {
    /// A figure, round by round.
    pub fn series(&self, figure: impl Fn(&Turn) -> Option<f64>) -> Series {
        self.turns.iter().map(|turn| figure(turn.as_ref()?)).collect()
    }

    /// How often it failed, the warm-up included, and with what at last.
    pub fn failure_line(&self) -> Option<String> {
        let times = match self.failures.len() {
            0 | 1 => String::new(),
            times => format!(" {times} times"),
        };
        let last = self.failures.last()?;
        Some(format!("{} failed{times}, the warm-up included: {}", self.contender.name(), last.trim_end()))
    }
}

/// What a workload came to.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Which.
    pub workload: Workload,
    /// What the server alone manages.
    pub limit: Limit,
    /// In the order of the report.
    pub records: Vec<Record>,
}

/// What rounds take place with.
pub struct Arena<'a> {
    /// The images.
    pub origin: &'a Origin,
    /// The page.
    pub site: &'a Site,
    /// Which browser.
    pub browser: Browser,
    /// And how it is started.
    pub driver: &'a Driver,
}

/// Measures a workload.
pub async fn play(
    arena: &Arena<'_>,
    session: &mut Session,
    workload: Workload,
    options: &Options,
) -> Result<Measured> {
    let start = Instant::now();
    let expected = arena.origin.warm_up(&workload)?;
    let limit = arena.origin.limit(&workload)?;
    eprintln!(
        "{}: {} files, {:.1} MB, {} at once; the server has made them in {:.1} s and alone manages {:.0} \
         requests/s, {:.0} MB/s",
        workload.title(),
        workload.files.len(),
        workload.bytes() as f64 / 1e6,
        workload.at_once,
        start.elapsed().as_secs_f64(),
        limit.requests,
        limit.megabytes
    );
    let base = arena.origin.base(workload.protocol);
    arena.site.set_work(Work { workload: workload.to_json(base), expected });

    let contenders = contenders(&workload, options);
    let new = |contender| Record { contender, turns: Vec::new(), failures: Vec::new() };
    let mut records: Vec<Record> = contenders.into_iter().map(new).collect();
    let runs = options.runs_of(workload.name);
    let warm_ups = usize::from(!workload.name.goes_to_a_sink());
    for round in 0..warm_ups + runs {
        let is_warm_up = round < warm_ups;
        match is_warm_up {
            true => eprintln!("  warm-up"),
            false => eprintln!("  round {} of {runs}", round + 1 - warm_ups),
        }
        // Everybody begins a round once, so that nobody always follows the same other.
        for offset in 0..records.len() {
            let index = (offset + round) % records.len();
            let record = &mut records[index];
            let turn = if record.failures.len() < MOST_FAILURES {
                one_turn(arena, session, &workload, record).await?
            } else {
                None
            };
            if !is_warm_up {
                record.turns.push(turn);
            }
        }
    }
    Ok(Measured { workload, limit, records })
}

async fn one_turn(
    arena: &Arena<'_>,
    session: &mut Session,
    workload: &Workload,
    record: &mut Record,
) -> Result<Option<Turn>> {
    let name = record.contender.name();
    let failure = match turn::take(session, arena.site, workload, record.contender).await {
        Ending::Good(turn) => {
            eprintln!("    {name:<20}{:>9.3} s", turn.wall / 1000.0);
            return Ok(Some(turn));
        }
        Ending::Failed(failure) => failure,
        Ending::Broken(error) => {
            let failure = error.to_string();
            eprintln!("    {name} broke the browser, which is started again");
            let fresh = Session::open(arena.browser, arena.driver).await?;
            std::mem::replace(session, fresh).close().await;
            failure
        }
    };
    eprintln!("    {name:<20} failed: {failure}");
    record.failures.push(failure);
    Ok(None)
}

/// Who takes part: all that were asked for and can.
fn contenders(workload: &Workload, options: &Options) -> Vec<Contender> {
    let wanted = |contender: &Contender| match &options.only {
        Some(only) => only.contains(contender),
        // Of the peers, one alone lets go of what it has written out.
        None if workload.name.goes_to_a_sink() => *contender != Contender::ZipJs,
        None => true,
    };
    let able = |contender: &Contender| match contender {
        Contender::Sequential => workload.name.has_sequential(),
        contender => !workload.name.goes_to_a_sink() || contender.streams_out(),
    };
    Contender::ALL.iter().copied().filter(wanted).filter(able).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::{Command, parse};

    fn names(line: &str) -> Vec<&'static str> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let Ok(Command::Workloads(options)) = parse(&words) else { panic!("{line}") };
        let workload = Workload::all_of(&options).remove(0);
        contenders(&workload, &options).into_iter().map(Contender::name).collect()
    }

    #[test]
    fn failures_are_told_once_with_their_number() {
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
    fn one_after_the_other_is_for_the_examples() {
        assert!(names("picsum10").contains(&"fetchzip-sequential"));
        assert!(!names("few-large").contains(&"fetchzip-sequential"));
    }

    #[test]
    fn into_a_sink_go_those_that_can_stream() {
        assert_eq!(names("past-memory"), ["floor", "floor-byob", "fetchzip", "client-zip"]);
        assert_eq!(names("past-memory --only zip.js,jszip"), ["zip.js"]);
    }
}

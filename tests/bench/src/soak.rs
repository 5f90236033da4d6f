//! Memory after many runs in one tab, compared with that after the first.

use std::path::Path;
use std::time::Duration;

use anyhow::{Error, Result};
use bench_options::Protocol;
use serde_json::json;

use crate::machine::Machine;
use crate::origin::Origin;
use crate::processes::{Memory, Part};
use crate::report::{self, Table};
use crate::sampler;
use crate::session::Session;

/// The numbers of runs after which the memory is measured.
const RUNS: [usize; 5] = [1, 10, 25, 50, 100];

/// Images of a run: a few that go to the spool at once, and many that are held in memory first.
const LARGE: usize = 8;
const SMALL: usize = 200;

/// The longest time of one script. A hundred runs take a minute or two.
const PATIENCE: Duration = Duration::from_secs(900);

/// The memory of a browser's processes after a number of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The number of runs so far.
    pub runs: usize,
    /// Bytes of all processes that show pages.
    pub page: u64,
    /// Bytes of all processes.
    pub total: u64,
}

/// Makes runs in one tab, and measures the memory between them.
pub async fn measure(session: &Session, address: &str, origin: &Origin) -> Result<Vec<Sample>> {
    session.open_alone(address).await?;
    let base = origin.base(Protocol::Http1);
    let large = (0..LARGE).map(|seed| format!("{base}/image/{seed}/3000000b.jpg"));
    let small = (0..SMALL).map(|seed| format!("{base}/image/{seed}/20000b.jpg"));
    let urls: Vec<String> = large.chain(small).collect();
    let mut samples: Vec<Sample> = Vec::new();
    for runs in RUNS {
        let before = samples.last().map_or(0, |sample: &Sample| sample.runs);
        let argument = json!({ "runs": runs - before, "urls": urls });
        session
            .call("return bench.soak(argument)", argument, PATIENCE)
            .await?
            .map_err(|message| Error::msg(message).context("the browser could not soak"))?;
        let memory: Memory = sampler::stable_memory(session.process);
        samples.push(Sample { runs, page: memory.part(Part::Page), total: memory.total() });
    }
    Ok(samples)
}

/// Writes the measurements by browser to `soak.md`, and returns them for the terminal.
pub fn report(
    machine: &Machine,
    version: &str,
    measured: &[(String, Vec<Sample>)],
    folder: &Path,
) -> Result<String> {
    let heading = format!(
        "memory after runs of {} images in one tab, fetchzip {version} on {}",
        LARGE + SMALL,
        machine.line()
    );
    let sections = measured.iter().map(|(browser, samples)| (browser, table(samples), String::new()));
    report::write_sections("soak.md", &heading, sections, folder)
}

fn table(samples: &[Sample]) -> Table {
    let mut table = Table::new(&["runs", "page, MiB", "of the first", "all, MiB", "of the first"]);
    for sample in samples {
        let first = &samples[0];
        let mebibytes = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
        let ratio = |bytes: u64, first: u64| format!("{:.2}", bytes as f64 / first as f64);
        table.push(vec![
            sample.runs.to_string(),
            mebibytes(sample.page),
            ratio(sample.page, first.page),
            mebibytes(sample.total),
            ratio(sample.total, first.total),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shown_as_a_ratio_to_that_after_the_first_run() {
        let sample = |runs, mebibytes: u64| Sample { runs, page: mebibytes << 20, total: mebibytes << 21 };
        let text = table(&[sample(1, 100), sample(100, 125)]).columns();
        let last: Vec<_> = text.lines().last().unwrap_or_default().split_whitespace().collect();
        assert_eq!(last, ["100", "125", "1.25", "250", "1.25"]);
    }
}

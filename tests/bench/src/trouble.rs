//! Runs in one tab, for minutes, on hosts that limit, break, refuse and flood. Every archive is compared with the
//! server's bytes, and memory and stored files are measured at regular times.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Error, Result};
use bench_options::Protocol;
use serde_json::{Value, json};

use crate::archive::Expected;
use crate::machine::Machine;
use crate::origin::Origin;
use crate::processes::Part;
use crate::report::{self, Table};
use crate::sampler;
use crate::session::Session;
use crate::site::{Site, Work};

/// The number of samples, whatever the time.
const SAMPLES: u32 = 12;

/// What a script may take longer than its time: one run, and the comparison of its archive.
const PATIENCE: Duration = Duration::from_secs(300);

/// The most wrong results that are reported one by one.
const LISTED: usize = 20;

/// How an image must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Stored,
    /// Stored, and marked as cut short.
    Cut,
    Failed,
}

/// One image of each run.
#[derive(Clone, Debug)]
struct Image {
    /// The host's name below `localhost`.
    host: &'static str,
    /// Its path on the demo server. `{run}` is the run's number.
    path: String,
    /// The path of the same bytes, without trouble.
    plain: String,
    outcome: Outcome,
}

/// Sums since the start, and what is in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The time since the start.
    after: Duration,
    /// What the page reports: `runs`, `stored`, `failed`, `wrong`, `files` and `bytes`.
    page: Value,
    /// Bytes of all processes that show pages.
    renderers: u64,
    /// Bytes of all processes.
    total: u64,
}

/// Makes runs for this many minutes, and measures between them.
pub async fn measure(
    session: &Session,
    site: &Site,
    origin: &Origin,
    minutes: u32,
) -> Result<(Vec<Sample>, String)> {
    let images = images();
    site.set_work(Work { workload: Value::Null, expected: expected(&images, origin)? });
    session.open_alone(site.address()).await?;
    let sources = json!(images.iter().enumerate().map(|image| source(image, origin)).collect::<Vec<_>>());

    let start = Instant::now();
    let period = Duration::from_secs(u64::from(minutes) * 60) / SAMPLES;
    let mut samples = Vec::new();
    let mut wrong: Vec<String> = Vec::new();
    // The first sample is taken after one run.
    for number in 0..=SAMPLES {
        let seconds = (period * number).saturating_sub(start.elapsed()).as_secs_f64();
        let argument = json!({ "seconds": seconds, "sources": sources });
        let page = session
            .call("return bench.runInTrouble(argument)", argument, period + PATIENCE)
            .await?
            .map_err(|message| Error::msg(message).context("the browser could not make its runs"))?;
        for problem in page["problems"].as_array().into_iter().flatten() {
            let problem = problem.as_str().unwrap_or_default().to_owned();
            eprintln!("{problem}");
            wrong.push(problem);
        }
        let memory = sampler::stable_memory(session.process);
        let sample = Sample {
            after: start.elapsed(),
            page,
            renderers: memory.part(Part::Page),
            total: memory.total(),
        };
        eprintln!("{}", row(&sample).join("  "));
        samples.push(sample);
    }
    let more = wrong.len().saturating_sub(LISTED);
    wrong.truncate(LISTED);
    if more > 0 {
        wrong.push(format!("and {more} more"));
    }
    let verdict = match wrong.is_empty() {
        true => "No run ended otherwise than it must.".to_owned(),
        false => wrong.join("\n"),
    };
    Ok((samples, verdict))
}

/// Writes the measurements by browser to `trouble.md`, and returns them for the terminal.
pub fn report(
    machine: &Machine,
    version: &str,
    measured: &[(String, Vec<Sample>, String)],
    folder: &Path,
) -> Result<String> {
    let heading = format!(
        "runs of {} images in one tab, of hosts that limit, break, refuse and flood, fetchzip {version} on {}",
        images().len(),
        machine.line()
    );
    let sections =
        measured.iter().map(|(browser, samples, verdict)| (browser, table(samples), verdict.clone()));
    report::write_sections("trouble.md", &heading, sections, folder)
}

fn table(samples: &[Sample]) -> Table {
    let columns =
        ["minutes", "runs", "stored", "failed", "wrong", "files", "of, MB", "page, MiB", "all, MiB"];
    let mut table = Table::new(&columns);
    for sample in samples {
        table.push(row(sample));
    }
    table
}

fn row(sample: &Sample) -> Vec<String> {
    let count = |name: &str| sample.page[name].as_u64().unwrap_or(0);
    let mebibytes = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
    let mut row = vec![format!("{:.1}", sample.after.as_secs_f64() / 60.0)];
    row.extend(["runs", "stored", "failed", "wrong", "files"].map(|name| count(name).to_string()));
    row.push(format!("{:.1}", count("bytes") as f64 / 1e6));
    row.extend([mebibytes(sample.renderers), mebibytes(sample.total)]);
    row
}

/// The images of each run: those of a host that answers at once are many, so that they flood the others.
fn images() -> Vec<Image> {
    let mut images = Vec::new();
    let mut add = |count: usize, host, bytes: u64, parameters: &str| {
        for _ in 0..count {
            let plain = format!("/image/{}/{bytes}b.jpg", images.len() + 1);
            let path = format!("{plain}?{parameters}");
            images.push(Image { host, path, plain, outcome: Outcome::Stored });
        }
    };
    add(30, "window", 9_000, "key=window&window=10:5000");
    add(12, "polite", 9_000, "key=polite&window=4:3000&retry-after=2.5&expose=retry-after");
    add(8, "busy", 9_000, "key=busy&most=2:503&latency=400");
    add(8, "surplus", 9_000, "key=surplus&most=2:reset&latency=400");
    add(4, "weak", 20_000, "key=weak{run}&fail=5:500");
    add(3, "breaks", 3_000_000, "break-every=1000000&rate=4000000");
    add(2, "slow", 30_000, "rate=8000");
    add(3, "unknown-length", 400_000, "nolength=close");
    add(150, "flood", 20_000, "");
    add(4, "flood", 4_000_000, "");

    let mut fault = |host, name: &str, outcome| {
        let path = format!("/fault/{name}");
        images.push(Image { host, plain: path.clone(), path, outcome });
    };
    for name in ["no-type", "redirect-chain/3", "redirect?to=/image/7/9000b.jpg"] {
        fault("odd", name, Outcome::Stored);
    }
    for name in ["truncated-close", "truncated-chunked", "truncated-file", "no-end-marker"] {
        fault("cuts", name, Outcome::Cut);
    }
    for name in ["reset", "reset-head", "reset-mid", "close", "close-mid", "stall-mid", "trickle?rate=1000"] {
        let outcome = if name.starts_with("trickle") { Outcome::Stored } else { Outcome::Failed };
        fault("breaks-all", name, outcome);
    }
    for name in
        ["status/404", "status/410", "html", "json-error", "empty", "redirect-loop", "redirect-refused"]
    {
        fault("refuses", name, Outcome::Failed);
    }
    for name in ["gzip-bomb?bytes=20000", "endless-chunk", "garbage"] {
        fault("floods", name, Outcome::Failed);
    }
    for name in ["gzip", "brotli"] {
        // Compared as browsers decode them: a fault happens to the image of its name.
        let (path, plain) = (format!("/fault/{name}"), format!("/image/{name}/20000b.jpg"));
        images.push(Image { host: "encoded", path, plain, outcome: Outcome::Stored });
    }
    images.push(Image {
        host: "silent",
        path: "/image/1/9000b.jpg?cors=off".to_owned(),
        plain: String::new(),
        outcome: Outcome::Failed,
    });
    images
}

fn name(index: usize) -> String {
    format!("{index:03}.jpg")
}

fn source((index, image): (usize, &Image), origin: &Origin) -> Value {
    let base = origin.base(Protocol::Http1).replace("127.0.0.1", &format!("{}.localhost", image.host));
    let outcome = match image.outcome {
        Outcome::Stored => "stored",
        Outcome::Cut => "cut",
        Outcome::Failed => "failed",
    };
    json!({ "url": format!("{base}{}", image.path), "name": name(index), "outcome": outcome })
}

fn expected(images: &[Image], origin: &Origin) -> Result<Expected> {
    let stored = images.iter().enumerate().filter(|(_, image)| image.outcome != Outcome::Failed);
    let (names, paths): (Vec<_>, Vec<_>) =
        stored.map(|(index, image)| (name(index), image.plain.clone())).unzip();
    let digests = origin.digests(&paths)?;
    let entries = names.into_iter().zip(&paths);
    Ok(Expected::Named(
        entries.filter_map(|(name, path)| Some((name, digests.get(path.as_str())?.clone()))).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_outcome_is_expected_of_some_image() {
        let images = images();
        for outcome in [Outcome::Stored, Outcome::Cut, Outcome::Failed] {
            assert!(images.iter().any(|image| image.outcome == outcome), "{outcome:?}");
        }
    }

    #[test]
    fn a_row_has_the_sums_and_what_is_in_use() {
        let page =
            json!({ "runs": 3, "stored": 600, "failed": 45, "wrong": 0, "files": 2, "bytes": 31_400_000 });
        let sample = Sample { after: Duration::from_secs(90), page, renderers: 100 << 20, total: 300 << 20 };
        assert_eq!(row(&sample), ["1.5", "3", "600", "45", "0", "2", "31.4", "100", "300"]);
    }
}

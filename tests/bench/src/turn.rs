//! One turn of one contender: a new page, the timed run, and the archive read back.

use std::time::Duration;

use anyhow::{Error, Result};
use bench_options::{Contender, Named};
use serde_json::{Value, json};

use crate::sampler::{Peak, Sampler};
use crate::session::Session;
use crate::site::Site;
use crate::workload::Workload;

/// The longest time of everything but the run: loading libraries, freeing memory.
const PATIENCE: Duration = Duration::from_secs(300);

/// A contender slower than this counts as hanging: bytes and files per second.
const SLOWEST_BYTES: f64 = 4e6;
const SLOWEST_FILES: f64 = 50.0;

/// The measurements of one turn. Times are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// From the call until the archive was ready.
    pub wall: f64,
    /// From the last event about a byte until the archive was ready.
    pub after_last_byte: Option<f64>,
    /// The contender's own proof of its archive, if it has one.
    pub proof: Option<f64>,
    /// Until the whole archive had been read from its Blob and sent to be checked.
    pub read_back: Option<f64>,
    /// The longest task of the main thread, if the browser reports it.
    pub longest_task: Option<f64>,
    /// The longest time between two ticks of a 4 ms timer.
    pub longest_gap: f64,
    /// The most memory and disk space.
    pub peak: Peak,
}

/// The outcome of a turn.
#[derive(Debug)]
pub enum Outcome {
    /// The archive is right, or the contender makes none.
    Done(Turn),
    /// The contender failed, with this message.
    Failed(String),
    /// The browser failed, most likely because of the contender, and has to be restarted.
    Broken(Error),
}

/// Lets a contender process a workload once.
pub async fn run(session: &Session, site: &Site, workload: &Workload, contender: Contender) -> Outcome {
    match try_run(session, site, workload, contender).await {
        Ok(Ok(turn)) => Outcome::Done(turn),
        Ok(Err(failure)) => Outcome::Failed(failure),
        Err(error) => Outcome::Broken(error),
    }
}

async fn try_run(
    session: &Session,
    site: &Site,
    workload: &Workload,
    contender: Contender,
) -> Result<std::result::Result<Turn, String>> {
    let patience = patience(workload);
    session.open_alone(site.address()).await?;
    let prepare = "return bench.prepare(argument)";
    if let Err(error) = session.call(prepare, json!(contender.name()), PATIENCE).await? {
        return Ok(Err(error));
    }
    let sampler = Sampler::start(session.process, &session.profile);
    let measured = session.call("return bench.measure()", Value::Null, patience).await;
    let peak = sampler.stop();
    let measured = match measured? {
        Ok(measured) => measured,
        Err(error) => {
            let _ = session.call("return bench.forget()", Value::Null, PATIENCE).await?;
            return Ok(Err(error));
        }
    };
    let proof = match session.call("return bench.prove()", Value::Null, patience).await? {
        Ok(proof) => proof.as_f64(),
        Err(flaw) => return Ok(Err(flaw)),
    };
    let read_back = if contender.zips() {
        match session.call("return bench.readBack()", Value::Null, patience).await? {
            Ok(verdict) => verdict["receivedMs"].as_f64(),
            Err(flaw) => return Ok(Err(flaw)),
        }
    } else {
        if let Some(error) = wrong_length(workload, &measured) {
            return Ok(Err(error));
        }
        let _ = session.call("return bench.forget()", Value::Null, PATIENCE).await?;
        None
    };
    let number = |name: &str| measured[name].as_f64();
    Ok(Ok(Turn {
        wall: number("wallMs").unwrap_or(f64::NAN),
        after_last_byte: number("afterLastByteMs"),
        proof,
        read_back,
        longest_task: number("longestTask"),
        longest_gap: number("longestGap").unwrap_or(f64::NAN),
        peak,
    }))
}

/// The longest time of a run.
fn patience(workload: &Workload) -> Duration {
    let seconds = workload.bytes() as f64 / SLOWEST_BYTES + workload.files.len() as f64 / SLOWEST_FILES;
    PATIENCE + Duration::from_secs_f64(seconds)
}

/// What is wrong with the length of the bytes that a floor fetched, if the length is known beforehand.
fn wrong_length(workload: &Workload, measured: &Value) -> Option<String> {
    let (is, expected) = (measured["bytes"].as_u64().unwrap_or(0), workload.bytes());
    (expected > 0 && is != expected).then(|| format!("{is} bytes came instead of {expected}"))
}

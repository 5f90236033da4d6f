//! One turn of one contender: a fresh page, the run that is timed, and the archive read back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::command_line::{Contender, Named};
use crate::error::{Error, Result};
use crate::sampler::{Peak, Sampler};
use crate::session::Session;
use crate::site::Site;
use crate::workload::Workload;

/// What everything else takes at most: loading libraries, letting go.
const PATIENCE: Duration = Duration::from_secs(300);

/// A contender that is slower than this hangs: bytes, and files, a second.
const SLOWEST_BYTES: f64 = 4e6;
const SLOWEST_FILES: f64 = 50.0;

/// What was measured. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// From the call until the archive was ready.
    pub wall: f64,
    /// From the last event about a byte until the same.
    pub after_last_byte: Option<f64>,
    /// For the contender's own proof of its archive, where it has one.
    pub proof: Option<f64>,
    /// Until the whole archive had been read from its Blob and sent to be checked.
    pub read_back: Option<f64>,
    /// As the browser tells it.
    pub longest_task: Option<f64>,
    /// Between two beats of a timer of 4 ms.
    pub longest_gap: f64,
    /// Memory and disk.
    pub peak: Peak,
}

/// How a turn ended.
#[derive(Debug)]
pub enum Ending {
    /// With a good archive, or none where none was to be.
    Good(Turn),
    /// The contender failed.
    Failed(String),
    /// The browser did, most likely of the contender; it has to be started again.
    Broken(Error),
}

/// Has a contender do a workload once.
pub async fn take(session: &Session, site: &Site, workload: &Workload, contender: Contender) -> Ending {
    match try_take(session, site, workload, contender).await {
        Ok(Ok(turn)) => Ending::Good(turn),
        Ok(Err(failure)) => Ending::Failed(failure),
        Err(error) => Ending::Broken(error),
    }
}

async fn try_take(
    session: &Session,
    site: &Site,
    workload: &Workload,
    contender: Contender,
) -> Result<std::result::Result<Turn, String>> {
    let patience = patience(workload);
    session.open_alone(&site.address()).await?;
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

/// How long a run may take.
fn patience(workload: &Workload) -> Duration {
    let seconds = workload.bytes() as f64 / SLOWEST_BYTES + workload.files.len() as f64 / SLOWEST_FILES;
    PATIENCE + Duration::from_secs_f64(seconds)
}

/// What a floor fetched is told by its length, where that is known.
fn wrong_length(workload: &Workload, measured: &Value) -> Option<String> {
    let (is, should) = (measured["bytes"].as_u64().unwrap_or(0), workload.bytes());
    (should > 0 && is != should).then(|| format!("{is} bytes came instead of {should}"))
}

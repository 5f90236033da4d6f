//! All measurements, turn by turn.

use bench_options::Named;
use serde_json::{Value, json};

use super::Report;
use super::figures::{Figures, wall};
use crate::processes::Part;
use crate::rounds::{Measured, Record};
use crate::turn::Turn;

/// `report.json`. Times are milliseconds, sizes bytes.
pub fn of(report: &Report) -> String {
    let machine = &report.machine;
    let browsers = report.browsers.iter().map(|browser| {
        json!({
            "browser": browser.version,
            "workloads": browser.workloads.iter().map(workload).collect::<Vec<_>>(),
        })
    });
    let value = json!({
        "fetchzip": report.version,
        "machine": {
            "processor": machine.processor,
            "cores": machine.cores,
            "memoryGb": machine.memory_gb,
            "system": machine.system,
        },
        "date": machine.date,
        "browsers": browsers.collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn workload(measured: &Measured) -> Value {
    let workload = &measured.workload;
    let figures = Figures::of(measured);
    json!({
        "name": workload.name.name(),
        "protocol": workload.protocol_name(),
        "files": workload.files.len(),
        "bytes": workload.bytes(),
        "atOnce": workload.at_once,
        "serverAlone": {
            "requestsPerSecond": measured.server_alone.requests,
            "megabytesPerSecond": measured.server_alone.megabytes,
        },
        "bestPeer": figures.best_peer().map(Named::name),
        "speedup": figures.speedup(),
        "possibleSpeedup": workload.name.has_sequential().then(|| workload.possible_speedup()),
        "contenders": measured.records.iter().map(|record| contender(&figures, record)).collect::<Vec<_>>(),
    })
}

fn contender(figures: &Figures<'_>, record: &Record) -> Value {
    json!({
        "name": record.contender.name(),
        "medianWallMs": figures.median(record.contender, wall),
        "overFloor": figures.over_floor(record.contender),
        "overBestPeer": record.contender.zips().then(|| figures.over_best_peer(record.contender)).flatten(),
        "failures": record.failures,
        "rounds": record.turns.iter().map(|turn| turn.as_ref().map(round)).collect::<Vec<_>>(),
    })
}

fn round(turn: &Turn) -> Value {
    let parts = Part::ALL.iter().zip(turn.peak.parts);
    let parts: serde_json::Map<_, _> =
        parts.map(|(part, bytes)| (part.name().to_owned(), bytes.into())).collect();
    json!({
        "wallMs": turn.wall,
        "afterLastByteMs": turn.after_last_byte,
        "proofMs": turn.proof,
        "readBackMs": turn.read_back,
        "longestTaskMs": turn.longest_task,
        "longestGapMs": turn.longest_gap,
        "peakMemory": turn.peak.memory,
        "peakMemoryByPart": parts,
        "peakDisk": turn.peak.disk,
    })
}

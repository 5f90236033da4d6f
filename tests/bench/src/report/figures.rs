//! The comparisons within one workload.

use bench_options::{Contender, Named, Protocol};

use crate::rounds::{Measured, Record};
use crate::statistics::{Series, Summary, ratio};
use crate::turn::Turn;

/// Bytes of a MiB.
const MIB: f64 = 1_048_576.0;

/// The comparisons of one workload.
#[derive(Debug)]
pub struct Figures<'a> {
    measured: &'a Measured,
}

impl<'a> Figures<'a> {
    /// The comparisons of these measurements.
    pub fn of(measured: &'a Measured) -> Self {
        Self { measured }
    }

    /// The turns of a contender, if it took part.
    pub fn record(&self, contender: Contender) -> Option<&'a Record> {
        self.measured.records.iter().find(|record| record.contender == contender)
    }

    /// The median of one figure of a contender.
    pub fn median(&self, contender: Contender, figure: impl Fn(&Turn) -> Option<f64>) -> Option<f64> {
        summary(&self.record(contender)?.series(figure)).map(|summary| summary.median)
    }

    /// The wall time as a ratio to the floor's, round by round.
    pub fn over_floor(&self, contender: Contender) -> Option<f64> {
        ratio(&self.walls(contender)?, &self.walls(Contender::Floor)?)
    }

    /// The peer with the smallest median wall time.
    pub fn best_peer(&self) -> Option<Contender> {
        let peers = Contender::PEERS.into_iter().filter_map(|peer| Some((peer, self.median(peer, wall)?)));
        peers.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(peer, _)| peer)
    }

    /// The wall time as a ratio to the best peer's, round by round.
    pub fn over_best_peer(&self, contender: Contender) -> Option<f64> {
        ratio(&self.walls(contender)?, &self.walls(self.best_peer()?)?)
    }

    /// The wall time of sequential fetching as a ratio to fetchzip's, round by round.
    pub fn speedup(&self) -> Option<f64> {
        ratio(&self.walls(Contender::Sequential)?, &self.walls(Contender::Fetchzip)?)
    }

    /// The speed-up in words, beside the possible one.
    pub fn speedup_line(&self) -> Option<String> {
        let (speedup, possible) = (self.speedup()?, self.measured.workload.possible_speedup());
        let connections = match self.measured.workload.protocol {
            Protocol::Http1 => "the six connections of HTTP/1.1",
            Protocol::Http2 => "HTTP/2",
        };
        Some(format!(
            "speed-up over one after the other: {speedup:.2} ×, {:.1} % of the {possible:.2} × that latency, \
             bandwidth and {connections} allow in input order",
            speedup / possible * 100.0
        ))
    }

    /// The table's row of a contender.
    pub fn row(&self, record: &Record) -> Vec<String> {
        let contender = record.contender;
        let name = match self.best_peer() {
            Some(best) if best == contender => format!("{} (best peer)", contender.name()),
            _ => contender.name().to_owned(),
        };
        let Some(walls) = summary(&record.series(wall)) else {
            return vec![name, "failed".to_owned()];
        };
        let cell = |figure: Option<f64>, digits: usize| {
            let scale = 10_f64.powi(digits as i32);
            // Adding zero turns minus zero into zero.
            let rounded = |figure: f64| (figure * scale).round() / scale + 0.0;
            figure.map_or_else(String::new, |figure| format!("{:.digits$}", rounded(figure)))
        };
        let median = |figure: fn(&Turn) -> Option<f64>| self.median(contender, figure);
        let parts = (0..4).map(|part| {
            let of_part = record.series(|turn| Some(turn.peak.parts[part] as f64 / MIB));
            cell(summary(&of_part).map(|summary| summary.median), 0)
        });
        vec![
            name,
            cell(Some(walls.median / 1000.0), 3),
            format!("{:.3}–{:.3}", walls.min / 1000.0, walls.max / 1000.0),
            cell(self.over_floor(contender), 2),
            cell(contender.zips().then(|| self.over_best_peer(contender)).flatten(), 2),
            cell(median(memory), 0),
            parts.collect::<Vec<_>>().join("/"),
            cell(median(|turn| Some(turn.peak.disk as f64 / MIB)), 0),
            cell(median(longest_task), 0),
            cell(median(|turn| Some(turn.longest_gap)), 0),
            cell(median(after_last_byte), 0),
            cell(median(|turn| turn.proof.map(|ms| ms / 1000.0)), 2),
            cell(median(|turn| turn.read_back.map(|ms| ms / 1000.0)), 2),
        ]
    }

    fn walls(&self, contender: Contender) -> Option<Series> {
        Some(self.record(contender)?.series(wall))
    }
}

/// Milliseconds until the archive was ready.
pub fn wall(turn: &Turn) -> Option<f64> {
    Some(turn.wall)
}

/// MiB of memory above the start.
pub fn memory(turn: &Turn) -> Option<f64> {
    Some(turn.peak.memory as f64 / MIB)
}

/// Milliseconds of the longest task, if the browser reports it.
pub fn longest_task(turn: &Turn) -> Option<f64> {
    turn.longest_task
}

/// Milliseconds from the last byte until the archive was ready.
pub fn after_last_byte(turn: &Turn) -> Option<f64> {
    turn.after_last_byte
}

fn summary(series: &[Option<f64>]) -> Option<Summary> {
    Summary::of(series.iter().flatten().copied())
}

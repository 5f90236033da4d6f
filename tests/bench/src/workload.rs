//! The workloads: their files, sizes, latency and bandwidth. Sizes come from one seed.

use bench_options::{Named, Options, Protocol, WorkloadName};
use serde_json::{Value, json};

use crate::schedule;

/// The seed of everything random.
const SEED: u64 = 0x0FE7_C421;

/// Bytes of the shortest file; the demo server makes no JPEG much shorter.
const SHORTEST: u64 = 900;

/// The latency of both examples in milliseconds, and the bytes per second of one answer from Unsplash.
const LATENCY_MS: u64 = 300;
const RATE: u64 = 3_000_000;

/// The hosts of `three-hosts`, the files of each, their length, and their latency in milliseconds.
const HOSTS: [&str; 3] = ["a", "b", "c"];
const FILES_OF_A_HOST: usize = 60;
const BYTES_OF_A_HOST_S_FILE: u64 = 20_000;
const LATENCY_OF_HOSTS_MS: u64 = 500;

/// The files of `real-net`, the length of each, their latency in milliseconds, the bytes per second of all together
/// (50 Mbit/s), and of how many files one fails once (0.5 %).
const FILES_OF_A_GALLERY: usize = 200;
const BYTES_OF_A_GALLERY_S_FILE: u64 = 300_000;
const LATENCY_OF_A_GALLERY_MS: u64 = 80;
const LINE: u64 = 6_250_000;
const FILES_OF_A_FAILURE: usize = 200;

/// What the page replaces by a name of the turn, so that what fails once fails once a turn.
const TURN: &str = "{turn}";

/// How often `real-net` asks for a file at most, as fetchzip does by default.
const ATTEMPTS: u32 = 4;

/// The number of connections that a browser opens to one HTTP/1.1 host.
const CONNECTIONS: usize = 6;

/// One file to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its entry's name.
    pub name: String,
    /// Its path on the demo server, with parameters for latency and bandwidth.
    pub path: String,
    /// The path without them; `None` if each answer is another picture.
    pub plain: Option<String>,
    /// Its length in bytes; 0 if it is not known beforehand.
    pub bytes: u64,
    /// The name below `localhost` of the host that it is fetched from; `None` for the server's own address.
    pub host: Option<&'static str>,
}

/// A workload over one protocol.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name.
    pub name: WorkloadName,
    /// The protocol.
    pub protocol: Protocol,
    /// The files, in input order.
    pub files: Vec<File>,
    /// The number of concurrent requests.
    pub at_once: usize,
    /// Milliseconds before the head of each answer.
    pub latency_ms: u64,
    /// Bytes per second of one answer, if that is limited.
    pub rate: Option<u64>,
}

impl Workload {
    /// The workloads that the options select, each over its protocols.
    pub fn all_of(options: &Options) -> Vec<Self> {
        let protocols = |name: WorkloadName| match options.protocol {
            Some(protocol) => vec![protocol],
            None if name.has_both_protocols() => vec![Protocol::Http2, Protocol::Http1],
            None => vec![Protocol::Http1],
        };
        let names = options.workloads.iter();
        names
            .flat_map(|name| protocols(*name).into_iter().map(|protocol| (*name, protocol)))
            .map(|(name, protocol)| Self::new(name, protocol, options))
            .collect()
    }

    fn new(name: WorkloadName, protocol: Protocol, options: &Options) -> Self {
        let scale = options.scale;
        let files = match name {
            WorkloadName::Picsum10 => picsum(),
            WorkloadName::Unsplash15 => photographs(&spread(15, scaled(60_000_000, scale), 3.0, SEED)),
            WorkloadName::FewLarge => images(&spread(4, scaled(539_000_000, scale), 2.0, SEED)),
            WorkloadName::ManySmall => images(&many_small(scale)),
            WorkloadName::VeryMany => {
                let tiny = spread(count(12_044 - 6_214, scale), scaled(11_000_000, scale), 3.0, SEED + 1);
                images(&shuffled([many_small(scale), tiny].concat()))
            }
            WorkloadName::ThreeHosts => three_hosts(count(FILES_OF_A_HOST, scale)),
            WorkloadName::RealNet => real_net(count(FILES_OF_A_GALLERY, scale)),
            WorkloadName::PastMemorySize => {
                images(&spread(count(3_000, scale), scaled(12_000_000_000, scale), 4.0, SEED))
            }
            WorkloadName::PastMemoryCount => {
                images(&spread(count(70_000, scale), scaled(77_000_000, scale), 1.3, SEED))
            }
        };
        let (latency_ms, rate) = match name {
            WorkloadName::Picsum10 => (LATENCY_MS, None),
            WorkloadName::Unsplash15 => (LATENCY_MS, Some(RATE)),
            WorkloadName::ThreeHosts => (LATENCY_OF_HOSTS_MS, None),
            WorkloadName::RealNet => (LATENCY_OF_A_GALLERY_MS, None),
            _ => (0, None),
        };
        let at_once = if name.leaves_concurrency_to_fetchzip() { files.len() } else { options.at_once };
        Self { name, protocol, files, at_once, latency_ms, rate }
    }

    /// The title in reports.
    pub fn title(&self) -> String {
        format!("{} over {}", self.name.name(), self.protocol_name())
    }

    /// The protocol in reports.
    pub fn protocol_name(&self) -> &'static str {
        match self.protocol {
            Protocol::Http1 => "HTTP/1.1",
            Protocol::Http2 => "HTTP/2",
        }
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The largest possible speed-up over sequential fetching, if only latency, bandwidth and the number
    /// of connections took time: the sum of all files' durations, divided by the duration if each file
    /// starts on the first free connection, in input order.
    pub fn possible_speedup(&self) -> f64 {
        let durations: Vec<f64> = self.files.iter().map(|file| self.duration_ms(file)).collect();
        let lanes = match self.protocol {
            Protocol::Http1 => self.at_once.min(CONNECTIONS),
            Protocol::Http2 => self.at_once,
        };
        durations.iter().sum::<f64>() / schedule::length(&durations, lanes)
    }

    fn duration_ms(&self, file: &File) -> f64 {
        let transfer = self.rate.map_or(0.0, |rate| file.bytes as f64 / rate as f64 * 1000.0);
        self.latency_ms as f64 + transfer
    }

    /// The workload as the page reads it, with `base` before each path.
    pub fn to_json(&self, base: &str) -> Value {
        let attempts = if self.name == WorkloadName::RealNet { ATTEMPTS } else { 1 };
        let files = self.files.iter();
        let files = files.map(|file| {
            let base = match file.host {
                Some(host) => base.replace("127.0.0.1", &format!("{host}.localhost")),
                None => base.to_owned(),
            };
            json!({ "url": format!("{base}{}", file.path), "name": file.name, "attempts": attempts })
        });
        json!({
            "files": files.collect::<Vec<_>>(),
            "bytes": self.bytes(),
            "atOnce": self.at_once,
            "findsConcurrency": self.name.leaves_concurrency_to_fetchzip(),
            "protocol": self.protocol.name(),
            "toSink": self.name.uses_sink(),
        })
    }
}

/// Ten times the same address, which redirects to another picture each time.
fn picsum() -> Vec<File> {
    let file = |number| File {
        name: format!("picsum-{number:02}.jpg"),
        path: format!("/200/300?latency={LATENCY_MS}"),
        plain: None,
        // Pictures of about 15 KB; which one is not known beforehand.
        bytes: 0,
        host: None,
    };
    (1..=10).map(file).collect()
}

fn photographs(sizes: &[u64]) -> Vec<File> {
    let mut files = images(sizes);
    for file in &mut files {
        file.path += &format!("?latency={LATENCY_MS}&rate={RATE}");
    }
    files
}

fn three_hosts(of_each: usize) -> Vec<File> {
    let mut files = images(&vec![BYTES_OF_A_HOST_S_FILE; HOSTS.len() * of_each]);
    for (number, file) in files.iter_mut().enumerate() {
        file.path += &format!("?latency={LATENCY_OF_HOSTS_MS}");
        file.host = HOSTS.get(number / of_each).copied();
    }
    files
}

fn real_net(count: usize) -> Vec<File> {
    let mut files = images(&vec![BYTES_OF_A_GALLERY_S_FILE; count]);
    for (number, file) in files.iter_mut().enumerate() {
        file.path += &format!("?latency={LATENCY_OF_A_GALLERY_MS}&line={LINE}");
        if number % FILES_OF_A_FAILURE == FILES_OF_A_FAILURE / 2 {
            file.path += &format!("&fail=1:503&key={TURN}-{number}");
        }
    }
    files
}

fn images(sizes: &[u64]) -> Vec<File> {
    let file = |(index, bytes): (usize, &u64)| {
        let name = format!("img-{:05}.jpg", index + 1);
        let path = format!("/image/{}/{bytes}b.jpg/{name}", index + 1);
        File { name, plain: Some(path.clone()), path, bytes: *bytes, host: None }
    };
    sizes.iter().enumerate().map(file).collect()
}

fn many_small(scale: f64) -> Vec<u64> {
    spread(count(6_214, scale), scaled(119_000_000, scale), 20.0, SEED)
}

fn scaled(bytes: u64, scale: f64) -> u64 {
    (bytes as f64 * scale) as u64
}

/// The number of files of a scaled workload.
fn count(files: usize, scale: f64) -> usize {
    ((files as f64 * scale) as usize).max(2)
}

/// `count` sizes that add up to `total`, spread evenly on a logarithmic scale. The largest is at most
/// `ratio` times the smallest.
fn spread(count: usize, total: u64, ratio: f64, seed: u64) -> Vec<u64> {
    let mut dice = Dice(seed);
    let weights: Vec<f64> = (0..count).map(|_| ratio.powf(dice.next())).collect();
    let sum: f64 = weights.iter().sum();
    let size = |weight: f64| ((total as f64 * weight / sum) as u64).max(SHORTEST);
    let mut sizes: Vec<u64> = weights.into_iter().map(size).collect();
    // The largest size absorbs the rounding error.
    let sum: u64 = sizes.iter().sum();
    if let Some(largest) = sizes.iter_mut().max() {
        *largest = (*largest + total).saturating_sub(sum).max(SHORTEST);
    }
    sizes
}

fn shuffled(mut sizes: Vec<u64>) -> Vec<u64> {
    let mut dice = Dice(SEED);
    for at in (1..sizes.len()).rev() {
        sizes.swap(at, (dice.next() * (at + 1) as f64) as usize);
    }
    sizes
}

/// `SplitMix64`, as numbers from 0 (included) to 1 (excluded).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use bench_options::{BrowserKind, Command, parse};

    use super::*;

    fn workloads(line: &str) -> Vec<Workload> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match parse(&words) {
            Ok(Command::Workloads(options)) => {
                assert_eq!(options.browsers, [BrowserKind::Chromium]);
                Workload::all_of(&options)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn counts_and_sizes_are_those_of_the_table() {
        let all = workloads("few-large many-small very-many past-memory");
        let table: Vec<_> = all.iter().map(|one| (one.name.name(), one.files.len(), one.bytes())).collect();
        assert_eq!(
            table,
            [
                ("few-large", 4, 539_000_000),
                ("many-small", 6_214, 119_000_000),
                ("very-many", 12_044, 130_000_000),
                ("past-memory-size", 3_000, 12_000_000_000),
                ("past-memory-count", 70_000, 77_000_000),
            ]
        );
        let photographs = &workloads("unsplash15")[0];
        assert!(photographs.files.iter().all(|file| (2_000_000..=6_500_000).contains(&file.bytes)));
        assert_eq!(photographs.files.len(), 15);
    }

    #[test]
    fn every_entry_has_a_name_of_its_own() {
        for workload in workloads("picsum10 very-many") {
            let names: std::collections::HashSet<_> = workload.files.iter().map(|file| &file.name).collect();
            assert_eq!(names.len(), workload.files.len());
        }
    }

    #[test]
    fn the_examples_use_both_protocols_and_each_has_its_own_bound() {
        let all = workloads("picsum10");
        let bounds: Vec<_> = all.iter().map(|one| (one.protocol.name(), one.possible_speedup())).collect();
        assert_eq!(bounds, [("http2", 10.0), ("http1", 5.0)]);
        assert_eq!(workloads("picsum10 --at-once 4")[0].possible_speedup(), 10.0 / 3.0);
        assert_eq!(workloads("picsum10 --protocol http1").len(), 1);
    }

    #[test]
    fn the_hosts_of_a_workload_are_listed_one_after_the_other() {
        let [http2, http1] = &workloads("three-hosts --scale 0.1")[..] else { panic!("both protocols") };
        assert_eq!((http2.protocol, http1.protocol), (Protocol::Http2, Protocol::Http1));
        let work = http1.to_json("http://127.0.0.1:4780");
        let hosts: Vec<_> =
            work["files"].as_array().unwrap().iter().map(|file| file["url"].as_str().unwrap()).collect();
        assert_eq!(hosts.len(), 18);
        let host = |number: usize| hosts[number].split('/').nth(2).unwrap();
        let ends = ["a.localhost:4780", "b.localhost:4780", "c.localhost:4780"];
        assert_eq!([host(5), host(6), host(17)], ends);
        assert_eq!((&work["atOnce"], &work["findsConcurrency"]), (&json!(18), &json!(true)));
    }

    #[test]
    fn one_file_of_a_gallery_fails_once_a_turn() {
        let all = workloads("real-net");
        assert_eq!(all.len(), 2);
        let failing: Vec<_> =
            all[0].files.iter().filter(|file| file.path.contains("&fail=1:503&key={turn}-")).collect();
        assert_eq!((all[0].files.len(), failing.len(), all[0].bytes()), (200, 1, 60_000_000));
        assert_eq!(all[0].to_json("https://localhost")["files"][0]["attempts"], json!(4));
    }

    #[test]
    fn a_scaled_workload_has_fewer_files_or_smaller_ones() {
        let all = workloads("few-large many-small --scale 0.1");
        assert_eq!((all[0].files.len(), all[0].bytes()), (4, 53_900_000));
        assert_eq!((all[1].files.len(), all[1].bytes()), (621, 11_900_000));
    }
}

//! Samples a browser's memory and disk space on a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::disk;
use crate::processes::{self, Memory, Part};

/// Between two samples of the memory.
const INTERVAL: Duration = Duration::from_millis(100);

/// Samples of the memory per sample of the disk and of the list of processes, which take longer.
const PER_LONG_SAMPLE: u32 = 5;

/// Memory is stable once this many samples in a row differ by no more bytes than this.
const STABLE_SAMPLES: usize = 4;
const STABLE_WITHIN: u64 = 2 << 20;
const LONGEST_WAIT: Duration = Duration::from_secs(6);

/// The most that a run took, above what was in use at its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peak {
    /// Bytes of memory at the peak.
    pub memory: u64,
    /// The bytes of each part of [`Part::ALL`] at that moment, less than zero if it shrank.
    pub parts: [i64; 4],
    /// Bytes on disk.
    pub disk: u64,
}

/// A running sampler.
#[derive(Debug)]
pub struct Sampler {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Peak>,
}

impl Sampler {
    /// Waits until the memory is stable, and samples from then on.
    pub fn start(browser: u32, profile: &Path) -> Self {
        let start = stable_memory(browser);
        let disk_at_start = disk::used(profile, browser);
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let profile = PathBuf::from(profile);
        let watch = move || {
            let mut peak = Peak::default();
            let mut processes = Vec::new();
            for sample in 0_u32.. {
                let began = Instant::now();
                let last = ends.load(Ordering::Relaxed);
                if last || sample.is_multiple_of(PER_LONG_SAMPLE) {
                    processes = processes::of_browser(browser);
                    let disk = disk::used(&profile, browser).saturating_sub(disk_at_start);
                    peak.disk = peak.disk.max(disk);
                }
                raise(&mut peak, &start, &Memory::of(&processes));
                if last {
                    break;
                }
                // A sample of a browser with much memory takes long; it must not slow the browser down.
                thread::park_timeout(INTERVAL.max(began.elapsed() * 4));
            }
            peak
        };
        Self { over, thread: thread::spawn(watch) }
    }

    /// Takes a last sample, and returns the peak.
    pub fn stop(self) -> Peak {
        self.over.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_default()
    }
}

fn raise(peak: &mut Peak, start: &Memory, now: &Memory) {
    let over = now.total().saturating_sub(start.total());
    if over > peak.memory {
        peak.memory = over;
        peak.parts = Part::ALL.map(|part| now.part(part) as i64 - start.part(part) as i64);
    }
}

/// The memory once it is stable, or after [`LONGEST_WAIT`].
pub fn stable_memory(browser: u32) -> Memory {
    let deadline = Instant::now() + LONGEST_WAIT;
    let mut last: Vec<u64> = Vec::new();
    loop {
        let memory = Memory::of(&processes::of_browser(browser));
        last.push(memory.total());
        let recent = &last[last.len().saturating_sub(STABLE_SAMPLES)..];
        let least = recent.iter().min().copied().unwrap_or(0);
        let most = recent.iter().max().copied().unwrap_or(0);
        if (recent.len() == STABLE_SAMPLES && most - least <= STABLE_WITHIN) || Instant::now() >= deadline {
            return memory;
        }
        thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_in_use_at_the_end_is_found() {
        let sampler = Sampler::start(std::process::id(), Path::new("/nowhere"));
        let much = std::hint::black_box(vec![1_u8; 64 << 20]);
        let peak = sampler.stop();
        drop(much);
        assert!(peak.memory > 32 << 20, "{peak:?}");
        assert!(peak.parts[1] > 32 << 20, "this is no renderer: {peak:?}");
    }

    #[test]
    fn a_peak_stays_when_the_memory_falls() {
        let processes = processes::of_browser(std::process::id());
        let start = Memory::of(&processes);
        let much = std::hint::black_box(vec![1_u8; 64 << 20]);
        let mut peak = Peak::default();
        raise(&mut peak, &start, &Memory::of(&processes));
        let highest = peak.clone();
        drop(much);
        raise(&mut peak, &start, &Memory::of(&processes));
        assert!(peak == highest && peak.memory > 32 << 20, "{peak:?}");
    }
}

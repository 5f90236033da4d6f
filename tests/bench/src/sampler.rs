//! Watches a browser's memory and disk from a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::disk;
use crate::processes::{self, Memory, Part};

/// Between two looks at the memory.
const INTERVAL: Duration = Duration::from_millis(100);

/// Looks at the memory for one at the disk, and for one at which processes there are: both take longer.
const PER_LONG_LOOK: u32 = 5;

/// Memory is settled when so many looks in a row are within this of each other.
const SETTLED_LOOKS: usize = 4;
const SETTLED_WITHIN: u64 = 2 << 20;
const LONGEST_SETTLING: Duration = Duration::from_secs(6);

/// What a run took at most, over what there was at its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peak {
    /// Bytes of memory at the moment when there was most.
    pub memory: u64,
    /// How much of these each part had, as [`Part::ALL`]; it may be less than at the start.
    pub parts: [i64; 4],
    /// Bytes on disk.
    pub disk: u64,
}

/// A running watch.
#[derive(Debug)]
pub struct Sampler {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Peak>,
}

impl Sampler {
    /// Waits until the memory has settled, and watches from then on.
    pub fn start(browser: u32, profile: &Path) -> Self {
        let start = settled(browser);
        let disk_at_start = disk::used(profile, browser);
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let profile = PathBuf::from(profile);
        let watch = move || {
            let mut peak = Peak::default();
            let mut processes = Vec::new();
            for look in 0_u32.. {
                let began = Instant::now();
                let last = ends.load(Ordering::Relaxed);
                if last || look.is_multiple_of(PER_LONG_LOOK) {
                    processes = processes::of_browser(browser);
                    let disk = disk::used(&profile, browser).saturating_sub(disk_at_start);
                    peak.disk = peak.disk.max(disk);
                }
                raise(&mut peak, &start, &Memory::of(&processes));
                if last {
                    break;
                }
                // A look that takes long, as at a browser with much memory, makes looks rarer.
                thread::park_timeout(INTERVAL.max(began.elapsed() * 4));
            }
            peak
        };
        Self { over, thread: thread::spawn(watch) }
    }

    /// Looks once more, and gives the peak.
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

/// The memory once it has settled, or after a while.
pub fn settled(browser: u32) -> Memory {
    let deadline = Instant::now() + LONGEST_SETTLING;
    let mut last: Vec<u64> = Vec::new();
    loop {
        let memory = Memory::of(&processes::of_browser(browser));
        last.push(memory.total());
        let recent = &last[last.len().saturating_sub(SETTLED_LOOKS)..];
        let least = recent.iter().min().copied().unwrap_or(0);
        let most = recent.iter().max().copied().unwrap_or(0);
        if (recent.len() == SETTLED_LOOKS && most - least <= SETTLED_WITHIN) || Instant::now() >= deadline {
            return memory;
        }
        thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_sees_what_was_there_in_between() {
        let sampler = Sampler::start(std::process::id(), Path::new("/nowhere"));
        let much = vec![1_u8; 64 << 20];
        // Two looks, however slow the machine.
        thread::sleep(INTERVAL * 3);
        drop(std::hint::black_box(much));
        let peak = sampler.stop();
        assert!(peak.memory > 32 << 20, "{peak:?}");
        assert!(peak.parts[1] > 32 << 20, "this is no renderer: {peak:?}");
    }
}

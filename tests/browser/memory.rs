//! What the browser takes of the machine's memory while something happens.

use std::fs;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use support::processes::tree;

use super::Browser;

/// The time between two samples, which take Firefox's processes some milliseconds.
const INTERVAL: Duration = Duration::from_millis(250);

/// A sampler of all of a browser's processes, on a thread of its own.
pub struct MemorySampler {
    end: Sender<()>,
    thread: JoinHandle<Vec<Sample>>,
}

/// A moment of a download.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Bytes of memory above those at the start.
    pub memory: u64,
    /// What had been done by then.
    pub progress: u64,
}

impl Browser {
    /// Begins to take samples, each with the progress at that moment.
    pub fn sample_memory(&self, mut progress: impl FnMut() -> u64 + Send + 'static) -> MemorySampler {
        let root = self.session.process();
        let start = memory(root);
        let (end, ended) = channel();
        let thread = thread::spawn(move || {
            let mut samples = Vec::new();
            while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                samples.push(Sample { memory: memory(root).saturating_sub(start), progress: progress() });
            }
            samples
        });
        MemorySampler { end, thread }
    }
}

impl MemorySampler {
    /// Takes no more samples.
    pub fn stop(self) -> Vec<Sample> {
        drop(self.end);
        self.thread.join().expect("it panics only if the progress does")
    }
}

/// The most memory of these samples, in bytes.
pub fn peak<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> u64 {
    samples.into_iter().map(|sample| sample.memory).max().unwrap_or(0)
}

/// The proportional set size of a process and all of its descendants, in bytes.
fn memory(root: u32) -> u64 {
    tree(root).into_iter().map(proportional).sum()
}

/// The line `Pss:` of `/proc/PID/smaps_rollup` (Linux, `Documentation/filesystems/proc.rst`), in bytes. A
/// process that has just ended has none.
fn proportional(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

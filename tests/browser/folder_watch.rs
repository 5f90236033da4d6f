//! A watch over the folder of downloads: what stands there, under which name, while files are saved.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures::channel::oneshot;

use super::downloads::{files, is_open, is_partial};
use super::{PATIENCE, environment};

/// The time between two looks at the folder. A gigabyte takes a second at best.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// A folder that has not changed for this long, and in which a file is still missing, will never change.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A watch over the folder of downloads, which was empty at its start. Dropping it ends it.
pub struct FolderWatch {
    seen: Arc<Mutex<Seen>>,
    first_sign: Option<oneshot::Receiver<()>>,
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What was seen.
struct Seen {
    /// The lengths of all files by their paths, at the last look.
    now: BTreeMap<PathBuf, u64>,
    /// All lengths that each file has had under a name that is not a partial file's.
    lengths: BTreeMap<PathBuf, Vec<u64>>,
    /// When the folder changed last.
    changed: Instant,
}

/// Why files were not saved whole.
#[derive(Debug)]
pub struct NotSaved {
    /// What stands in the folder, in words.
    pub left: String,
}

impl FolderWatch {
    /// Begins to watch.
    pub fn begin() -> Self {
        let seen = Seen { now: BTreeMap::new(), lengths: BTreeMap::new(), changed: Instant::now() };
        let seen = Arc::new(Mutex::new(seen));
        let (end, ended) = channel();
        let (sign, first_sign) = oneshot::channel();
        let thread = thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                let mut sign = Some(sign);
                while ended.recv_timeout(LOOK_AGAIN) == Err(RecvTimeoutError::Timeout) {
                    let mut seen = lock(&seen);
                    seen.look();
                    if !seen.now.is_empty()
                        && let Some(sign) = sign.take()
                    {
                        // The test may have failed before it waited.
                        let _ = sign.send(());
                    }
                }
            }
        });
        Self { seen, first_sign: Some(first_sign), end: Some(end), thread: Some(thread) }
    }

    /// Waits until the first file appears, under whatever name.
    pub async fn until_first_sign(&mut self) {
        let sign = self.first_sign.take().expect("waited for once");
        let in_time = tokio::time::timeout(PATIENCE, sign).await;
        in_time.expect("the download begins").expect("the folder is watched");
    }

    /// Bytes in the folder.
    pub fn bytes(&self) -> u64 {
        lock(&self.seen).now.values().sum()
    }

    /// Waits until this many files are there, none of them empty, open or partial, and returns their
    /// paths in the order of their names.
    ///
    /// # Errors
    ///
    /// The folder no longer changes, and this is not so.
    pub async fn until_saved(&self, count: usize) -> Result<Vec<PathBuf>, NotSaved> {
        loop {
            let (now, changed) = {
                let seen = lock(&self.seen);
                (seen.now.clone(), seen.changed)
            };
            let is_saved = |(file, length): (&PathBuf, &u64)| *length > 0 && !is_partial(file);
            if now.len() == count && now.iter().all(is_saved) && !now.keys().any(|file| is_open(file)) {
                return Ok(now.into_keys().collect());
            }
            if changed.elapsed() > LONGEST_PAUSE {
                return Err(NotSaved { left: describe(&now) });
            }
            tokio::time::sleep(super::LOOK_AGAIN).await;
        }
    }

    /// All lengths that a file has had under its final name, in order of time. Firefox holds the name
    /// with an empty file.
    pub fn lengths(&self, file: &PathBuf) -> Vec<u64> {
        lock(&self.seen).lengths.get(file).cloned().unwrap_or_default()
    }
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // It panics only if the folder can't be read; the test has failed by then.
            let _ = thread.join();
        }
    }
}

impl Seen {
    fn look(&mut self) {
        let files = files(&environment::downloads());
        // One that was renamed since it was listed is seen at the next look.
        let lengths = files.filter_map(|file| {
            let length = file.metadata().ok()?.len();
            Some((file, length))
        });
        let now: BTreeMap<_, _> = lengths.collect();
        if now == self.now {
            return;
        }
        for (file, length) in now.iter().filter(|(file, _)| !is_partial(file)) {
            let lengths = self.lengths.entry(file.clone()).or_default();
            if lengths.last() != Some(length) {
                lengths.push(*length);
            }
        }
        (self.now, self.changed) = (now, Instant::now());
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files of a folder, in words.
fn describe(files: &BTreeMap<PathBuf, u64>) -> String {
    let describe = |(file, length): (&PathBuf, &u64)| {
        // Firefox gives partial files random names.
        let name = if is_partial(file) { file.extension() } else { file.file_name() };
        let is_part = if is_partial(file) { "a ." } else { "" };
        format!("{is_part}{} of {}", name.unwrap_or_default().display(), megabytes(*length))
    };
    let all: Vec<_> = files.iter().map(describe).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// A number of bytes for people.
pub fn megabytes(bytes: u64) -> String {
    match bytes {
        0 => "0 bytes".to_owned(),
        1..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

//! Runs that this browser stores: interrupted ones, archives that were not saved yet, and archives that
//! were handed to the browser.

use std::time::Duration;

use crate::bytes::{ByteReader, PutBytes};

/// When an archive was handed to the browser, and under which name.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOver {
    /// In milliseconds since 1970.
    pub at: f64,
    /// The name of the file that the browser saves.
    pub file_name: String,
}

impl HandOver {
    /// As the bytes of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.put_f64(self.at);
        bytes.extend_from_slice(self.file_name.as_bytes());
        bytes
    }

    /// Reads [`to_bytes`](Self::to_bytes); `None` for bytes that are not that, such as of an empty file.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = ByteReader(bytes);
        let at = reader.f64().filter(|at| at.is_finite())?;
        Some(Self { at, file_name: String::from_utf8(reader.rest().to_vec()).ok()? })
    }

    /// How long ago that was, in milliseconds; 0 if the clock was set back since.
    pub fn age(&self, now: f64) -> f64 {
        (now - self.at).max(0.0)
    }
}

/// A run whose page is gone, and what this browser has of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// The name by which it is restored, saved or discarded.
    pub name: String,
    /// What its journal says; `None` for an archive of another page that uses the package, and for what
    /// another version has left.
    pub run: Option<InterruptedRun>,
    /// The size of its archive, in bytes; `None` if that is not complete. Of what another version has left,
    /// the size of the file.
    pub archive: Option<u64>,
    /// Whether its archive was handed to the browser.
    pub handed_over: Option<HandOver>,
    /// What its file is, if it is of a version of fetchzip whose runs this one can't read.
    pub other_version: Option<FileOfOtherVersion>,
}

/// What the file of another version's run is. It can be saved as it is, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOfOtherVersion {
    /// A zip that has its end.
    Archive,
    /// What had arrived of a run that was interrupted.
    Part,
}

/// What its journal says of a run whose page is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct InterruptedRun {
    /// The text of its list.
    pub source: String,
    /// Its options, in the page's own notation.
    pub options: String,
    /// When it began, in milliseconds since 1970.
    pub started: f64,
    /// How long it had been running.
    pub elapsed: Duration,
    /// The number of its items.
    pub items: usize,
    /// The plan's [`fingerprint`](crate::spool::fingerprint): another one means that the list is read
    /// differently now, and that the run can't be restored.
    pub fingerprint: u32,
    /// The number of images that it had stored.
    pub stored: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl StoredRun {
    /// Whether there is more to be done than to save the archive: images are missing, or the archive is. One
    /// that was handed over stays as it is.
    pub fn is_resumable(&self) -> bool {
        let is_whole = |run: &InterruptedRun| run.stored == run.items && self.archive.is_some();
        self.handed_over.is_none() && self.run.as_ref().is_some_and(|run| !is_whole(run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_over_is_read_as_it_was_written() {
        let hand_over = HandOver { at: 1_790_000_000_123.0, file_name: "ü.zip".into() };
        assert_eq!(HandOver::read(&hand_over.to_bytes()), Some(hand_over.clone()));
        assert_eq!(HandOver::read(b""), None);
        assert_eq!(HandOver::read(&f64::NAN.to_le_bytes()), None);
        assert_eq!(hand_over.age(1_790_000_000_125.0), 2.0);
        assert_eq!(hand_over.age(0.0), 0.0);
    }
}

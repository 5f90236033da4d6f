//! Gates: answers wait at them until a test opens them, so tests need no sleeps.

use std::collections::HashSet;

use tokio::sync::watch;

/// All gates of a server; a gate that nobody has named yet is closed.
#[derive(Debug, Default)]
pub struct Gates {
    open: watch::Sender<HashSet<String>>,
}

impl Gates {
    /// Opens a gate for those who wait at it and those who come later.
    pub fn open(&self, key: &str) {
        self.open.send_modify(|open| {
            open.insert(key.to_owned());
        });
    }

    /// Closes a gate to those who come later.
    pub fn close(&self, key: &str) {
        self.open.send_modify(|open| {
            open.remove(key);
        });
    }

    /// Closes every gate.
    pub fn close_all(&self) {
        self.open.send_modify(HashSet::clear);
    }

    /// Waits until the gate is open.
    pub async fn pass(&self, key: &str) {
        // It fails only once the sender is gone, and `self` holds the sender.
        let _ = self.open.subscribe().wait_for(|open| open.contains(key)).await;
    }
}

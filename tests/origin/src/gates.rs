//! Gates: answers wait at them until a test opens them, so that tests need no sleeps.

use std::collections::HashSet;

use tokio::sync::watch;

/// All gates of a server. Gates are closed at first.
#[derive(Debug, Default)]
pub struct Gates {
    open: watch::Sender<HashSet<String>>,
}

impl Gates {
    /// Opens a gate for the answers that wait at it, and for later ones.
    pub fn open(&self, key: &str) {
        self.open.send_modify(|open| {
            open.insert(key.to_owned());
        });
    }

    /// Closes a gate for later answers.
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
        // It fails only without a sender, and `self` holds the sender.
        let _ = self.open.subscribe().wait_for(|open| open.contains(key)).await;
    }
}

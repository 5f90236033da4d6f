//! Bandwidth that answers share, as those do that reach a user through one line.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The shared lines of a server, one for each bandwidth.
#[derive(Debug, Default)]
pub struct SharedLines {
    /// When each line will have carried all that it was given, by its bytes per second.
    free_at: Mutex<HashMap<u64, Instant>>,
}

impl SharedLines {
    /// Gives a line `length` more bytes. Returns when it will have carried them, after all that it was given before.
    pub fn carry(&self, bytes_per_second: u64, length: u64, now: Instant) -> Instant {
        let takes = Duration::from_secs_f64(length as f64 / bytes_per_second.max(1) as f64);
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let line = free_at.entry(bytes_per_second).or_insert(now);
        *line = (*line).max(now) + takes;
        *line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_on_one_line_wait_for_each_other() {
        let lines = SharedLines::default();
        let now = Instant::now();
        let seconds = |rate, length, at: Instant| (lines.carry(rate, length, at) - now).as_secs_f64();
        assert_eq!(seconds(10, 20, now), 2.0);
        assert_eq!(seconds(10, 10, now), 3.0);
        // Another line.
        assert_eq!(seconds(100, 10, now), 0.1);
        // An idle line saves nothing up.
        assert_eq!(seconds(10, 10, now + Duration::from_secs(9)), 10.0);
    }
}

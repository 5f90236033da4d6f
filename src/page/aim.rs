//! The row on which the pointer rests: on its way to the details of one row, it crosses others.

use std::cell::Cell;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use crate::browser::Clock;

/// How long the pointer rests.
const REST: Duration = Duration::from_millis(150);

/// Where the pointer went last, and where it rests.
#[derive(Default)]
pub struct Aim {
    row: Cell<Option<usize>>,
    rested: Cell<Option<usize>>,
    /// Counts where it went.
    count: Cell<u32>,
}

impl Aim {
    /// The row that it went to last.
    pub fn row(&self) -> Option<usize> {
        self.row.get()
    }

    /// The row on which it rests, or rested on its way to that row's details.
    pub fn rested(&self) -> Option<usize> {
        self.rested.get()
    }

    /// It went to a row, or away; `rested` is called once it has rested there, unless it has gone elsewhere meanwhile.
    /// It gets whether that is another row than before.
    pub fn set(&'static self, row: Option<usize>, rested: impl FnOnce(bool) + 'static) {
        let count = self.go(row);
        spawn_local(async move {
            Clock::start().sleep_until(REST).await;
            if self.count.get() == count {
                rested(self.rested.replace(row) != row);
            }
        });
    }

    /// It stays with the row on which it rested, whatever it has crossed.
    pub fn stay(&self) {
        self.go(self.rested.get());
    }

    /// It rests nowhere until it moves again, even if that is on the same row.
    pub fn forget(&self) {
        self.rested.set(None);
        self.go(None);
    }

    fn go(&self, row: Option<usize>) -> u32 {
        self.row.set(row);
        self.count.set(self.count.get().wrapping_add(1));
        self.count.get()
    }
}

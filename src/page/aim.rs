//! What the pointer rests on: on its way to the details of one row, it crosses others.

use std::cell::Cell;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use crate::browser::Clock;

/// How long the pointer rests.
const REST: Duration = Duration::from_millis(150);

/// Where the pointer went last.
#[derive(Default)]
pub struct Aim {
    row: Cell<Option<usize>>,
    /// Counts where it went.
    count: Cell<u32>,
}

impl Aim {
    /// The row that it went to last.
    pub fn row(&self) -> Option<usize> {
        self.row.get()
    }

    /// It went to a row, or away; `rested` is called once it has rested, unless it has gone elsewhere meanwhile.
    pub fn set(&'static self, row: Option<usize>, rested: impl FnOnce() + 'static) {
        self.keep(row);
        let count = self.count.get();
        spawn_local(async move {
            Clock::start().sleep_until(REST).await;
            if self.count.get() == count {
                rested();
            }
        });
    }

    /// It stays with a row, or none, whatever it has crossed.
    pub fn keep(&self, row: Option<usize>) {
        self.row.set(row);
        self.count.set(self.count.get().wrapping_add(1));
    }
}

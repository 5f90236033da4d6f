//! Reading a list in steps, so that the page responds while a long one is parsed.

use super::document_parser::BrowserDocuments;
use crate::browser::{BrowserText, Yielder};
use crate::plan::{Choice, ListReader, Plan, Rejected, Understood};

/// Steps between two looks at the clock, which are not free.
const STEPS: usize = 50;

/// The most rejected lines that are kept to be shown.
const MAX_SHOWN: usize = 1000;

/// A list as it was read.
#[derive(Default)]
pub struct Reading {
    pub plan: Plan,
    pub understood: Understood,
    /// The first lines that name no address.
    pub rejected: Vec<Rejected>,
    /// The number of all of them.
    pub rejections: usize,
}

/// Reads a list; `None` if `is_wanted` turned false before all of it was read.
pub async fn read_list(text: &str, choice: &Choice, is_wanted: &dyn Fn() -> bool) -> Option<Reading> {
    let mut reading = Reading::default();
    let mut yielder = Yielder::default();
    let mut reader = ListReader::new(text, choice, &BrowserDocuments);
    let mut is_over = false;
    while !is_over {
        for _ in 0..STEPS {
            is_over = !reader.step();
        }
        let mut parsed = 0;
        while let Some(read) = reader.pop() {
            if let Err(rejected) = read.and_then(|request| reading.plan.push_valid(request, &BrowserText)) {
                reading.rejections += 1;
                if reading.rejected.len() < MAX_SHOWN {
                    reading.rejected.push(rejected);
                }
            }
            parsed += 1;
            // One line may stand for thousands of addresses.
            if parsed % STEPS == 0 && yielder.maybe_yield().await && !is_wanted() {
                return None;
            }
        }
        if yielder.maybe_yield().await && !is_wanted() {
            return None;
        }
    }
    reading.understood = reader.understood();
    Some(reading)
}

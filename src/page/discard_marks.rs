//! Which runs were thrown away and can still be brought back. It is written down, so that a page that is loaded
//! meanwhile removes them instead of listing them.

use super::storage;
use crate::job::StoredRun;

/// The name under which they are stored.
const NAME: &str = "thrown-away";

/// The mark of a run that began at this moment, in milliseconds since 1970.
pub fn mark_of_start(started: f64) -> String {
    js_sys::Number::from(started).to_string_with_radix(10).map(String::from).unwrap_or_default()
}

/// Marks a run, by its name or its start.
pub fn set(mark: &str) {
    let mut marks = marks();
    marks.push(mark.to_owned());
    storage::write(NAME, &marks.join("\n"));
}

pub fn clear(mark: &str) {
    let mut marks = marks();
    marks.retain(|known| known != mark);
    storage::write(NAME, &marks.join("\n"));
}

/// The mark of a stored run, if it has one. A run that was handed over since is what the browser saves.
pub fn find(run: &StoredRun) -> Option<String> {
    let start = run.run.as_ref().filter(|_| run.handed_over.is_none()).map(|run| mark_of_start(run.started));
    marks().into_iter().find(|mark| *mark == run.name || Some(mark) == start.as_ref())
}

fn marks() -> Vec<String> {
    let stored = storage::read(NAME).unwrap_or_default();
    stored.lines().filter(|mark| !mark.is_empty()).map(str::to_owned).collect()
}

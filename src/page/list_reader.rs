//! Reading a list in steps, so that the page responds while a long one is parsed.

use crate::browser::{BrowserText, Yielder};
use crate::plan::{Plan, parse_list};

/// URLs parsed between two looks at the clock, which are not free.
const STEP: usize = 50;

/// The plan of a list; `None` if `is_wanted` turned false before all of it was parsed.
pub async fn read_list(text: &str, is_wanted: &dyn Fn() -> bool) -> Option<Plan> {
    let mut requests = parse_list(text).into_iter().peekable();
    let mut plan = Plan::default();
    let mut yielder = Yielder::default();
    while requests.peek().is_some() {
        plan.extend(requests.by_ref().take(STEP), &BrowserText);
        if yielder.maybe_yield().await && !is_wanted() {
            return None;
        }
    }
    Some(plan)
}

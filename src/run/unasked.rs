//! Items that end before any request is sent.

use super::fetch_error::FetchError;
use crate::plan::{Address, ItemId, LeftOut, Plan};

/// Why an item ends before any request is sent.
pub enum Unasked {
    /// It fails.
    Failed(FetchError),
    /// It is left out.
    LeftOut(LeftOut),
}

impl Unasked {
    /// Why nothing is asked for an item; `None` if it is fetched. `is_mixed` says whether the page may not read from
    /// an address because it is not secure.
    pub fn of(plan: &Plan, item: ItemId, is_mixed: impl Fn(&Address) -> bool) -> Option<Self> {
        let of_plan = &plan.items()[item];
        if let Some(reason) = of_plan.left_out {
            return Some(Self::LeftOut(reason));
        }
        if let Err(error) = &of_plan.address {
            return Some(Self::Failed(FetchError::Address(error.clone())));
        }
        let is_refused = of_plan.fallbacks.is_empty()
            && plan.request_address(item, 0).is_some_and(|address| is_mixed(&address));
        is_refused.then_some(Self::Failed(FetchError::MixedContent))
    }
}

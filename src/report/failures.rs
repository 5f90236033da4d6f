//! Failures of a kind told once: a host without CORS fails a thousand images for one reason.

use super::Rows;
use super::words::count;
use crate::plan::{ItemId, OriginId, Plan};
use crate::run::FetchError;
use crate::text::text;

/// Images of one origin that failed for one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureGroup {
    /// Their origin; `None` for texts that are no address.
    pub origin: Option<OriginId>,
    /// Why.
    pub error: FetchError,
    /// The images, in input order.
    pub items: Vec<ItemId>,
}

/// The failures of a run, in the order in which each kind is first met in the list.
pub fn failure_groups(plan: &Plan, rows: &Rows) -> Vec<FailureGroup> {
    let mut groups: Vec<FailureGroup> = Vec::new();
    for (id, (item, row)) in plan.items().iter().zip(rows.as_slice()).enumerate() {
        let Some(error) = row.error() else { continue };
        let same = groups.iter_mut().find(|group| {
            group.origin == item.origin && (item.origin.is_none() || reason(&group.error) == reason(error))
        });
        match same {
            Some(group) => group.items.push(id),
            None => {
                groups.push(FailureGroup { origin: item.origin, error: error.clone(), items: vec![id] });
            }
        }
    }
    groups
}

/// What makes two failures of an origin one: their kind and status, whatever byte they broke at.
fn reason(error: &FetchError) -> (&'static str, Option<u16>) {
    (error.kind(), error.status())
}

/// A group in a sentence: `3 images from https://a.example: the server answered 503 …`.
pub fn group_text(group: &FailureGroup, plan: &Plan) -> String {
    let FailureGroup { origin, error, items } = group;
    match origin.and_then(|origin| plan.origins().get(origin)) {
        Some(origin) => text![count(items.len(), "image"), " from ", origin, ": ", error],
        None if items.len() == 1 => text![error],
        None => text![count(items.len(), "line"), " of the list; the first: ", error],
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::tests::plan_of;
    use crate::run::{Event, EventKind};

    #[test]
    fn failures_are_told_once_for_each_origin_and_reason() {
        let plan = plan_of([
            "https://a.example/1",
            "https://b.example/1",
            "nonsense",
            "https://b.example/2",
            "more nonsense",
            "https://b.example/3",
        ]);
        let mut rows = Rows::new(plan.len());
        for (item, parsed) in plan.items().iter().enumerate() {
            let error = match (&parsed.address, item) {
                (Err(error), _) => FetchError::Address(error.clone()),
                (Ok(_), 5) => FetchError::http(404),
                (Ok(_), received) => FetchError::Interrupted { received: received as u64 },
            };
            rows.apply(&Event { at: Duration::ZERO, item, kind: EventKind::Failed { error } });
        }
        let groups = failure_groups(&plan, &rows);
        let items: Vec<_> = groups.iter().map(|group| group.items.as_slice()).collect();
        assert_eq!(items, [&[0][..], &[1, 3], &[2, 4], &[5]]);
        let text = group_text(&groups[3], &plan);
        assert_eq!(
            text,
            "1 image from https://b.example: the server answered 404 (not there): check the address"
        );
        assert!(
            group_text(&groups[2], &plan).starts_with("2 lines of the list; the first: not a URL: \"non")
        );
    }
}

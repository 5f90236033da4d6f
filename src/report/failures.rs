//! Failures in groups: a host without CORS fails a thousand images for one reason.

use std::cmp::Reverse;

use super::Rows;
use crate::image::{Accepted, NotAnImage};
use crate::plan::{Address, ItemId, Network, Plan, Relay, TextMap};
use crate::run::{FetchError, Settings};
use crate::text::text;
use crate::words::failures::{self, Images};

/// Images that failed for one reason, or all lines that are not addresses.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureGroup {
    /// The error of the first item.
    pub error: FetchError,
    /// The items, in input order; at least one.
    pub items: Vec<ItemId>,
    /// The origins of their addresses, each with the number of its items, most first. Lines that are not
    /// addresses have none.
    pub hosts: Vec<(String, usize)>,
}

/// Whether the same request would fail in the same way.
pub fn is_final(error: &FetchError) -> bool {
    match error {
        FetchError::Address(_)
        | FetchError::MixedContent
        | FetchError::Cors
        | FetchError::NotAnImage(_)
        | FetchError::TooLarge { .. }
        | FetchError::OverTotal { .. } => true,
        // A sign-in in another tab, or time, may change the others.
        FetchError::Http { status, .. } => {
            (400..500).contains(status) && !matches!(status, 401 | 403 | 408 | 425 | 429)
        }
        _ => false,
    }
}

/// Whether another request may succeed with these settings, which may be others than at the first, and if it goes
/// through another relay or through none, `elsewhere`.
pub fn may_arrive(error: &FetchError, settings: &Settings, elsewhere: bool) -> bool {
    match error {
        FetchError::MixedContent | FetchError::Cors => elsewhere,
        FetchError::TooLarge { limit } => settings.limits.max_bytes != Some(*limit),
        FetchError::OverTotal { limit } => settings.limits.max_total_bytes != Some(*limit),
        FetchError::NotAnImage(kind) => *kind != NotAnImage::Html && settings.accepted != Accepted::Images,
        _ => !is_final(error),
    }
}

/// The failures of a run by reason, put together a part at a time: a hundred thousand of them are long work for a page.
#[derive(Default)]
pub struct FailureGrouping {
    groups: Vec<FailureGroup>,
    /// The places of the groups by their reasons, and those of the hosts in their groups.
    places: TextMap,
    host_places: TextMap,
    /// By origin, once the first part was added.
    readable: Vec<bool>,
    /// The item to be added next.
    next: ItemId,
}

impl FailureGrouping {
    /// Adds the next `items` items of a run that is over, which is the same at each call; returns whether there are
    /// more. `page` is the network that the page was loaded from.
    pub fn add_next(&mut self, items: usize, plan: &Plan, rows: &Rows, page: Network) -> bool {
        if self.next == 0 {
            self.readable = readable_origins(plan, rows);
        }
        let end = plan.len().min(self.next + items);
        for item in self.next..end {
            if let Some(error) = rows.as_slice()[item].error() {
                self.add(item, error, plan, page);
            }
        }
        self.next = end;
        end < plan.len()
    }

    fn add(&mut self, id: ItemId, error: &FetchError, plan: &Plan, page: Network) {
        let item = &plan.items()[id];
        let error = match (error, item.origin) {
            // The host lets other images be read, which arrived after this one was refused.
            (FetchError::Cors, Some(origin)) if self.readable[origin] => &FetchError::Network,
            _ => error,
        };
        let reason = reason_of(error, item.address.as_ref().ok(), plan, page);
        let place = self.places.get(&reason).unwrap_or(self.groups.len());
        if place == self.groups.len() {
            self.places.set(reason, place);
            self.groups.push(FailureGroup { error: error.clone(), items: Vec::new(), hosts: Vec::new() });
        }
        let group = &mut self.groups[place];
        group.items.push(id);
        let Ok(address) = &item.address else { return };
        let host = text![place, " ", address.origin];
        match self.host_places.get(&host).and_then(|place| group.hosts.get_mut(place)) {
            Some((_, images)) => *images += 1,
            None => {
                self.host_places.set(host, group.hosts.len());
                group.hosts.push((address.origin.clone(), 1));
            }
        }
    }

    /// The groups, the most frequent reason first.
    pub fn finish(mut self) -> Vec<FailureGroup> {
        for group in &mut self.groups {
            group.hosts.sort_by_key(|(_, images)| Reverse(*images));
        }
        self.groups.sort_by_key(|group| Reverse(group.items.len()));
        self.groups
    }
}

/// By origin, whether anything of it could be read.
fn readable_origins(plan: &Plan, rows: &Rows) -> Vec<bool> {
    let mut readable = vec![false; plan.origins().len()];
    for (item, row) in plan.items().iter().zip(rows.as_slice()) {
        if let Some(origin) = item.origin {
            readable[origin] |= row.attempts.iter().any(|attempt| attempt.headers.is_some());
        }
    }
    readable
}

/// What the failures of a group have in common: kind and status, but not the byte at which they broke off.
fn reason_of(error: &FetchError, address: Option<&Address>, plan: &Plan, page: Network) -> String {
    match (error, address) {
        // Whether it had an address or not.
        (FetchError::Stopped, _) => error.kind().to_owned(),
        (_, None) => String::new(),
        (FetchError::NotAnImage(_), _) => text![error],
        (FetchError::Network | FetchError::Unreachable, Some(address)) => {
            text![error.kind(), " ", address.is_data() as u32, " ", is_closer(address, plan, page) as u32]
        }
        (FetchError::MixedContent, _) => text![error],
        _ => text![error.kind(), " ", error.status().unwrap_or(0)],
    }
}

/// Whether requests for an address go to a network that the page is not in.
fn is_closer(address: &Address, plan: &Plan, page: Network) -> bool {
    let requested = plan.relay().map_or_else(|| address.clone(), |relay| relay.address_of(address));
    Network::of_host(&requested.host) > page
}

/// The address of a group's first image; its own rather than the relay's.
fn address_of<'a>(group: &FailureGroup, plan: &'a Plan) -> Option<&'a Address> {
    plan.items().get(*group.items.first()?)?.address.as_ref().ok()
}

/// A group as a sentence, with advice: `3 images from https://a.example: the server answered 503 …`.
/// `page` is the network that the page was loaded from.
pub fn group_text(group: &FailureGroup, plan: &Plan, page: Network) -> String {
    let FailureGroup { error, items, hosts } = group;
    let Some(address) = address_of(group, plan) else {
        return match items.len() {
            1 => text![error],
            lines => failures::lines(lines, &text![error]),
        };
    };
    let relay = plan.relay().filter(|_| !address.is_data()).map(Relay::origin);
    let host = hosts.first().map_or("", |(host, _)| host);
    let images = Images { number: items.len(), host, hosts: hosts.len(), relay };
    match error {
        FetchError::Stopped => failures::stopped(items.len()),
        FetchError::NotAnImage(kind) if *kind != NotAnImage::Html => images.are_other_files(&text![error]),
        FetchError::Network if address.is_data() => images.are_unreadable_data(),
        FetchError::Network => images.are_refused(),
        FetchError::Unreachable if is_closer(address, plan, page) => images.are_in_a_closer_network(),
        FetchError::Unreachable => images.are_out_of_reach(),
        FetchError::Cors => images.are_kept_from_pages(),
        FetchError::NeedsPermission => images.need_permission(),
        FetchError::MixedContent => images.are_mixed_content(),
        error => images.failed(&text![error]),
    }
}

#[cfg(test)]
mod tests;

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
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::LOOKS;
    use crate::plan::tests::{NativeText, plan_of};
    use crate::run::{Event, EventKind};

    /// The groups of a run in which every item failed, each with the error that it is given.
    fn groups_of(plan: &Plan, error: impl Fn(ItemId) -> FetchError) -> Vec<FailureGroup> {
        let mut rows = Rows::new(plan.len());
        for (item, parsed) in plan.items().iter().enumerate() {
            let error = match &parsed.address {
                Err(error) => FetchError::Address(error.clone()),
                Ok(_) => error(item),
            };
            rows.apply(&Event { at: Duration::ZERO, item, kind: EventKind::Failed { error } });
        }
        failure_groups(plan, &rows, Network::Public)
    }

    /// The groups of a run, of which two items are added at a time.
    fn failure_groups(plan: &Plan, rows: &Rows, page: Network) -> Vec<FailureGroup> {
        let mut grouping = FailureGrouping::default();
        while grouping.add_next(2, plan, rows, page) {}
        grouping.finish()
    }

    /// The items of each group.
    fn items(groups: &[FailureGroup]) -> Vec<&[ItemId]> {
        groups.iter().map(|group| group.items.as_slice()).collect()
    }

    #[test]
    fn there_is_one_group_for_each_reason_the_most_frequent_first() {
        let plan = plan_of([
            "https://a.example/1",
            "nonsense",
            "https://b.example/1",
            "more nonsense",
            "https://b.example/2",
            "https://b.example/3",
        ]);
        let groups = groups_of(&plan, |item| match item {
            5 => FetchError::http(404),
            received => FetchError::Interrupted { received: received as u64 },
        });
        assert_eq!(items(&groups), [&[0, 2, 4][..], &[1, 3], &[5]]);
        let hosts = [("https://b.example".to_owned(), 2), ("https://a.example".to_owned(), 1)];
        assert_eq!(groups[0].hosts, hosts);
        let text = |group| group_text(group, &plan, Network::Public);
        assert_eq!(
            text(&groups[2]),
            "1 image from https://b.example: the server answered 404 (not found): check the address"
        );
        assert!(text(&groups[0]).starts_with("3 images from 2 hosts: the connection broke"));
        assert!(text(&groups[1]).starts_with("2 lines of the list; the first: not a URL: \"non"));
    }

    #[test]
    fn what_the_same_request_can_not_change_is_final() {
        for status in [400, 404, 410] {
            assert!(is_final(&FetchError::http(status)), "{status}");
        }
        for status in [401, 403, 408, 429, 500, 503] {
            assert!(!is_final(&FetchError::http(status)), "{status}");
        }
        assert!(is_final(&FetchError::NotAnImage(NotAnImage::Html)));
        assert!(is_final(&FetchError::TooLarge { limit: 1 }));
        assert!(is_final(&FetchError::Cors) && is_final(&FetchError::MixedContent));
        assert!(!is_final(&FetchError::Network) && !is_final(&FetchError::Unreachable));
        assert!(!is_final(&FetchError::Stopped));

        let (mut settings, large) = (Settings::default(), FetchError::TooLarge { limit: 1 });
        let (pdf, html) = (NotAnImage::Pdf, NotAnImage::Html);
        assert!(!may_arrive(&FetchError::NotAnImage(pdf), &settings, false));
        settings.limits.max_bytes = Some(1);
        assert!(!may_arrive(&large, &settings, false));
        settings.limits.max_bytes = Some(2);
        settings.accepted = Accepted::Files;
        assert!(may_arrive(&large, &settings, false), "the limit is another one");
        assert!(may_arrive(&FetchError::NotAnImage(NotAnImage::Pdf), &settings, false));
        assert!(!may_arrive(&FetchError::NotAnImage(html), &settings, false));
        assert!(!may_arrive(&FetchError::http(404), &settings, false));
        assert!(!may_arrive(&FetchError::Cors, &settings, false));
        assert!(may_arrive(&FetchError::Cors, &settings, true), "a relay may be let read it");
    }

    #[test]
    fn twice_as_many_origins_are_grouped_with_twice_the_work() {
        let looks_for = |origins: usize| {
            let urls: Vec<_> = (0..origins).map(|n| format!("https://h{n}.example/1.jpg")).collect();
            let plan = plan_of(urls.iter().map(String::as_str));
            let mut rows = Rows::new(origins);
            for item in 0..origins {
                let kind = EventKind::Failed { error: FetchError::Network };
                rows.apply(&Event { at: Duration::ZERO, item, kind });
            }
            let before = LOOKS.get();
            let groups = failure_groups(&plan, &rows, Network::Public);
            assert_eq!((groups.len(), groups[0].hosts.len()), (1, origins));
            LOOKS.get() - before
        };
        let (half, whole) = (looks_for(10_000), looks_for(20_000));
        // Each is looked up, so none is compared with all others.
        assert!((10_000..100_000).contains(&half), "{half}");
        assert!(whole < half * 5 / 2, "{whole} after {half}");
    }

    #[test]
    fn images_left_out_by_a_stop_are_one_group_whatever_their_origins() {
        let plan = plan_of(["https://a.example/1", "nonsense", "https://b.example/1", "https://c.example/1"]);
        let groups =
            groups_of(&plan, |item| if item == 2 { FetchError::http(404) } else { FetchError::Stopped });
        assert_eq!(items(&groups), [&[0, 3][..], &[1], &[2]]);
        let text = group_text(&groups[0], &plan, Network::Public);
        assert_eq!(text, "2 images not fetched because the run was stopped");
    }

    #[test]
    fn refusals_by_cors_are_one_group_whatever_their_hosts_with_what_to_do() {
        let urls =
            ["https://a.example/1", "https://a.example/2", "https://b.example/1", "https://a.example/3"];
        let plan = plan_of(urls);
        let groups = groups_of(&plan, |_| FetchError::Cors);
        assert_eq!(groups.len(), 1);
        assert_eq!(
            group_text(&groups[0], &plan, Network::Public),
            "4 images from 2 hosts: each host answers, but does not let this page read it (CORS). The browser \
             extension of fetchzip may read it. Or ask the host to let other sites read its images, or name a relay \
             of your own under More options"
        );
        let relay = Relay::parse("https://relay.example/?url=", &NativeText).unwrap();
        let plan = plan.with_relay(Some(relay));
        let groups = groups_of(&plan, |_| FetchError::Cors);
        assert_eq!(groups[0].hosts.len(), 2, "the images' own origins");
        assert_eq!(
            group_text(&groups[0], &plan, Network::Public),
            "4 images from 2 hosts: the relay https://relay.example answers, but does not let this page read it \
             (CORS). Have it let this page read its responses"
        );
    }

    #[test]
    fn what_only_needs_a_permission_is_not_final_and_says_so() {
        let plan = plan_of(["https://a.example/1"]);
        let groups = groups_of(&plan, |_| FetchError::NeedsPermission);
        assert_eq!(
            group_text(&groups[0], &plan, Network::Public),
            "1 image from https://a.example: needs your permission. The browser asks you for it when you press Allow"
        );
        assert!(!is_final(&FetchError::NeedsPermission));
    }

    #[test]
    fn an_unreachable_host_is_no_refusal_and_neither_is_one_that_lets_others_be_read() {
        let plan = plan_of(["https://a.example/1", "https://b.example/1", "https://b.example/2", "data:,x"]);
        let errors = [FetchError::Unreachable, FetchError::Cors, FetchError::http(404), FetchError::Network];
        let mut rows = Rows::new(4);
        for (item, error) in errors.into_iter().enumerate() {
            let started = EventKind::Started { attempt: 1 };
            let headers = (item == 2).then_some(EventKind::Headers { declared: None });
            for kind in [Some(started), headers, Some(EventKind::Failed { error })].into_iter().flatten() {
                rows.apply(&Event { at: Duration::ZERO, item, kind });
            }
        }
        let groups = failure_groups(&plan, &rows, Network::Public);
        let texts: Vec<_> = groups.iter().map(|group| group_text(group, &plan, Network::Public)).collect();
        let expected = [
            "1 image from https://a.example: the host can’t be reached: check the addresses and the connection, \
             and try again",
            "1 image from https://b.example: refused, broken off, or an error page without CORS. Other images of \
             the host could be read: open one of these in a tab to see what it is",
            "1 image from https://b.example: the server answered 404 (not found): check the address",
            "1 image from data:: the data: address can’t be read: check it",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_file_that_is_no_image_can_be_kept_unless_it_is_a_page() {
        let plan = plan_of(["https://a.example/1", "https://b.example/1"]);
        let kinds = [NotAnImage::Pdf, NotAnImage::Html];
        let groups = groups_of(&plan, |item| FetchError::NotAnImage(kinds[item]));
        let text = |group| group_text(group, &plan, Network::Public);
        assert_eq!(
            text(&groups[0]),
            "1 image from https://a.example: the server answered with a PDF document instead of an image: open \
             the address in a tab, or choose Keep files that are no images under More options"
        );
        assert!(text(&groups[1]).ends_with("instead of an image: open the address in a tab"));
    }

    #[test]
    fn local_network_access_is_explained_only_for_hosts_closer_than_the_page() {
        let is_explained = |plan: &Plan, page| {
            let groups = groups_of(plan, |_| FetchError::Unreachable);
            group_text(&groups[0], plan, page).contains("Local Network Access")
        };
        let nas = plan_of(["http://192.168.1.5/1.jpg"]);
        let here = plan_of(["http://localhost:4780/1.jpg"]);
        let cases = [
            (&nas, Network::Public, true),
            (&nas, Network::Private, false),
            (&nas, Network::ThisMachine, false),
            (&here, Network::Public, true),
            (&here, Network::Private, true),
            (&here, Network::ThisMachine, false),
        ];
        for (plan, page, expected) in cases {
            assert_eq!(
                is_explained(plan, page),
                expected,
                "{} from {page:?}",
                plan.items()[0].display_text()
            );
        }
        let relay = Relay::parse("http://127.0.0.1:9000/", &NativeText).unwrap();
        let relayed = plan_of(["https://a.example/1.jpg"]).with_relay(Some(relay));
        assert!(is_explained(&relayed, Network::Public), "requests go to the relay");
        assert!(!is_explained(&relayed, Network::ThisMachine));
    }
}

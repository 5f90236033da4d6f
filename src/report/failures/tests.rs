//! Tests of the failures in groups, and of the advice that messages give.

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

/// The ways to fail, each with what its message has to advise. A new one does not compile before it is here.
fn advice_for(error: &FetchError) -> &'static str {
    match error {
        FetchError::Address(_) => "not a URL",
        FetchError::Http { status: 206 | 300..=399, .. } => "open the address in a tab",
        FetchError::Http { status: 401 | 403, .. } => "may require a sign-in",
        FetchError::Http { retry_after: Some(wait), .. } if wait.as_secs() > 300 => "try again after that",
        FetchError::Http { status: 408 | 425 | 429 | 500..=599, .. } => "try again later",
        FetchError::Http { .. } | FetchError::Empty => "check the address",
        FetchError::HostRefuses { .. } | FetchError::Timeout { .. } => "try again later",
        FetchError::TooSlow { .. } => "or allow more time",
        FetchError::Network | FetchError::NotAnImage(_) => "in a tab",
        FetchError::Cors => "let other sites read its images",
        FetchError::NeedsPermission => "llow",
        FetchError::Unreachable => "check the address",
        FetchError::MixedContent => "rite https:",
        FetchError::Offline => "when the connection is back",
        FetchError::Request { .. } => "a script of the page has replaced fetch",
        FetchError::Options { .. } => "the caller's reason",
        FetchError::Data { .. } => "give it once more",
        FetchError::Interrupted { .. } | FetchError::Truncated { .. } => "try again",
        FetchError::Storage { .. } => "free some space",
        FetchError::TooLarge { .. } | FetchError::OverTotal { .. } => "limit of 12345 bytes",
        FetchError::Stopped => "the run was stopped",
        FetchError::Skipped => "retry it",
        FetchError::Restarted => "to be requested again",
    }
}

#[test]
fn every_message_advises_what_may_help_and_none_a_retry_that_can_not() {
    let reason = || "the caller's reason".to_owned();
    let after = Duration::from_secs(30);
    let asks = |seconds| FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
    let mut errors: Vec<_> = (206..=206).chain(300..600).map(FetchError::http).collect();
    errors.extend([429, 503].map(|status| FetchError::HostRefuses { status }));
    errors.extend([NotAnImage::Html, NotAnImage::Pdf].map(FetchError::NotAnImage));
    errors.extend([
        asks(5),
        asks(3600),
        FetchError::Network,
        FetchError::Cors,
        FetchError::NeedsPermission,
        FetchError::Unreachable,
        FetchError::MixedContent,
        FetchError::Offline,
        FetchError::Request { reason: reason() },
        FetchError::Options { reason: reason() },
        FetchError::Data { reason: reason() },
        FetchError::Interrupted { received: 5 },
        FetchError::Truncated { received: 5 },
        FetchError::Timeout { after },
        FetchError::TooSlow { after, received: 5, bytes_per_second: 1 },
        FetchError::Empty,
        FetchError::Storage { reason: reason() },
        FetchError::TooLarge { limit: 12_345 },
        FetchError::OverTotal { limit: 12_345 },
        FetchError::Stopped,
        FetchError::Skipped,
        FetchError::Restarted,
    ]);
    let plan = plan_of(["https://a.example/1"]);
    for error in errors {
        let group = &groups_of(&plan, |_| error.clone())[0];
        for words in [text![error], group_text(group, &plan, Network::Public)] {
            assert!(words.contains(advice_for(&error)), "{error:?}: {words}");
            let advises_retry = words.contains("again") || words.contains("retry");
            assert!(!(is_final(&error) && advises_retry), "{error:?}: {words}");
            // Of what is limited at once, the run itself asks for fewer.
            assert!(!words.contains("at once"), "{error:?}: {words}");
        }
    }
    let group = &groups_of(&plan_of(["nonsense"]), |_| FetchError::Network)[0];
    let words = group_text(group, &plan_of(["nonsense"]), Network::Public);
    assert!(words.contains(advice_for(&group.error)) && !words.contains("again"), "{words}");
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
    let groups = groups_of(&plan, |item| if item == 2 { FetchError::http(404) } else { FetchError::Stopped });
    assert_eq!(items(&groups), [&[0, 3][..], &[1], &[2]]);
    let text = group_text(&groups[0], &plan, Network::Public);
    assert_eq!(text, "2 images not fetched because the run was stopped");
}

#[test]
fn refusals_by_cors_are_one_group_whatever_their_hosts_with_what_to_do() {
    let urls = ["https://a.example/1", "https://a.example/2", "https://b.example/1", "https://a.example/3"];
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
        assert_eq!(is_explained(plan, page), expected, "{} from {page:?}", plan.items()[0].display_text());
    }
    let relay = Relay::parse("http://127.0.0.1:9000/", &NativeText).unwrap();
    let relayed = plan_of(["https://a.example/1.jpg"]).with_relay(Some(relay));
    assert!(is_explained(&relayed, Network::Public), "requests go to the relay");
    assert!(!is_explained(&relayed, Network::ThisMachine));
}

//! Attempts that stall, and those that only wait for their turn.

use super::*;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Attempts at one origin, whose requests are called `a`, `b`, …, with a timeout of ten seconds.
fn attempts(names: &str) -> (StallDetector<char>, Vec<WatchKey>) {
    let mut detector = StallDetector::default();
    let watch = |name| detector.watch(1, "https://a.example", name, at(10), at(1));
    let keys = names.chars().map(watch).collect();
    (detector, keys)
}

#[test]
fn the_timeout_begins_when_the_browser_has_a_free_connection() {
    let (mut detector, keys) = attempts("abcdefgh");
    detector.watch(1, "https://b.example", 'z', at(10), at(2));
    assert!(detector.time_out(at(10)).is_empty());
    assert_eq!(detector.time_out(at(12)), ['a', 'b', 'c', 'd', 'e', 'f', 'z']);
    detector.unwatch(keys[2], at(13));
    assert!(detector.time_out(at(22)).is_empty());
    assert_eq!(detector.time_out(at(23)), ['g']);
}

#[test]
fn who_waits_for_an_origin_that_answers_others_is_not_timed_out() {
    let (mut detector, keys) = attempts("abcdefgh");
    for second in 2..100 {
        detector.record_activity(keys[0], at(second));
        assert!(detector.time_out(at(second)).is_empty(), "{second}");
    }
    // The origin falls silent, and all that may have a connection with it.
    assert_eq!(detector.time_out(at(109)), ['a', 'b', 'c', 'd', 'e', 'f']);
}

#[test]
fn a_request_is_known_to_be_sent_once_a_younger_one_is_answered() {
    let (mut detector, keys) = attempts("abcdefgh");
    detector.unwatch(keys[0], at(2));
    detector.record_activity(keys[3], at(3));
    detector.record_activity(keys[4], at(5));
    detector.record_activity(keys[4], at(12));
    assert_eq!(detector.time_out(at(13)), ['b', 'c', 'd']);
    assert!(detector.time_out(at(21)).is_empty());
    assert_eq!(detector.time_out(at(22)), ['e', 'f', 'g']);
}

#[test]
fn the_time_in_which_the_computer_sleeps_is_no_silence() {
    let (mut detector, keys) = attempts("ab");
    detector.wake(at(500));
    assert!(detector.time_out(at(500)).is_empty());
    detector.record_activity(keys[1], at(501));
    // A thread that is stopped all the time has its timeouts, too.
    detector.wake(at(600));
    assert_eq!(detector.time_out(at(609)), ['a']);
    assert_eq!(detector.time_out(at(610)), ['b']);
}

#[test]
fn runs_share_the_places_of_an_origin_and_have_what_others_leave() {
    let (mut detector, keys) = attempts("abc");
    detector.watch(2, "https://a.example", 'd', at(10), at(1));
    let others = |detector: &StallDetector<char>, run| detector.others(run, "https://a.example");
    assert_eq!(others(&detector, 1), Others { runs: 1, in_flight: 1 });
    assert_eq!(others(&detector, 2), Others { runs: 1, in_flight: 3 });
    assert_eq!(others(&detector, 3), Others { runs: 2, in_flight: 4 });
    assert_eq!(detector.others(3, "https://b.example"), Others::default());
    // One that has a single request leaves the others the rest, and eight each if both have many.
    assert_eq!(others(&detector, 1).leave(16), 15);
    assert_eq!(Others { runs: 1, in_flight: 16 }.leave(16), 8);
    assert_eq!(Others { runs: 40, in_flight: 50 }.leave(16), 1);
    assert_eq!(Others { runs: 1, in_flight: 96 }.leave(usize::MAX), 48);
    assert_eq!(Others::default().leave(usize::MAX), usize::MAX);
    keys.iter().for_each(|key| detector.unwatch(*key, at(2)));
    assert_eq!(others(&detector, 2), Others::default());
}

#[test]
fn who_waits_behind_another_tab_s_requests_is_not_timed_out() {
    let (mut here, keys) = attempts("ab");
    // The other tab's six began before, and are answered one by one.
    let mut there = StallDetector::default();
    let watch = |_| there.watch(1, "https://a.example", '-', at(30), at(0));
    let others: Vec<_> = (0..6).map(watch).collect();
    for second in 2..60 {
        assert!(here.question(0.1, at(second)).is_some(), "{second}");
        assert!(!here.hear(&there.answer(0.2), at(second)));
        assert!(here.time_out(at(second)).is_empty(), "{second}");
    }
    // With a connection, the silence of one begins; with an answer of the other tab's, anew.
    there.unwatch(others[0], at(60));
    here.hear(&there.answer(0.2), at(60));
    there.record_activity(others[1], at(65));
    here.hear(&there.answer(0.2), at(66));
    assert!(here.time_out(at(70)).is_empty());
    here.hear(&there.answer(0.2), at(71));
    assert_eq!(here.time_out(at(75)), ['a']);
    // A tab that no longer answers is gone.
    here.unwatch(keys[0], at(75));
    assert!(here.time_out(at(76)).is_empty());
    assert_eq!(here.time_out(at(86)), ['b']);
}

#[test]
fn of_two_tabs_at_a_silent_host_the_first_one_times_out_first() {
    let (mut first, _) = attempts("abcdef");
    let mut second = StallDetector::default();
    second.watch(1, "https://a.example", 'z', at(10), at(3));
    assert!(first.hear(&second.question(0.2, at(3)).unwrap(), at(3)));
    second.hear(&first.answer(0.1), at(3));
    assert_eq!(first.others(1, "https://a.example"), Others { runs: 1, in_flight: 1 });
    assert_eq!(first.time_out(at(11)).len(), 6);
    assert!(second.time_out(at(7)).is_empty());
    first.attempts.clear();
    second.hear(&first.answer(0.1), at(11));
    assert!(second.time_out(at(20)).is_empty());
    assert_eq!(second.time_out(at(21)), ['z']);
}

#[test]
fn who_waits_behind_the_page_s_own_requests_is_not_timed_out() {
    let (mut detector, _) = attempts("ab");
    let origin = f64::from(number_of("https://a.example"));
    let ended = |begun: f64, ended: f64| [0.0, 2.0, origin, begun, ended];
    for second in 2..60 {
        assert!(!detector.hear(&ended(0.5, second as f64), at(second)));
        assert!(detector.time_out(at(second)).is_empty(), "{second}");
    }
    // Those that the page makes later wait behind it.
    detector.hear(&ended(1.5, 65.0), at(65));
    detector.hear(&[0.0, 2.0, origin + 1.0, 0.5, 65.0], at(65));
    assert!(detector.time_out(at(68)).is_empty());
    assert_eq!(detector.time_out(at(69)), ['a', 'b']);
}

#[test]
fn an_attempt_times_out_once_and_remains_so_until_it_ends() {
    let (mut detector, keys) = attempts("ab");
    assert_eq!(detector.time_out(at(11)), ['a', 'b']);
    assert!(detector.time_out(at(11)).is_empty());
    assert!(detector.has_timed_out(keys[0]));
    detector.unwatch(keys[0], at(12));
    assert!(!detector.has_timed_out(keys[0]));
}

//! What other threads of the same site have in flight: those of other tabs, above all.
//!
//! A browser queues the requests of all tabs to an HTTP/1.1 host together. So a thread asks the others what they
//! have in flight to which origin since when, and each answers for itself. Messages are numbers: the thread, whether
//! it asks, and of each origin its number, the runs, their requests, when the origin last answered, and when the
//! oldest requests began. Times are in seconds since 1970, which all threads have in common.

use std::time::Duration;

use crate::seconds::seconds;

/// Connections to one HTTP/1.1 host, in all of today's browsers, for all tabs together.
pub const CONNECTIONS: usize = 6;

/// The shortest time between two questions.
const ASK_PAUSE: Duration = Duration::from_millis(250);

/// A thread that answers no question for this long is gone.
const GONE_AFTER: Duration = Duration::from_secs(5);

/// Numbers of a message before its first origin, and of an origin before its oldest requests.
pub(super) const HEAD: usize = 2;
const ORIGIN_HEAD: usize = 5;

/// The requests of one thread to one origin.
#[derive(Clone, Debug, PartialEq)]
pub struct OriginUse {
    /// Stands for the origin's text.
    pub origin: u32,
    /// Runs with requests in flight.
    pub runs: usize,
    /// Their requests.
    pub in_flight: usize,
    /// When the origin last answered one of them.
    pub answered: Option<Duration>,
    /// When the oldest began, at most [`CONNECTIONS`] of them.
    pub begun: Vec<Duration>,
}

/// A thread, as it last answered.
#[derive(Debug)]
struct Tab {
    id: f64,
    heard: Duration,
    origins: Vec<OriginUse>,
}

/// The threads that are known to have requests in flight.
#[derive(Debug, Default)]
pub struct OtherTabs {
    tabs: Vec<Tab>,
    asked: Option<Duration>,
}

impl OtherTabs {
    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.tabs.is_empty()
    }

    /// Whether to ask now, in doubt or for the first time.
    pub fn is_question_due(&mut self, is_in_doubt: bool, now: Duration) -> bool {
        let is_due = match self.asked {
            Some(asked) => is_in_doubt && now.saturating_sub(asked) >= ASK_PAUSE,
            None => true,
        };
        if is_due {
            self.asked = Some(now);
        }
        is_due
    }

    /// Takes a message. Returns whether it asks, or `None` if it is not a message of this form.
    pub fn hear(&mut self, message: &[f64], now: Duration) -> Option<bool> {
        let (&[id, asks], mut rest) = message.split_first_chunk::<HEAD>()?;
        let mut origins = Vec::new();
        while let Some((&[origin, runs, in_flight, answered, count], begun)) =
            rest.split_first_chunk::<ORIGIN_HEAD>()
        {
            let (begun, next) = begun.split_at_checked(count as usize)?;
            origins.push(OriginUse {
                origin: origin as u32,
                runs: usize::from(runs as u16),
                in_flight: usize::from(in_flight as u16),
                answered: (answered > 0.0).then(|| seconds(answered)),
                begun: begun.iter().take(CONNECTIONS).map(|&begun| seconds(begun)).collect(),
            });
            rest = next;
        }
        self.tabs.retain(|tab| tab.id != id);
        if !origins.is_empty() {
            self.tabs.push(Tab { id, heard: now, origins });
        }
        Some(asks == 1.0)
    }

    /// Forgets threads that no longer answer.
    pub fn forget_gone(&mut self, now: Duration) {
        self.tabs.retain(|tab| now.saturating_sub(tab.heard) < GONE_AFTER);
    }

    /// Their requests to an origin that began before this time, as far as they may have connections.
    pub fn older(&self, origin: u32, begun: Duration) -> usize {
        self.uses(origin).flat_map(|used| &used.begun).filter(|&&other| other < begun).count()
    }

    /// When an origin last answered any of them.
    pub fn answered(&self, origin: u32) -> Option<Duration> {
        self.uses(origin).filter_map(|used| used.answered).max()
    }

    /// Their requests to an origin.
    pub fn uses(&self, origin: u32) -> impl Iterator<Item = &OriginUse> {
        self.tabs.iter().flat_map(|tab| &tab.origins).filter(move |used| used.origin == origin)
    }
}

/// The message of a thread with these requests.
pub fn message(id: f64, asks: bool, origins: &[OriginUse]) -> Vec<f64> {
    let mut message = vec![id, f64::from(u8::from(asks))];
    for used in origins {
        let answered = used.answered.map_or(0.0, |time| time.as_secs_f64());
        let (runs, in_flight) = (used.runs as f64, used.in_flight as f64);
        message.extend([f64::from(used.origin), runs, in_flight, answered, used.begun.len() as f64]);
        message.extend(used.begun.iter().map(Duration::as_secs_f64));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn requests(origin: u32, begun: &[u64]) -> OriginUse {
        let begun: Vec<_> = begun.iter().map(|&second| at(second)).collect();
        OriginUse { origin, runs: 1, in_flight: 9, answered: Some(at(7)), begun }
    }

    #[test]
    fn a_thread_is_known_as_it_last_answered_until_it_has_nothing_in_flight_or_is_gone() {
        let mut tabs = OtherTabs::default();
        let both = [requests(1, &[3, 5]), requests(2, &[])];
        assert_eq!(tabs.hear(&message(0.5, true, &both), at(8)), Some(true));
        assert_eq!(tabs.uses(1).chain(tabs.uses(2)).cloned().collect::<Vec<_>>(), both);
        assert_eq!((tabs.older(1, at(3)), tabs.older(1, at(4)), tabs.older(1, at(9))), (0, 1, 2));
        assert_eq!((tabs.answered(1), tabs.answered(3)), (Some(at(7)), None));
        assert_eq!(tabs.hear(&message(0.25, false, &[requests(1, &[4])]), at(10)), Some(false));
        assert_eq!(tabs.older(1, at(9)), 3);
        tabs.forget_gone(at(13));
        assert_eq!(tabs.older(1, at(9)), 1);
        tabs.hear(&message(0.25, false, &[]), at(13));
        assert!(tabs.is_empty());
    }

    #[test]
    fn a_message_of_another_form_changes_nothing() {
        let mut tabs = OtherTabs::default();
        for wrong in [&[][..], &[1.0], &[1.0, 1.0, 7.0, 1.0, 1.0, 1.0, 4.0, 1.0]] {
            assert_eq!(tabs.hear(wrong, at(1)), None, "{wrong:?}");
        }
        assert!(tabs.is_empty());
    }

    #[test]
    fn others_are_asked_once_and_in_doubt_again_and_again() {
        let mut tabs = OtherTabs::default();
        assert!(tabs.is_question_due(false, at(1)));
        assert!(!tabs.is_question_due(false, at(9)));
        assert!(tabs.is_question_due(true, at(9)));
        assert!(!tabs.is_question_due(true, at(9)));
        assert!(tabs.is_question_due(true, at(10)));
    }
}

//! Tells a host that does not let the page read its answers (CORS) from one that can't be reached.
//!
//! To a page both are the same failure. But a request that does not ask to read the answer succeeds if there is
//! one. So when a request fails and its origin has answered nothing readable, such a probe follows, and failures
//! that come meanwhile wait for what it finds.

use super::fetch_error::FetchError;
use super::step::Attempt;
use crate::plan::{Address, ItemId, OriginId};

/// Probes of an origin that can't be reached: the first may have met a moment, or an address, that was no better
/// than the request before it.
const MAX_PROBES: u8 = 2;

/// What is known of the origins of a run.
#[derive(Debug)]
pub struct Reach {
    origins: Vec<Known>,
    /// Origins that the caller has given in place of the plan's.
    others: Vec<(String, Known)>,
    /// Failed attempts that wait for a probe of their origin.
    waiting: Vec<(Target, Attempt)>,
}

/// The origin that a request was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One of the plan's.
    Planned(OriginId),
    /// One that the caller has given in its place, by its number.
    Other(usize),
}

/// What is known of one origin.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    answers: Answers,
    probes: u8,
    is_being_probed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Answers {
    #[default]
    None,
    /// It answers, and lets the page read nothing.
    Hidden,
    Readable,
}

/// What follows a request that failed without an answer.
#[derive(Debug, PartialEq)]
pub enum Judgement {
    /// It failed with this error.
    Failed(FetchError),
    /// It waits for a probe that is under way.
    Waits,
    /// It waits for a probe, which the caller makes.
    Probe,
}

impl Reach {
    /// Nothing is known of this many origins.
    pub fn new(origins: usize) -> Self {
        Self { origins: vec![Known::default(); origins], others: Vec::new(), waiting: Vec::new() }
    }

    /// The origin that a request of an item of this origin was sent to; `instead` is the address that the caller has
    /// given in place of the plan's.
    pub fn target(&mut self, origin: OriginId, instead: Option<&Address>) -> Target {
        let Some(address) = instead else { return Target::Planned(origin) };
        let known = self.others.iter().position(|(origin, _)| *origin == address.origin);
        Target::Other(known.unwrap_or_else(|| {
            self.others.push((address.origin.clone(), Known::default()));
            self.others.len() - 1
        }))
    }

    fn known(&mut self, target: Target) -> &mut Known {
        match target {
            Target::Planned(origin) => &mut self.origins[origin],
            Target::Other(number) => &mut self.others[number].1,
        }
    }

    /// Has as many origins as this; of the further ones nothing is known.
    pub fn grow(&mut self, origins: usize) {
        self.origins.resize(origins, Known::default());
    }

    /// An answer of this origin could be read, be it an error.
    pub fn set_readable(&mut self, target: Target) {
        self.known(target).answers = Answers::Readable;
    }

    /// Judges an attempt that failed without an answer.
    pub fn judge(&mut self, target: Target, attempt: Attempt) -> Judgement {
        let known = self.known(target);
        let judgement = match known.answers {
            Answers::None if known.is_being_probed => Judgement::Waits,
            Answers::None if known.probes < MAX_PROBES => Judgement::Probe,
            _ => return Judgement::Failed(known.error()),
        };
        known.probes += u8::from(judgement == Judgement::Probe);
        known.is_being_probed = true;
        self.waiting.push((target, attempt));
        judgement
    }

    /// Takes what a probe has found, and returns the attempts that waited for it with the error of each.
    pub fn set_probed(&mut self, target: Target, refuses: bool) -> Vec<(Attempt, FetchError)> {
        let known = self.known(target);
        known.is_being_probed = false;
        if refuses && known.answers == Answers::None {
            known.answers = Answers::Hidden;
        }
        let error = known.error();
        let waited = self.waiting.iter().filter(|(other, _)| *other == target);
        let judged = waited.map(|(_, attempt)| (*attempt, error.clone())).collect();
        self.waiting.retain(|(other, _)| *other != target);
        judged
    }

    /// Forgets an attempt that may wait.
    pub fn forget(&mut self, item: ItemId) {
        self.waiting.retain(|(_, attempt)| attempt.item != item);
    }

    /// Forgets the attempts that wait.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

impl Known {
    /// What a request without an answer failed of.
    fn error(self) -> FetchError {
        match self.answers {
            Answers::None => FetchError::Unreachable,
            Answers::Hidden => FetchError::Cors,
            Answers::Readable => FetchError::Network,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target::Planned;
    use super::*;

    fn attempt(item: usize) -> Attempt {
        Attempt { item, number: 1, address: 0 }
    }

    #[test]
    fn one_probe_tells_for_all_that_failed_meanwhile_and_later() {
        let mut reach = Reach::new(2);
        assert_eq!(reach.judge(Planned(0), attempt(7)), Judgement::Probe);
        assert_eq!(reach.judge(Planned(0), attempt(8)), Judgement::Waits);
        assert_eq!(reach.judge(Planned(1), attempt(9)), Judgement::Probe);
        let judged = reach.set_probed(Planned(0), true);
        assert_eq!(judged, [7, 8].map(|item| (attempt(item), FetchError::Cors)));
        assert_eq!(reach.judge(Planned(0), attempt(10)), Judgement::Failed(FetchError::Cors));
        assert_eq!(reach.set_probed(Planned(1), false), [(attempt(9), FetchError::Unreachable)]);
    }

    #[test]
    fn a_host_that_is_not_reached_is_probed_once_more_and_not_for_ever() {
        let mut reach = Reach::new(1);
        for _ in 0..MAX_PROBES {
            assert_eq!(reach.judge(Planned(0), attempt(1)), Judgement::Probe);
            reach.set_probed(Planned(0), false);
        }
        assert_eq!(reach.judge(Planned(0), attempt(1)), Judgement::Failed(FetchError::Unreachable));
    }

    #[test]
    fn a_host_of_which_anything_could_be_read_does_not_refuse_the_page() {
        let mut reach = Reach::new(1);
        assert_eq!(reach.judge(Planned(0), attempt(1)), Judgement::Probe);
        reach.set_readable(Planned(0));
        assert_eq!(reach.set_probed(Planned(0), true), [(attempt(1), FetchError::Network)]);
        assert_eq!(reach.judge(Planned(0), attempt(2)), Judgement::Failed(FetchError::Network));
    }
}

//! The steps of sending a body, as a pure function of the time. Both protocols follow them.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::answer::{Answer, Cut, CutAt, CutHow};
use crate::body::Body;

/// The most bytes in one step: small enough to notice a client's close, large enough to be fast.
const MOST_AT_ONCE: u64 = 128 * 1024;

/// The same on a line that others share: all get their turn soon.
const MOST_ON_A_LINE: u64 = 16 * 1024;

/// The precision of a bandwidth limit.
const STEPS_PER_SECOND: u64 = 50;

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes.
    Send(Bytes),
    /// Do nothing until then.
    SleepUntil(Instant),
    /// Wait at the gate of this key.
    WaitAtGate(String),
    /// Break off.
    Cut(CutHow),
    /// The body was sent.
    Done,
}

/// The state of a body that is being sent.
#[derive(Debug)]
pub struct Flow {
    body: Body,
    part: usize,
    within_part: usize,
    sent: u64,
    began: Instant,
    rate: Option<u64>,
    most: u64,
    gate: Option<(u64, String)>,
    cut: Option<(u64, CutHow)>,
}

impl Flow {
    /// The body of an answer whose head is sent at `now`.
    pub fn new(answer: &Answer, now: Instant) -> Self {
        let pace = &answer.pace;
        let rate = pace.rate.map(|rate| rate.max(1));
        let most = match (pace.chunk, rate) {
            (Some(chunk), _) => chunk,
            (None, Some(rate)) => rate / STEPS_PER_SECOND,
            (None, None) => MOST_AT_ONCE,
        };
        let most = if pace.line.is_some() { most.min(MOST_ON_A_LINE) } else { most };
        let gate = pace.gate.as_ref().and_then(|gate| Some((gate.at?, gate.key.clone())));
        let cut = match answer.cut {
            Some(Cut { at: CutAt::Body(at), how }) => Some((at, how)),
            _ => None,
        };
        Self {
            body: answer.body.clone(),
            part: 0,
            within_part: 0,
            sent: 0,
            began: now,
            rate,
            most: most.clamp(1, MOST_AT_ONCE),
            gate,
            cut,
        }
    }

    /// The next step. A gate or cut beyond the body's end takes effect at its end.
    pub fn next(&mut self, now: Instant) -> Step {
        let left = self.body.len() - self.sent;
        if let Some((_, key)) = self.gate.take_if(|(at, _)| self.sent >= *at || left == 0) {
            return Step::WaitAtGate(key);
        }
        if let Some((_, how)) = self.cut.filter(|(at, _)| self.sent >= *at || left == 0) {
            return Step::Cut(how);
        }
        let Some(part) = self.body.parts().get(self.part) else { return Step::Done };
        let stop = |at: Option<u64>| at.map_or(u64::MAX, |at| at - self.sent);
        let most =
            self.most.min(stop(self.gate.as_ref().map(|(at, _)| *at))).min(stop(self.cut.map(|(at, _)| at)));
        // A step is at most MOST_AT_ONCE long, so it fits a usize.
        let length = (part.len() - self.within_part).min(most as usize);
        if let Some(rate) = self.rate {
            // Due when a line of this bandwidth would have carried its last byte.
            let seconds = (self.sent + length as u64) as f64 / rate as f64;
            let due = self.began + Duration::from_secs_f64(seconds);
            if due > now {
                return Step::SleepUntil(due);
            }
        }
        let piece = part.slice(self.within_part..self.within_part + length);
        self.sent += length as u64;
        self.within_part += length;
        if self.within_part == part.len() {
            self.part += 1;
            self.within_part = 0;
        }
        Step::Send(piece)
    }

    /// Whether the body was sent and nothing else is to come.
    pub fn is_over(&self) -> bool {
        self.sent == self.body.len() && self.gate.is_none() && self.cut.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Gate;

    fn answer() -> Answer {
        let parts = vec![Bytes::from("0123456789"), Bytes::from("abcdefghij")];
        Answer::new(200, "text/plain", Body::from_parts(parts))
    }

    fn bytes(text: &'static str) -> Step {
        Step::Send(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn parts_are_sent_unchanged_by_default() {
        let now = Instant::now();
        let mut flow = Flow::new(&answer(), now);
        let steps: Vec<Step> = (0..3).map(|_| flow.next(now)).collect();
        assert_eq!(steps, [bytes("0123456789"), bytes("abcdefghij"), Step::Done]);
    }

    #[test]
    fn a_gate_and_a_cut_take_effect_at_their_exact_byte() {
        let now = Instant::now();
        let mut answer = answer().cut(CutAt::Body(12), CutHow::Reset);
        answer.pace.gate = Some(Gate { key: "k".into(), at: Some(3) });
        let mut flow = Flow::new(&answer, now);
        let steps: Vec<Step> = (0..5).map(|_| flow.next(now)).collect();
        let gate = Step::WaitAtGate("k".into());
        assert_eq!(steps, [bytes("012"), gate, bytes("3456789"), bytes("ab"), Step::Cut(CutHow::Reset)]);
    }

    #[test]
    fn a_cut_beyond_the_end_takes_effect_at_the_end() {
        let now = Instant::now();
        let mut flow = Flow::new(&answer().cut(CutAt::Body(99), CutHow::Stall), now);
        let steps: Vec<Step> = (0..3).map(|_| flow.next(now)).collect();
        assert_eq!(steps, [bytes("0123456789"), bytes("abcdefghij"), Step::Cut(CutHow::Stall)]);
    }

    #[test]
    fn the_last_byte_of_a_limited_body_is_due_when_the_line_would_have_carried_it() {
        let began = Instant::now();
        let mut answer = answer();
        answer.pace.rate = Some(10);
        answer.pace.chunk = Some(4);
        let mut flow = Flow::new(&answer, began);
        let mut now = began;
        let mut sent = Vec::new();
        loop {
            match flow.next(now) {
                Step::SleepUntil(due) => now = due,
                Step::Send(piece) => sent.push(piece.len()),
                Step::Done => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(sent, [4, 4, 2, 4, 4, 2]);
        assert_eq!((now - began).as_millis(), 2_000);
    }
}

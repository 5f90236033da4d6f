//! Who has been silent for too long: one timer for all the attempts of a run.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use web_sys::{AbortController, AbortSignal};

use super::clock::{Interval, Clock};
use crate::plan::OriginId;
use crate::run::{WatchKey, StallDetector};

/// How often attempts are looked at in the length of the timeout, and how rarely at most.
const LOOKS: u32 = 16;
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Listens to the attempts of one run.
#[derive(Debug)]
pub struct StallTimer {
    clock: Clock,
    /// How long an attempt may go without a byte.
    timeout: Duration,
    silence: Rc<RefCell<StallDetector<AbortController>>>,
    _beat: Interval,
}

impl StallTimer {
    /// Aborts attempts that were silent for the length of the timeout.
    pub fn new(clock: Clock, timeout: Duration) -> Self {
        let silence = Rc::<RefCell<StallDetector<AbortController>>>::default();
        let silent = Rc::clone(&silence);
        let look = move || {
            let since = clock.now().checked_sub(timeout);
            let given_up = since.map(|since| silent.borrow_mut().time_out(since));
            given_up.iter().flatten().for_each(AbortController::abort);
        };
        let beat = Interval::new((timeout / LOOKS).min(LONGEST_PAUSE), look);
        Self { clock, timeout, silence, _beat: beat }
    }

    /// Listens to an attempt that begins now; `None` where the browser makes no controllers to abort
    /// requests with.
    pub fn begin(&self, origin: OriginId) -> Option<Watch<'_>> {
        // Aborted without a reason: the rejection is an `Error` then.
        let request = AbortController::new().ok()?;
        let key = self.silence.borrow_mut().watch(origin, request.clone(), self.clock.now());
        Some(Watch { listeners: self, key, request: Some(request) })
    }
}

/// One attempt that is listened to. Its request is aborted when this is dropped before
/// [`Watch::end`].
#[derive(Debug)]
pub struct Watch<'a> {
    listeners: &'a StallTimer,
    key: WatchKey,
    request: Option<AbortController>,
}

impl Watch<'_> {
    /// The signal to give to the request.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.request.as_ref().map(AbortController::signal)
    }

    /// A byte came, or the headers.
    pub fn heard(&self) {
        let StallTimer { silence, clock, .. } = self.listeners;
        silence.borrow_mut().record_activity(self.key, clock.now());
    }

    /// How long it was silent, where that was too long.
    pub fn timed_out(&self) -> Option<Duration> {
        let StallTimer { silence, timeout, .. } = self.listeners;
        silence.borrow().has_timed_out(self.key).then_some(*timeout)
    }

    /// The request has ended. Aborting it would do nothing, and costs an exception that nobody sees.
    pub fn end(mut self) {
        self.request = None;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let StallTimer { silence, clock, .. } = self.listeners;
        silence.borrow_mut().unwatch(self.key, clock.now());
        if let Some(request) = &self.request {
            request.abort();
        }
    }
}

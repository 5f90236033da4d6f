//! One timer that aborts the stalled attempts of a run.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use web_sys::{AbortController, AbortSignal};

use crate::browser::web::{Clock, Interval};
use crate::plan::OriginId;
use crate::run::{StallDetector, WatchKey};

/// Checks per timeout, and the longest interval between two checks.
const CHECKS: u32 = 16;
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Watches the attempts of one run.
#[derive(Debug)]
pub struct StallTimer {
    clock: Clock,
    /// How long an attempt may go without receiving a byte.
    timeout: Duration,
    detector: Rc<RefCell<StallDetector<AbortController>>>,
    _interval: Interval,
}

impl StallTimer {
    /// A timer that aborts attempts which receive nothing for the length of the timeout.
    pub fn new(clock: Clock, timeout: Duration) -> Self {
        let detector = Rc::<RefCell<StallDetector<AbortController>>>::default();
        let watched = Rc::clone(&detector);
        let check = move || {
            let since = clock.now().checked_sub(timeout);
            let stalled = since.map(|since| watched.borrow_mut().time_out(since));
            stalled.iter().flatten().for_each(AbortController::abort);
        };
        let interval = Interval::new((timeout / CHECKS).min(LONGEST_PAUSE), check);
        Self { clock, timeout, detector, _interval: interval }
    }

    /// Watches an attempt that begins now; `None` if the browser can't make a controller to abort its
    /// request with.
    pub fn watch(&self, origin: OriginId) -> Option<Watch<'_>> {
        // It is aborted without a reason, so that the rejection is an `Error`.
        let request = AbortController::new().ok()?;
        let key = self.detector.borrow_mut().watch(origin, request.clone(), self.clock.now());
        Some(Watch { timer: self, key, request: Some(request) })
    }
}

/// One attempt that is watched. Its request is aborted when this is dropped before
/// [`Watch::finish`].
#[derive(Debug)]
pub struct Watch<'a> {
    timer: &'a StallTimer,
    key: WatchKey,
    request: Option<AbortController>,
}

impl Watch<'_> {
    /// The signal for the request.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.request.as_ref().map(AbortController::signal)
    }

    /// Records that headers or a byte have arrived.
    pub fn record_activity(&self) {
        let StallTimer { detector, clock, .. } = self.timer;
        detector.borrow_mut().record_activity(self.key, clock.now());
    }

    /// The timeout, if the attempt was aborted for it.
    pub fn timed_out(&self) -> Option<Duration> {
        let StallTimer { detector, timeout, .. } = self.timer;
        detector.borrow().has_timed_out(self.key).then_some(*timeout)
    }

    /// The request has succeeded. Aborting it now would do nothing, and cost an exception inside the
    /// browser.
    pub fn finish(mut self) {
        self.request = None;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let StallTimer { detector, clock, .. } = self.timer;
        detector.borrow_mut().unwatch(self.key, clock.now());
        if let Some(request) = &self.request {
            request.abort();
        }
    }
}

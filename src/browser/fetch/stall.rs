//! Timers that abort stalled attempts. All runs of a thread are watched together, because they share the
//! browser's connections to a host; so do other tabs, with which they talk.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use web_sys::{AbortController, AbortSignal};

use super::tab_channel::TabChannel;
use crate::browser::web::{Clock, Interval};
use crate::run::{Others, StallDetector, WatchKey};

/// Checks per timeout, and the longest interval between two checks.
const CHECKS: u32 = 16;
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A check that comes this many times its interval after the one before: the computer has slept, or the
/// thread was stopped.
const LATE: u32 = 4;

thread_local! {
    /// The runs of this thread so far.
    static RUNS: Cell<u32> = const { Cell::new(0) };

    /// The attempts of this thread, on a clock that all threads share.
    static ATTEMPTS: (Clock, RefCell<StallDetector<AbortController>>) =
        (Clock::of_epoch(0.0), RefCell::default());

    /// The channel to other tabs, while there are runs.
    static CHANNEL: RefCell<Weak<TabChannel>> = const { RefCell::new(Weak::new()) };
}

/// Watches the attempts of one run.
#[derive(Debug)]
pub struct StallTimer {
    /// The number of the run.
    run: u32,
    /// How long an attempt may go without receiving a byte.
    timeout: Duration,
    _interval: Interval,
    _channel: Option<Rc<TabChannel>>,
}

/// Calls a function with the detector of this thread, and its time.
fn with_detector<T>(f: impl FnOnce(&mut StallDetector<AbortController>, Duration) -> T) -> T {
    ATTEMPTS.with(|(clock, detector)| f(&mut detector.borrow_mut(), clock.now_in_span()))
}

/// Aborts the requests of this thread after a trap, which may have left the detector in use.
pub fn abort_requests() {
    ATTEMPTS.with(|(_, detector)| {
        if let Ok(detector) = detector.try_borrow() {
            detector.requests().for_each(AbortController::abort);
        }
    });
}

/// The thread's channel to other tabs, which is opened for the first of its runs.
fn channel() -> Option<Rc<TabChannel>> {
    CHANNEL.with_borrow_mut(|shared| {
        let channel = shared.upgrade().or_else(|| {
            with_detector(|detector, _| detector.forget_tabs());
            let on_message = |id, message: &[f64]| {
                with_detector(|detector, now| detector.hear(message, now).then(|| detector.answer(id)))
            };
            TabChannel::open(on_message).map(Rc::new)
        })?;
        *shared = Rc::downgrade(&channel);
        Some(channel)
    })
}

impl StallTimer {
    /// A timer that aborts attempts which receive nothing for the length of the timeout.
    pub fn new(timeout: Duration) -> Self {
        let pause = (timeout / CHECKS).min(LONGEST_PAUSE);
        let run = RUNS.replace(RUNS.get() + 1);
        let mut checked = with_detector(|_, now| now);
        let channel = channel();
        let asking = channel.clone();
        let check = move || {
            if let Some(channel) = &asking
                && let Some(question) = with_detector(|detector, now| detector.question(channel.id, now))
            {
                channel.post(&question);
            }
            let stalled = with_detector(|detector, now| {
                if now.saturating_sub(checked) > pause * LATE {
                    detector.wake(now);
                }
                checked = now;
                detector.time_out(now)
            });
            stalled.iter().for_each(AbortController::abort);
        };
        Self { run, timeout, _interval: Interval::new(pause, check), _channel: channel }
    }

    /// What other runs of this thread have in flight to an origin.
    pub fn others(&self, origin: &str) -> Others {
        with_detector(|detector, _| detector.others(self.run, origin))
    }

    /// Watches an attempt that begins now; `None` if the browser can't make a controller to abort its
    /// request with.
    pub fn watch(&self, origin: &str) -> Option<Watch> {
        // It is aborted without a reason, so that the rejection is an `Error`.
        let request = AbortController::new().ok()?;
        let key = with_detector(|detector, now| {
            detector.watch(self.run, origin, request.clone(), self.timeout, now)
        });
        Some(Watch { timeout: self.timeout, key, request: Some(request) })
    }
}

/// One attempt that is watched. Its request is aborted when this is dropped before
/// [`Watch::finish`].
#[derive(Debug)]
pub struct Watch {
    timeout: Duration,
    key: WatchKey,
    request: Option<AbortController>,
}

impl Watch {
    /// The signal for the request.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.request.as_ref().map(AbortController::signal)
    }

    /// Records that headers or a byte have arrived.
    pub fn record_activity(&self) {
        with_detector(|detector, now| detector.record_activity(self.key, now));
    }

    /// The timeout, if the attempt was aborted for it.
    pub fn timed_out(&self) -> Option<Duration> {
        with_detector(|detector, _| detector.has_timed_out(self.key)).then_some(self.timeout)
    }

    /// The request has succeeded. Aborting it now would do nothing, and cost an exception inside the
    /// browser.
    pub fn finish(mut self) {
        self.request = None;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        with_detector(|detector, now| detector.unwatch(self.key, now));
        if let Some(request) = &self.request {
            request.abort();
        }
    }
}

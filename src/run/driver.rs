//! Drives a run: polls the futures of as many attempts as the schedule allows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{AbortHandle, Abortable, Aborted, Either, LocalBoxFuture, pending, select};
use futures::stream::{FuturesUnordered, StreamExt};

use super::byte_budget::{ByteBudget, Reservation};
use super::event::{Event, EventKind};
use super::fetch_error::FetchError;
use super::pace::Pace;
use super::reach::{Reach, Target};
use super::schedule::Schedule;
use super::settings::Limits;
use super::stall::Others;
use super::step::{Attempt, Step};
use super::stored_image::StoredImage;
use super::unasked::Unasked;
use crate::plan::{Address, ItemId, Plan};

/// The requests, the clock and the random numbers of a run: all of it that is not pure.
pub trait Fetcher {
    /// How the bytes of a stored image can be found again.
    type Payload;

    /// Sends one request for an item and stores its body. Each chunk is [reserved](Reservation::reserve) before it is
    /// stored, and `progress` is called with each `Headers` and `Received`. Dropping the future aborts the
    /// request.
    fn attempt(
        &self,
        item: ItemId,
        address: &Address,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> impl Future<Output = Result<StoredImage<Self::Payload>, FetchError>>;

    /// The time since the run began.
    fn now(&self) -> Duration;

    /// Completes at this time since the run began, or at once if it has passed. Only one is waited for at a time.
    fn sleep_until(&self, time: Duration) -> impl Future<Output = ()>;

    /// A random number in `0..1`.
    fn random(&self) -> f64;

    /// Whether the connection on which the latest answer from an address came carries many requests at once
    /// (HTTP/2 and HTTP/3); `None` if that is not disclosed.
    fn is_multiplexed(&self, address: &Address) -> Option<bool>;

    /// The address that the latest attempt at an item has asked in place of the plan's, if the caller gave one.
    fn asked_instead(&self, item: ItemId) -> Option<Address>;

    /// Asks once more, without reading the answer: whether there is one, which the host does not let this page
    /// read.
    fn is_refused_by(&self, address: &Address) -> impl Future<Output = bool>;

    /// Whether there is a network, as far as the browser knows.
    fn is_online(&self) -> bool;

    /// Whether the browser sends no request to this address, because it is less secure than the page.
    fn is_mixed_content(&self, address: &Address) -> bool;

    /// What other runs have in flight to the origin of an address.
    fn others(&self, address: &Address) -> Others;

    /// Drops what an item that has ended has left. Until then, an attempt may continue a broken transfer; it reports
    /// what it begins with before its headers.
    fn discard(&self, item: ItemId);
}

/// An item that has ended.
#[derive(Debug, PartialEq)]
pub struct FinishedItem<P> {
    /// The item.
    pub item: ItemId,
    /// Its image, or why it has none.
    pub outcome: Result<StoredImage<P>, FetchError>,
}

/// What a future in flight has brought.
enum Ended<P> {
    Attempt(Attempt, Result<Arrived<P>, FetchError>),
    /// Whether an origin answers, and does not let the page read it.
    Probe(Target, bool),
}

/// An image that has arrived, and its share of the byte budget.
struct Arrived<P> {
    stored: StoredImage<P>,
    reservation: Reservation,
}

/// A run. [`Run::next`] drives it; dropping it aborts all requests.
pub struct Run<'a, F: Fetcher> {
    plan: &'a Plan,
    fetcher: &'a F,
    emit: &'a dyn Fn(Event),
    schedule: Schedule,
    in_flight: FuturesUnordered<LocalBoxFuture<'a, Result<Ended<F::Payload>, Aborted>>>,
    /// What aborts each attempt in flight.
    aborts: Vec<(ItemId, AbortHandle)>,
    pace: Rc<RefCell<Pace>>,
    reach: Rc<RefCell<Reach>>,
    /// Failed attempts for which a probe has found the reason.
    judged: Vec<(Attempt, FetchError)>,
    /// Items that end before any request is sent: without an address they fail, and others are left out.
    unasked: VecDeque<(ItemId, Unasked)>,
    /// The number of the plan's items that the run has taken.
    taken: usize,
    is_stopped: bool,
    /// Items that had not ended when the run was stopped, and have not been reported yet.
    stopped: std::vec::IntoIter<ItemId>,
    /// Items that were skipped, and have not been reported yet.
    skipped: Vec<ItemId>,
    /// Images that are cut short, whose items are retried once. They are used if the retry brings nothing
    /// better.
    cut_short: Vec<(ItemId, Arrived<F::Payload>)>,
    accepts_cut_short: bool,
    budget: Rc<ByteBudget>,
}

impl<'a, F: Fetcher> Run<'a, F> {
    /// A run of all items of the plan. Emits `Queued` for each.
    pub fn new(plan: &'a Plan, limits: Limits, fetcher: &'a F, emit: &'a dyn Fn(Event)) -> Self {
        Self::of(plan, &(0..plan.len()).collect::<Vec<_>>(), limits, fetcher, emit)
    }

    /// A run of some items of the plan, such as those that failed in an earlier run. Emits `Queued` for
    /// each.
    pub fn of(
        plan: &'a Plan,
        items: &[ItemId],
        limits: Limits,
        fetcher: &'a F,
        emit: &'a dyn Fn(Event),
    ) -> Self {
        let at = fetcher.now();
        let (mut unasked, mut valid) = (VecDeque::new(), Vec::with_capacity(items.len()));
        for &item in items {
            emit(Event { at, item, kind: EventKind::Queued });
            match Unasked::of(plan, item, |address| fetcher.is_mixed_content(address)) {
                Some(why) => unasked.push_back((item, why)),
                None => valid.push(item),
            }
        }
        Self {
            plan,
            fetcher,
            emit,
            schedule: Schedule::of(plan, &valid, limits),
            in_flight: FuturesUnordered::new(),
            aborts: Vec::new(),
            pace: Rc::new(RefCell::new(Pace::new(&limits))),
            reach: Rc::new(RefCell::new(Reach::new(plan.origins().len()))),
            judged: Vec::new(),
            unasked,
            taken: plan.len(),
            is_stopped: false,
            stopped: Vec::new().into_iter(),
            skipped: Vec::new(),
            cut_short: Vec::new(),
            accepts_cut_short: true,
            budget: Rc::new(ByteBudget::new(&limits)),
        }
    }

    /// Searches, within the limits, for the concurrency of each origin that is fastest.
    pub fn adapt_concurrency(&mut self) {
        self.schedule.adapt_concurrency(self.fetcher.now());
    }

    /// Fails truncated images. Otherwise they are stored, and marked.
    pub fn reject_truncated(&mut self) {
        self.accepts_cut_short = false;
    }

    /// Pauses the run when nothing more can be stored, and makes that attempt again once it is resumed.
    /// Otherwise images fail.
    pub fn wait_for_space(&mut self) {
        self.schedule.wait_for_space();
    }

    /// Counts the bytes of images from an earlier run in the total of all images.
    pub fn count_stored(&mut self, bytes: u64) {
        self.budget.add_stored(bytes);
        self.fail_rest_if_exhausted();
    }

    /// Starts nothing until [`Run::resume`]. Attempts in flight continue; one that fails as by a lost
    /// connection does not count.
    pub fn pause(&mut self) {
        self.schedule.pause();
    }

    /// Ends a pause.
    pub fn resume(&mut self) {
        self.schedule.resume();
    }

    /// Aborts all requests. [`Run::next`] then returns every item that has not ended, and then `None`.
    pub fn stop(&mut self) {
        self.in_flight.clear();
        self.aborts.clear();
        self.pace.borrow_mut().clear();
        self.reach.borrow_mut().clear();
        self.judged.clear();
        self.is_stopped = true;
        self.stopped = self.schedule.stop().into_iter();
    }

    /// Drives the run until the next item ends, and returns that item; `None` after the last one.
    ///
    /// The future can be dropped at any point without losing anything, in order to call
    /// [`pause`](Run::pause), [`resume`](Run::resume), [`stop`](Run::stop), [`skip`](Run::skip) or
    /// [`restart`](Run::restart) and then this again. It does not complete while the run is paused with nothing in flight.
    pub async fn next(&mut self) -> Option<FinishedItem<F::Payload>> {
        if let Some((item, why)) = self.unasked.pop_front() {
            return Some(self.end_unasked(item, why));
        }
        if let Some(item) = self.stopped.next() {
            return Some(self.fail(item, FetchError::Stopped));
        }
        if let Some(item) = self.skipped.pop() {
            return Some(self.fail(item, FetchError::Skipped));
        }
        loop {
            if let Some(item) = self.check_pace() {
                return Some(item);
            }
            if let Some((attempt, error)) = self.judged.pop() {
                match self.conclude(attempt, Err(error)) {
                    Some(item) => return Some(item),
                    None => continue,
                }
            }
            let until = match self.schedule.next(self.fetcher.now()) {
                Step::Start(attempt) => {
                    self.start(attempt);
                    continue;
                }
                Step::Fail { item, error } => return Some(self.fail(item, error)),
                Step::Wait { until } => {
                    until.into_iter().chain(self.pace.borrow().due(self.fetcher.now())).min()
                }
                Step::Done if self.awaits_items() => None,
                Step::Done => return None,
            };
            let finished = match until {
                Some(time) if self.in_flight.is_empty() => {
                    self.fetcher.sleep_until(time).await;
                    None
                }
                Some(time) => {
                    let sleep = std::pin::pin!(self.fetcher.sleep_until(time));
                    match select(self.in_flight.next(), sleep).await {
                        Either::Left((finished, _)) => finished,
                        Either::Right(_) => None,
                    }
                }
                // Paused, or more items are to arrive.
                None if self.in_flight.is_empty() => pending().await,
                None => self.in_flight.next().await,
            };
            match finished {
                Some(Ok(Ended::Probe(target, refuses))) => self.probed(target, refuses),
                Some(Ok(Ended::Attempt(attempt, result))) => {
                    if let Some(item) = self.process(attempt, result) {
                        return Some(item);
                    }
                }
                _ => {}
            }
        }
    }

    fn start(&mut self, attempt: Attempt) {
        let Attempt { item, number, address: which } = attempt;
        let (Some(address), Some(origin)) =
            (self.plan.request_address(item, which), self.schedule.origin_of(item))
        else {
            return;
        };
        self.schedule.set_others(item, self.fetcher.others(&address));
        self.emit(item, EventKind::Started { attempt: number });
        self.schedule.pause_after(item).into_iter().for_each(|until| self.emit_cool_down(item, until));
        let (fetcher, emit, pace) = (self.fetcher, self.emit, Rc::clone(&self.pace));
        let reach = Rc::clone(&self.reach);
        // What the caller makes is not a host's: it may take its time.
        if !address.is_own_data() {
            pace.borrow_mut().start(item, origin, fetcher.now());
        }
        let reservation = Reservation::new(&self.budget);
        let request = async move {
            let progress = |kind| {
                let at = fetcher.now();
                pace.borrow_mut().record(item, &kind, at);
                if let EventKind::Headers { .. } = kind {
                    let mut reach = reach.borrow_mut();
                    let target = reach.target(origin, fetcher.asked_instead(item).as_ref());
                    reach.set_readable(target);
                }
                emit(Event { at, item, kind });
            };
            let result = match fetcher.is_mixed_content(&address) {
                true => Err(FetchError::MixedContent),
                false => fetcher.attempt(item, &address, &reservation, &progress).await,
            };
            Ended::Attempt(attempt, result.map(|stored| Arrived { stored, reservation }))
        };
        let (abort, registration) = AbortHandle::new_pair();
        self.aborts.push((item, abort));
        self.in_flight.push(Abortable::new(request, registration).boxed_local());
    }

    /// Takes an attempt's result. Returns the item if it has ended.
    fn process(
        &mut self,
        attempt: Attempt,
        result: Result<Arrived<F::Payload>, FetchError>,
    ) -> Option<FinishedItem<F::Payload>> {
        self.credit_progress(attempt.item, result.as_ref().err());
        self.end_attempt(attempt.item, false);
        let result = match result {
            Err(FetchError::Network) => Err(self.judge(attempt)?),
            result => result,
        };
        self.conclude(attempt, result)
    }

    /// Reports an attempt's result to the schedule. Returns the item if it has ended.
    fn conclude(
        &mut self,
        attempt: Attempt,
        result: Result<Arrived<F::Payload>, FetchError>,
    ) -> Option<FinishedItem<F::Payload>> {
        let item = attempt.item;
        if let Some(address) = self.plan.request_address(item, attempt.address) {
            self.schedule.set_others(item, self.fetcher.others(&address));
        }
        if result.is_ok() {
            self.look_up_protocol(attempt);
        }
        let before = self.remove_cut_short(item);
        let result = result.map(|arrived| self.with_final_url(attempt, arrived));
        let (error, cut_short) = match result {
            Ok(arrived) if arrived.stored.facts.is_cut_short && before.is_none() => {
                (FetchError::Truncated { received: arrived.stored.facts.bytes }, Some(arrived))
            }
            Ok(arrived) if arrived.stored.facts.is_cut_short && !self.accepts_cut_short => {
                let error = FetchError::Truncated { received: arrived.stored.facts.bytes };
                // Cut short twice: only another address may have the whole.
                if !self.schedule.rejected(item) {
                    return Some(self.finish(item, error, None));
                }
                self.emit(item, EventKind::Retrying { error, resumes: self.fetcher.now() });
                return None;
            }
            Ok(arrived) => {
                self.schedule.succeeded(item);
                if !arrived.stored.facts.is_cut_short {
                    return Some(self.store(item, arrived));
                }
                // Cut short twice: a third attempt would not help.
                let received = arrived.stored.facts.bytes;
                let longer = before.filter(|before| before.stored.facts.bytes > received).unwrap_or(arrived);
                return Some(self.finish(item, FetchError::Truncated { received }, Some(longer)));
            }
            Err(error) => match before {
                // The budget has no space for it beside the one that is cut short.
                Some(before) if matches!(error, FetchError::OverTotal { .. }) => {
                    self.schedule.succeeded(item);
                    let error = FetchError::Truncated { received: before.stored.facts.bytes };
                    return Some(self.finish(item, error, Some(before)));
                }
                before => (error, before),
            },
        };
        let (now, jitter) = (self.fetcher.now(), self.fetcher.random());
        let after = self.schedule.failed(item, &error, now, jitter);
        after.cools_until.into_iter().for_each(|until| self.emit_cool_down(item, until));
        let Some(resumes) = after.retry_at else { return Some(self.finish(item, error, cut_short)) };
        self.emit(item, EventKind::Retrying { error, resumes });
        self.cut_short.extend(cut_short.map(|arrived| (item, arrived)));
        None
    }

    /// Ends an item without another attempt.
    fn fail(&mut self, item: ItemId, error: FetchError) -> FinishedItem<F::Payload> {
        let cut_short = self.remove_cut_short(item);
        self.finish(item, error, cut_short)
    }

    /// Ends an item, with the image that is cut short if there is one and it is accepted.
    fn finish(
        &mut self,
        item: ItemId,
        error: FetchError,
        cut_short: Option<Arrived<F::Payload>>,
    ) -> FinishedItem<F::Payload> {
        self.pace.borrow_mut().forget(item);
        self.fetcher.discard(item);
        match cut_short {
            Some(arrived) if self.accepts_cut_short => self.store(item, arrived),
            _ => {
                self.emit(item, EventKind::Failed { error: error.clone() });
                FinishedItem { item, outcome: Err(error) }
            }
        }
    }

    fn store(&mut self, item: ItemId, arrived: Arrived<F::Payload>) -> FinishedItem<F::Payload> {
        let Arrived { stored, reservation } = arrived;
        reservation.commit();
        self.fail_rest_if_exhausted();
        self.pace.borrow_mut().forget(item);
        self.schedule.record_image(item, stored.facts.bytes, self.fetcher.now());
        self.emit(item, EventKind::Stored(stored.facts.clone()));
        FinishedItem { item, outcome: Ok(stored) }
    }

    /// Fails the rest once the byte budget is exhausted.
    fn fail_rest_if_exhausted(&mut self) {
        if let Some(error) = self.budget.exhausted() {
            self.schedule.fail_rest(error);
        }
    }

    fn remove_cut_short(&mut self, item: ItemId) -> Option<Arrived<F::Payload>> {
        let place = self.cut_short.iter().position(|(id, _)| *id == item)?;
        Some(self.cut_short.swap_remove(place).1)
    }

    fn emit(&self, item: ItemId, kind: EventKind) {
        (self.emit)(Event { at: self.fetcher.now(), item, kind });
    }
}

mod arriving;
mod judging;
mod pacing;

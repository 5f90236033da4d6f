//! Joins the futures of a run: keeps as many attempts going as the schedule allows.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Either, LocalBoxFuture, pending, select};
use futures::stream::{FuturesUnordered, StreamExt};

use super::byte_budget::ByteBudget;
use super::adaptive_concurrency::AdaptiveConcurrency;
use super::{Reservation, Attempt, Event, EventKind, FetchError, Limits, Schedule, Step};
use crate::image::Format;
use crate::plan::{Address, ItemId, OriginId, Plan};

/// The one point where a run meets the world.
pub trait Fetcher {
    /// What stands for an image's bytes once they are kept.
    type Payload;

    /// Makes one request and keeps what arrives, as far as it is allowed: each chunk is
    /// [taken](Reservation::take) before it is kept. Dropping the future aborts the request.
    fn attempt(
        &self,
        address: &Address,
        origin: OriginId,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> impl Future<Output = Result<StoredImage<Self::Payload>, FetchError>>;

    /// The time since the run began.
    fn now(&self) -> Duration;

    /// Ends when the run is this old.
    fn sleep_until(&self, time: Duration) -> impl Future<Output = ()>;

    /// A random number in `0..1`.
    fn random(&self) -> f64;
}

/// An image that arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredImage<P> {
    /// Where its bytes are.
    pub payload: P,
    /// How many.
    pub bytes: u64,
    /// Their CRC-32.
    pub crc32: u32,
    /// What they are.
    pub format: Format,
    /// `Last-Modified`, in seconds since 1970.
    pub modified: Option<i64>,
    /// Whether its bytes end before the image does, as far as its format tells.
    pub is_cut_short: bool,
}

/// The end of one item.
#[derive(Debug, PartialEq)]
pub struct FinishedItem<P> {
    /// The item.
    pub item: ItemId,
    /// What became of it.
    pub outcome: Result<StoredImage<P>, FetchError>,
}

type Finished<P> = (Attempt, Result<Arrived<P>, FetchError>);

/// An image, and the bytes that it takes of what is allowed for as long as it is held.
struct Arrived<P> {
    stored: StoredImage<P>,
    reservation: Reservation,
}

/// A run on its way. [`Run::next`] drives it; dropping it aborts every request.
pub struct Run<'a, F: Fetcher> {
    plan: &'a Plan,
    fetcher: &'a F,
    emit: &'a dyn Fn(Event),
    schedule: Schedule,
    in_flight: FuturesUnordered<LocalBoxFuture<'a, Finished<F::Payload>>>,
    /// Items without an address, which end before anything is asked for.
    invalid: std::vec::IntoIter<(ItemId, FetchError)>,
    /// Items that had not ended when the run was stopped.
    stopped: std::vec::IntoIter<ItemId>,
    /// Images that seem to be cut short and are asked for once more. They are better than none.
    cut_short: Vec<(ItemId, Arrived<F::Payload>)>,
    keeps_cut_short: bool,
    budget: Rc<ByteBudget>,
    /// How many at once, where that is found out.
    width: Option<AdaptiveConcurrency>,
}

impl<'a, F: Fetcher> Run<'a, F> {
    /// A run of all the plan's items; says of each that it is queued.
    pub fn new(plan: &'a Plan, limits: Limits, fetcher: &'a F, emit: &'a dyn Fn(Event)) -> Self {
        Self::of(plan, &(0..plan.len()).collect::<Vec<_>>(), limits, fetcher, emit)
    }

    /// A run of some of the plan's items, such as those that failed in one before; says of each
    /// that it is queued. An item's id is its place in the plan.
    pub fn of(
        plan: &'a Plan,
        items: &[ItemId],
        limits: Limits,
        fetcher: &'a F,
        emit: &'a dyn Fn(Event),
    ) -> Self {
        let at = fetcher.now();
        let mut invalid = Vec::new();
        for &item in items {
            emit(Event { at, item, kind: EventKind::Queued });
            if let Err(error) = &plan.items()[item].address {
                invalid.push((item, FetchError::Address(error.clone())));
            }
        }
        Self {
            plan,
            fetcher,
            emit,
            schedule: Schedule::of(plan, items, limits),
            in_flight: FuturesUnordered::new(),
            invalid: invalid.into_iter(),
            stopped: Vec::new().into_iter(),
            cut_short: Vec::new(),
            keeps_cut_short: true,
            budget: Rc::new(ByteBudget::new(&limits)),
            width: None,
        }
    }

    /// Finds out how many at once are fastest, within the limits.
    pub fn adapt_concurrency(&mut self) {
        let width = AdaptiveConcurrency::new(self.fetcher.now());
        self.schedule.set_concurrency(width.get());
        self.width = Some(width);
    }

    /// Fails images that are cut short, which otherwise are kept, and marked.
    pub fn reject_truncated(&mut self) {
        self.keeps_cut_short = false;
    }

    /// Counts bytes that were kept before this run in the total of all images.
    pub fn count_kept(&mut self, bytes: u64) {
        self.budget.add_kept(bytes);
        self.end_if_used_up();
    }

    /// Starts nothing more until [`Run::resume`]: there is no connection. What is in flight may still
    /// arrive, and what of it fails as a lost connection fails does not count as an attempt.
    pub fn pause(&mut self) {
        self.schedule.pause();
    }

    /// Starts things again.
    pub fn resume(&mut self) {
        self.schedule.resume();
    }

    /// Aborts what is in flight. [`Run::next`] then ends every item that has not ended, and is done.
    pub fn stop(&mut self) {
        self.in_flight.clear();
        self.stopped = self.schedule.stop().into_iter();
    }

    /// Drives the run until the next item ends; `None` when all have.
    ///
    /// The future may be dropped at any point and this called again, and nothing is lost: that is
    /// how [`pause`](Run::pause), [`resume`](Run::resume) and [`stop`](Run::stop) get their turn. While
    /// the run is paused with nothing in flight it never ends.
    pub async fn next(&mut self) -> Option<FinishedItem<F::Payload>> {
        if let Some((item, error)) = self.invalid.next() {
            return Some(self.give_up(item, error));
        }
        if let Some(item) = self.stopped.next() {
            return Some(self.give_up(item, FetchError::Stopped));
        }
        loop {
            let until = match self.schedule.next(self.fetcher.now()) {
                Step::Start(attempt) => {
                    self.start(attempt);
                    continue;
                }
                Step::Fail { item, error } => return Some(self.give_up(item, error)),
                Step::Wait { until } => until,
                Step::Done => return None,
            };
            let finished = match until {
                Some(time) if self.in_flight.is_empty() => {
                    self.fetcher.sleep_until(time).await;
                    None
                }
                Some(time) => {
                    let pause = std::pin::pin!(self.fetcher.sleep_until(time));
                    match select(self.in_flight.next(), pause).await {
                        Either::Left((finished, _)) => finished,
                        Either::Right(_) => None,
                    }
                }
                // Paused.
                None if self.in_flight.is_empty() => pending().await,
                None => self.in_flight.next().await,
            };
            if let Some(finished) = finished
                && let Some(ended) = self.settle(finished)
            {
                return Some(ended);
            }
        }
    }

    fn start(&mut self, attempt: Attempt) {
        let Attempt { item, number } = attempt;
        let (Some(address), Some(origin)) = (self.plan.request_address(item), self.plan.items()[item].origin) else {
            return;
        };
        self.emit(item, EventKind::Started { attempt: number });
        let (fetcher, emit) = (self.fetcher, self.emit);
        let reservation = Reservation::of(&self.budget);
        let request = async move {
            let progress = |kind| emit(Event { at: fetcher.now(), item, kind });
            let result = fetcher.attempt(&address, origin, &reservation, &progress).await;
            (attempt, result.map(|stored| Arrived { stored, reservation }))
        };
        self.in_flight.push(request.boxed_local());
    }

    /// Takes an attempt's result to the schedule; gives the item's end where this was it.
    fn settle(&mut self, (attempt, result): Finished<F::Payload>) -> Option<FinishedItem<F::Payload>> {
        let item = attempt.item;
        let before = self.take_cut_short(item);
        let (error, cut_short) = match result {
            Ok(arrived) if arrived.stored.is_cut_short && before.is_none() => {
                (FetchError::Truncated { received: arrived.stored.bytes }, Some(arrived))
            }
            Ok(arrived) => {
                self.schedule.succeeded(item);
                if !arrived.stored.is_cut_short {
                    return Some(self.keep(item, arrived));
                }
                // Cut short twice: it will not get better.
                let received = arrived.stored.bytes;
                let longer = before.filter(|before| before.stored.bytes > received).unwrap_or(arrived);
                return Some(self.end(item, FetchError::Truncated { received }, Some(longer)));
            }
            Err(error) => match before {
                // Not beside the one that is cut short, which is there already.
                Some(before) if matches!(error, FetchError::OverTotal { .. }) => {
                    self.schedule.succeeded(item);
                    let error = FetchError::Truncated { received: before.stored.bytes };
                    return Some(self.end(item, error, Some(before)));
                }
                before => (error, before),
            },
        };
        let (now, jitter) = (self.fetcher.now(), self.fetcher.random());
        let after = self.schedule.failed(item, &error, now, jitter);
        if let Some(until) = after.cools_until {
            self.emit(item, EventKind::CoolingDown { until });
        }
        let Some(resumes) = after.retry_at else { return Some(self.end(item, error, cut_short)) };
        self.emit(item, EventKind::Retrying { error, resumes });
        self.cut_short.extend(cut_short.map(|arrived| (item, arrived)));
        None
    }

    /// Ends an item for which nothing more is asked.
    fn give_up(&mut self, item: ItemId, error: FetchError) -> FinishedItem<F::Payload> {
        let cut_short = self.take_cut_short(item);
        self.end(item, error, cut_short)
    }

    /// Ends an item with the image that is cut short, if there is one and it is wanted.
    fn end(
        &mut self,
        item: ItemId,
        error: FetchError,
        cut_short: Option<Arrived<F::Payload>>,
    ) -> FinishedItem<F::Payload> {
        match cut_short {
            Some(arrived) if self.keeps_cut_short => self.keep(item, arrived),
            _ => {
                self.emit(item, EventKind::Failed { error: error.clone() });
                FinishedItem { item, outcome: Err(error) }
            }
        }
    }

    fn keep(&mut self, item: ItemId, arrived: Arrived<F::Payload>) -> FinishedItem<F::Payload> {
        let Arrived { stored, reservation } = arrived;
        reservation.keep();
        self.end_if_used_up();
        if let Some(width) = &mut self.width {
            width.arrived(stored.bytes, self.fetcher.now());
            self.schedule.set_concurrency(width.get());
        }
        let StoredImage { bytes, crc32, format, is_cut_short, .. } = stored;
        self.emit(item, EventKind::Stored { bytes, crc32, format, is_cut_short });
        FinishedItem { item, outcome: Ok(stored) }
    }

    /// Asks for nothing more where nothing more may be kept.
    fn end_if_used_up(&mut self) {
        if let Some(error) = self.budget.used_up() {
            self.schedule.fail_rest(error);
        }
    }

    fn take_cut_short(&mut self, item: ItemId) -> Option<Arrived<F::Payload>> {
        let place = self.cut_short.iter().position(|(id, _)| *id == item)?;
        Some(self.cut_short.swap_remove(place).1)
    }

    fn emit(&self, item: ItemId, kind: EventKind) {
        (self.emit)(Event { at: self.fetcher.now(), item, kind });
    }
}

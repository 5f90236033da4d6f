//! Joins the futures of a run: keeps as many attempts going as the schedule allows.

use std::future::Future;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::{FuturesUnordered, StreamExt};

use super::schedule::AfterFailure;
use super::{Attempt, Event, EventKind, FetchError, Limits, Schedule, Step};
use crate::image::Format;
use crate::plan::{Address, Item, ItemId, OriginId, Plan};

/// The one point where a run meets the world.
pub trait Fetcher {
    /// What stands for an image's bytes once they are kept.
    type Payload;

    /// Makes one request and keeps what arrives. Dropping the future aborts the request.
    fn attempt(
        &self,
        address: &Address,
        origin: OriginId,
        progress: &dyn Fn(EventKind),
    ) -> impl Future<Output = Result<Stored<Self::Payload>, FetchError>>;

    /// The time since the run began.
    fn now(&self) -> Duration;

    /// Ends when the run is this old.
    fn sleep_until(&self, time: Duration) -> impl Future<Output = ()>;

    /// A random number in `0..1`.
    fn random(&self) -> f64;
}

/// An image that arrived whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<P> {
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
}

/// The end of one item.
#[derive(Debug, PartialEq)]
pub struct Ended<P> {
    /// The item.
    pub item: ItemId,
    /// What became of it.
    pub outcome: Result<Stored<P>, FetchError>,
}

type Finished<P> = (Attempt, Result<Stored<P>, FetchError>);

/// A run on its way. [`Run::next`] drives it; dropping it aborts every request.
pub struct Run<'a, F: Fetcher> {
    plan: &'a Plan,
    fetcher: &'a F,
    emit: &'a dyn Fn(Event),
    schedule: Schedule,
    in_flight: FuturesUnordered<LocalBoxFuture<'a, Finished<F::Payload>>>,
    /// Items without an address, which end before anything is asked for.
    hopeless: std::vec::IntoIter<(ItemId, FetchError)>,
}

impl<'a, F: Fetcher> Run<'a, F> {
    /// A run of all the plan's items; says of each that it is queued.
    pub fn new(plan: &'a Plan, limits: Limits, fetcher: &'a F, emit: &'a dyn Fn(Event)) -> Self {
        let at = fetcher.now();
        for item in 0..plan.len() {
            emit(Event { at, item, kind: EventKind::Queued });
        }
        let errors = plan.items().iter().enumerate().filter_map(|(id, item)| {
            item.address.as_ref().err().map(|error| (id, FetchError::Address(error.clone())))
        });
        let hopeless = errors.collect::<Vec<_>>().into_iter();
        let schedule = Schedule::new(plan, limits);
        Self { plan, fetcher, emit, schedule, in_flight: FuturesUnordered::new(), hopeless }
    }

    /// Drives the run until the next item ends; `None` when all have.
    pub async fn next(&mut self) -> Option<Ended<F::Payload>> {
        if let Some((item, error)) = self.hopeless.next() {
            return Some(self.give_up(item, error));
        }
        loop {
            let until = match self.schedule.next(self.fetcher.now()) {
                Step::Start(attempt) => {
                    self.start(attempt);
                    continue;
                }
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
        let Item { address: Ok(address), origin: Some(origin), .. } = &self.plan.items()[item] else {
            return;
        };
        self.emit(item, EventKind::Started { attempt: number });
        let (fetcher, emit) = (self.fetcher, self.emit);
        let request = async move {
            let progress = |kind| emit(Event { at: fetcher.now(), item, kind });
            (attempt, fetcher.attempt(address, *origin, &progress).await)
        };
        self.in_flight.push(request.boxed_local());
    }

    /// Takes an attempt's result to the schedule; gives the item's end where this was it.
    fn settle(&mut self, (attempt, result): Finished<F::Payload>) -> Option<Ended<F::Payload>> {
        let item = attempt.item;
        match result {
            Ok(stored) => {
                self.schedule.succeeded(item);
                let Stored { bytes, crc32, format, .. } = stored;
                self.emit(item, EventKind::Stored { bytes, crc32, format });
                Some(Ended { item, outcome: Ok(stored) })
            }
            Err(error) => {
                let (now, jitter) = (self.fetcher.now(), self.fetcher.random());
                match self.schedule.failed(item, &error, now, jitter) {
                    AfterFailure::GiveUp => Some(self.give_up(item, error)),
                    AfterFailure::Retry { at } => {
                        self.emit(item, EventKind::Retrying { error, resumes: at });
                        None
                    }
                }
            }
        }
    }

    fn give_up(&self, item: ItemId, error: FetchError) -> Ended<F::Payload> {
        self.emit(item, EventKind::Failed { error: error.clone() });
        Ended { item, outcome: Err(error) }
    }

    fn emit(&self, item: ItemId, kind: EventKind) {
        (self.emit)(Event { at: self.fetcher.now(), item, kind });
    }
}

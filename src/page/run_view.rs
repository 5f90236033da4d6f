//! A run as the page shows it: the rows of the table and how far the run is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::extension;
use crate::browser::{BrowserText, Clock, RunHandle};
use crate::image::Accepted;
use crate::plan::{EntryName, EntryNames, ItemId, NameTemplate, Plan};
use crate::report::waterfall::{axis_when_done, axis_while_running};
use crate::report::{Listing, Order, Pace, PictureChoice, Rows, State, may_arrive, share_done};
use crate::run::{CoolDowns, Event, EventKind, FetchError, Settings};
use crate::words::pictures;

/// The rows of a run and what belongs to them.
pub struct RunView {
    pub plan: Rc<Plan>,
    /// How its entries are named.
    template: NameTemplate,
    pub rows: RefCell<Rows>,
    pub clock: Clock,
    pub pace: RefCell<Pace>,
    /// The pictures that are chosen for the archive.
    pub choice: RefCell<PictureChoice>,
    /// The origins that cool down.
    pub cooling: RefCell<CoolDowns>,
    /// Whether all images are on the same host, whose name then says nothing.
    pub has_one_host: bool,
    /// Counts the changes of each row, so that only changed rows are drawn again.
    versions: RefCell<Vec<u32>>,
    /// The names that were needed so far.
    names: RefCell<Vec<Option<String>>>,
    /// The run, which has the images; `None` before it has started and after they were thrown away.
    handle: RefCell<Option<Rc<RunHandle>>>,
    phase: Cell<Phase>,
    is_to_disk: bool,
    /// When the run began that it shows or resumes, in milliseconds since 1970.
    started: Cell<f64>,
    /// Whether an image had to make way because nothing more can be stored.
    is_storage_full: Cell<bool>,
    /// Whether the engine waits for a network.
    is_offline: Cell<bool>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    #[default]
    Fetching,
    Checking,
    Over {
        /// How long the run took.
        wall: Duration,
    },
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Fetching,
    /// All items are finished, and the rest of the archive is being written to the user's file.
    Writing,
    /// The archive is there, and is being read back.
    Checking,
}

impl RunView {
    /// The view of a run whose clock starts at `elapsed`, which is zero unless the run is resumed.
    pub fn new(plan: Rc<Plan>, template: NameTemplate, elapsed: Duration, is_to_disk: bool) -> Self {
        let items = plan.len();
        let clock = Clock::after(elapsed);
        Self {
            has_one_host: has_one_host(&plan),
            plan,
            template,
            rows: RefCell::new(Rows::new(items)),
            clock,
            pace: RefCell::default(),
            choice: RefCell::new(PictureChoice::new(items)),
            cooling: RefCell::default(),
            versions: RefCell::new(vec![0; items]),
            names: RefCell::new(vec![None; items]),
            handle: RefCell::default(),
            phase: Cell::default(),
            is_to_disk,
            started: Cell::new(clock.epoch()),
            is_storage_full: Cell::new(false),
            is_offline: Cell::new(false),
        }
    }

    /// The view of a retry: the same rows, and a clock that continues where this run ended. The plan is
    /// the same but for the relay.
    pub fn of_retry(&self, plan: Rc<Plan>) -> Self {
        Self {
            has_one_host: self.has_one_host,
            plan,
            template: self.template.clone(),
            rows: self.rows.clone(),
            clock: Clock::after(self.now()),
            pace: RefCell::default(),
            choice: self.choice.clone(),
            cooling: RefCell::default(),
            versions: self.versions.clone(),
            names: self.names.clone(),
            handle: self.handle.clone(),
            phase: Cell::default(),
            is_to_disk: false,
            started: self.started.clone(),
            is_storage_full: Cell::new(false),
            is_offline: Cell::new(false),
        }
    }

    pub fn apply(&self, event: &Event) {
        let lifted = self.as_lack_of_permission(event);
        let event = lifted.as_ref().unwrap_or(event);
        match event.kind {
            EventKind::Retrying { error: FetchError::Storage { .. }, .. } => self.is_storage_full.set(true),
            EventKind::Retrying { error: FetchError::Offline, .. } => self.is_offline.set(true),
            EventKind::Headers { .. } | EventKind::Failed { .. } => self.is_offline.set(false),
            _ => {}
        }
        self.rows.borrow_mut().apply(event);
        self.cooling.borrow_mut().apply(event, &self.plan);
        self.versions.borrow_mut()[event.item] += 1;
    }

    /// The refusal by a host that the extension has no permission for, which the user can lift.
    fn as_lack_of_permission(&self, event: &Event) -> Option<Event> {
        if !matches!(event.kind, EventKind::Failed { error: FetchError::Cors }) {
            return None;
        }
        let origin = self.plan.origins().get(self.plan.items().get(event.item)?.origin?)?;
        let kind = EventKind::Failed { error: FetchError::NeedsPermission };
        extension::lacks_permission(origin).then_some(Event { kind, ..*event })
    }

    /// Whether the archive goes straight to disk.
    pub fn is_to_disk(&self) -> bool {
        self.is_to_disk
    }

    /// When the run began, or the one that it resumes, in milliseconds since 1970: what its journal has.
    pub fn started(&self) -> f64 {
        self.started.get()
    }

    /// The run resumes one that began then.
    pub fn set_started(&self, started: f64) {
        self.started.set(started);
    }

    /// Whether the run waits for a network.
    pub fn is_offline(&self) -> bool {
        self.is_offline.get()
    }

    pub fn is_storage_full(&self) -> bool {
        self.is_storage_full.get()
    }

    /// Images are stored again, as far as is known.
    pub fn clear_storage_full(&self) {
        self.is_storage_full.set(false);
    }

    /// Connects the view to its run, from which it has the images.
    pub fn attach(&self, handle: &Rc<RunHandle>) {
        *self.handle.borrow_mut() = Some(Rc::clone(handle));
    }

    /// Lets go of the run and its images.
    pub fn release_images(&self) {
        self.handle.take();
    }

    /// The run to ask for an item's preview; `None` if it has no image.
    pub fn source_of(&self, item: ItemId) -> Option<Rc<RunHandle>> {
        let is_stored = self.rows.borrow().as_slice()[item].state == State::Stored;
        self.handle.borrow().clone().filter(|_| is_stored)
    }

    /// The items that the user wants in the archive; `None` if that is all, or no picture at all.
    pub fn chosen_items(&self) -> Option<Vec<ItemId>> {
        let (choice, rows) = (self.choice.borrow(), self.rows.borrow());
        let tally = choice.tally(&rows);
        // The record of the archive says of the others that they were left out.
        (!tally.is_all() && tally.chosen > 0).then(|| choice.items(&rows))
    }

    /// The items that are listed; `None` if that is all of them in input order.
    pub fn listed(&self, listing: &Listing) -> Option<Rc<[ItemId]>> {
        if listing.is_everything() {
            return None;
        }
        if listing.order == Order::Name {
            self.load_names(&(0..self.plan.len()).collect::<Vec<_>>());
        }
        let names = self.names.borrow();
        let name_of = |item: ItemId| names[item].as_deref().unwrap_or_default();
        Some(listing.items(&self.plan, &self.rows.borrow(), &name_of).into())
    }

    /// Whether failed items can be fetched once more, into the same archive.
    pub fn can_retry(&self) -> bool {
        self.is_over() && !self.is_to_disk && self.handle.borrow().is_some()
    }

    /// The whole seconds for which an item's attempt has been silent, if that is long.
    pub fn silence_of(&self, item: ItemId) -> Option<u64> {
        self.rows.borrow().as_slice()[item].silence(self.now())
    }

    /// Why there are no pictures to look at or choose from, in words for the user; `None` if there may be.
    pub fn no_pictures(&self) -> Option<&'static str> {
        match self.phase.get() {
            _ if self.is_to_disk => Some(pictures::ON_DISK),
            Phase::Over { .. } if self.rows.borrow().totals().stored == 0 => Some(pictures::NONE_ARRIVED),
            Phase::Over { .. } if self.handle.borrow().is_none() => Some(pictures::NONE_KEPT),
            _ => None,
        }
    }

    /// How often a row has changed.
    pub fn version(&self, item: ItemId) -> u32 {
        self.versions.borrow()[item]
    }

    /// Takes a sample of the pace.
    pub fn sample(&self) {
        let rows = self.rows.borrow();
        self.pace.borrow_mut().push(self.clock.now(), rows.totals().bytes, share_done(&rows));
    }

    /// The archive is there and will be read back.
    pub fn begin_check(&self) {
        self.phase.set(Phase::Checking);
    }

    /// Ends the run, with the names of its archive's entries.
    pub fn finish(&self, wall: Duration, names: &[Option<EntryName>]) {
        self.phase.set(Phase::Over { wall });
        let mut own = self.names.borrow_mut();
        for (own, name) in own.iter_mut().zip(names) {
            if let Some(name) = name {
                *own = Some(name.as_str().to_owned());
            }
        }
        self.redraw_all();
    }

    /// Ends the run without an archive.
    pub fn cancel(&self) {
        let now = self.clock.now();
        self.rows.borrow_mut().cancel(now);
        self.phase.set(Phase::Over { wall: now });
        self.release_images();
        self.redraw_all();
    }

    /// What the run is doing; `None` once it is over.
    pub fn activity(&self) -> Option<Activity> {
        match self.phase.get() {
            Phase::Fetching if self.is_to_disk && self.is_fetched() => Some(Activity::Writing),
            // Nothing is read back of a zip that went to the disk.
            Phase::Checking if self.is_to_disk => Some(Activity::Writing),
            Phase::Fetching => Some(Activity::Fetching),
            Phase::Checking => Some(Activity::Checking),
            Phase::Over { .. } => None,
        }
    }

    fn is_fetched(&self) -> bool {
        let rows = self.rows.borrow();
        rows.totals().finished() == rows.totals().items
    }

    fn wall(&self) -> Option<Duration> {
        if let Phase::Over { wall } = self.phase.get() { Some(wall) } else { None }
    }

    pub fn is_over(&self) -> bool {
        self.wall().is_some()
    }

    /// The age of the run, or its duration once it is over.
    pub fn now(&self) -> Duration {
        self.wall().unwrap_or_else(|| self.clock.now())
    }

    /// How much time the axis shows.
    pub fn axis(&self, smooth: bool) -> Duration {
        self.wall().map_or_else(|| axis_while_running(self.clock.now(), smooth), axis_when_done)
    }

    /// Makes the names of these items available to [`RunView::name_of`]. An item without an address has
    /// no name and goes by its text.
    pub fn load_names(&self, items: &[ItemId]) {
        let mut names = self.names.borrow_mut();
        if items.iter().all(|item| names[*item].is_some()) {
            return;
        }
        let expected = EntryNames::new(&self.plan, &self.template, &BrowserText);
        for item in items {
            names[*item].get_or_insert_with(|| match self.plan.items()[*item].address {
                Ok(_) => expected.expected(*item),
                Err(_) => self.plan.items()[*item].display_text().to_owned(),
            });
        }
    }

    /// An item's name; empty if it was not loaded.
    pub fn name_of(&self, item: ItemId) -> String {
        self.names.borrow()[item].clone().unwrap_or_default()
    }

    /// Whether a failed item may arrive with other options.
    pub fn has_retryable(&self) -> bool {
        let settings = Settings { accepted: Accepted::Files, ..Settings::default() };
        !self.retryable_items(&settings, true).is_empty()
    }

    /// The failed items that may arrive if they are asked for with these settings and through another relay, or
    /// none, if `elsewhere`.
    pub fn retryable_items(&self, settings: &Settings, elsewhere: bool) -> Vec<ItemId> {
        let rows = self.rows.borrow();
        let is_retryable = |item: &ItemId| {
            rows.as_slice()[*item].error().is_some_and(|error| may_arrive(error, settings, elsewhere))
        };
        (0..self.plan.len()).filter(is_retryable).collect()
    }

    /// Has every row drawn again.
    fn redraw_all(&self) {
        for version in self.versions.borrow_mut().iter_mut() {
            *version += 1;
        }
    }
}

fn has_one_host(plan: &Plan) -> bool {
    let mut hosts = plan.items().iter().filter_map(|item| Some(&item.address.as_ref().ok()?.host));
    let first = hosts.next();
    hosts.all(|host| Some(host) == first)
}

//! A run as the table shows it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::browser::{BrowserText, Clock, Images};
use crate::plan::{EntryName, EntryNames, ItemId, NameTemplate, Plan};
use crate::report::waterfall::{axis_when_done, axis_while_running};
use crate::report::{Pace, Rows, State, share_done};
use crate::run::{CoolDowns, Event};

/// The rows of a run and what belongs to them.
pub struct RunView {
    pub plan: Rc<Plan>,
    pub rows: RefCell<Rows>,
    pub clock: Clock,
    pub pace: RefCell<Pace>,
    /// The origins that are left alone for a while.
    pub cooling: RefCell<CoolDowns>,
    /// Counts each row's changes, so that only what changed is drawn again.
    versions: RefCell<Vec<u32>>,
    /// Names as far as they were asked for.
    names: RefCell<Vec<Option<String>>>,
    /// Where the stored images can be seen.
    images: RefCell<Option<Images>>,
    /// How long the run took, once it is over.
    wall: Cell<Option<Duration>>,
}

impl RunView {
    /// The sheet of a run that has been going on for that long.
    pub fn new(plan: Rc<Plan>, elapsed: Duration) -> Self {
        let items = plan.len();
        Self {
            plan,
            rows: RefCell::new(Rows::new(items)),
            clock: Clock::after(elapsed),
            pace: RefCell::default(),
            cooling: RefCell::default(),
            versions: RefCell::new(vec![0; items]),
            names: RefCell::new(vec![None; items]),
            images: RefCell::default(),
            wall: Cell::default(),
        }
    }

    /// A sheet of the same rows, for a run that goes on now where this one ended. The plan may go
    /// through another relay.
    pub fn going_on(&self, plan: Rc<Plan>) -> Self {
        Self {
            plan,
            rows: self.rows.clone(),
            clock: Clock::after(self.now()),
            pace: RefCell::default(),
            cooling: RefCell::default(),
            versions: self.versions.clone(),
            names: self.names.clone(),
            images: self.images.clone(),
            wall: Cell::default(),
        }
    }

    pub fn apply(&self, event: &Event) {
        self.rows.borrow_mut().apply(event);
        self.cooling.borrow_mut().apply(event, &self.plan);
        self.versions.borrow_mut()[event.item] += 1;
    }

    /// The run's images can be seen there.
    pub fn keep(&self, images: Images) {
        *self.images.borrow_mut() = Some(images);
    }

    /// The run's images are gone.
    pub fn let_images_go(&self) {
        self.images.take();
    }

    /// Where an item's image can be seen, once it is stored.
    pub fn images_of(&self, item: ItemId) -> Option<Images> {
        let is_stored = self.rows.borrow().as_slice()[item].state == State::Stored;
        self.images.borrow().clone().filter(|_| is_stored)
    }

    pub fn version(&self, item: ItemId) -> u32 {
        self.versions.borrow()[item]
    }

    /// Takes a sample of the pace.
    pub fn sample(&self) {
        let rows = self.rows.borrow();
        self.pace.borrow_mut().push(self.clock.now(), rows.totals().bytes, share_done(&rows));
    }

    /// The run is over; `names` are those of its archive.
    pub fn finish(&self, wall: Duration, names: &[Option<EntryName>]) {
        self.wall.set(Some(wall));
        let mut own = self.names.borrow_mut();
        for (own, name) in own.iter_mut().zip(names) {
            if let Some(name) = name {
                *own = Some(name.as_str().to_owned());
            }
        }
        self.touch();
    }

    /// The run was cancelled.
    pub fn cancel(&self) {
        let now = self.clock.now();
        self.rows.borrow_mut().cancel(now);
        self.wall.set(Some(now));
        self.touch();
    }

    pub fn is_over(&self) -> bool {
        self.wall.get().is_some()
    }

    /// How old the run is, or was when it ended.
    pub fn now(&self) -> Duration {
        self.wall.get().unwrap_or_else(|| self.clock.now())
    }

    /// How much time the axis shows.
    pub fn axis(&self, smooth: bool) -> Duration {
        self.wall.get().map_or_else(|| axis_while_running(self.clock.now(), smooth), axis_when_done)
    }

    /// Makes sure that these items' names are known. An address that is none has no name: its text
    /// stands for it.
    pub fn name(&self, items: &[ItemId], template: &NameTemplate) {
        let mut names = self.names.borrow_mut();
        if items.iter().all(|item| names[*item].is_some()) {
            return;
        }
        let expected = EntryNames::new(&self.plan, template, &BrowserText);
        for item in items {
            names[*item].get_or_insert_with(|| match self.plan.items()[*item].address {
                Ok(_) => expected.expected(*item),
                Err(_) => self.plan.items()[*item].display_text().to_owned(),
            });
        }
    }

    /// A name that was asked for.
    pub fn name_of(&self, item: ItemId) -> String {
        self.names.borrow()[item].clone().unwrap_or_default()
    }

    /// The items that failed and have an address that could be asked again.
    pub fn worth_retrying(&self) -> Vec<ItemId> {
        let mut items = self.failed();
        items.retain(|item| self.plan.items()[*item].address.is_ok());
        items
    }

    /// The items that failed.
    pub fn failed(&self) -> Vec<ItemId> {
        let rows = self.rows.borrow();
        (0..self.plan.len()).filter(|item| rows.as_slice()[*item].error().is_some()).collect()
    }

    fn touch(&self) {
        for version in self.versions.borrow_mut().iter_mut() {
            *version += 1;
        }
    }
}

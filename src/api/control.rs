//! What JavaScript has of a run under way: its commands, its events and its progress.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::values::{event_object, progress_object, report_error};
use crate::browser::{Clock, RunHandle, Shared, inside, outside};
use crate::plan::ItemId;
use crate::report::{Progress, ProgressSample, Rows};
use crate::run::{Command, Event};

/// A run under way, as both its task and the caller's functions see it.
pub struct Control {
    clock: Clock,
    /// The run, while it is there.
    handle: RefCell<Option<Rc<RunHandle>>>,
    /// Commands from before that.
    pub commands: RefCell<Vec<Command>>,
    /// Called with each event, while there is anything to call.
    listener: RefCell<Option<Function>>,
    /// What is known of each item.
    pub rows: RefCell<Rows>,
    progress: RefCell<Progress>,
    /// Set when the run is stopped.
    pub stopped: Shared<()>,
    /// How far it was when it ended.
    end: Cell<Option<ProgressSample>>,
}

impl Control {
    /// Of a run of this many items, which begins now.
    pub fn new(items: usize) -> Rc<Self> {
        Rc::new(Self {
            clock: Clock::start(),
            handle: RefCell::default(),
            commands: RefCell::default(),
            listener: RefCell::default(),
            rows: RefCell::new(Rows::new(items)),
            progress: RefCell::default(),
            stopped: Shared::default(),
            end: Cell::new(None),
        })
    }

    /// Passes commands on to this run from now on.
    pub fn attach(&self, handle: &Rc<RunHandle>) {
        self.handle.replace(Some(Rc::clone(handle)));
    }

    /// Calls a function with each event from now on, or none any more.
    pub fn listen(&self, listener: Option<Function>) {
        self.listener.replace(listener);
    }

    /// Takes an event, and reports it to the listener. An error that that throws is reported as uncaught and does not
    /// end the run.
    pub fn apply(&self, event: &Event) {
        self.rows.borrow_mut().apply(event);
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            let event = event_object(event);
            outside(|| {
                if let Err(error) = listener.call1(&JsValue::UNDEFINED, &event) {
                    let _ = report_error(&error);
                }
            });
        }
    }

    /// The run has ended, with an archive or without. Returns what is known of its items, the first time.
    pub fn end(&self, is_complete: bool) -> Rows {
        // First of all: a page's own clock may throw, and nothing is put back then.
        let now = self.clock.now();
        let rows = self.rows.take();
        if self.end.get().is_none() {
            let mut progress = self.progress.borrow_mut();
            let end = if is_complete { progress.end(&rows, now) } else { progress.sample(&rows, now) };
            self.end.set(Some(end));
        }
        self.handle.take();
        self.listener.take();
        rows
    }

    /// The functions `command`, `listen` and `progress`, in this order.
    pub fn functions(self: &Rc<Self>) -> [JsValue; 3] {
        let [commanded, listened, asked] = [(); 3].map(|()| Rc::clone(self));
        let command = Closure::<dyn Fn(String, f64)>::new(move |name: String, item: f64| {
            inside(|| commanded.command(&name, item as ItemId));
        });
        let listen =
            Closure::<dyn Fn(Option<Function>)>::new(move |listener| inside(|| listened.listen(listener)));
        let progress = Closure::<dyn Fn() -> JsValue>::new(move || inside(|| asked.progress()));
        [command.into_js_value(), listen.into_js_value(), progress.into_js_value()]
    }

    fn command(&self, name: &str, item: ItemId) {
        let command = match name {
            "pause" => Command::Pause,
            "resume" => Command::Resume,
            "stop" => Command::Stop,
            "skip" => Command::Skip(item),
            _ => Command::Restart(item),
        };
        if command == Command::Stop {
            self.stopped.set(());
        }
        match &*self.handle.borrow() {
            Some(handle) => handle.command(command),
            None => self.commands.borrow_mut().push(command),
        }
    }

    fn progress(&self) -> JsValue {
        let now = self.clock.now();
        let sample = || self.progress.borrow_mut().sample(&self.rows.borrow(), now);
        progress_object(&self.end.get().unwrap_or_else(sample))
    }
}

//! Telling a run on its way what to do, from outside of it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::fetch::BrowserFetcher;
use crate::run::Run;

/// What a run is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask for nothing more for now.
    Pause,
    /// Ask for things again.
    GoOn,
    /// Ask for nothing more, and make the archive of what has arrived.
    Stop,
}

/// The wishes by the words for them, as they go to the worker.
const WORDS: [(&str, Command); 3] = [("pause", Command::Pause), ("go on", Command::GoOn), ("stop", Command::Stop)];

impl Command {
    pub(super) fn word(self) -> &'static str {
        WORDS.iter().find(|(_, wish)| *wish == self).map_or("", |(word, _)| word)
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(other, _)| *other == word).map(|(_, wish)| *wish)
    }

    pub(super) fn tell(self, run: &mut Run<'_, BrowserFetcher>) {
        match self {
            Self::Pause => run.pause(),
            Self::GoOn => run.resume(),
            Self::Stop => run.stop(),
        }
    }
}

/// Tells a run what to do; clones tell the same run.
#[derive(Clone, Debug, Default)]
pub struct Control(Rc<State>);

#[derive(Debug, Default)]
struct State {
    /// What the run was not told yet. Of several wishes only the last counts.
    wish: Cell<Option<Command>>,
    is_stopped: Cell<bool>,
    run: RefCell<Option<Waker>>,
}

impl Control {
    /// Starts nothing more until [`Control::resume`]. What is under way may still arrive.
    pub fn pause(&self) {
        self.tell(Command::Pause);
    }

    /// Starts things again.
    pub fn resume(&self) {
        self.tell(Command::GoOn);
    }

    /// Ends the run with what has arrived; the rest fails as stopped. This can't be taken back.
    pub fn stop(&self) {
        self.tell(Command::Stop);
    }

    pub(super) fn tell(&self, wish: Command) {
        if self.0.is_stopped.get() {
            return;
        }
        self.0.is_stopped.set(wish == Command::Stop);
        self.0.wish.set(Some(wish));
        self.0.run.take().into_iter().for_each(Waker::wake);
    }

    /// The next wish, as soon as there is one.
    pub(super) async fn wish(&self) -> Command {
        poll_fn(|context| match self.0.wish.take() {
            Some(wish) => Poll::Ready(wish),
            None => {
                *self.0.run.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

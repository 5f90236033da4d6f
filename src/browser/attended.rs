//! What only the page asks of a run. The package's runs are left to themselves until they end, and its
//! wasm has nothing of this.

#[cfg(not(feature = "page"))]
use std::future::pending;

#[cfg(feature = "page")]
use super::control::{Control, Command};
#[cfg(not(feature = "page"))]
use super::fetch::BrowserFetcher;
#[cfg(not(feature = "page"))]
use crate::run::Run;

/// What somebody who is there during a run asks of it.
#[derive(Clone, Debug, Default)]
pub struct Attended {
    /// Pauses and stops the run.
    #[cfg(feature = "page")]
    pub control: Control,
    /// What is noted of it, so that it can be taken up after a crash. That takes a worker and files;
    /// nothing is noted where there are none, or where the archive goes to a sink.
    #[cfg(feature = "page")]
    pub journal: Option<Notes>,
    /// The [name](super::InterruptedRun::name) of an interrupted run of the same plan, which this goes on
    /// with: the events of the images that are there come first, with the times that they had.
    #[cfg(feature = "page")]
    pub resumes: Option<String>,
}

/// What a journal says of a run, for whoever takes it up.
#[cfg(feature = "page")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notes {
    /// The text of its list.
    pub source: String,
    /// Its options, in the words of whoever will read them.
    pub options: String,
}

#[cfg(feature = "page")]
impl Attended {
    pub(super) fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    /// What the run is told next, as soon as it is told anything.
    pub(super) async fn wish(&self) -> Command {
        self.control.wish().await
    }

    /// What an earlier run was told is no business of the next one.
    pub(super) fn forget_wishes(&mut self) {
        self.control = Control::default();
    }

    /// Tells the run by a [word](Command::word); others are passed over.
    pub(super) fn hear(&self, word: &str) {
        if let Some(wish) = Command::of_word(word) {
            self.control.tell(wish);
        }
    }
}

#[cfg(not(feature = "page"))]
impl Attended {
    #[allow(clippy::unused_self, reason = "the page's own has a use for it")]
    pub(super) fn has_journal(&self) -> bool {
        false
    }

    #[allow(clippy::unused_self, reason = "the page's own has a use for it")]
    pub(super) async fn wish(&self) -> Command {
        pending().await
    }

    pub(super) fn forget_wishes(&mut self) {}

    #[allow(clippy::unused_self, reason = "the page's own has a use for it")]
    pub(super) fn hear(&self, _word: &str) {}
}

/// Nobody wishes for anything.
#[cfg(not(feature = "page"))]
pub enum Command {}

#[cfg(not(feature = "page"))]
impl Command {
    pub(super) fn tell(self, _run: &mut Run<'_, BrowserFetcher>) {
        match self {}
    }

    pub(super) fn word(self) -> &'static str {
        match self {}
    }
}

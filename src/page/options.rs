//! The options of a run, read off the form when Fetch is pressed.

use super::extension;
use super::form::Form;
use super::mode_box::RunMode;
use super::more_options::MoreOptions;
use crate::browser::memory_for_blobs;
use crate::image::Accepted;
use crate::job::{ArchiveOptions, JournalNotes};
use crate::plan::{NameTemplate, Relay, SignIn};
use crate::report::Mode;
use crate::run::{Credentials, Settings};
use crate::text::text;

/// How to fetch.
pub struct RunOptions {
    pub mode: RunMode,
    pub relay: Option<Relay>,
    /// The hosts that are asked in the user's name.
    pub sign_in: SignIn,
    /// How entries are named.
    pub template: NameTemplate,
    /// What goes into the archive.
    pub archive: ArchiveOptions,
    /// The list and all options as texts, for the journal.
    pub journal: JournalNotes,
    /// The most requests in flight; `None` for an adaptive number.
    concurrency: Option<usize>,
    reject_truncated: bool,
    accepted: Accepted,
    credentials: Credentials,
    max_bytes: Option<u64>,
    max_total_bytes: Option<u64>,
}

impl RunOptions {
    /// Reads the form.
    ///
    /// # Errors
    ///
    /// The relay's field holds no valid address, that of the names no template, or a filter makes no sense;
    /// the error is now shown
    /// beside it, which has the focus.
    pub fn read(form: &Form, more: &MoreOptions) -> Result<Self, String> {
        let relay = more.relay().map_err(|error| {
            more.focus_relay();
            text![error]
        })?;
        let template = form.names.template().inspect_err(|_| {
            more.open();
            form.names.focus();
        })?;
        let archive = form.filters.archive_options().inspect_err(|_| more.open())?;
        let mut options = String::new();
        form.record(&mut options);
        more.record(&mut options);
        Ok(Self {
            mode: form.modes.mode(),
            relay,
            sign_in: extension::sign_in(form.modes.concurrency()),
            template,
            archive,
            journal: JournalNotes { source: form.list(), options },
            concurrency: form.modes.concurrency(),
            reject_truncated: more.reject_truncated(),
            accepted: more.accepted(),
            credentials: more.credentials(),
            max_bytes: more.max_bytes(),
            max_total_bytes: more.max_total_bytes(),
        })
    }

    /// The mode of the run whose images are kept, which is a comparison's last.
    pub fn final_mode(&self) -> Mode {
        match self.mode {
            RunMode::Single(mode) => mode,
            RunMode::Compare => Mode::Concurrent,
        }
    }

    /// The most requests in flight of a run in this mode; `None` for an adaptive number.
    pub fn concurrency(&self, mode: Mode) -> Option<usize> {
        if mode == Mode::Sequential { Some(1) } else { self.concurrency }
    }

    /// The engine's settings for a run in this mode.
    pub fn settings(&self, mode: Mode) -> Settings {
        let mut settings = Settings {
            reject_truncated: self.reject_truncated,
            accepted: self.accepted,
            credentials: self.credentials,
            max_overflow: memory_for_blobs(),
            waits_for_space: true,
            ..Settings::default()
        };
        settings.limits.max_bytes = self.max_bytes;
        settings.limits.max_total_bytes = self.max_total_bytes;
        if let Some(requests) = self.concurrency(mode) {
            settings.fix_concurrency(requests);
        }
        settings
    }
}

//! A whole run on this thread: requests, spool and archive.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select, try_join};
use web_sys::Blob;

use crate::browser::archive::{
    Archive, Backlog, BlobArchive, Layout, Removal, Sink, StreamedArchive, Verdicts,
};
use crate::browser::error::because;
use crate::browser::fetch::{BrowserFetcher, LongAddresses, Supply};
use crate::browser::spool::{FileHold, ImageStore, Payload, Spool, SpoolFile};
use crate::browser::web::{BrowserText, Clock, Notify, Shared, begin_span, spawn};
use crate::job::{ArchiveError, ArchiveErrorKind, IS_INTERACTIVE, Job};
use crate::plan::{ItemId, LeftOut, Plan, WebText};
use crate::report::Rows;
use crate::run::{Command, Event, EventKind, FetchError, FinishedItem, Run};
use crate::zip::Framing;

/// A job on this thread, from its beginning until its images are released.
#[derive(Debug)]
pub struct LocalRun {
    /// The job as it is fetched now: a retry may change settings, relay and clock.
    job: RefCell<Rc<Job>>,
    /// The images, which the archive's Blob is made of.
    pub images: ImageStore,
    /// The archive that was made last.
    pub archive: RefCell<Option<Archive>>,
    /// Where its entries are in it; `None` while it is made anew, and for one that went to a sink.
    pub framing: RefCell<Option<Rc<Framing>>>,
    /// A copy of it in one file, if one was needed to hand it over.
    pub copied: RefCell<Option<Copied>>,
    commands: Commands,
    /// The archive that images are taken over from, once it is provided.
    pub reused: Rc<Shared<Blob>>,
    /// The long `data:` URLs of a call.
    pub long_addresses: Rc<LongAddresses>,
    /// What the caller gives to requests.
    pub supply: Rc<Supply>,
    /// Which images the caller keeps, if it decides that.
    pub verdicts: Verdicts,
    /// What is known of the items, if the archive is to have a record.
    pub rows: RefCell<Rows>,
    /// Whether this is a selection of another run's archive, and so without images of its own.
    pub is_selection: bool,
    /// Of a selection: what has the file stay as it is that it is read from.
    pub hold: Option<FileHold>,
}

/// A file into which an archive was copied, in order to hand it over.
#[derive(Debug)]
pub struct Copied {
    /// The file.
    pub file: SpoolFile,
    /// The same as a Blob.
    pub blob: Blob,
}

impl LocalRun {
    /// A run of which nothing is fetched yet.
    pub fn new(job: Rc<Job>) -> Self {
        let recorded = if job.archive.manifest.is_some() { job.plan.len() } else { 0 };
        Self {
            rows: RefCell::new(Rows::new(recorded)),
            reused: Rc::default(),
            long_addresses: Rc::default(),
            supply: Rc::default(),
            verdicts: Verdicts::new(if job.archive.awaits_verdicts { job.plan.len() } else { 0 }),
            job: RefCell::new(job),
            images: ImageStore::default(),
            archive: RefCell::default(),
            framing: RefCell::default(),
            is_selection: false,
            hold: None,
            copied: RefCell::default(),
            commands: Commands::default(),
        }
    }

    /// Takes an event for the archive's record.
    pub fn record(&self, event: &Event) {
        if self.job.borrow().archive.manifest.is_some() {
            self.rows.borrow_mut().apply(event);
        }
    }

    /// The job as it is fetched now.
    pub fn job(&self) -> Rc<Job> {
        Rc::clone(&self.job.borrow())
    }

    /// Changes how the job is fetched from now on.
    pub fn set_job(&self, job: Job) {
        self.job.replace(Rc::new(job));
    }

    /// Sends a command to the current run. After a `Stop`, further commands are ignored.
    pub fn command(&self, command: Command) {
        self.commands.push(command);
    }

    /// Opens the spool for writing again; the archive can't be read any more.
    ///
    /// # Errors
    ///
    /// Fails if the browser opens or creates no file, and for a selection.
    pub async fn reopen(&self) -> Result<(), ArchiveError> {
        const KIND: ArchiveErrorKind = ArchiveErrorKind::Storage;
        self.framing.take();
        if self.is_selection {
            return Err(KIND.because("a selection has no images of its own"));
        }
        self.images.reopen().await.map_err(because(KIND))
    }

    /// Drops commands that were meant for the run before.
    pub fn clear_commands(&self) {
        self.commands.clear();
    }
}

/// Fetches all items into a Blob or a sink.
///
/// Dropping the future cancels the run: every request is aborted, and so is the sink.
///
/// # Errors
///
/// Fails if the archive can't be made. An image that can't be fetched is not an error: it is not in the
/// archive, and an event has the reason.
pub async fn fetch_all(
    run: &LocalRun,
    sink: Option<&dyn Sink>,
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    let (job, images) = (run.job(), run.images.clone());
    if job.settings.is_rehearsal {
        images.set_spool(Spool::Blobs);
    } else {
        let overflow = job.settings.max_overflow;
        // Requests are sent while the spool is being opened. In a task of its own: a run that is cancelled
        // meanwhile would leave a handle that nothing can close, and the file that it keeps open.
        if IS_INTERACTIVE && job.journal.is_some() && sink.is_none() {
            spawn(async move { images.set_spool(Spool::open_with_journal(overflow).await) });
        } else {
            spawn(async move { images.set_spool(Spool::open(overflow).await) });
        }
    }
    let items: Vec<_> = (0..job.plan.len()).collect();
    fetch_items(run, sink, &items, emit).await
}

/// Fetches these items. Of the others, those that are stored go into the archive as well.
///
/// # Errors
///
/// As [`fetch_all`].
pub async fn fetch_items(
    run: &LocalRun,
    sink: Option<&dyn Sink>,
    items: &[ItemId],
    emit: &dyn Fn(Event),
) -> Result<Archive, ArchiveError> {
    let (job, images) = (run.job(), &run.images);
    let clock = Clock::of_epoch(job.started);
    let (spool, reused) = (Rc::clone(images.spool()), Rc::clone(&run.reused));
    let (long_addresses, supply) = (Rc::clone(&run.long_addresses), Rc::clone(&run.supply));
    let fetcher = BrowserFetcher::new(clock, &job, spool, reused, long_addresses, supply);
    let emit: &dyn Fn(Event) = &|event| {
        run.record(&event);
        emit(event);
    };
    let (left_out, items) = split_left_out(&job.plan, items);
    for &(item, reason) in &left_out {
        emit(Event { at: clock.now(), item, kind: EventKind::Queued });
        emit(Event { at: clock.now(), item, kind: EventKind::LeftOut { reason } });
    }
    let mut fetching = Run::of(&job.plan, &items, job.settings.capped_limits(), &fetcher, emit);
    if job.settings.is_adaptive {
        fetching.adapt_concurrency();
    }
    if job.settings.reject_truncated {
        fetching.reject_truncated();
    }
    if job.settings.waits_for_space {
        fetching.wait_for_space();
    }
    fetching.count_stored(images.bytes());
    let layout = Layout::new(&job, &BrowserText);
    let on_removed = |item, removal| {
        emit(match removal {
            Removal::Lost(reason) => lost(clock, item, reason),
            Removal::LeftOut(reason) => Event { at: clock.now(), item, kind: EventKind::LeftOut { reason } },
        });
    };
    let verdicts = job.archive.awaits_verdicts.then_some(&run.verdicts);
    let (mut archive, framing) = match sink {
        None => {
            let archive = BlobArchive::new(layout, job.plan.len(), &items, images.clone(), &on_removed)
                .with_verdicts(verdicts);
            let (archive, framing) = into_blob(run, fetching, archive).await?;
            (archive, Some(Rc::new(framing)))
        }
        Some(sink) => {
            let archive =
                StreamedArchive::new(layout, sink, images.clone(), &on_removed).with_verdicts(verdicts);
            let left_out = left_out.into_iter().map(|(item, _)| item).collect();
            (into_sink(run, &job, fetching, left_out, archive).await?, None)
        }
    };
    if archive.blob.is_some() {
        archive.summary.spool = images.finished_name();
    }
    if !IS_INTERACTIVE {
        // A retry of the package's is a call of its own.
        images.release_memory();
    }
    run.framing.replace(framing);
    run.archive.replace(Some(archive.clone()));
    run.copied.take();
    Ok(archive)
}

/// Separates the items that are not asked for from those that are.
fn split_left_out(plan: &Plan, items: &[ItemId]) -> (Vec<(ItemId, LeftOut)>, Vec<ItemId>) {
    let (mut left_out, mut others) = (Vec::new(), Vec::new());
    for &item in items {
        match plan.items()[item].left_out {
            Some(reason) => left_out.push((item, reason)),
            None => others.push(item),
        }
    }
    (left_out, others)
}

/// The event of an image that had arrived and can't be read back.
pub fn lost(clock: Clock, item: ItemId, reason: String) -> Event {
    let kind = EventKind::Failed { error: FetchError::Storage { reason } };
    Event { at: clock.now(), item, kind }
}

async fn into_blob<W: WebText>(
    run: &LocalRun,
    mut fetching: Run<'_, BrowserFetcher>,
    mut archive: BlobArchive<'_, W>,
) -> Result<(Archive, Framing), ArchiveError> {
    while let Some(finished) = next(&mut fetching, &run.commands).await {
        archive.push(finished);
    }
    archive.finish(&run.rows).await
}

async fn into_sink<W: WebText>(
    run: &LocalRun,
    job: &Job,
    mut fetching: Run<'_, BrowserFetcher>,
    left_out: Vec<ItemId>,
    mut archive: StreamedArchive<'_, W>,
) -> Result<Archive, ArchiveError> {
    let backlog = Backlog::default();
    for item in left_out {
        backlog.push(FinishedItem { item, outcome: Err(FetchError::Stopped) }, None);
    }
    let fetch = async {
        while let Some(finished) = next(&mut fetching, &run.commands).await {
            backlog.push(finished, run.images.spool().current());
            backlog.wait_for_space().await;
        }
        backlog.finish();
        Ok(())
    };
    let write = archive.write_all(job.plan.len(), job.order, &backlog);
    try_join(pin!(write), pin!(fetch)).await?;
    archive.finish(&run.rows).await
}

/// The next item that ends; carries out commands meanwhile.
async fn next(fetching: &mut Run<'_, BrowserFetcher>, commands: &Commands) -> Option<FinishedItem<Payload>> {
    // Writing the item before may have taken a while.
    begin_span();
    loop {
        let command = match select(pin!(commands.next()), pin!(fetching.next())).await {
            Either::Left((command, _)) => command,
            Either::Right((finished, _)) => return finished,
        };
        command.apply_to(fetching);
    }
}

/// The commands that the run has not carried out yet, in their order.
#[derive(Debug, Default)]
struct Commands {
    pending: RefCell<Vec<Command>>,
    is_stopped: Cell<bool>,
    pushed: Notify,
}

impl Commands {
    fn push(&self, command: Command) {
        if self.is_stopped.get() {
            return;
        }
        self.is_stopped.set(command == Command::Stop);
        self.pending.borrow_mut().push(command);
        self.pushed.notify();
    }

    fn clear(&self) {
        self.is_stopped.set(false);
        self.pending.borrow_mut().clear();
    }

    /// The next command.
    async fn next(&self) -> Command {
        let take = || {
            let mut pending = self.pending.borrow_mut();
            (!pending.is_empty()).then(|| pending.remove(0))
        };
        self.pushed.wait_for(take).await
    }
}

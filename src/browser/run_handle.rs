//! A run's handle: the one place that decides whether a run is with the worker or on this thread.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, ImageBitmap};

use super::archive::{Archive, Sink, StreamSink};
use super::fetch::Supplier;
use super::local::{HandedOver, LocalRun, fetch_all, hand_over, retry, select, verify};
use super::spool::ResultLock;
use super::web::nullable;
use super::worker::{Connection, Worker};
use crate::job::{ArchiveError, ArchiveErrorKind, IS_INTERACTIVE, Interaction, Job, Retry, put_plan_items};
use crate::plan::ItemId;
use crate::run::{Command, Event};

/// A run that was started. Its images, and the file that its archive is read from, are released when
/// this is dropped.
#[derive(Debug)]
pub struct RunHandle {
    place: Place,
    job: Rc<Job>,
    sink: RefCell<Option<Rc<StreamSink>>>,
    /// Of a result of the package: what keeps the file that it is read from.
    lock: RefCell<Option<ResultLock>>,
}

#[derive(Debug)]
enum Place {
    /// On this thread: in a worker of the caller's, or if no worker can be had.
    Here(Box<LocalRun>),
    /// In the page's worker, where files can be written as they arrive and nothing holds up the page.
    Worker(Rc<Connection>),
}

impl RunHandle {
    /// Makes a run, whose archive goes into a Blob or into a sink. In the worker it begins at once; on this
    /// thread, when [`finish`](Self::finish) is polled. The commands that are there by then are carried out
    /// before anything is requested.
    pub async fn start(job: Job, sink: Option<Rc<StreamSink>>, commands: &RefCell<Vec<Command>>) -> Rc<Self> {
        let job = Rc::new(job);
        let worker = Worker::of_this_page().await;
        let commands = commands.take();
        let in_worker = worker.and_then(|worker| worker.run(Rc::clone(&job), sink.is_some(), &commands));
        let place = in_worker.map(Place::Worker).unwrap_or_else(|| {
            let run = LocalRun::new(Rc::clone(&job));
            commands.iter().for_each(|command| run.command(*command));
            Place::Here(Box::new(run))
        });
        Rc::new(Self { place, job, sink: RefCell::new(sink), lock: RefCell::default() })
    }

    /// Passes events on until the run has ended.
    ///
    /// Dropping the future cancels the run: every request is aborted, and so is the sink.
    ///
    /// # Errors
    ///
    /// Fails if the archive can't be made. An image that can't be fetched is not an error: it is not in the
    /// archive, and an event has the reason.
    pub async fn finish(&self, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
        let sink = self.sink.take();
        let sink = sink.as_deref().map(|sink| sink as &dyn Sink);
        let archive = match &self.place {
            Place::Here(run) => fetch_all(run, sink, emit).await?,
            Place::Worker(run) => expect_archive(run.finish(sink, emit).await?)?,
        };
        self.lock_file_of(&archive);
        Ok(archive)
    }

    /// Keeps the file of a result of the package's. What the page fetches has a journal instead, or is of a comparison.
    fn lock_file_of(&self, archive: &Archive) {
        if !IS_INTERACTIVE {
            self.lock.replace(archive.summary.spool.as_deref().map(ResultLock::of));
        }
    }

    /// Provides the archive that the job [takes images over](crate::job::Job::reused) from.
    pub fn provide(&self, archive: &Blob) {
        match &self.place {
            Place::Here(run) => run.reused.set(archive.clone()),
            Place::Worker(run) => run.provide(archive),
        }
    }

    /// Provides the long `data:` URLs that the job has short addresses for, by their indices. To be called before
    /// [`finish`](Self::finish).
    pub fn provide_addresses(&self, texts: &Array) {
        match &self.place {
            Place::Here(run) => run.long_addresses.set(texts),
            Place::Worker(run) => run.provide_addresses(texts),
        }
    }

    /// Has what the requests of a job [carry](crate::run::Settings::is_supplied) given by this. To be called before
    /// [`finish`](Self::finish).
    pub fn supply_by(&self, supplier: &Supplier) {
        match &self.place {
            Place::Here(run) => run.supply.set(supplier),
            Place::Worker(run) => run.supply_by(supplier),
        }
    }

    /// Has the run take the items that were appended to its job's plan, from this one on, and learn whether more may
    /// arrive.
    pub fn pass_arrived(&self, first: ItemId) {
        match &self.place {
            Place::Here(run) => run.command(Command::TakeArrived),
            Place::Worker(run) => {
                let mut items = Vec::new();
                put_plan_items(&mut items, &self.job, first);
                run.pass_arrived(items);
            }
        }
    }

    /// Says whether the image of an item, which has arrived, is kept. To be called for each image of a job
    /// that [awaits verdicts](crate::job::ArchiveOptions::awaits_verdicts).
    pub fn decide(&self, item: ItemId, is_kept: bool) {
        match &self.place {
            Place::Here(run) => run.verdicts.set(item, is_kept),
            Place::Worker(run) => run.decide(item, is_kept),
        }
    }

    /// Sends a command to the current run. After a [`Command::Stop`], further commands are ignored.
    pub fn command(&self, command: Command) {
        match &self.place {
            Place::Here(run) => run.command(command),
            Place::Worker(run) => run.command(command),
        }
    }

    /// Fetches some items once more, into the same archive; the others stay as they are. The previous
    /// Blob can't be read any more, whatever the outcome.
    ///
    /// Dropping the future loses the archive as well; [`Command::Stop`] ends the retry and keeps what is
    /// there.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish). An archive that went to a sink is gone, so nothing can be added to it.
    pub async fn retry(&self, items: Retry, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
        match &self.place {
            Place::Here(run) => {
                run.clear_commands();
                retry(run, items, emit).await
            }
            Place::Worker(run) => {
                run.ask(Interaction::Retry(Box::new(items)));
                expect_archive(run.finish(None, emit).await?)
            }
        }
    }

    /// Reads the archive back, from its first byte to its last. `None` if it is good. If images in it were
    /// damaged, events say so, and an archive of the others is returned.
    ///
    /// # Errors
    ///
    /// Fails if the archive can't be read, although all of its images can.
    pub async fn verify(&self, emit: &dyn Fn(Event)) -> Result<Option<Archive>, ArchiveError> {
        match &self.place {
            Place::Here(run) => verify(run, emit).await,
            Place::Worker(run) => {
                run.ask(Interaction::Verify);
                run.finish(None, emit).await
            }
        }
    }

    /// Makes another archive of these items, of those that are in this run's; unknown ones are ignored. The
    /// record tells the others as left out. Nothing is fetched, and nothing is copied until the archive is
    /// handed over.
    ///
    /// The run stays as it is. Its file stays as long as the selection does, and a retry of the run writes to
    /// another one meanwhile. A selection can't be retried and has no previews; what is damaged in it is not
    /// left out by [`verify`](Self::verify), which fails then.
    ///
    /// # Errors
    ///
    /// Fails if there is no archive to select from: it went to a sink, is being made anew by a retry, or is
    /// gone with the site's data or the worker.
    pub async fn select(&self, items: &[ItemId]) -> Result<(Rc<Self>, Archive), ArchiveError> {
        let (place, archive) = match &self.place {
            Place::Here(run) => {
                let run = select(run, items).await?;
                let archive = run.archive.borrow().clone();
                (Place::Here(Box::new(run)), archive)
            }
            Place::Worker(run) => {
                let run = run.select(items)?;
                let archive = run.finish(None, &|_| ()).await?;
                (Place::Worker(run), archive)
            }
        };
        let archive = expect_archive(archive)?;
        let (sink, lock) = <(RefCell<_>, RefCell<_>)>::default();
        let selection = Self { place, job: Rc::clone(&self.job), sink, lock };
        selection.lock_file_of(&archive);
        Ok((Rc::new(selection), archive))
    }

    /// Decodes an image, with no side longer than `edge`, in pixels and not 0; `None` if it is not stored,
    /// has more than [`MAX_PIXELS`](super::MAX_PIXELS), or can't be decoded.
    pub async fn preview(&self, item: ItemId, edge: u32) -> Option<ImageBitmap> {
        nullable(self.image_as(item, edge).await)
    }

    /// The image of an item, with its media type; `None` if it is not stored, or would have to be copied into
    /// memory and is too large for that.
    pub async fn image(&self, item: ItemId) -> Option<Blob> {
        nullable(self.image_as(item, 0).await)
    }

    async fn image_as(&self, item: ItemId, edge: u32) -> JsValue {
        match &self.place {
            Place::Here(run) => run.images.preview(item, edge).await.unwrap_or(JsValue::NULL),
            Place::Worker(run) => run.preview(item, edge).await,
        }
    }

    /// Checks that what is kept of the run is still there.
    ///
    /// # Errors
    ///
    /// Fails if it is with a worker that is gone.
    pub fn expect_worker(&self) -> Result<(), ArchiveError> {
        match &self.place {
            Place::Here(_) => Ok(()),
            Place::Worker(run) => run.expect_worker(),
        }
    }

    /// Hands the archive over, to be saved under this name: as one file if there can be one, which stays
    /// when this is dropped. `None` if there is no archive, or none any more.
    pub async fn hand_over(&self, file_name: &str) -> Option<HandedOver> {
        match &self.place {
            Place::Here(run) => hand_over(run, file_name).await,
            Place::Worker(run) => run.hand_over(file_name).await,
        }
    }
}

fn expect_archive(archive: Option<Archive>) -> Result<Archive, ArchiveError> {
    archive.ok_or_else(|| ArchiveErrorKind::Worker.because("it made no archive"))
}

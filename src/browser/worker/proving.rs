//! An archive is proved where it was made.

use js_sys::Array;

use super::super::archive::{Archive, ArchiveError, Storage};
use super::super::collect::Job;
use super::super::prove::verify_locally;
use super::connection::PROVED;
use super::serve::{Service, done};
use crate::run::Event;

/// Reads the archive of a job back as a whole. Images in it that were damaged fail, as the events
/// then say, and the archive that is given back is one of the others.
///
/// # Errors
///
/// The browser can't read it.
pub async fn prove(job: &Job<'_>, archive: Archive, emit: &dyn Fn(Event)) -> Result<Archive, ArchiveError> {
    let better = match &archive.storage {
        Storage::Worker { run, .. } => {
            run.ask_for_proof();
            run.clone().finish(job, None, emit).await?
        }
        Storage::Here(images) => verify_locally(job, archive.blob.as_ref(), images, emit).await?,
    };
    Ok(better.unwrap_or(archive))
}

impl Service {
    /// Proves the archive that was made last, and answers.
    pub async fn prove(&self) -> Array {
        let blob = self.made.borrow().clone();
        let emit = |event| self.events.borrow_mut().push(&event);
        let job = self.job_at(self.clock.get());
        let proved = verify_locally(&job, blob.as_ref(), &self.images, &emit).await;
        self.send();
        match proved {
            Ok(None) => Array::of1(&PROVED.into()),
            Ok(Some(archive)) => done(&archive),
            Err(error) => Self::refusal(&error),
        }
    }
}

//! What tabs that are gone have left in this browser: interrupted runs, archives that were not saved, and
//! archives that were handed over. The page asks its worker, which alone can open their files.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{File, MessagePort};

use super::Worker;
use super::port::{Port, message};
use crate::browser::local::HandedOver;
use crate::browser::spool::{Directory, LeftSpool};
use crate::browser::web::{Shared, nullable, promise};
use crate::job::{FileOfOtherVersion, FromWorker, Interaction, InterruptedRun, StoredRun, ToWorker};
use crate::spool::{Journal, JournalError};
use crate::zip::{END_BYTES, find_directory};

/// The runs whose page is gone, the newest first. Empty if runs leave no files in this browser.
pub async fn stored_runs() -> Vec<StoredRun> {
    let mut newest_first: Vec<StoredRun> = Vec::new();
    if let Some((FromWorker::Runs(runs), _)) = ask(Interaction::ListRuns).await {
        for run in runs {
            let place = newest_first.iter().position(|other| moment_of(other) < moment_of(&run));
            newest_first.insert(place.unwrap_or(newest_first.len()), run);
        }
    }
    newest_first
}

/// When a run was handed over or began, in milliseconds since 1970.
fn moment_of(stored: &StoredRun) -> f64 {
    let handed_over = stored.handed_over.as_ref().map(|hand_over| hand_over.at);
    handed_over.or_else(|| stored.run.as_ref().map(|run| run.started)).unwrap_or_default()
}

/// Removes what is stored of a run.
pub async fn discard_run(name: &str) {
    ask(Interaction::Discard(name.to_owned())).await;
}

/// The archive of a run whose page is gone, to be saved under this name; `None` if it is gone as well.
pub async fn hand_over_run(name: &str, file_name: &str) -> Option<HandedOver> {
    let question = Interaction::HandOverRun { name: name.to_owned(), file_name: file_name.to_owned() };
    let (answer, blob) = ask(question).await?;
    let FromWorker::HandedOver(is_file) = answer else { return None };
    Some(HandedOver { blob: nullable(blob)?, is_file })
}

/// An answer and the object beside it.
type Answer = (FromWorker, JsValue);

/// Asks the worker something that has one answer; `None` if there is no worker.
async fn ask(question: Interaction) -> Option<Answer> {
    let worker = Worker::of_this_page().await?;
    let answer = Rc::<Shared<Option<Answer>>>::default();
    let received = Rc::clone(&answer);
    let port = worker.open_port(&ToWorker::Interaction(question))?;
    let on_message = move |bytes: &[u8], object| {
        received.set(FromWorker::read(bytes).map(|message| (message, object)));
    };
    let _port = Port::new(port, Box::new(on_message));
    answer.get().await
}

/// Answers the page's question, in the worker.
pub async fn answer(port: MessagePort, question: Interaction) {
    // A run that the page has just let go of is one of them.
    Directory::all_released().await;
    let (answer, object) = match question {
        Interaction::ListRuns => (FromWorker::Runs(list().await.unwrap_or_default()), JsValue::NULL),
        Interaction::Discard(name) => {
            // Files that can't be opened belong to another tab by now.
            let _ = discard(&name).await;
            (FromWorker::Runs(Vec::new()), JsValue::NULL)
        }
        Interaction::HandOverRun { name, file_name } => {
            let file = hand_over(&name, &file_name).await;
            (FromWorker::HandedOver(true), file.unwrap_or(JsValue::NULL))
        }
        _ => (FromWorker::Runs(Vec::new()), JsValue::NULL),
    };
    let (message, _) = message(&answer.to_bytes(), &object);
    let _ = port.post_message(&message);
    port.close();
}

async fn discard(name: &str) -> Result<(), JsValue> {
    Directory::open().await?.discard(name).await
}

async fn hand_over(name: &str, file_name: &str) -> Result<JsValue, JsValue> {
    Ok(Directory::open().await?.hand_over(name, file_name).await?.into())
}

async fn list() -> Result<Vec<StoredRun>, JsValue> {
    let mut runs = Vec::new();
    let directory = Directory::open().await?;
    directory.sweep_once().await;
    for left in directory.left_spools().await? {
        let name = left.name.clone();
        match stored_run(left).await {
            Some(run) => runs.push(run),
            // Nothing is in it. Another tab may have opened it meanwhile.
            None => drop(directory.discard(&name).await),
        }
    }
    Ok(runs)
}

/// What a spool holds that its tab has left; `None` if that is nothing.
async fn stored_run(left: LeftSpool) -> Option<StoredRun> {
    let LeftSpool { name, journal, handed_over, file } = left;
    let file = file?;
    let size = file.size() as u64;
    let journal = journal.map(|bytes| Journal::read(&bytes));
    if let (Some(Err(JournalError::Version { .. })), None) = (&journal, &handed_over) {
        let other_version = Some(file_of_other_version(&file).await);
        let archive = Some(size).filter(|size| *size > 0)?;
        return Some(StoredRun { name, run: None, archive: Some(archive), handed_over, other_version });
    }
    let journal = journal.and_then(Result::ok);
    let archive = match &handed_over {
        Some(_) => Some(size),
        None => journal.as_ref()?.archive.filter(|archive| *archive == size),
    };
    let run = journal.map(interrupted_run).filter(|run| run.stored > 0);
    (run.is_some() || archive.is_some()).then_some(StoredRun {
        name,
        run,
        archive,
        handed_over,
        other_version: None,
    })
}

async fn file_of_other_version(file: &File) -> FileOfOtherVersion {
    let size = file.size();
    let tail =
        async { promise(file.slice_with_f64((size - END_BYTES as f64).max(0.0))?.array_buffer()).await };
    let has_end = |tail| find_directory(&Uint8Array::new(&tail).to_vec(), size as u64).is_some();
    match tail.await.is_ok_and(has_end) {
        true => FileOfOtherVersion::Archive,
        false => FileOfOtherVersion::Part,
    }
}

fn interrupted_run(journal: Journal) -> InterruptedRun {
    let (elapsed, stored) = (journal.elapsed(), journal.kept.len());
    let bytes = journal.kept.iter().map(|kept| kept.image.facts.bytes).sum();
    let head = journal.head;
    InterruptedRun {
        source: head.source,
        options: head.options,
        started: head.started,
        elapsed,
        items: head.items as usize,
        fingerprint: head.fingerprint,
        stored,
        bytes,
    }
}

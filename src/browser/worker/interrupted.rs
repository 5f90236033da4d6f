//! Runs whose tab is gone. The page asks its worker, which alone can open their files.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use super::Worker;
use super::port::{Port, message};
use crate::browser::spool::Directory;
use crate::browser::web::Shared;
use crate::job::{FromWorker, Interaction, InterruptedRun, ToWorker};
use crate::spool::Journal;

/// The runs that can be restored, the newest first. Empty if runs leave no files in this browser.
pub async fn interrupted_runs() -> Vec<InterruptedRun> {
    let mut newest_first: Vec<InterruptedRun> = Vec::new();
    if let Some(FromWorker::Interrupted(runs)) = ask(Interaction::ListInterrupted).await {
        for run in runs {
            let place = newest_first.iter().position(|other| other.started < run.started);
            newest_first.insert(place.unwrap_or(newest_first.len()), run);
        }
    }
    newest_first
}

/// Removes the files of an interrupted run.
pub async fn discard_interrupted(name: &str) {
    ask(Interaction::Discard(name.to_owned())).await;
}

/// Asks the worker something that has one answer; `None` if there is no worker.
async fn ask(question: Interaction) -> Option<FromWorker> {
    let worker = Worker::of_this_page().await?;
    let answer = Rc::<Shared<Option<FromWorker>>>::default();
    let received = Rc::clone(&answer);
    let port = worker.open_port(&ToWorker::Interaction(question))?;
    let _port = Port::new(port, Box::new(move |bytes, _| received.set(FromWorker::read(bytes))));
    answer.get().await
}

/// Answers the page's question, in the worker.
pub async fn answer(port: MessagePort, question: Interaction) {
    let runs = match question {
        Interaction::ListInterrupted => list().await.unwrap_or_default(),
        Interaction::Discard(name) => {
            // Files that can't be opened belong to another tab by now.
            let _ = discard(&name).await;
            Vec::new()
        }
        _ => Vec::new(),
    };
    let (message, _) = message(&FromWorker::Interrupted(runs).to_bytes(), &JsValue::NULL);
    let _ = port.post_message(&message);
    port.close();
}

async fn discard(name: &str) -> Result<(), JsValue> {
    let directory = Directory::open().await?;
    let lock = directory.lock(name).await?;
    directory.remove(name, lock).await;
    Ok(())
}

async fn list() -> Result<Vec<InterruptedRun>, JsValue> {
    let mut runs = Vec::new();
    let directory = Directory::open().await?;
    for (name, bytes) in directory.journals().await? {
        match interrupted_run(&name, &bytes) {
            Some(run) => runs.push(run),
            // This version of the page can use nothing of it. Another tab may have opened it meanwhile.
            None => drop(discard(&name).await),
        }
    }
    Ok(runs)
}

/// What a journal says of its run; `None` if the run can't be restored.
fn interrupted_run(name: &str, journal: &[u8]) -> Option<InterruptedRun> {
    let journal = Journal::read(journal).ok()?;
    let bytes = journal.kept.iter().map(|kept| kept.image.bytes).sum();
    let (elapsed, stored) = (journal.elapsed(), journal.kept.len());
    let head = journal.head;
    (stored > 0).then(|| InterruptedRun {
        name: name.to_owned(),
        source: head.source,
        options: head.options,
        started: head.started,
        elapsed,
        items: head.items as usize,
        fingerprint: head.fingerprint,
        stored,
        bytes,
    })
}

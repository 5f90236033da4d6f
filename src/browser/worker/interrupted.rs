//! Runs whose tab is gone: the page asks its worker, which alone can look into their files.

use std::time::Duration;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

use super::super::spool::directory::Directory;
use super::super::text::BrowserText;
use super::Worker;
use crate::plan::{Plan, parse_list};
use crate::seconds::seconds;
use crate::spool::{Journal, fingerprint};

/// What the page asks, in the place of a job.
const LIST: &str = "interrupted";
const DISCARD: &str = "discard";

/// A run whose tab is gone, and which can be taken up again.
#[derive(Clone, Debug, PartialEq)]
pub struct InterruptedRun {
    /// What it is taken up by.
    pub name: String,
    /// The text of its list.
    pub source: String,
    /// Its options, as the page noted them.
    pub options: String,
    /// When it began, in milliseconds since 1970.
    pub started: f64,
    /// How long it had been running.
    pub elapsed: Duration,
    /// How many items it has.
    pub items: usize,
    /// How many of them are there.
    pub stored: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// The runs that can be taken up again, the newest first. There are none where runs leave no files.
pub async fn interrupted() -> Vec<InterruptedRun> {
    let mut runs: Vec<InterruptedRun> = Vec::new();
    for run in ask(&Array::of1(&LIST.into())).await.iter() {
        let Some(run) = from_message(run.unchecked_ref()) else { continue };
        let place = runs.iter().position(|other| other.started < run.started);
        runs.insert(place.unwrap_or(runs.len()), run);
    }
    runs
}

/// Throws away what a run has left behind.
pub async fn discard(name: &str) {
    ask(&Array::of2(&DISCARD.into(), &name.into())).await;
}

async fn ask(words: &Array) -> Array {
    let Some(worker) = Worker::of_this_page().await else { return Array::new() };
    worker.ask(words).await.dyn_into().unwrap_or_default()
}

/// Answers what the page asks; `false` for what is a job.
pub fn answer(port: &MessagePort, message: &Array) -> bool {
    let Some(word) = message.get(0).as_string() else { return false };
    let (port, name) = (port.clone(), message.get(1).as_string());
    spawn_local(async move {
        let answer = if word == DISCARD {
            throw_away(&name.unwrap_or_default()).await.map(|()| Array::new())
        } else {
            list().await
        };
        // What can't be looked at is not there.
        let _ = port.post_message(&answer.unwrap_or_default());
        port.close();
    });
    true
}

async fn throw_away(name: &str) -> Result<(), JsValue> {
    let directory = Directory::open().await?;
    let lock = directory.lock(name).await?;
    directory.remove(name, lock).await;
    Ok(())
}

async fn list() -> Result<Array, JsValue> {
    let runs = Array::new();
    let directory = Directory::open().await?;
    for (name, bytes) in directory.journals().await? {
        match to_message(&name, &bytes) {
            Some(run) => drop(runs.push(&run)),
            // Nothing of it could be used by this version of the page, or at all.
            None => throw_away(&name).await?,
        }
    }
    Ok(runs)
}

/// In the order of [`from_message`]; `None` for what can't be taken up.
fn to_message(name: &str, bytes: &[u8]) -> Option<Array> {
    let journal = Journal::read(bytes).ok()?;
    let plan = Plan::new(parse_list(&journal.head.source), &BrowserText);
    if journal.kept.is_empty() || fingerprint(&plan) != journal.head.fingerprint {
        return None;
    }
    let run = Array::of3(&name.into(), &(&journal.head.source).into(), &(&journal.head.options).into());
    let bytes: u64 = journal.kept.iter().map(|kept| kept.image.bytes).sum();
    let numbers = [
        journal.head.started,
        journal.elapsed().as_secs_f64(),
        plan.len() as f64,
        journal.kept.len() as f64,
        bytes as f64,
    ];
    for number in numbers {
        run.push(&number.into());
    }
    Some(run)
}

fn from_message(run: &Array) -> Option<InterruptedRun> {
    let text = |index| run.get(index).as_string();
    let number = |index| run.get(index).as_f64();
    Some(InterruptedRun {
        name: text(0)?,
        source: text(1)?,
        options: text(2)?,
        started: number(3)?,
        elapsed: seconds(number(4)?),
        items: number(5)? as usize,
        stored: number(6)? as usize,
        bytes: number(7)? as u64,
    })
}

//! Several calls at once on one page, and their archives.

use std::collections::HashMap;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::cases::{Count, Outcome};
use crate::browser::Browser;
use crate::package_driver::Place;
use support::archive::contents::entries;

/// Bytes of an archive that are read from the browser at a time.
const PIECE: u64 = 3 << 20;

/// How often a long call is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Makes all calls at once, and keeps their Blobs in the page.
const CALLS: &str = "
    window.blobs = [];
    return Promise.all(args.map(async ({ urls, options }, index) => {
      const cutShort = [];
      const onEvent = ({ kind, item, isCutShort }) => kind === 'stored' && isCutShort && cutShort.push(item);
      const result = await fetchZip(urls, { ...options, onEvent });
      window.blobs[index] = result.blob;
      return { items: result.items, cutShort, size: result.blob?.size ?? 0 };
    }));";

/// The result of one call.
pub struct Answer {
    pub items: Vec<Value>,
    /// Items that were marked as cut short.
    pub cut_short: Vec<u64>,
    /// Contents by entry name.
    pub entries: HashMap<String, Vec<u8>>,
}

impl Answer {
    /// An item's bytes in the archive.
    pub fn content(&self, item: usize) -> Option<&[u8]> {
        let name = self.items[item]["entryName"].as_str()?;
        self.entries.get(name).map(Vec::as_slice)
    }

    /// Compares an item's outcome and its attempts with the expected ones.
    pub fn check_outcome(&self, item: usize, expected: &Outcome, attempts: Count) -> Result<(), String> {
        let reported = &self.items[item];
        let error = &reported["error"];
        let outcome = match reported["outcome"].as_str() {
            Some("stored") if self.cut_short.contains(&(item as u64)) => Outcome::CutShort,
            Some("stored") => Outcome::Stored,
            _ => Outcome::Failed {
                kind: error["kind"].as_str().unwrap_or_default().to_owned(),
                status: error["status"].as_u64(),
            },
        };
        if outcome != *expected || !attempts.is_met_by(reported["attempts"].as_u64().unwrap_or_default()) {
            return Err(format!("{outcome:?} after {} attempts ({error})", reported["attempts"]));
        }
        Ok(())
    }

    /// Compares an item's bytes in the archive, and its report of them, with the expected ones.
    pub fn check_content(&self, item: usize, expected: Option<&[u8]>, is_prefix: bool) -> Result<(), String> {
        let (reported, content) = (&self.items[item], self.content(item));
        let length = content.map_or(0, <[u8]>::len);
        if reported["bytes"] != length || reported["crc32"] != content.map_or(0, crc32fast::hash) {
            return Err(format!(
                "the archive has {length} bytes, which is not what the item reports: {reported}"
            ));
        }
        let is_right = match (content, expected) {
            (Some(content), Some(whole)) if is_prefix => whole.starts_with(content) && length < whole.len(),
            (content, expected) => content == expected,
        };
        if is_right {
            return Ok(());
        }
        Err(format!(
            "{length} bytes in the archive that differ from those sent: {:?}",
            expected.map(<[u8]>::len)
        ))
    }
}

impl Browser {
    /// Makes calls of these URLs and options, all at once, and waits for them no longer than `patience`.
    pub async fn call_all(&self, calls: &[(Vec<String>, Value)], patience: Duration) -> Vec<Answer> {
        let args: Vec<_> =
            calls.iter().map(|(urls, options)| json!({ "urls": urls, "options": options })).collect();
        let Value::Array(told) = self.run_for_long(CALLS, args.into(), patience).await else {
            panic!("no answers");
        };
        let mut answers = Vec::new();
        for (call, told) in told.into_iter().enumerate() {
            let size = told["size"].as_u64().unwrap();
            let archive = self.archive(call, size).await;
            let entries = if size == 0 { Vec::new() } else { entries(&archive) };
            let stored = told["items"].as_array().unwrap().iter().filter(|item| item["outcome"] == "stored");
            assert_eq!(entries.len(), stored.count(), "an entry for each item that is stored");
            answers.push(Answer {
                cut_short: told["cutShort"].as_array().unwrap().iter().filter_map(Value::as_u64).collect(),
                items: told["items"].as_array().unwrap().clone(),
                entries: entries.into_iter().collect(),
            });
        }
        answers
    }

    /// Runs JavaScript that may take longer than a driver waits for a script.
    pub async fn run_for_long(&self, body: &str, args: Value, patience: Duration) -> Value {
        self.begin_run(body, args).await;
        let note = "window.hasEnded = false; window.pending.then(() => { window.hasEnded = true; });";
        self.execute(note, vec![]).await;
        let ended = async {
            while self.execute("return !window.hasEnded", vec![]).await == true {
                sleep(POLL_INTERVAL).await;
            }
        };
        assert!(timeout(patience, ended).await.is_ok(), "the call did not end within {patience:?}");
        self.end_run().await.expect("it resolves")
    }

    /// The archive of a call, read in pieces that a driver can transfer.
    async fn archive(&self, call: usize, size: u64) -> Vec<u8> {
        let mut archive = Vec::new();
        while (archive.len() as u64) < size {
            let from = archive.len() as u64;
            let args = json!({ "call": call, "from": from, "to": size.min(from + PIECE) });
            let slice = "return base64(window.blobs[args.call].slice(args.from, args.to));";
            let text = self.run(Place::Page, slice, args).await.expect("the archive can be read");
            archive.extend(BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap());
        }
        archive
    }
}

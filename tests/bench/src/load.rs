//! The page's first visit: how long until it can be used, over an emulated fast 4G and with nothing in a cache.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Error, Result};
use bench_options::BrowserKind;
use serde_json::{Value, json};

use crate::machine::Machine;
use crate::report::{self, Table};
use crate::session::{Driver, Session};
use crate::statistics::Summary;

/// Milliseconds between a request and its answer.
const LATENCY_MS: u64 = 60;

/// Bits of an answer per second.
const BITS_PER_SECOND: u64 = 8_000_000;

/// The goal for the median until the page can be used, in seconds.
const GOAL: f64 = 0.6;

/// Visits that are measured, each by a browser of its own.
const VISITS: usize = 5;

const PATIENCE: Duration = Duration::from_secs(60);

/// Notes when the page has started, when it has understood the list of its address, and what was loaded until
/// then, as `window.firstVisit`.
const WATCH: &str = "
    const visit = window.firstVisit = {};
    const now = () => performance.now() / 1000;
    const look = () => {
      const text = (id) => document.getElementById(id)?.textContent ?? '';
      visit.started ??= text('version') ? now() : undefined;
      visit.usable ??= visit.started && text('plan').includes('2 URLs') ? now() : undefined;
      if (!visit.usable) return;
      observer.disconnect();
      visit.bytes = performance.getEntriesByType('resource').reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, characterData: true, subtree: true });";

/// One visit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Seconds until the page answers to the user.
    pub started: f64,
    /// Seconds until it has also understood a list, so that Fetch begins at once.
    pub usable: f64,
    /// Bytes of all that it had loaded by then, compressed, without the page itself.
    pub bytes: f64,
}

/// Visits the page at an address.
pub async fn measure(driver: &Driver, address: &str) -> Result<Vec<Visit>> {
    let mut visits = Vec::new();
    // The first is a warm-up of the server and the machine.
    for visit in 0..=VISITS {
        let session = Session::open(BrowserKind::Chromium, driver).await?;
        let measured = visit_once(&session, address).await;
        session.close().await;
        let measured = measured?;
        eprintln!(
            "visit {visit}: started after {:.3} s, usable after {:.3} s",
            measured.started, measured.usable
        );
        if visit > 0 {
            visits.push(measured);
        }
    }
    Ok(visits)
}

async fn visit_once(session: &Session, address: &str) -> Result<Visit> {
    let network = json!({
        "offline": false,
        "latency": LATENCY_MS,
        "downloadThroughput": BITS_PER_SECOND / 8,
        "uploadThroughput": BITS_PER_SECOND / 8,
    });
    session.devtools("Network.enable", json!({})).await?;
    session.devtools("Network.emulateNetworkConditions", network).await?;
    session.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    session.open_here(&format!("{address}/#urls=https%3A%2F%2Fa.example%2F[1-2].jpg")).await?;
    let wait = "while (!window.firstVisit.usable) await new Promise((next) => setTimeout(next, 20));
        return window.firstVisit;";
    let visit = session.call(wait, Value::Null, PATIENCE).await?;
    let visit = visit.map_err(|message| Error::msg(message).context("the page could not be visited"))?;
    let number = |name: &str| visit[name].as_f64().with_context(|| format!("the visit has no {name}"));
    Ok(Visit { started: number("started")?, usable: number("usable")?, bytes: number("bytes")? })
}

/// Writes the visits to `load.md`, and returns them for the terminal.
pub fn report(machine: &Machine, version: &str, visits: &[Visit], folder: &Path) -> Result<String> {
    let heading = format!(
        "first visits over {LATENCY_MS} ms and {} Mbit/s, fetchzip {version} on {}",
        BITS_PER_SECOND / 1_000_000,
        machine.line()
    );
    let browser = "Chromium".to_owned();
    report::write_sections("load.md", &heading, [(&browser, table(visits), verdict(visits))], folder)
}

fn table(visits: &[Visit]) -> Table {
    let mut table = Table::new(&["", "started, s", "usable, s", "loaded, KB"]);
    let mut row = |name: String, visit: [f64; 3]| {
        let [started, usable, bytes] = visit;
        table.push(vec![
            name,
            format!("{started:.3}"),
            format!("{usable:.3}"),
            format!("{:.1}", bytes / 1000.0),
        ]);
    };
    for (visit, number) in visits.iter().zip(1..) {
        row(format!("visit {number}"), [visit.started, visit.usable, visit.bytes]);
    }
    let median =
        |of: fn(&Visit) -> f64| Summary::of(visits.iter().map(of)).map_or(f64::NAN, |all| all.median);
    row(
        "median".into(),
        [median(|visit| visit.started), median(|visit| visit.usable), median(|visit| visit.bytes)],
    );
    table
}

fn verdict(visits: &[Visit]) -> String {
    let median =
        Summary::of(visits.iter().map(|visit| visit.usable)).map_or(f64::INFINITY, |usable| usable.median);
    let verdict = if median <= GOAL { "met" } else { "MISSED" };
    format!("goal: usable within {GOAL} s; median {median:.3} s: {verdict}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_is_for_the_median_visit() {
        let visit = |usable| Visit { started: 0.1, usable, bytes: 1.0 };
        assert!(verdict(&[0.5, 0.6, 9.0].map(visit)).ends_with("met"));
        assert!(verdict(&[0.5, 0.61, 0.7].map(visit)).ends_with("MISSED"));
        assert!(table(&[visit(0.5)]).columns().contains("0.500"));
    }
}

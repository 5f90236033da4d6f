//! CRC-32 in GB/s, in each browser.

use std::path::Path;
use std::time::Duration;

use anyhow::{Error, Result};
use serde_json::{Value, json};

use crate::machine::Machine;
use crate::report::{self, Table};
use crate::session::Session;

/// The goal for fetchzip in GB/s, with the copy into wasm counted.
const GOAL: f64 = 10.0;

/// Sizes of the buffers, in bytes.
const SIZES: [u64; 3] = [64 << 10, 256 << 10, 1 << 20];

/// The longest time of the script, which takes about a minute.
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures all implementations in a browser.
pub async fn measure(session: &Session, address: &str) -> Result<Value> {
    session.open_alone(address).await?;
    let measured = session.call("return bench.measureCrc(argument)", json!(SIZES), PATIENCE).await?;
    measured.map_err(|message| Error::msg(message).context("the browser could not measure CRC-32"))
}

/// Writes the measurements by browser to `crc.json` and `crc.md`, and returns them for the terminal.
pub fn report(
    machine: &Machine,
    version: &str,
    measured: &[(String, Value)],
    folder: &Path,
) -> Result<String> {
    let heading = format!("CRC-32, GB/s, fetchzip {version} on {}", machine.line());
    let sections = measured.iter().map(|(browser, results)| (browser, table(results), verdict(results)));
    let text = report::write_sections("crc.md", &heading, sections, folder)?;
    let by_browser: serde_json::Map<String, Value> = measured.iter().cloned().collect();
    let json = json!({ "machine": machine.line(), "fetchzip": version, "gigabytesPerSecond": by_browser });
    fs_err::write(folder.join("crc.json"), format!("{json:#}\n"))?;
    Ok(text)
}

fn table(results: &Value) -> Table {
    let mut headings = vec![String::new()];
    headings.extend(SIZES.iter().map(|bytes| format!("{} KiB", bytes >> 10)));
    headings.extend(SIZES.iter().map(|bytes| format!("{} KiB, no copy", bytes >> 10)));
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut table = Table::new(&headings);
    for result in results.as_array().into_iter().flatten() {
        let mut row = vec![result["name"].as_str().unwrap_or_default().to_owned()];
        if let Some(error) = result["error"].as_str() {
            row.push(format!("failed: {error}"));
        }
        for figure in ["copied", "uncopied"] {
            for size in result["sizes"].as_array().into_iter().flatten() {
                row.push(
                    number(&size[figure], "median").map_or_else(String::new, |speed| format!("{speed:.2}")),
                );
            }
        }
        table.push(row);
    }
    table
}

/// Whether the goal is met, at the buffer size that is best.
fn verdict(results: &Value) -> String {
    let ours = results.as_array().into_iter().flatten().find(|result| result["name"] == "fetchzip");
    let sizes: Vec<&Value> = ours.and_then(|ours| ours["sizes"].as_array()).into_iter().flatten().collect();
    let most = |of: &str| sizes.iter().filter_map(|size| number(&size["copied"], of)).fold(0.0, f64::max);
    let (median, best) = (most("median"), most("best"));
    let verdict = if median >= GOAL { "met" } else { "MISSED" };
    format!("goal, copy counted: at least {GOAL} GB/s; measured {median:.2} (at best {best:.2}): {verdict}")
}

fn number(speed: &Value, of: &str) -> Option<f64> {
    speed[of].as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_counts_the_copy() {
        let speed = |median: f64| json!({ "median": median, "best": 60.0 });
        let results = |copied: f64| {
            json!([
                { "name": "crc32fast", "sizes": [{ "bytes": 1, "copied": speed(99.0) }] },
                { "name": "fetchzip", "sizes": [
                    { "bytes": 1, "copied": speed(1.0), "uncopied": speed(50.0) },
                    { "bytes": 2, "copied": speed(copied), "uncopied": speed(50.0) },
                ] },
            ])
        };
        assert!(verdict(&results(10.0)).ends_with("met"));
        assert!(verdict(&results(9.9)).ends_with("MISSED"));
        assert!(verdict(&json!([])).ends_with("MISSED"));
    }

    #[test]
    fn an_implementation_that_failed_has_a_row_too() {
        let results = json!([{ "name": "jszip", "error": "Error: gone" }]);
        assert!(table(&results).columns().contains("failed: Error: gone"));
    }
}

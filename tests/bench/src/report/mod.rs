//! The measurements on the terminal, as Markdown, as JSON, and as a chart.
//!
//! - `figures`: the comparisons
//! - `goals`: the goals, and whether they are met
//! - `table`: rows of text, in columns or in Markdown
//! - `json`: all measurements, turn by turn
//! - `chart`: wall times as ratios to the floor, as SVG

mod chart;
mod figures;
mod goals;
mod json;
mod table;

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;

use crate::machine::Machine;
use crate::rounds::Measured;
use figures::Figures;
pub use table::Table;

/// All measurements of one run of the benchmark.
#[derive(Debug)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// fetchzip's version.
    pub version: String,
    /// One report per browser.
    pub browsers: Vec<BrowserReport>,
}

/// The measurements in one browser.
#[derive(Debug)]
pub struct BrowserReport {
    /// The browser's name and version.
    pub version: String,
    /// The workloads, in the order in which they were measured.
    pub workloads: Vec<Measured>,
}

impl Report {
    /// The report for the terminal.
    pub fn text(&self) -> String {
        self.laid_out(Table::columns)
    }

    /// Writes `report.json`, `report.md` and `chart.svg`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let markdown = format!("# fetchzip's benchmark\n\n{}", self.laid_out(Table::markdown));
        let files =
            [("report.json", json::of(self)), ("report.md", markdown), ("chart.svg", chart::of(self))];
        for (name, content) in files {
            fs_err::write(folder.join(name), content)?;
        }
        Ok(())
    }

    fn laid_out(&self, layout: fn(&Table) -> String) -> String {
        let mut text = format!("fetchzip {} on {}\n", self.version, self.machine.line());
        for browser in &self.browsers {
            for measured in &browser.workloads {
                let _ = write!(text, "\n{}\n\n", heading(browser, measured));
                text += &layout(&workload_table(measured));
                for record in &measured.records {
                    if let Some(line) = record.failure_line() {
                        let _ = writeln!(text, "\n{line}");
                    }
                }
                if let Some(line) = Figures::of(measured).speedup_line() {
                    let _ = writeln!(text, "\n{line}");
                }
            }
        }
        text += "\nGoals, medians\n\n";
        text += &layout(&goals::table(self));
        text
    }
}

/// Writes a report of one table per browser, each with the line below it, to a Markdown file, and returns
/// it for the terminal.
pub fn write_sections<'a>(
    file: &str,
    heading: &str,
    sections: impl IntoIterator<Item = (&'a String, Table, String)>,
    folder: &Path,
) -> Result<String> {
    let (mut text, mut markdown) = (format!("{heading}\n"), format!("# {heading}\n"));
    for (browser, table, line) in sections {
        let line = if line.is_empty() { line } else { format!("\n{line}\n") };
        text += &format!("\n{browser}\n\n{}{line}", table.columns());
        markdown += &format!("\n## {browser}\n\n{}{line}", table.markdown());
    }
    fs_err::write(folder.join(file), markdown)?;
    Ok(text)
}

fn heading(browser: &BrowserReport, measured: &Measured) -> String {
    let workload = &measured.workload;
    let size = match workload.bytes() {
        0 => "about 15 KB each".to_owned(),
        bytes => format!("{:.1} MB", bytes as f64 / 1e6),
    };
    format!(
        "{} in {}: {} files, {size}, {} at once; the server alone: {:.0} requests/s, {:.0} MB/s",
        workload.title(),
        browser.version,
        workload.files.len(),
        workload.at_once,
        measured.server_alone.requests,
        measured.server_alone.megabytes,
    )
}

fn workload_table(measured: &Measured) -> Table {
    let figures = Figures::of(measured);
    let mut table = Table::new(&[
        "",
        "wall, s",
        "min–max",
        "× floor",
        "× best peer",
        "+memory, MiB",
        "page/browser/network/other",
        "+disk, MiB",
        "longest task, ms",
        "longest gap, ms",
        "after last byte, ms",
        "proof, s",
        "read back, s",
    ]);
    for record in &measured.records {
        table.push(figures.row(record));
    }
    table
}

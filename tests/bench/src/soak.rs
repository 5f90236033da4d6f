//! Memory after many runs in one tab, held against that after the first.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::command_line::Protocol;
use crate::error::{Error, Result};
use crate::machine::Machine;
use crate::origin::Origin;
use crate::processes::{Memory, Part};
use crate::report::Table;
use crate::sampler;
use crate::session::Session;

/// After so many runs the memory is looked at.
const LOOKS: [usize; 5] = [1, 10, 25, 50, 100];

/// Images of a run: some of the spool's own size, and many that wait in memory for their turn.
const LARGE: usize = 8;
const SMALL: usize = 200;

/// A hundred of these runs take a minute or two.
const PATIENCE: Duration = Duration::from_secs(900);

/// The memory of all processes of a browser after so many runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Runs so far.
    pub runs: usize,
    /// Bytes of the tab's own process, or of all that show pages.
    pub page: u64,
    /// Bytes of all processes.
    pub total: u64,
}

/// Runs in one tab, and looks at the memory as it goes.
pub async fn measure(session: &Session, address: &str, origin: &Origin) -> Result<Vec<Look>> {
    session.open_alone(address).await?;
    let base = origin.base(Protocol::Http1);
    let large = (0..LARGE).map(|seed| format!("{base}/image/{seed}/3000000b.jpg"));
    let small = (0..SMALL).map(|seed| format!("{base}/image/{seed}/20000b.jpg"));
    let urls: Vec<String> = large.chain(small).collect();
    let mut looks: Vec<Look> = Vec::new();
    for runs in LOOKS {
        let before = looks.last().map_or(0, |look| look.runs);
        let argument = json!({ "runs": runs - before, "urls": urls });
        session
            .call("return bench.soak(argument)", argument, PATIENCE)
            .await?
            .map_err(|message| Error::Browser { doing: "soak".to_owned(), message })?;
        let memory: Memory = sampler::settled(session.process);
        looks.push(Look { runs, page: memory.part(Part::Page), total: memory.total() });
    }
    Ok(looks)
}

/// Tells what was measured, by browser, and writes it to `soak.md`.
pub fn report(
    machine: &Machine,
    version: &str,
    measured: &[(String, Vec<Look>)],
    folder: &Path,
) -> Result<String> {
    let heading = format!(
        "memory after runs of {} images in one tab, fetchzip {version} on {}",
        LARGE + SMALL,
        machine.line()
    );
    let (mut text, mut markdown) = (format!("{heading}\n"), format!("# {heading}\n"));
    for (browser, looks) in measured {
        let table = table(looks);
        text += &format!("\n{browser}\n\n{}", table.columns());
        markdown += &format!("\n## {browser}\n\n{}", table.markdown());
    }
    let path = folder.join("soak.md");
    fs::write(&path, markdown).map_err(Error::path("write", &path))?;
    Ok(text)
}

fn table(looks: &[Look]) -> Table {
    let mut table = Table::new(&["runs", "page, MiB", "of the first", "all, MiB", "of the first"]);
    for look in looks {
        let first = &looks[0];
        let mebibytes = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
        let ratio = |bytes: u64, first: u64| format!("{:.2}", bytes as f64 / first as f64);
        table.push(vec![
            look.runs.to_string(),
            mebibytes(look.page),
            ratio(look.page, first.page),
            mebibytes(look.total),
            ratio(look.total, first.total),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_as_a_share_of_that_after_the_first_run() {
        let look = |runs, mebibytes: u64| Look { runs, page: mebibytes << 20, total: mebibytes << 21 };
        let told = table(&[look(1, 100), look(100, 125)]).columns();
        let last: Vec<_> = told.lines().last().unwrap_or_default().split_whitespace().collect();
        assert_eq!(last, ["100", "125", "1.25", "250", "1.25"]);
    }
}

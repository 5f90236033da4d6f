//! The crates of the wasm as a bill of materials in the format CycloneDX, made by CycloneDX's own library.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::setup::pip;
use crate::{notices, process, workspace};

/// What calls the library, which is in Python.
const SCRIPT: &str = "xtask/src/release/bill_of_materials.py";

/// Writes the bill. The library checks it against the format's schema.
///
/// # Errors
///
/// The library can't be installed or refuses a crate's data.
pub fn write(file: &Path) -> Result<()> {
    let python = pip::cyclonedx()?.join("python");
    let time = process::read(workspace::command("git").args(["log", "-1", "--format=%ct"]))?;
    let crates = notices::crates()?.into_iter().map(|one| {
        let checksum = workspace::locked_checksum(&one.name, &one.version)?;
        Ok(json!({ "name": one.name, "version": one.version, "licence": one.licence, "checksum": checksum }))
    });
    let given = json!({
        "name": "fetchzip",
        "version": workspace::VERSION,
        "licence": "MIT OR Apache-2.0",
        "time": time.trim().parse::<u64>().context("git says when the commit was made")?,
        "crates": crates.collect::<Result<Vec<_>>>()?,
    });
    let mut script = Command::new(python);
    script.arg(workspace::root().join(SCRIPT)).arg(file).stdin(Stdio::piped());
    let mut running = script.spawn().context("could not start Python")?;
    let mut input = running.stdin.take().context("its input is piped")?;
    input.write_all(given.to_string().as_bytes())?;
    drop(input);
    ensure!(running.wait()?.success(), "the bill of materials could not be made, see above");
    Ok(())
}

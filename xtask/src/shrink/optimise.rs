//! wasm-opt, whose results are kept: a run of all checks builds the same modules for the page, for the extension, with
//! Trunk and in a release's clone, and it takes most of the time that shrinking takes.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;
use fs_err as fs;
use sha2::{Digest, Sha256};

use crate::setup::tools;
use crate::{process, workspace};

/// The variable that names the folder of results for a build in another folder.
pub const FOLDER: &str = "FETCHZIP_OPTIMISED";

/// The number of results that are kept: those of a few builds.
const KEPT: usize = 24;

/// Large functions that are called once compress better where they are.
const OPTIONS: [&str; 3] = ["-Oz", "--one-caller-inline-max-function-size=20", "--debuginfo"];

/// The folder of results.
pub fn folder() -> PathBuf {
    env::var_os(FOLDER).map_or_else(|| workspace::target().join("optimised"), PathBuf::from)
}

/// Makes a module small. The result depends on its bytes, the options and wasm-opt's version alone.
pub fn optimise(module: &Path, out: &Path) -> Result<()> {
    let folder = folder();
    let kept = folder.join(name(&fs::read(module)?));
    if let Ok(file) = File::options().append(true).open(&kept) {
        file.set_modified(SystemTime::now())?;
    } else {
        fs::create_dir_all(&folder)?;
        // Renamed when it is whole; two builds may make the same at once.
        let partial = kept.with_extension(format!("{}.partial", std::process::id()));
        let mut wasm_opt = workspace::command(tools::WASM_OPT.program);
        process::run(wasm_opt.args(OPTIONS).arg(module).arg("-o").arg(&partial))?;
        fs::rename(&partial, &kept)?;
        remove_oldest(&folder)?;
    }
    fs::copy(&kept, out)?;
    Ok(())
}

/// The name of the result for these bytes.
fn name(module: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in OPTIONS.iter().copied().chain(tools::WASM_OPT.pinned()) {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(module);
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    digits + ".wasm"
}

/// Removes the results that were not used for the longest time.
fn remove_oldest(folder: &Path) -> Result<()> {
    let mut results = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        results.push((entry.metadata()?.modified()?, entry.path()));
    }
    results.sort();
    let surplus = results.len().saturating_sub(KEPT);
    for (_, path) in results.into_iter().take(surplus) {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_module_has_another_result() {
        assert_eq!(name(b"abc"), name(b"abc"));
        assert_ne!(name(b"abc"), name(b"abd"));
        assert_eq!(name(b"").len(), 64 + ".wasm".len());
    }

    #[test]
    fn the_results_that_were_used_last_are_kept() {
        let folder = env::temp_dir().join(format!("fetchzip-optimised-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for second in 0..30 {
            let file = File::create(folder.join(second.to_string())).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second)).unwrap();
        }
        remove_oldest(&folder).unwrap();
        let is_kept = |second: u64| folder.join(second.to_string()).exists();
        let (oldest, first, last) = (is_kept(5), is_kept(6), is_kept(29));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((oldest, first, last), (false, true, true));
    }
}

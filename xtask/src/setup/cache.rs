//! The directory into which tools are installed: one for all clones of this repository.

use std::env;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::missing;
use crate::output::say;

/// `FETCHZIP_TOOLS`, or `fetchzip/tools` in the user's cache directory.
pub fn tools() -> Result<PathBuf> {
    let set = |name: &str| Some(PathBuf::from(env::var_os(name)?)).filter(|dir| dir.is_absolute());
    let cache = || set("XDG_CACHE_HOME").or_else(|| Some(env::home_dir()?.join(".cache")));
    set("FETCHZIP_TOOLS")
        .or_else(|| Some(cache()?.join("fetchzip/tools")))
        .ok_or_else(|| missing("a directory for tools", "set HOME to an absolute path"))
}

/// Held while one kind of thing is being installed, so that two clones don't install it at the same
/// time.
#[derive(Debug)]
pub struct Lock {
    /// The lock lives as long as the file is open; a crash releases it.
    _file: File,
}

impl Lock {
    /// Waits, with a message, until no other process holds the lock of this name.
    pub fn take(name: &str) -> Result<Self> {
        let dir = tools()?;
        fs::create_dir_all(&dir)?;
        let path = dir.join(format!("{name}.lock"));
        let file = fs::File::create(&path)?.into_file();
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            say!("waiting for another `cargo xtask`, which is installing {name}");
        }
        file.lock().with_context(|| format!("could not lock {}", path.display()))?;
        Ok(Self { _file: file })
    }
}

/// Lets `install` fill a directory beside `place`, then moves it there in one step, so that `place`
/// is never incomplete. Only for the holder of a lock.
pub fn install_whole(place: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let partial = place.with_added_extension("partial");
    for leftover in [place, &partial] {
        remove_dir(leftover)?;
    }
    fs::create_dir_all(&partial)?;
    install(&partial)?;
    Ok(fs::rename(&partial, place)?)
}

/// Removes a directory and its contents, if it exists.
pub fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

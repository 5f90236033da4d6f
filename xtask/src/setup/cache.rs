//! The directory into which tools are installed: one for all clones of this repository.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::output::say;

/// `FETCHZIP_TOOLS`, or `fetchzip/tools` in the user's cache directory.
pub fn tools() -> Result<PathBuf> {
    let set = |name: &str| Some(PathBuf::from(env::var_os(name)?)).filter(|dir| dir.is_absolute());
    let cache = || set("XDG_CACHE_HOME").or_else(|| Some(env::home_dir()?.join(".cache")));
    set("FETCHZIP_TOOLS")
        .or_else(|| Some(cache()?.join("fetchzip/tools")))
        .ok_or_else(|| Error::missing("a directory for tools", "set HOME to an absolute path"))
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
        fs::create_dir_all(&dir).map_err(Error::io("make the directory", &dir))?;
        let path = dir.join(format!("{name}.lock"));
        let file = File::create(&path).map_err(Error::io("write", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                say!("waiting for another `cargo xtask`, which is installing {name}");
                file.lock().map_err(Error::io("lock", &path))?;
            }
            Err(TryLockError::Error(source)) => {
                return Err(Error::io("lock", &path)(source));
            }
        }
        Ok(Self { _file: file })
    }
}

/// Lets `install` fill a directory beside `place`, then moves it there in one step, so that `place`
/// is never incomplete. Only for the holder of a lock.
pub fn install_whole(place: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let mut partial = place.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    for leftover in [place, &partial] {
        remove_dir(leftover)?;
    }
    fs::create_dir_all(&partial).map_err(Error::io("make the directory", &partial))?;
    install(&partial)?;
    fs::rename(&partial, place).map_err(Error::io("move a new tool to", place))
}

/// Removes a directory and its contents, if it exists.
pub fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", dir)(error)),
        _ => Ok(()),
    }
}

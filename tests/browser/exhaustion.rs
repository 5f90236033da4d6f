//! Takes away the memory of the released wasm, so that it traps.
//!
//! A release has nothing that makes it trap on purpose, and needs nothing: an allocation that fails
//! ends in the same `unreachable` as a panic does.

use std::fs;

use super::Browser;
use super::site::Site;

/// Declares `exhaust()` in the thread that it runs in before the wasm is started.
pub const EXHAUSTION: &str = include_str!("exhaustion.js");

/// Lets [`Browser::exhaust_worker`] reach the engine's worker.
const LISTENER: &str = "
const channel = new BroadcastChannel('exhaust');
channel.onmessage = () => {
  globalThis.exhaust();
  channel.postMessage('exhausted');
};
";

impl Site {
    /// The page, with `exhaust()` in it and in the engine's worker.
    pub fn exhaustible_page() -> Self {
        let site = Self::page().with_script("exhaustion.js", EXHAUSTION);
        let worker = site.named("engine/worker.js");
        let script = fs::read_to_string(&worker).unwrap();
        fs::write(&worker, format!("{EXHAUSTION}{LISTENER}{script}")).unwrap();
        site
    }

    /// The package, with [`Browser::exhaust_worker`]'s part in front of the engine's worker.
    pub fn exhaustible_package() -> Self {
        let site = Self::package();
        let worker = site.folder().join("pkg/fetchzip-worker.js");
        let script = fs::read_to_string(&worker).unwrap();
        fs::write(&worker, format!("{EXHAUSTION}{LISTENER}{script}")).unwrap();
        site
    }
}

impl Browser {
    /// Takes away the memory of the engine's worker, which must be running.
    pub async fn exhaust_worker(&self) {
        let body = "const channel = new BroadcastChannel('exhaust');
            const exhausted = new Promise((resolve) => { channel.onmessage = resolve; });
            channel.postMessage('exhaust');
            await exhausted;
            channel.close();";
        self.execute_async(body, vec![]).await;
    }
}

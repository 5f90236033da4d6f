//! Takes away the memory of the released wasm, so that it traps.
//!
//! A release has nothing that makes it trap on purpose, and needs nothing: an allocation that fails
//! ends in the same `unreachable` as a panic does.

use std::fs;

use serde_json::Value;

use super::Browser;
use super::site::Site;

/// Declares `exhaust()` in the thread that it runs in before the wasm is started.
pub const EXHAUSTION: &str = include_str!("exhaustion.js");

/// Lets [`Browser::exhaust_worker`] and [`Browser::worker_bytes`] reach the engine's worker: it calls the function
/// of that name.
const LISTENER: &str = "
const channel = new BroadcastChannel('exhaust');
channel.onmessage = ({ data: [name, ...given] }) => channel.postMessage(globalThis[name](...given) ?? null);
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
        self.in_worker("exhaust", &[]).await;
    }

    /// How much memory the wasm of the engine's worker has, in bytes; the worker must be running.
    pub async fn worker_bytes(&self) -> u64 {
        self.in_worker("wasmBytes", &[]).await.as_u64().expect("a number of bytes")
    }

    async fn in_worker(&self, function: &str, given: &[Value]) -> Value {
        let body = "const channel = new BroadcastChannel('exhaust');
            const answered = new Promise((resolve) => { channel.onmessage = resolve; });
            channel.postMessage(arguments);
            const { data } = await answered;
            channel.close();
            return data;";
        let function = Value::from(function);
        self.execute_async(body, [&[function], given].concat()).await
    }
}

//! Sessions of the browser: one for all ordinary tests of a process, reset after each of them.
//!
//! Every test has its own demo server and so its own origin, which separates most of what pages store.
//! The reset covers what a session shares beyond that: tabs, the size of the window, cookies. It also
//! clears the storage, because ports are used again. A session is ended after a test that failed, or if it
//! can't be reset.

use std::ffi::c_int;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use fantoccini::Client;
use fantoccini::error::CmdError;
use serde_json::Value;
use tokio::runtime::{Builder, Handle};

use super::driver::{self, Wanted};
use super::{Kind, PATIENCE};

/// Drives sessions, which outlive the threads of their tests.
pub static RUNTIME: LazyLock<Handle> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    handle
});

/// The session that the last test left. geckodriver and WebKit's driver have one session at a time, so
/// tests also wait for this lock.
static LEFT: LazyLock<Mutex<Option<Session>>> = LazyLock::new(|| {
    // If it can't be registered, the end of the driver ends the browser.
    atexit(end_left);
    Mutex::default()
});

unsafe extern "C" {
    /// From ISO C: libtest has no hook after the last test.
    safe fn atexit(callback: extern "C" fn()) -> c_int;
}

/// Ends the browser, so that it removes its profile.
extern "C" fn end_left() {
    let end = || RUNTIME.block_on(async { Turn::take().end_left().await });
    // On another thread: this thread's locals have been destroyed.
    let _ = thread::spawn(end).join();
}

/// A session that any test may use. It shows an empty tab.
pub struct Session {
    pub client: Client,
    /// The first width and height of its window.
    size: (u64, u64),
}

/// The turn of one test, which may leave its session to the next.
pub struct Turn(MutexGuard<'static, Option<Session>>);

impl Turn {
    /// Waits for it.
    pub fn take() -> Self {
        Self(LEFT.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The session that was left, or a new one.
    pub async fn session(&mut self, kind: Kind) -> Session {
        match self.0.take() {
            Some(session) => session,
            None => Session::start(kind, Wanted::default()).await,
        }
    }

    /// A session for one test only.
    pub async fn own_session(&mut self, kind: Kind, wanted: Wanted<'_>) -> Session {
        self.end_left().await;
        Session::start(kind, wanted).await
    }

    async fn end_left(&mut self) {
        if let Some(left) = self.0.take() {
            left.end().await;
        }
    }

    /// Leaves a session to the next test.
    pub fn leave(&mut self, session: Session) {
        *self.0 = Some(session);
    }
}

impl Session {
    /// Starts a browser.
    pub async fn start(kind: Kind, wanted: Wanted<'_>) -> Self {
        let client = driver::connect(kind, wanted);
        let client = tokio::time::timeout(PATIENCE, client).await.expect("the browser starts");
        let size = client.get_window_size().await.unwrap();
        Self { client, size }
    }

    /// The id of the browser's first process.
    pub fn process(&self) -> u32 {
        let capabilities = self.client.capabilities().unwrap();
        let number = ["goog:processID", "moz:processID"].iter().find_map(|name| capabilities.get(*name));
        number.and_then(Value::as_u64).unwrap().try_into().unwrap()
    }

    /// Ends the browser.
    pub async fn end(self) {
        // A browser that does not respond ends with its driver.
        let _ = tokio::time::timeout(PATIENCE, self.client.close()).await;
    }

    /// Resets the session. `blank` is an address of the test's origin without a page.
    ///
    /// # Errors
    ///
    /// The browser refuses a command, for example because a dialogue is open.
    pub async fn reset(&self, blank: &str) -> Result<(), CmdError> {
        let client = &self.client;
        client.delete_all_cookies().await?;
        // Closing the tab ends its page with workers and requests, without a question. Navigation could
        // keep the page in the back/forward cache.
        let new = client.new_window(true).await?.handle;
        for old in client.windows().await?.into_iter().filter(|window| *window != new) {
            client.switch_to_window(old).await?;
            client.close_window().await?;
        }
        client.switch_to_window(new).await?;
        if client.get_window_size().await? != self.size {
            // No screen is larger than 32 bits.
            let [width, height] = [self.size.0, self.size.1].map(|length| length as u32);
            client.set_window_size(width, height).await?;
        }
        client.goto(blank).await?;
        while !client.execute_async(CLEAR_STORAGE, vec![]).await?.is_null() {}
        Ok(())
    }
}

/// Returns the reason if a file can't be removed: files are in use until their worker has ended.
const CLEAR_STORAGE: &str = "
    const done = arguments[0];
    const clear = async () => {
      localStorage.clear();
      sessionStorage.clear();
      const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
      if (root) for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
      for (const name of (await window.caches?.keys()) ?? []) await caches.delete(name);
      for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
    };
    clear().then(() => done(null), (error) => done(String(error)));";

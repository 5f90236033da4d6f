//! Sessions of the browser: one for all ordinary tests of a process, put back after each of them.
//!
//! Every test has a demo server of its own and so an origin of its own, which alone keeps what a
//! page stores from the next test. What a session shares beyond that is put back: tabs, the window's
//! size, cookies; and storage goes, because ports come again. A session that saw a test fail, or
//! can't be put back, is ended.

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

/// What the last test left. geckodriver and WebKit's driver keep one session at a time, so this is
/// also what tests wait for.
static LEFT: LazyLock<Mutex<Option<Session>>> = LazyLock::new(|| {
    // Where it can't be, the driver's end has to do.
    atexit(end_left);
    Mutex::default()
});

unsafe extern "C" {
    /// ISO C's: libtest has nothing that comes after the last test.
    safe fn atexit(callback: extern "C" fn()) -> c_int;
}

/// Ends the browser, so that it removes its profile.
extern "C" fn end_left() {
    let end = || RUNTIME.block_on(async { Turn::take().end_left().await });
    // On a thread of its own: this one's locals are gone already.
    let _ = thread::spawn(end).join();
}

/// A session that any test may have, which shows an empty tab.
pub struct Session {
    pub client: Client,
    /// Width and height that its window had first.
    size: (u64, u64),
}

/// The turn of one test, which may leave its session for the next.
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

    /// A session that nobody had before and nobody will have.
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
        // One that does not answer any more is ended with its driver.
        let _ = tokio::time::timeout(PATIENCE, self.client.close()).await;
    }

    /// Makes it as it was at first. `blank` is an address on the test's origin with nothing behind it.
    ///
    /// # Errors
    ///
    /// The browser refuses, because of a dialogue that is open for one.
    pub async fn put_back(&self, blank: &str) -> Result<(), CmdError> {
        let client = &self.client;
        client.delete_all_cookies().await?;
        // Closing its tab ends a page with its workers and requests, and asks nobody; going elsewhere
        // may keep it in the history's cache.
        let new = client.new_window(true).await?.handle;
        for old in client.windows().await?.into_iter().filter(|window| *window != new) {
            client.switch_to_window(old).await?;
            client.close_window().await?;
        }
        client.switch_to_window(new).await?;
        if client.get_window_size().await? != self.size {
            // Nothing wider than a screen.
            let [width, height] = [self.size.0, self.size.1].map(|length| length as u32);
            client.set_window_size(width, height).await?;
        }
        client.goto(blank).await?;
        while !client.execute_async(CLEAR_STORAGE, vec![]).await?.is_null() {}
        Ok(())
    }
}

/// Says what it could not remove: files are in use until their worker has ended.
const CLEAR_STORAGE: &str = "
    const done = arguments[0];
    const clear = async () => {
      localStorage.clear();
      sessionStorage.clear();
      const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
      if (root) for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
    };
    clear().then(() => done(null), (error) => done(String(error)));";

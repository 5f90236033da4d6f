//! Sessions of the browser: one for all ordinary tests of a process, reset after each of them.
//!
//! Every test has its own demo server and so its own origin, which separates most of what pages store.
//! The reset covers what a session shares beyond that: tabs, the size of the window, cookies. It also
//! clears the storage, because ports are used again, and what the extension has: its storage, rules and
//! permissions. A session is ended after a test that failed, if it can't be reset, or if the next test
//! wants the extension and it has none.

use std::ffi::c_int;
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use fantoccini::Client;
use fantoccini::error::CmdError;
use serde_json::Value;
use tokio::runtime::{Builder, Handle};

use super::driver::{self, Wanted};
use super::extension::{self, Extension};
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

/// On a busy machine, a Chromium with an extension and a new profile at times never answered its driver.
const STARTS: usize = 4;

/// A session that any test may use. It shows an empty tab.
pub struct Session {
    pub client: Client,
    /// The extension that the browser has.
    pub extension: Option<Extension>,
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
    pub async fn session(&mut self, kind: Kind, has_extension: bool) -> Session {
        match self.0.take_if(|left| left.extension.is_some() == has_extension) {
            Some(session) => session,
            None => self.own_session(kind, Wanted::default(), has_extension).await,
        }
    }

    /// A session for one test only.
    pub async fn own_session(&mut self, kind: Kind, wanted: Wanted<'_>, has_extension: bool) -> Session {
        self.end_left().await;
        Session::start(kind, wanted, has_extension.then(|| Extension::new(kind))).await
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
    /// Starts a browser, with the extension if there is one.
    pub async fn start(kind: Kind, wanted: Wanted<'_>, extension: Option<Extension>) -> Self {
        for _ in 0..STARTS {
            let client = driver::connect(kind, wanted, extension.as_ref());
            let client = tokio::time::timeout(PATIENCE, client).await.expect("the browser starts");
            let size = tokio::time::timeout(PATIENCE, client.get_window_size()).await;
            match size {
                Ok(size) => return Self { client, extension, size: size.unwrap() },
                Err(_) => kill(&client),
            }
        }
        panic!("of {STARTS} browsers, none responded within {PATIENCE:?}");
    }

    /// The id of the browser's first process.
    pub fn process(&self) -> u32 {
        process(&self.client)
    }

    /// Ends the browser's processes without a warning.
    pub fn kill(&self) {
        kill(&self.client);
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
        if let Some(extension) = &self.extension {
            // The last tab may have been the extension's, and its tests use the server's other name, too.
            for name in ["127.0.0.1", "localhost"] {
                client.goto(&blank.replace("127.0.0.1", name)).await?;
                client.delete_all_cookies().await?;
            }
            client.goto(&extension.blank()).await?;
            while !client.execute_async(CLEAR_STORAGE, vec![]).await?.is_null() {}
            let error = client.execute_async(extension::RESET, vec![]).await?;
            assert!(error.is_null(), "the extension can't be reset: {error}");
        }
        client.goto(blank).await?;
        while !client.execute_async(CLEAR_STORAGE, vec![]).await?.is_null() {}
        Ok(())
    }
}

fn process(client: &Client) -> u32 {
    let capabilities = client.capabilities().unwrap();
    let number = ["goog:processID", "moz:processID"].iter().find_map(|name| capabilities.get(*name));
    number.and_then(Value::as_u64).unwrap().try_into().unwrap()
}

fn kill(client: &Client) {
    for process in support::processes::tree(process(client)) {
        // Some end with the first.
        let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
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
      // The extension's own is its background script.
      if (!location.protocol.startsWith('http')) return;
      for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
    };
    clear().then(() => done(null), (error) => done(String(error)));";

//! What not every browser offers to a driven test, and the record of the tests that were skipped for it.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

use super::{Kind, environment};

/// Something that a test may need and a browser may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Files in the origin private file system.
    PrivateFiles,
    /// `showSaveFilePicker`, or files that a stub of it can hand out.
    FilePicker,
    /// A limit that a test sets on what a site may store.
    StorageQuota,
    /// Clearing a site's data while its page is open.
    SiteDataClearing,
    /// A profile that outlives its browser.
    LastingProfile,
    /// A proxy for the hosts of the presets.
    Proxy,
    /// An HTTP cache.
    HttpCache,
    /// A name of its own for a download that is not complete.
    PartialDownloads,
    /// A tab that a script opens without a click.
    OpenedTabs,
    /// What the browser says of a web app's manifest.
    ManifestErrors,
    /// A pointer that rests where the driver has moved it.
    RestingPointer,
    /// A pointer that is a finger.
    TouchEmulation,
    /// Colors that the user's system forces on a page.
    ForcedColors,
    /// A network that a test takes away.
    NetworkLoss,
    /// The browser's own window: its menus and keys, and private windows.
    BrowserWindow,
    /// Answers to what an extension asks the user.
    PermissionAnswers,
    /// An error where a body ends before its declared length.
    EnforcedLengths,
    /// The number of its first process, by which its memory is measured.
    ProcessNumber,
    /// A time zone that a test chooses.
    TimeZone,
    /// The protocol of a request of a page that has a service worker.
    DisclosedProtocol,
}

impl Capability {
    /// Whether a browser has it.
    pub fn is_in(self, browser: Kind) -> bool {
        self.reason_for_lack(browser).is_none()
    }

    /// The reason why a browser lacks it, `None` if it does not.
    fn reason_for_lack(self, browser: Kind) -> Option<&'static str> {
        match (self, browser) {
            (Self::SiteDataClearing, Kind::Firefox | Kind::WebKit) => {
                Some("only Chromium's driver clears a site's data while its page is open")
            }
            (Self::NetworkLoss, Kind::Firefox | Kind::WebKit) => {
                Some("only Chromium's driver takes the network away")
            }
            (Self::PermissionAnswers, Kind::Chromium | Kind::WebKit) => {
                Some("only Firefox has a setting that answers what an extension asks the user")
            }
            (Self::BrowserWindow, Kind::Chromium | Kind::WebKit) => Some(
                "only Firefox's driver reaches the menus and keys of the browser, and its private windows",
            ),
            (Self::RestingPointer, Kind::WebKit) => Some(
                "in a driven MiniBrowser, details do not come in one of three tries, for no known reason",
            ),
            (Self::TouchEmulation, Kind::Firefox | Kind::WebKit) => {
                Some("only Chromium's driver makes the pointer a finger")
            }
            (Self::ForcedColors, Kind::Firefox | Kind::WebKit) => {
                Some("only Chromium's driver forces colors on a page")
            }
            (Self::ManifestErrors, Kind::Firefox | Kind::WebKit) => {
                Some("only Chromium's driver says what is wrong with a manifest")
            }
            (Self::PrivateFiles | Self::FilePicker | Self::LastingProfile, Kind::WebKit) => {
                Some("an automated session of WebKitGTK has no origin private file system")
            }
            (Self::DisclosedProtocol, Kind::Firefox) => {
                Some("Firefox does not disclose the protocol of requests where there is a service worker")
            }
            (Self::TimeZone, Kind::WebKit) => Some("WebKit's driver has no setting for the time zone"),
            (Self::ProcessNumber, Kind::WebKit) => Some("WebKit's driver does not say its browser's process"),
            (Self::OpenedTabs, Kind::WebKit) => {
                Some("a driven MiniBrowser opens no tab for a script without a click")
            }
            (Self::StorageQuota, Kind::WebKit) => Some("WebKitGTK has no setting for a site's quota"),
            // MiniBrowser makes its network session itself when it is driven, and neither the
            // session's capability nor its own option makes that use a proxy.
            (Self::Proxy, Kind::WebKit) => Some("a driven MiniBrowser uses no proxy"),
            (Self::PartialDownloads, Kind::WebKit) => Some(
                "WebKitGTK writes a download to the file itself, and leaves what it has of one that fails",
            ),
            (Self::EnforcedLengths, Kind::WebKit) => {
                Some("WebKit takes a body that ends before its declared length for a whole one")
            }
            (Self::HttpCache, Kind::WebKit) => Some("a session of WebKit's driver has no HTTP cache"),
            _ => None,
        }
    }
}

/// Whether the browser of this run has what the current test requires. If not, the test is recorded
/// as skipped, and must return without testing anything.
#[must_use = "a test that lacks what it requires must return"]
pub fn requires(capability: Capability) -> bool {
    let browser = Kind::of_environment();
    match capability.reason_for_lack(browser) {
        None => true,
        Some(reason) => {
            record_skipped(format_args!("in {}: {reason}", browser.name()));
            false
        }
    }
}

/// Whether large tests are to run. If not, the test is recorded as skipped, as by [`requires`].
#[must_use = "a test that is not to run must return"]
pub fn requires_large() -> bool {
    let is_large = environment::is_large();
    if !is_large {
        let browser = Kind::of_environment().name();
        record_skipped(format_args!("in {browser}: it takes minutes, and runs with FETCHZIP_LARGE=1"));
    }
    is_large
}

/// Prints the current test and why it was skipped, and appends the same line to the file that
/// `cargo xtask test` counts from.
fn record_skipped(reason: fmt::Arguments<'_>) {
    // libtest gives each test a thread of its own, of the test's name.
    let thread = thread::current();
    let line = format!("{}: {reason}\n", thread.name().expect("libtest names a test's thread"));
    // Past libtest, which shows nothing of a test that passes.
    std::io::stderr().write_all(format!("skipped: {line}").as_bytes()).unwrap();
    if let Some(path) = environment::skipped() {
        // One write in append mode: several processes share the file.
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

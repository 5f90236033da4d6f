//! The browsers that tests and benchmarks run in.

use std::fmt;

/// One of the three browser families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserKind {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox; the extended-support release will do.
    Firefox,
    /// WebKitGTK's MiniBrowser.
    WebKit,
}

impl BrowserKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The name in steps, options and environment variables, in lower case.
    pub fn id(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// The browser with this [`id`](Self::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|browser| browser.id() == id)
    }

    /// The browser that `cargo xtask test` runs these tests in.
    ///
    /// # Panics
    ///
    /// `FETCHZIP_BROWSER` is not the [`id`](Self::id) of a browser.
    pub fn of_environment() -> Self {
        let id = std::env::var("FETCHZIP_BROWSER").unwrap_or_default();
        Self::from_id(&id)
            .unwrap_or_else(|| panic!("FETCHZIP_BROWSER is chromium, firefox or webkit, not {id:?}"))
    }
}

impl fmt::Display for BrowserKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_found_by_its_id() {
        for browser in BrowserKind::ALL {
            assert_eq!(BrowserKind::from_id(browser.id()), Some(browser));
        }
        assert_eq!(BrowserKind::from_id("Opera"), None);
    }
}

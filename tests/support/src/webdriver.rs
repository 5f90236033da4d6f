//! WebDriver sessions of each browser.

use std::os::unix::fs::MetadataExt;

use fantoccini::error::NewSessionError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::BrowserKind;

/// The capabilities of a session to be: a browser without a visible window, with an ordinary profile.
#[derive(Clone, Debug)]
pub struct Capabilities {
    all: Map<String, Value>,
    /// The name of the browser's own options among them.
    own: &'static str,
}

impl Capabilities {
    /// The capabilities of a browser whose program is at this path.
    pub fn new(browser: BrowserKind, program: &str) -> Self {
        let (own, arguments): (_, &[&str]) = match browser {
            BrowserKind::Chromium => ("goog:chromeOptions", &["--headless=new", "--window-size=1440,1000"]),
            BrowserKind::Firefox => {
                ("moz:firefoxOptions", &["-headless", "-width", "1440", "-height", "1000"])
            }
            BrowserKind::WebKit => ("webkitgtk:browserOptions", &["--automation"]),
        };
        let options = json!({ "binary": program, "args": arguments });
        let capabilities = Self { all: Map::from_iter([(own.to_owned(), options)]), own };
        // Chromium's sandbox refuses root, which is the user of most containers.
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        match browser {
            BrowserKind::Chromium if is_root => capabilities.with_arguments(["--no-sandbox"]),
            _ => capabilities,
        }
    }

    /// Adds arguments of the browser's program.
    pub fn with_arguments<T: Into<Value>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        if let Some(all) = self.all[self.own]["args"].as_array_mut() {
            all.extend(arguments.into_iter().map(Into::into));
        }
        self
    }

    /// Sets a preference of the profile. WebKit has none.
    pub fn with_preference(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.all[self.own]["prefs"][name] = value.into();
        self
    }

    /// Sets one of the browser's own options.
    pub fn with_option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.all[self.own][name] = value.into();
        self
    }

    /// Sets a capability that is the same for all browsers.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.all.insert(name.to_owned(), value.into());
        self
    }

    /// Starts a browser with a driver that listens at `driver`.
    ///
    /// # Errors
    ///
    /// The driver can't be reached, or the browser does not start.
    pub async fn connect(self, driver: &str) -> Result<Client, NewSessionError> {
        ClientBuilder::new(HttpConnector::new()).capabilities(self.all).connect(driver).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_and_preferences_belong_to_the_browsers_own_options() {
        let capabilities = Capabilities::new(BrowserKind::Firefox, "/usr/bin/firefox")
            .with_arguments(["-profile", "/tmp/p"])
            .with_preference("browser.download.folderList", 2)
            .with("acceptInsecureCerts", true);
        let expected = json!({
            "moz:firefoxOptions": {
                "binary": "/usr/bin/firefox",
                "args": ["-headless", "-width", "1440", "-height", "1000", "-profile", "/tmp/p"],
                "prefs": { "browser.download.folderList": 2 },
            },
            "acceptInsecureCerts": true,
        });
        assert_eq!(Value::Object(capabilities.all), expected);
    }
}

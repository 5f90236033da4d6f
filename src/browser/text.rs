//! The browser's URL parser and Unicode tables.

use js_sys::JsString;

use crate::plan::{UrlParts, WebText};

/// Text handling by the browser itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserText;

impl WebText for BrowserText {
    fn parse_url(&self, text: &str) -> Option<UrlParts> {
        let url = web_sys::Url::new(text).ok()?;
        Some(UrlParts {
            href: url.href(),
            protocol: url.protocol(),
            origin: url.origin(),
            host: url.hostname(),
            path: url.pathname(),
            has_credentials: !url.username().is_empty() || !url.password().is_empty(),
        })
    }

    fn nfc(&self, text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    fn lower_case(&self, text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }
}

//! The browser's URL parser and Unicode tables.

use js_sys::JsString;

use crate::plan::WebText;

/// Text operations by the browser itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserText;

impl WebText for BrowserText {
    fn parse_url(&self, text: &str) -> Option<String> {
        Some(web_sys::Url::new(text).ok()?.href())
    }

    fn nfc(&self, text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    fn lower_case(&self, text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    fn upper_case(&self, text: &str) -> String {
        JsString::from(text).to_upper_case().into()
    }
}

//! The browser's handling of URLs and Unicode, done by crates.

use fetchzip::plan::WebText;
use unicode_normalization::UnicodeNormalization;

/// Crates that follow the same standards as browsers.
pub struct CrateText;

impl WebText for CrateText {
    fn parse_url(&self, text: &str) -> Option<String> {
        Some(url::Url::parse(text).ok()?.into())
    }

    fn nfc(&self, text: &str) -> String {
        text.nfc().collect()
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_lowercase()
    }

    fn upper_case(&self, text: &str) -> String {
        text.to_uppercase()
    }
}

//! Text handling as the browser has it.

use fetchzip::plan::{UrlParts, WebText};
use unicode_normalization::UnicodeNormalization;

/// The browser's part, played by crates that follow the same standards.
pub struct CrateText;

impl WebText for CrateText {
    fn parse_url(&self, text: &str) -> Option<UrlParts> {
        let url = url::Url::parse(text).ok()?;
        Some(UrlParts {
            href: url.to_string(),
            protocol: format!("{}:", url.scheme()),
            origin: url.origin().ascii_serialization(),
            host: url.host_str().unwrap_or_default().to_owned(),
            path: url.path().to_owned(),
            has_credentials: !url.username().is_empty() || url.password().is_some(),
        })
    }

    fn nfc(&self, text: &str) -> String {
        text.nfc().collect()
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_lowercase()
    }
}

//! What outlives the page: the list, the mode and the options.

use super::elements::window;
use crate::text::text;

/// What was stored under a key. Private windows may refuse, which is as good as nothing stored.
pub fn read(key: &str) -> Option<String> {
    window().ok()?.local_storage().ok()??.get_item(&full(key)).ok()?
}

/// Stores a text under a key. Where the browser refuses or is full, it lasts as long as the page.
pub fn write(key: &str, text: &str) {
    if let Ok(window) = window()
        && let Ok(Some(storage)) = window.local_storage()
    {
        let _ = storage.set_item(&full(key), text);
    }
}

/// Other pages of the same host share the storage.
fn full(key: &str) -> String {
    text!["fetchzip.", key]
}

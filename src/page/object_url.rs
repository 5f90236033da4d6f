//! Blob URLs, and downloads through them.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::elements::document;

/// A `blob:` URL. Dropping it revokes the URL, so that the browser can free the Blob.
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// Creates a URL for a Blob.
    ///
    /// # Errors
    ///
    /// The browser refuses to create one.
    pub fn new(blob: &Blob) -> Result<Self, JsValue> {
        Url::create_object_url_with_blob(blob).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It throws only for values that are not strings.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Downloads a text as a file. The caller keeps the URL for a while, since browsers read it only after
/// this has returned.
///
/// # Errors
///
/// The browser refuses to create the Blob or its URL.
pub fn download_text(text: &str, media_type: &str, file_name: &str) -> Result<ObjectUrl, JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &properties)?;
    let url = ObjectUrl::new(&blob)?;
    let link: HtmlAnchorElement = document()?.create_element("a")?.unchecked_into();
    link.set_href(url.as_str());
    link.set_download(file_name);
    link.click();
    Ok(url)
}

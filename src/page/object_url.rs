//! Addresses of Blobs, and downloads through them.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::elements::document;

/// A `blob:` URL that is revoked when it is dropped, so that the Blob can go.
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// An address for a Blob.
    pub fn new(blob: &Blob) -> Result<Self, JsValue> {
        Url::create_object_url_with_blob(blob).map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It throws for nothing that is a string.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Downloads a text as a file. The address must be kept for a while: browsers read it late.
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

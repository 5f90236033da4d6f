//! Images with the same bytes.

use super::{ItemId, LeftOut, TextMap};
use crate::image::ImageFacts;
use crate::text::text;

/// The images so far, by their SHA-256.
#[derive(Debug, Default)]
pub struct RepeatedImages(TextMap);

impl RepeatedImages {
    /// Takes the image of an item.
    ///
    /// # Errors
    ///
    /// If an earlier one has the same bytes.
    pub fn push(&mut self, item: ItemId, image: &ImageFacts) -> Result<(), LeftOut> {
        let Some(sum) = image.sha256_text() else { return Ok(()) };
        let key = text![sum, image.bytes];
        match self.0.get(&key) {
            Some(original) if original != item => Err(LeftOut::RepeatedImage(original)),
            _ => {
                self.0.set(key, item);
                Ok(())
            }
        }
    }
}

//! What an archive holds of the images that arrive, and what beside them.

use super::IS_INTERACTIVE;
use crate::bytes::{ByteReader, PutBytes};
use crate::image::ImageFilter;
use crate::report::ManifestOptions;

/// What goes into the archive. The default is every image, and nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArchiveOptions {
    /// Which images.
    pub filter: ImageFilter,
    /// Whether of images with the same bytes only the first one is kept.
    pub skips_repeated_images: bool,
    /// Whether the caller decides of each image, once it has arrived, whether it is kept.
    pub awaits_verdicts: bool,
    /// The record of where each image came from, if there is to be one.
    pub manifest: Option<ManifestOptions>,
}

impl ArchiveOptions {
    /// Whether the SHA-256 of each image is needed.
    pub fn needs_sha256(&self) -> bool {
        self.skips_repeated_images || self.manifest.as_ref().is_some_and(|manifest| manifest.has_sha256)
    }

    /// Appends them to a message.
    pub fn put(&self, out: &mut Vec<u8>) {
        let Self { filter, skips_repeated_images, awaits_verdicts, manifest } = self;
        out.extend([*skips_repeated_images, *awaits_verdicts].map(u8::from));
        // The package has a function instead.
        if IS_INTERACTIVE {
            filter.put(out);
        }
        out.put_text(manifest.as_ref().map(|manifest| manifest.name.as_str()));
        if let Some(manifest) = manifest {
            let ManifestOptions { has_csv, has_json, has_sha256, has_whole_addresses, .. } = *manifest;
            out.extend([has_csv, has_json, has_sha256, has_whole_addresses].map(u8::from));
        }
    }

    /// Reads what [`put`](Self::put) has appended.
    pub fn read(reader: &mut ByteReader<'_>) -> Option<Self> {
        let (skips_repeated_images, awaits_verdicts) = (reader.bool()?, reader.bool()?);
        let filter = if IS_INTERACTIVE { ImageFilter::read(reader)? } else { ImageFilter::default() };
        let manifest = match reader.text()? {
            None => None,
            Some(name) => Some(ManifestOptions {
                name,
                has_csv: reader.bool()?,
                has_json: reader.bool()?,
                has_sha256: reader.bool()?,
                has_whole_addresses: reader.bool()?,
            }),
        };
        Some(Self { filter, skips_repeated_images, awaits_verdicts, manifest })
    }
}

//! The content of a file: a text in any encoding, or no list.

use web_sys::TextDecoder;

use super::collection::Collection;
use crate::plan::FileKind;
use crate::words::list_files;

/// Adds the text in these bytes, or says why they are no list.
pub fn add_text(path: &str, bytes: &[u8], collection: &mut Collection) {
    match FileKind::of(bytes) {
        FileKind::Text(label) => {
            let text = TextDecoder::new_with_label(label)
                .and_then(|decoder| decoder.decode_with_u8_array(bytes))
                .map_err(|_| list_files::NOT_DECODABLE);
            match text {
                Ok(text) => collection.push(path, text, bytes.len() as u64),
                Err(reason) => collection.pass_over(path, reason),
            }
        }
        kind => collection.pass_over(path, reason_of(kind)),
    }
}

/// Why a file of this kind is no list.
pub fn reason_of(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Workbook => list_files::WORKBOOK,
        FileKind::Zip => list_files::ZIP_IN_ZIP,
        FileKind::Binary | FileKind::Text(_) => list_files::NOT_A_TEXT,
    }
}

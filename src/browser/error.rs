//! Thrown values as [`ArchiveError`]s.

use wasm_bindgen::prelude::*;

use super::web::js_message;
use crate::job::{ArchiveError, ArchiveErrorKind};

/// Turns a thrown value into an error of this kind, for `map_err`.
pub fn because(kind: ArchiveErrorKind) -> impl Fn(JsValue) -> ArchiveError {
    move |error| kind.because(js_message(&error))
}

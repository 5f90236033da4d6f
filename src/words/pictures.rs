//! The grid of pictures and the dialog that shows one large, and addresses that are copied.

use crate::text::text;

/// In place of the grid.
pub const NO_MATCH: &str = "No picture matches.";
/// In place of the grid, after a run of which nothing arrived.
pub const NONE_ARRIVED: &str = "No image has arrived.";
/// In place of the grid, after the images were thrown away.
pub const NONE_KEPT: &str = "The images of this run are not kept any more. “Timeline” lists them.";
/// In place of the grid, while images go straight to disk.
pub const ON_DISK: &str = "Saved straight to disk: the images are written to the file as they arrive, so none can be \
    looked at or left out here. “Timeline” lists them.";

/// In place of a large picture.
pub const TOO_LARGE: &str =
    "Too large to be shown here, or no image that a browser shows. It is in the zip as it is.";
/// In place of a large picture.
pub const NOT_SHOWN: &str = "This browser can’t show the image.";
/// In place of a large picture.
pub const NOT_KEPT: &str = "The image is not kept any more.";
/// In place of a large picture.
pub const NOT_YET: &str = "The image can be shown once the run has ended.";

/// Announced when an address was copied.
pub const ADDRESS_COPIED: &str = "The address was copied.";
/// Announced when an address was not copied.
pub const ADDRESS_NOT_COPIED: &str = "The address could not be copied; select it and copy it.";

/// The name of the button that shows a picture large.
pub fn view(name: &str) -> String {
    text!["View ", name]
}

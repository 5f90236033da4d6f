//! Lists for other programs, and the commands that read them.

use super::nouns::IMAGE;
use super::numbers::count;
use crate::text::text;

/// Where the command runs, and what that needs.
pub const IMG2DATASET_ON_THIS_MACHINE: &str = "img2dataset on this machine";
/// Where the command runs, and what that needs.
pub const ON_PYSPARK: &str = "on PySpark, which needs Java";
/// Where the command runs.
pub const ON_RAY: &str = "on Ray";

/// Instead of an export.
pub const NO_ADDRESS: &str = "Nothing was exported: the list names no address on the web.";
/// After a click on the button beside a command.
pub const COPIED: &str = "The command was copied.";
/// The same, if the browser refused.
pub const NOT_COPIED: &str = "The command could not be copied; select it and copy it.";

/// Instead of an export.
pub fn nothing_exported(reason: &str) -> String {
    text!["Nothing was exported: ", reason, "."]
}

/// After an export of all images of the list.
pub fn exported(images: usize, file_name: &str) -> String {
    text!["Exported ", count(images, IMAGE), " to ", file_name, "."]
}

/// After an export without the images of `data:` URLs.
pub fn exported_in_part(images: usize, file_name: &str, left_out: usize) -> String {
    text![
        exported(images, file_name),
        " Left out: ",
        count(left_out, IMAGE),
        " that the list itself contains (data:), which no other program can fetch."
    ]
}

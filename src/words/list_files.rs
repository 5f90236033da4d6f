//! Lists from files, folders, zips and links: what was read, what was passed over, and why.
//!
//! A reason completes `a.jpg is …` and is in brackets behind the names of files, so it is no whole sentence.

use super::nouns::{LINE, LIST};
use super::numbers::{count, size};
use crate::text::text;

/// A reason: what the browser does not let the page read.
pub const UNREADABLE: &str = "unreadable; choose it again";
/// A reason.
pub const NOT_A_TEXT: &str = "not a text; choose a list of image URLs";
/// A reason: a text in an encoding that the browser can't decode.
pub const NOT_DECODABLE: &str = "not readable as text";
/// A reason.
pub const IMAGE: &str = "an image; choose a list of image URLs";
/// A reason.
pub const WORKBOOK: &str = "a spreadsheet; export it as CSV, and choose that file";
/// A reason: it is not unpacked.
pub const ZIP_IN_ZIP: &str = "a zip inside another";
/// A reason.
pub const NOT_UNPACKABLE: &str =
    "a zip, which this browser can’t unpack; unpack it, and choose the files in it";
/// A reason.
pub const TOO_MANY_FILES: &str = "a zip with too many files";
/// A reason.
pub const DAMAGED_ZIP: &str = "damaged, or not a zip";
/// A reason: a file in a zip whose CRC-32 is another one.
pub const DAMAGED: &str = "damaged";
/// A reason.
pub const ENCRYPTED: &str = "encrypted; unpack it, and choose the files in it";
/// A reason.
pub const ZIP_OF_IMAGES: &str = "a zip of images without a list";
/// A reason.
pub const ZIP_WITHOUT_LIST: &str = "a zip without a list";
/// A reason: an archive that fetchzip made.
pub const OWN_ZIP: &str =
    "a zip of images that fetchzip made; to use its record as a list, unpack it and choose manifest.csv";

/// In place of a name.
pub const A_FOLDER: &str = "a folder";
/// In place of the name of a file that a link names by its host alone.
pub const THE_LIST: &str = "the list";

/// If nothing was chosen, or only empty folders.
pub const NO_FILE: &str = "There is no file.";

/// A reason: a file in a zip.
pub fn packed_by(method: u16) -> String {
    text!["packed by method ", method, ", which no browser reads; unpack it"]
}

/// A reason: a file of this many bytes.
pub fn too_large(bytes: u64) -> String {
    text!["too large for a list (", size(bytes), ")"]
}

/// A reason: a file with which all would have more bytes than this.
pub fn beyond(limit: u64) -> String {
    text!["beyond the ", size(limit), " that lists may have together"]
}

/// Files that were passed over for one reason, some of them by name: `a.jpg, b.jpg and 3 more (an image)`.
pub fn passed_over_for(reason: &str, names: &str, others: usize) -> String {
    match others {
        0 => text![names, " (", reason, ")"],
        _ => text![names, " and ", others, " more (", reason, ")"],
    }
}

/// All that were passed over, by reason: `Passed over: a.jpg, b.jpg (an image); c.csv (encrypted).`
pub fn passed_over(files: &[String]) -> String {
    text!["Passed over: ", files.join("; "), "."]
}

/// If there was one file, which is not a list.
pub fn is_no_list(name: &str, reason: &str) -> String {
    text![name, " is ", reason, "."]
}

/// If there were several files, none of which is a list; `passed_over` is a sentence.
pub fn no_list(passed_over: &str) -> String {
    text!["There is no list. ", passed_over]
}

/// The number of lists that were read.
pub fn read(lists: usize) -> String {
    text![count(lists, LIST), " read."]
}

/// The same with the sentence about what was passed over.
pub fn read_but(lists: usize, passed_over: &str) -> String {
    text![read(lists), " ", passed_over]
}

/// After the sentence that says why there is no list.
pub fn unchanged(reason: &str) -> String {
    text![reason, " The list was not changed."]
}

/// In a comment of a list that was made from several: a file that is not read completely.
pub fn with_unreadable_lines(name: &str, lines: usize) -> String {
    text![name, ": ", count(lines, LINE), " can’t be read"]
}

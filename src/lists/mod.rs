//! Reads lists, for the page and for the package. Each is a wasm of its own, since most of its code is for
//! lists that most visitors do not have, and nobody downloads both.
//!
//! ```text
//! page ─┬ text, Choice ──▶ readList ─── plan::ListReader with the browser's parsers (feature `lists`)
//!       │                                    │ portions, each within 8 ms ──▶ page
//!       │                                    └ what was understood ─────────▶ page
//!       └ a long text ───▶ serveList ── the same with `documents`, on a thread of its own
//! files, folders, zips ─▶ read_files ─┬▶ the text of one list ──────────────────▶ page
//! the page's own address ─▶ read_link ┘
//! page ── a list ──▶ share_link ── the clipboard, or the system's sheet for sharing
//!
//! caller ── text, options ──▶ parseList ── plan::ListReader with `documents` (feature `parse-list`)
//!                                            └ an object with everything ───▶ caller
//! ```

#[cfg(feature = "lists")]
mod archive;
#[cfg(feature = "lists")]
mod browser_documents;
#[cfg(feature = "lists")]
mod collection;
#[cfg(feature = "lists")]
mod content;
#[cfg(feature = "lists")]
mod files;
#[cfg(feature = "lists")]
mod link;
#[cfg(feature = "parse-list")]
mod options;
#[cfg(feature = "lists")]
mod page;
#[cfg(feature = "parse-list")]
mod parse_list;
mod parsers;
#[cfg(feature = "lists")]
mod parts;
#[cfg(feature = "parse-list")]
mod results;
#[cfg(feature = "lists")]
mod share;
mod values;

#[cfg(feature = "lists")]
pub use page::{read_list, serve_list};
#[cfg(feature = "parse-list")]
pub use parse_list::parse_list;

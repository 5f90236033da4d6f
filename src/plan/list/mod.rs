//! Lists as people have them, in any form, read to requests.
//!
//! ```text
//! text ─ form: what is it? ─▶ reader ─┬▶ text ── lines: prose, markup, HTML between them
//!                                     ├▶ table · json ── records, of which columns have the addresses
//!                                     ├▶ xml ── sitemaps, feeds
//!                                     └▶ aria2
//!                                           each ─▶ output: ranges, the limit ─▶ Request or Rejected
//! ```
//!
//! The form is detected from the content. What can't be read is rejected with its line and the reason, and
//! never costs what can. JSON, HTML and XML are parsed by the browser ([`ListWeb`]), and everything is
//! read in steps, so that a page keeps responding.

mod aria2;
mod columns;
mod document;
mod encoding;
mod file_name;
mod form;
mod html;
mod inert;
mod json;
mod lines;
mod link;
mod markup;
mod message;
mod output;
mod prose;
mod reader;
mod request;
mod srcset;
mod table;
mod text;
mod xml;

pub use document::{Element, JsonShape, ListWeb};
pub use encoding::FileKind;
pub use file_name::reason_against;
pub use form::Form;
pub use link::{LinkError, link_text, list_of_link, literal};
pub use message::{Portion, PortionReader};
pub use output::MAX_URLS;
pub use reader::{Choice, ListReader, Understood};
pub use request::{Rejected, Request};

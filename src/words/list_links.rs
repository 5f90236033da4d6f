//! Links that bring a list along: the one that the page was opened with, and the one that it makes.

use super::nouns::{CHARACTER, URL};
use super::numbers::{count, number, size};
use crate::text::text;

/// The list is in the link.
pub const CAME_WITH_LINK: &str = "The list came with the link; nothing has been fetched yet.";
/// Some of the addresses in a link that was made are signed, or have a token.
pub const SIGNED: &str = "Some addresses look signed: anyone who gets the link can use them too.";
/// The link is too long to be read.
pub const TOO_LONG: &str =
    "The link has more than 2 MB. Put the list in a file, and use #list= with the file’s address.";
/// The link can't be decoded.
pub const DAMAGED: &str = "The link’s percent-encoding is damaged: a % is not followed by a code. Ask for the link \
                           again, or paste the addresses.";

/// The link names something that can't be fetched, whose beginning is `shown`.
pub fn no_address(shown: &str) -> String {
    text!["#list= needs the address of a file that begins with https://, not \"", shown, "\"."]
}

/// The file at an address takes too long.
pub fn late(address: &str) -> String {
    text![address, " did not arrive within a minute. Download the file, and choose it here."]
}

/// The file at an address was not reached.
pub fn out_of_reach(address: &str) -> String {
    text![
        address,
        " can’t be fetched: its host was not reached, or does not let other sites read it (CORS). Download the file, \
         and choose it here."
    ]
}

/// The host of the file answers with an error.
pub fn refused(address: &str, status: u16) -> String {
    text![address, " can’t be fetched: its host answers with status ", status, "."]
}

/// The file at an address has more bytes than a list may have.
pub fn too_large(address: &str, limit: u64) -> String {
    text![address, " is too large for a list: more than ", size(limit), "."]
}

/// The file at an address broke off.
pub fn incomplete(address: &str) -> String {
    text![address, " did not arrive completely. Open the link again."]
}

/// The list was fetched from an address.
pub fn is_from(address: &str) -> String {
    text!["The list is from ", address, "; nothing of it has been fetched yet."]
}

/// The same, with what is to be said of the file.
pub fn is_from_with_note(address: &str, note: &str) -> String {
    text![is_from(address), " ", note]
}

/// The link that was made has more than `limit` characters; the beginning of another follows.
pub fn needs_a_file(characters: usize, limit: usize) -> String {
    text![
        "A link with this list would have ",
        count(characters, CHARACTER),
        ", and not every program passes on more than ",
        number(limit),
        ". Save the list as a file, put that on a server that lets \
         other sites read it (CORS), and add its address to this link:"
    ]
}

/// The link was made and copied; `is_whole` if it has all that the list has.
pub fn copied(addresses: usize, is_whole: bool) -> String {
    text!["Link copied, with ", contents(addresses, is_whole)]
}

/// The link was made and is shown, since the browser does not let the page copy.
pub fn shown(addresses: usize, is_whole: bool) -> String {
    text!["This browser does not let the page copy. Copy this link, with ", contents(addresses, is_whole)]
}

fn contents(addresses: usize, is_whole: bool) -> String {
    let rest = if is_whole { "." } else { ". Of the list, it has the addresses alone." };
    text![count(addresses, URL), rest]
}

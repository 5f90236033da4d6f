//! What can be done with images that failed, and their hosts.

use super::nouns::IMAGE;
use super::numbers::{count, number};
use crate::text::text;

/// On the button that retries images for which a permission is missing.
pub const ALLOW: &str = "Allow";
/// On the button that retries an image.
pub const RETRY: &str = "Retry";
/// Announced when the addresses were not copied.
pub const NOT_COPIED: &str = "The browser did not copy the addresses.";

/// The images of one host, in the list of hosts.
pub fn of_host(host: &str, images: usize) -> String {
    text![host, ": ", count(images, IMAGE)]
}

/// The end of a list of hosts.
pub fn more_hosts(hosts: usize) -> String {
    text!["and ", number(hosts), " more"]
}

/// Announced when addresses were copied.
pub fn copied(images: usize) -> String {
    text!["Copied the addresses of ", count(images, IMAGE), "."]
}

/// Announced when the list has become that of the failed images.
pub fn replaced_list(images: usize) -> String {
    text!["The list was replaced by the addresses of ", count(images, IMAGE), "."]
}

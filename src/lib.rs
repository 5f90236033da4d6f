//! Fetches a list of image URLs at once and hands back one zip.

pub mod image;
pub mod plan;
pub mod report;
pub mod run;
pub mod zip;

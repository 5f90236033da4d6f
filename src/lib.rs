//! Fetches a list of image URLs at once and hands back one zip.

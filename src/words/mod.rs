//! What the page says, in English, and how it writes numbers.
//!
//! Every sentence and label of the page stands here, once, but for the markup (`www/index.html`) and for errors, which
//! the package has in common with the page and which are made where they occur. Another language is another set of
//! these functions. They take plain values and decide nothing: what is said when is decided by `report` and `page`.
//!
//! - [`numbers`]: sizes, durations, rates, counts with their nouns.
//! - [`summary`]: a list, a run and its outcome in a line each.

pub mod numbers;
pub mod summary;

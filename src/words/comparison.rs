//! The answer of a comparison: whether images at once are faster than one after the other.

use std::time::Duration;

use super::nouns::PAIR;
use super::numbers::{count, duration, ratio};
use crate::text::text;

/// Instead of an answer.
pub const TOO_SHORT: &str = "The runs were too short to be compared";

/// What a comparison has measured, each ratio of sequential over concurrent times.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The median of the ratios.
    pub median: f64,
    /// The smallest ratio of a pair.
    pub least: f64,
    /// The largest ratio of a pair.
    pub most: f64,
    /// The number of pairs.
    pub pairs: usize,
    /// The median time of the runs one after the other.
    pub sequential: Duration,
    /// The median time of the runs at once.
    pub concurrent: Duration,
}

impl Measured {
    /// For a gain: `At once: 4.7 times as fast (2.4 s against 11.1 s; 4.6 to 4.8 in 3 pairs)`.
    pub fn faster(&self) -> String {
        text!["At once: ", ratio(self.median), " times as fast (", self.figures(), ")"]
    }

    /// For a loss.
    pub fn slower(&self) -> String {
        text!["At once: slower, ", ratio(self.median), " times as fast (", self.figures(), ")"]
    }

    /// For pairs of which some gained and some lost.
    pub fn too_close(&self) -> String {
        text!["At once: too close to tell, ", ratio(self.median), " times as fast (", self.figures(), ")"]
    }

    fn figures(&self) -> String {
        let Self { least, most, pairs, sequential, concurrent, .. } = *self;
        let times = text![duration(concurrent), " against ", duration(sequential)];
        text![times, "; ", ratio(least), " to ", ratio(most), " in ", count(pairs, PAIR)]
    }
}

/// Why there is no answer: the runs of a pair, counted from 1, stored different numbers of images.
pub fn different_images(pair: usize, sequential: usize, concurrent: usize) -> String {
    text![
        "The runs of pair ",
        pair,
        " did not store the same images (",
        sequential,
        " one after the other, ",
        concurrent,
        " at once), so their times cannot be compared."
    ]
}

//! Commands to a run that is under way.

use super::{Fetcher, Run};

/// A command to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start nothing more until [`Command::Resume`]. What is in flight may still arrive.
    Pause,
    /// Start attempts again.
    Resume,
    /// End the run with what has arrived; the rest fails as stopped. This can't be undone.
    Stop,
}

impl Command {
    /// Every command, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Pause, Self::Resume, Self::Stop];

    /// Carries the command out.
    pub fn apply_to<F: Fetcher>(self, run: &mut Run<'_, F>) {
        match self {
            Self::Pause => run.pause(),
            Self::Resume => run.resume(),
            Self::Stop => run.stop(),
        }
    }
}

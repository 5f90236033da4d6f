//! The examples of `docs/lists.md`.

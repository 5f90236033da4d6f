//! The server as its clients see it, over real sockets on loopback. Nothing here sleeps: a test that
//! must wait waits at a gate, or for a counter.
//!
//! - `pictures`: files of the right size and format that decode
//! - `http1`, `http2`: the protocols, pace, framing, clients that go
//! - `faults`: the exact bytes of what goes wrong
//! - `control`: counters, the log, gates, checksums
//! - `site`: the page's own port, the folder
//! - `program`: the command line

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and its client's line says where"
)]

mod client;
mod control;
mod faults;
mod http1;
mod http2;
mod pictures;
mod program;
mod site;

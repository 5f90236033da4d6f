//! The demo image server: it stands in for picsum and Unsplash, and for everything that goes wrong.
//!
//! ```text
//! socket ── http1 / http2 ── Request ──▶ service ──▶ route, faults ──▶ Answer
//!                │                          │                            │ behaviour (?latency=…)
//!                │                          └─▶ control, site            │
//!                └◀──────────── flow: what to send, and when ◀───────────┘
//! ```
//!
//! An [`answer::Answer`] is data, even a broken one; only the two protocols touch a socket.
//! The [`journal`] records the requests; tests read it, and wait for it, through `control`.

pub mod answer;
mod behaviour;
pub mod body;
mod certificate;
mod control;
pub mod faults;
pub mod fixture;
mod flow;
mod gates;
mod http1;
mod http2;
pub mod journal;
mod landscape;
pub mod options;
mod padding;
pub mod picture;
pub mod request;
mod route;
pub mod samples;
mod seed;
mod server;
mod service;
mod shared_line;
mod sign_in;
mod site;
mod wire;

pub use options::Options;
pub use server::{Addresses, Server};

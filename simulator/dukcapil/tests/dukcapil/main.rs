//! The stand-in over real sockets.

#![expect(clippy::unwrap_used, reason = "a test says what failed by failing there")]

mod answers;
mod capacity;
mod control;
mod limits;
mod support;

//! What clients do that mean harm, or have a bad line, over raw sockets.

#![expect(clippy::unwrap_used, reason = "a test says what failed by failing there")]

mod shapes;
mod slow;
mod support;
mod tls;

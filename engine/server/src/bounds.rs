//! What a listener takes at most.

use crate::Pace;
use std::time::Duration;

/// Bounds of a listener. Times count only while it is the client that is waited for, unless they say otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at a time; further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// Of those, from one address (for IPv6, from one network of 64 bits); further ones are turned away with 503. Many people may sit
    /// behind one address, and behind a proxy everybody does.
    pub connections_per_address_max: usize,
    /// For a TLS handshake, by the clock.
    pub handshake_timeout: Duration,
    /// Bytes of a request's line and headers.
    pub header_bytes_max: usize,
    /// Header fields of a request.
    pub headers_max: usize,
    /// From one request's answer, or the connection's beginning, to the first byte of the next.
    pub idle_timeout: Duration,
    /// From the first byte of a request to the end of its headers.
    pub header_timeout: Duration,
    /// For a body; how long it may take in all is for [`crate::BodyBounds`] to say.
    pub body_pace: Pace,
    /// For reading an answer.
    pub answer_pace: Pace,
    /// From the end of a request's headers to its answer, by the clock.
    pub request_timeout: Duration,
    /// After so long, by the clock, the answer under way is a connection's last.
    pub connection_life: Duration,
    /// For requests under way when the service is told to end.
    pub drain_timeout: Duration,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            connections_max: 20_000,
            connections_per_address_max: usize::MAX,
            handshake_timeout: Duration::from_secs(10),
            header_bytes_max: 16 * 1024,
            headers_max: 64,
            idle_timeout: Duration::from_secs(30),
            header_timeout: Duration::from_secs(20),
            body_pace: Pace { grace: Duration::from_secs(10), bytes_per_s_min: 1_000 },
            answer_pace: Pace { grace: Duration::from_secs(30), bytes_per_s_min: 1_000 },
            request_timeout: Duration::from_secs(300),
            connection_life: Duration::from_secs(3_600),
            drain_timeout: Duration::from_secs(10),
        }
    }
}

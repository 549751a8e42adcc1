//! Where one request ends and the next begins, told from the bytes alone and before hyper sees them.
//!
//! It lets through whole heads that [`head`] has nothing against, and bodies as they come; it never lets through a part of a head.

use crate::head::{self, Framing, Violation};
use memchr::memchr_iter;

/// Follows the bytes of a connection.
#[derive(Debug)]
pub struct Framer {
    head_bytes_max: usize,
    headers_max: usize,
    phase: Phase,
    /// Bytes of an incomplete head that were looked at already.
    scanned: usize,
    /// Empty lines since the last request.
    blanks: u8,
    requests: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Head,
    Length(u64),
    Chunked(Chunk),
}

/// Within a body of chunks (RFC 9112, section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    /// In the digits of a size, so many of them, or in the extensions behind it.
    Size {
        size: u64,
        digits: u8,
    },
    Extension {
        size: u64,
        bytes: u8,
    },
    /// Behind the carriage return of a size's line.
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    /// Before the CRLF of a chunk, then between its two bytes.
    DataEnd,
    DataFeed,
    /// Before the last CRLF of all, then between its two bytes.
    Last,
    LastFeed,
}

/// What the bytes so far are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// So many bytes may go on.
    pub pass: usize,
    /// What is against those that follow. Without it, those that follow are the beginning of a head, to be shown again with more.
    pub refused: Option<Violation>,
}

/// Sixteen hexadecimal digits are the most that 64 bits hold.
const SIZE_DIGITS_MAX: u8 = 16;

/// Extensions of chunks have no use; whoever sends them may, up to here.
const EXTENSION_BYTES_MAX: u8 = 128;

/// Empty lines before a request line are to be passed over (RFC 9112, section 2.2); not any number of them.
const BLANKS_MAX: u8 = 4;

impl Framer {
    /// For a new connection.
    pub fn new(head_bytes_max: usize, headers_max: usize) -> Framer {
        Framer { head_bytes_max, headers_max, phase: Phase::Head, scanned: 0, blanks: 0, requests: 0 }
    }

    /// Whether a request's body is not at its end.
    pub fn is_in_body(&self) -> bool {
        self.phase != Phase::Head
    }

    /// Heads that went on.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Judges `bytes`: what wasn't passed the last time, and what has come since. After a refusal there is nothing more to ask.
    pub fn judge(&mut self, bytes: &[u8]) -> Judged {
        let mut pass = 0;
        while pass < bytes.len() {
            let rest = &bytes[pass..];
            match self.step(rest) {
                Ok(0) => break,
                Ok(taken) => pass += taken,
                Err(violation) => return Judged { pass, refused: Some(violation) },
            }
        }
        Judged { pass, refused: None }
    }

    /// Takes a head, or as much of a body as is there; nothing where a head is incomplete.
    fn step(&mut self, rest: &[u8]) -> Result<usize, Violation> {
        match self.phase {
            Phase::Head => self.step_head(rest),
            Phase::Length(left) => {
                let taken = at_most(left, rest.len());
                let left = left - taken as u64;
                self.phase = if left == 0 { Phase::Head } else { Phase::Length(left) };
                Ok(taken)
            }
            Phase::Chunked(Chunk::Data { left }) => {
                let taken = at_most(left, rest.len());
                let left = left - taken as u64;
                self.phase = Phase::Chunked(if left == 0 { Chunk::DataEnd } else { Chunk::Data { left } });
                Ok(taken)
            }
            Phase::Chunked(chunk) => {
                self.phase = chunk.step(rest[0])?;
                Ok(1)
            }
        }
    }

    fn step_head(&mut self, rest: &[u8]) -> Result<usize, Violation> {
        if self.scanned == 0 && rest.starts_with(b"\r") {
            return self.step_blank(rest);
        }
        // What isn't HTTP at all, TLS for instance, is known by its first byte.
        if !head::is_token(rest[0]) {
            return Err(Violation::Malformed("a request line that begins with no method"));
        }
        let Some(end) = find_end(rest, self.scanned) else {
            self.scanned = rest.len();
            return if rest.len() > self.head_bytes_max { Err(self.too_large(rest)) } else { Ok(0) };
        };
        if end > self.head_bytes_max {
            return Err(self.too_large(rest));
        }
        self.phase = match head::check(&rest[..end], self.headers_max)? {
            Framing::Length(0) => Phase::Head,
            Framing::Length(length) => Phase::Length(length),
            Framing::Chunked => Phase::Chunked(Chunk::Size { size: 0, digits: 0 }),
        };
        self.scanned = 0;
        self.blanks = 0;
        self.requests += 1;
        Ok(end)
    }

    fn too_large(&self, rest: &[u8]) -> Violation {
        let has_line = rest.iter().take(self.head_bytes_max).any(|&byte| byte == b'\n');
        if has_line { Violation::HeadTooLarge } else { Violation::TargetTooLong }
    }

    fn step_blank(&mut self, rest: &[u8]) -> Result<usize, Violation> {
        match rest {
            [b'\r'] => Ok(0),
            [b'\r', b'\n', ..] if self.blanks < BLANKS_MAX => {
                self.blanks += 1;
                Ok(2)
            }
            _ => Err(Violation::Malformed("empty lines instead of a request")),
        }
    }
}

impl Chunk {
    /// What comes after `byte`, which is none of a chunk's data.
    fn step(self, byte: u8) -> Result<Phase, Violation> {
        let next = match (self, byte) {
            (Chunk::Size { size, digits }, _) if byte.is_ascii_hexdigit() && digits < SIZE_DIGITS_MAX => {
                let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
                Chunk::Size { size: size << 4 | digit, digits: digits + 1 }
            }
            (Chunk::Size { size, digits: 1.. }, b';') => Chunk::Extension { size, bytes: 0 },
            (Chunk::Extension { size, bytes }, b'\t' | b' '..=b'~') if bytes < EXTENSION_BYTES_MAX => {
                Chunk::Extension { size, bytes: bytes + 1 }
            }
            (Chunk::Size { size, digits: 1.. } | Chunk::Extension { size, .. }, b'\r') => {
                Chunk::SizeEnd { size }
            }
            (Chunk::SizeEnd { size: 0 }, b'\n') => Chunk::Last,
            (Chunk::SizeEnd { size }, b'\n') => Chunk::Data { left: size },
            (Chunk::DataEnd, b'\r') => Chunk::DataFeed,
            (Chunk::DataFeed, b'\n') => Chunk::Size { size: 0, digits: 0 },
            // Trailers have no use here, and have smuggled fields: none are taken.
            (Chunk::Last, b'\r') => Chunk::LastFeed,
            (Chunk::LastFeed, b'\n') => return Ok(Phase::Head),
            _ => return Err(Violation::Malformed("a chunk that is none")),
        };
        Ok(Phase::Chunked(next))
    }
}

fn at_most(left: u64, there: usize) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(there)
}

/// Just behind the first empty line, whichever way its lines end: which ways are allowed is judged then.
fn find_end(bytes: &[u8], scanned: usize) -> Option<usize> {
    let from = scanned.saturating_sub(3);
    let mut feeds = memchr_iter(b'\n', &bytes[from..]).map(|at| from + at);
    feeds.find_map(|feed| match bytes[feed + 1..] {
        [b'\n', ..] => Some(feed + 2),
        [b'\r', b'\n', ..] => Some(feed + 3),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests that went on, bytes of the last that was refused or is incomplete, and why.
    fn judge_in_pieces(bytes: &[u8], piece: usize) -> (u64, Vec<u8>, Option<u16>) {
        let mut framer = Framer::new(64, 4);
        let mut held = Vec::new();
        for piece in bytes.chunks(piece) {
            held.extend_from_slice(piece);
            let judged = framer.judge(&held);
            held.drain(..judged.pass);
            if let Some(violation) = judged.refused {
                return (framer.requests(), Vec::new(), Some(violation.status()));
            }
            assert!(held.is_empty() || !framer.is_in_body(), "a body is never held back");
        }
        (framer.requests(), held, None)
    }

    fn check(bytes: &str, expect: (u64, &str, Option<u16>)) {
        // However the network cuts it, it is the same.
        for piece in [1, 2, 3, 7, bytes.len().max(1)] {
            let (requests, held, status) = judge_in_pieces(bytes.as_bytes(), piece);
            let held = String::from_utf8(held).unwrap();
            assert_eq!((requests, held.as_str(), status), expect, "{bytes:?} by {piece}");
        }
    }

    const CHUNKED: &str = "POST / HTTP/1.1\r\nhost:x\r\ntransfer-encoding:chunked\r\n\r\n";

    #[test]
    fn one_behind_the_other() {
        let get = "GET / HTTP/1.1\r\nhost:x\r\n\r\n";
        let post = "POST / HTTP/1.1\r\nhost:x\r\ncontent-length:3\r\n\r\n\n\r\n";
        check("", (0, "", None));
        check(get, (1, "", None));
        check(&format!("\r\n\r\n{get}{post}\r\n{get}"), (3, "", None));
        check(
            &format!("{post}{CHUNKED}2\r\n\r\n\r\n0a;x=\"y\"\r\n0123456789\r\n0\r\n\r\n{get}"),
            (3, "", None),
        );
        check(&format!("{post}GET / HT"), (1, "GET / HT", None));
        check(&format!("{post}GET / HTTP/1.1\r\n"), (1, "GET / HTTP/1.1\r\n", None));
    }

    #[test]
    fn heads_that_are_none() {
        check("GET / HTTP/1.1\nhost:x\n\n", (0, "", Some(400)));
        check("GET / HTTP/1.1\r\nhost:x\r\n\n", (0, "", Some(400)));
        check("\n", (0, "", Some(400)));
        check("\rG", (0, "", Some(400)));
        check(&"\r\n".repeat(4), (0, "", None));
        check(&"\r\n".repeat(5), (0, "", Some(400)));
        check("\x16\x03\x01\x02\0\x01\0", (0, "", Some(400)));
        check(&format!("GET /{} HTTP/1.1\r\nhost:x\r\n\r\n", "a".repeat(60)), (0, "", Some(414)));
        check(&format!("GET / HTTP/1.1\r\nhost:x\r\ny:{}\r\n\r\n", "a".repeat(40)), (0, "", Some(431)));
        check(&format!("GET / HTTP/1.1\r\nhost:x\r\n{}\r\n", "a:b\r\n".repeat(4)), (0, "", Some(431)));
    }

    #[test]
    fn chunks_that_are_none() {
        for chunks in [
            "\r\n",
            "g\r\n",
            ";x\r\n",
            " 1\r\na\r\n",
            "1 \r\na\r\n",
            "0x1\r\na\r\n",
            "+1\r\na\r\n",
            "1\na\r\n",
            "1\r\nab\r\n",
            "1\r\na\n",
            "1\r\na\rb",
            "1;\n\r\na\r\n",
            "1;x\0\r\na\r\n",
            "10000000000000000\r\n",
            "00000000000000001\r\n",
            "0\r\nx: y\r\n\r\n",
            "0\r\n\n",
        ] {
            check(&format!("{CHUNKED}{chunks}"), (1, "", Some(400)));
        }
        check(&format!("{CHUNKED}1;{}\r\n", "x".repeat(129)), (1, "", Some(400)));
        // The greatest size is no more than a promise; the body's own bound cuts it.
        check(&format!("{CHUNKED}ffffffffffffffff\r\na"), (1, "", None));
    }
}

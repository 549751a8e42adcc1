//! A request's line and headers, judged before anything else parses them.
//!
//! Request smuggling lives on heads that two parsers read differently. So what RFC 9112 lets a server guess at is not guessed at here: a
//! bare line feed, a folded line, a space before a colon, two lengths, a length beside a transfer coding. Each ends the connection.

use hyper::http::uri::Authority;
use memchr::memchr;

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes of body, also none.
    Length(u64),
    /// Chunks, up to an empty one.
    Chunked,
}

/// Why a request is refused before it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Not as RFC 9112 has it, or open to two readings; says which rule, for the log.
    Malformed(&'static str),
    /// Not there in its time.
    Slow,
    /// The request line is over the bound of the head.
    TargetTooLong,
    /// The head is over its bound of bytes or of fields.
    HeadTooLarge,
    /// Another transfer coding than `chunked`.
    CodingUnknown,
    /// Another version than HTTP/1.1 or HTTP/1.0.
    VersionUnknown,
}

/// The method by which a refused head is told to hyper, in its order among the others; nobody else may use it.
pub(crate) const REFUSED: &str = "REFUSED";

impl Violation {
    /// The status of the answer (RFC 9110, section 15; RFC 6585 for 431).
    pub const fn status(self) -> u16 {
        match self {
            Violation::Malformed(_) => 400,
            Violation::Slow => 408,
            Violation::TargetTooLong => 414,
            Violation::HeadTooLarge => 431,
            Violation::CodingUnknown => 501,
            Violation::VersionUnknown => 505,
        }
    }
}

/// Judges a whole head, from its request line to the empty line that ends it.
///
/// # Errors
/// [`Violation`].
pub(crate) fn check(head: &[u8], headers_max: usize) -> Result<Framing, Violation> {
    let mut lines = Lines(head);
    let line = lines.next().ok_or(Violation::Malformed("a head without an end"))??;
    let request = RequestLine::parse(line)?;
    let mut fields = Fields::default();
    let mut count = 0;
    loop {
        let line = lines.next().ok_or(Violation::Malformed("a head without an end"))??;
        if line.is_empty() {
            break;
        }
        count += 1;
        if count > headers_max {
            return Err(Violation::HeadTooLarge);
        }
        fields.take(line)?;
    }
    fields.judge(&request)
}

/// Lines that end with CRLF. A line feed alone is an error, and so is any other control character but a tab.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = Result<&'a [u8], Violation>;

    fn next(&mut self) -> Option<Self::Item> {
        let feed = memchr(b'\n', self.0)?;
        let (line, rest) = (&self.0[..feed], &self.0[feed + 1..]);
        self.0 = rest;
        let Some(line) = line.strip_suffix(b"\r") else {
            return Some(Err(Violation::Malformed("a line feed without a carriage return")));
        };
        // To the end in any case: without a way out on the way, it is done many bytes at a time.
        if line.iter().fold(false, |found, &byte| found | (byte < b' ') & (byte != b'\t') | (byte == 0x7f)) {
            return Some(Err(Violation::Malformed("a control character")));
        }
        Some(Ok(line))
    }
}

struct RequestLine<'a> {
    is_http_11: bool,
    /// The authority of a target in absolute form.
    authority: Option<&'a [u8]>,
}

impl RequestLine<'_> {
    /// `method SP target SP version`, with exactly one space at each place.
    fn parse(line: &[u8]) -> Result<RequestLine<'_>, Violation> {
        let mut parts = line.split(|&byte| byte == b' ');
        let (Some(method), Some(target), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Violation::Malformed("a request line of other than three parts"));
        };
        if method.is_empty() || !method.iter().all(|&byte| is_token(byte)) || method == REFUSED.as_bytes() {
            return Err(Violation::Malformed("a method that is none"));
        }
        let is_http_11 = match version {
            b"HTTP/1.1" => true,
            b"HTTP/1.0" => false,
            [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
                if major.is_ascii_digit() && minor.is_ascii_digit() =>
            {
                return Err(Violation::VersionUnknown);
            }
            _ => return Err(Violation::Malformed("a version that is none")),
        };
        Ok(RequestLine { is_http_11, authority: authority_of(method, target)? })
    }
}

/// Judges the form of a target (RFC 9112, section 3.2). There is nothing here to connect to, so the authority form has no use.
fn authority_of<'a>(method: &[u8], target: &'a [u8]) -> Result<Option<&'a [u8]>, Violation> {
    if target.is_empty() || !target.iter().all(|&byte| is_in_target(byte)) {
        return Err(Violation::Malformed("a target with bytes that no target has"));
    }
    if method == b"CONNECT" {
        return Err(Violation::Malformed("CONNECT to what is no proxy"));
    }
    if target.starts_with(b"/") || (target == b"*" && method == b"OPTIONS") {
        return Ok(None);
    }
    let scheme = [&b"http://"[..], b"https://"]
        .into_iter()
        .find(|scheme| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let scheme = scheme.ok_or(Violation::Malformed("a target of no form that an origin takes"))?;
    let rest = &target[scheme.len()..];
    let end = rest.iter().position(|byte| b"/?".contains(byte)).unwrap_or(rest.len());
    let authority = &rest[..end];
    if authority.contains(&b'@') || Authority::try_from(authority).is_err() {
        return Err(Violation::Malformed("a target without a host"));
    }
    Ok(Some(authority))
}

/// What the fields of a head say about its framing and its host.
#[derive(Default)]
struct Fields<'a> {
    host: Option<&'a [u8]>,
    length: Option<&'a [u8]>,
    coding: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, line: &'a [u8]) -> Result<(), Violation> {
        let colon = memchr(b':', line).ok_or(Violation::Malformed("a field without a colon"))?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        // A folded line begins with a space, and a space may stand before the colon: neither is a byte of a name.
        if name.is_empty() || !name.iter().all(|&byte| is_token(byte)) {
            return Err(Violation::Malformed("a field name that is none"));
        }
        let known = match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => &mut self.host,
            14 if name.eq_ignore_ascii_case(b"content-length") => &mut self.length,
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => &mut self.coding,
            _ => return Ok(()),
        };
        match known.replace(value) {
            None => Ok(()),
            // Twice the same is as good as twice another: somebody before us may have read the other.
            Some(_) => Err(Violation::Malformed("a field twice that may stand once")),
        }
    }

    fn judge(&self, request: &RequestLine<'_>) -> Result<Framing, Violation> {
        match (self.host, request.authority) {
            (None, _) if request.is_http_11 => return Err(Violation::Malformed("no host")),
            (Some(host), _) if !is_host(host) => return Err(Violation::Malformed("a host that is none")),
            (host, Some(authority)) if host.is_some_and(|host| !host.eq_ignore_ascii_case(authority)) => {
                return Err(Violation::Malformed("a host unlike the target's"));
            }
            _ => {}
        }
        match (self.coding, self.length) {
            (None, None) => Ok(Framing::Length(0)),
            (None, Some(length)) => parse_length(length).map(Framing::Length),
            (Some(_), Some(_)) => Err(Violation::Malformed("both a length and a transfer coding")),
            (Some(_), None) if !request.is_http_11 => {
                Err(Violation::Malformed("a transfer coding before HTTP/1.1"))
            }
            (Some(coding), None) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
            (Some(_), None) => Err(Violation::CodingUnknown),
        }
    }
}

/// Digits alone, and no more than fit.
fn parse_length(text: &[u8]) -> Result<u64, Violation> {
    let malformed = Violation::Malformed("a length that is none");
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(malformed);
    }
    // hyper keeps the highest two values for itself.
    let length = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u64>().ok());
    length.filter(|&length| length <= u64::MAX - 2).ok_or(malformed)
}

/// A byte of a name or method (`tchar` of RFC 9110, section 5.6.2).
pub(crate) fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

static TOKEN: [bool; 256] = table(b"!#$%&'*+-.^_`|~");

/// A byte of a path or a query (RFC 3986, section 3.3), or of the authority before them.
fn is_in_target(byte: u8) -> bool {
    TARGET[byte as usize]
}

static TARGET: [bool; 256] = table(b"-._~%/?:@!$&'()*+,;=[]");

/// Letters, digits, and `others`.
const fn table(others: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
}

/// Bytes that a host and port may have; empty is allowed (RFC 9110, section 7.2). User names are not.
fn is_host(host: &[u8]) -> bool {
    host.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_head(head: &str, expect: Result<Framing, u16>) {
        let found = check(head.as_bytes(), 4).map_err(Violation::status);
        assert_eq!(found, expect, "{head:?}");
    }

    /// With a host, and `fields` each ended by CRLF.
    fn check_fields(fields: &str, expect: Result<Framing, u16>) {
        check_head(&format!("POST / HTTP/1.1\r\nhost: x\r\n{fields}\r\n"), expect);
    }

    #[test]
    fn request_lines() {
        let fine = Ok(Framing::Length(0));
        for (line, expect) in [
            ("GET / HTTP/1.1", fine),
            ("OPTIONS * HTTP/1.1", fine),
            ("M-SEARCH /a?b=%20 HTTP/1.1", fine),
            ("GET http://x/a HTTP/1.1", fine),
            ("GET HTTP://X HTTP/1.1", fine),
            ("GET http://y/a HTTP/1.1", Err(400)),
            ("GET http://u@x/a HTTP/1.1", Err(400)),
            ("GET http:///a HTTP/1.1", Err(400)),
            ("GET ftp://x/a HTTP/1.1", Err(400)),
            ("GET * HTTP/1.1", Err(400)),
            ("GET x HTTP/1.1", Err(400)),
            ("GET /a#b HTTP/1.1", Err(400)),
            ("GET /a\"b HTTP/1.1", Err(400)),
            ("GET /a\\b HTTP/1.1", Err(400)),
            ("GET http://[::1/ HTTP/1.1", Err(400)),
            ("GET /\u{e4} HTTP/1.1", Err(400)),
            ("GET  / HTTP/1.1", Err(400)),
            ("GET / HTTP/1.1 ", Err(400)),
            (" GET / HTTP/1.1", Err(400)),
            ("GET\t/ HTTP/1.1", Err(400)),
            ("GET /", Err(400)),
            ("G(T / HTTP/1.1", Err(400)),
            ("REFUSED / HTTP/1.1", Err(400)),
            ("CONNECT x:443 HTTP/1.1", Err(400)),
            ("CONNECT / HTTP/1.1", Err(400)),
            ("GET / http/1.1", Err(400)),
            ("GET / HTTP/1.10", Err(400)),
            ("GET / HTTP/2.0", Err(505)),
            ("GET / HTTP/0.9", Err(505)),
        ] {
            check_head(&format!("{line}\r\nhost: x\r\n\r\n"), expect);
        }
    }

    #[test]
    fn hosts() {
        check_head("GET / HTTP/1.1\r\n\r\n", Err(400));
        check_head("GET / HTTP/1.0\r\n\r\n", Ok(Framing::Length(0)));
        check_head("GET / HTTP/1.1\r\nHost:\r\n\r\n", Ok(Framing::Length(0)));
        check_head("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", Ok(Framing::Length(0)));
        check_head("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", Err(400));
        check_head("GET / HTTP/1.1\r\nHost: u@x\r\n\r\n", Err(400));
        check_head("GET / HTTP/1.1\r\nhost: x\r\nHOST: x\r\n\r\n", Err(400));
    }

    #[test]
    fn framings() {
        check_fields("content-length: 5\r\n", Ok(Framing::Length(5)));
        check_fields("CONTENT-LENGTH:005\t\r\n", Ok(Framing::Length(5)));
        check_fields("transfer-encoding: Chunked\r\n", Ok(Framing::Chunked));
        check_fields("x: \u{e4} \"'\t.\r\n", Ok(Framing::Length(0)));
        for (fields, status) in [
            ("content-length: 5\r\ntransfer-encoding: chunked\r\n", 400),
            ("transfer-encoding: chunked\r\ncontent-length: 5\r\n", 400),
            ("content-length: 5\r\ncontent-length: 6\r\n", 400),
            ("content-length: 5\r\ncontent-length: 5\r\n", 400),
            ("content-length: 5, 5\r\n", 400),
            ("content-length: +5\r\n", 400),
            ("content-length: -5\r\n", 400),
            ("content-length: 0x5\r\n", 400),
            ("content-length: 5 5\r\n", 400),
            ("content-length:\r\n", 400),
            ("content-length: 18446744073709551614\r\n", 400),
            ("content-length: 99999999999999999999\r\n", 400),
            ("content-length : 5\r\n", 400),
            ("content-length\t: 5\r\n", 400),
            (" content-length: 5\r\n", 400),
            ("x: a\r\n content-length: 5\r\n", 400),
            ("x: a\r\n\tb\r\n", 400),
            ("x\r\n", 400),
            (": x\r\n", 400),
            ("x: a\0b\r\n", 400),
            ("x: a\rb\r\n", 400),
            ("x: a\nb: c\r\n", 400),
            ("x(y): a\r\n", 400),
            ("transfer-encoding: gzip, chunked\r\n", 501),
            ("transfer-encoding: chunked, identity\r\n", 501),
            ("transfer-encoding: identity\r\n", 501),
            ("transfer-encoding: xchunked\r\n", 501),
            ("transfer-encoding:\r\n", 501),
            ("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", 400),
            ("transfer-encoding: \x0bchunked\r\n", 400),
            ("a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n", 431),
        ] {
            check_fields(fields, Err(status));
        }
        check_head("POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n", Err(400));
        check_head("POST / HTTP/1.1\nhost: x\n\n", Err(400));
        check_head("POST / HTTP/1.1\r\nhost: x\r\n", Err(400));
        check_head("", Err(400));
    }
}

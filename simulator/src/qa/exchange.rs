//! What was asked and what was heard: the record that transcript, curl lines and HAR are all made from.

use bytes::Bytes;
use domain::Failure;
use domain::wire::Problem;
use hyper::Method;
use serde::de::DeserializeOwned;
use std::net::IpAddr;

/// Whose port is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The applicants'.
    Portal,
    /// The operators'.
    Operations,
    /// The registry stand-in's.
    Registry,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) side: Side,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    pub(crate) delivery: Delivery,
    /// The address that it comes from, where that matters.
    pub(crate) from: Option<IpAddr>,
}

/// How a request is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// With its length declared, at once.
    Whole,
    /// Without a length, in chunks.
    Chunked,
    /// Declared with so many bytes, of which only the body comes; then nothing more.
    Stalled(u64),
    /// At once, and the connection is dropped as soon as the answer begins: nobody reads it.
    Unheard,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// A request with what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) ask: Ask,
    /// `127.0.0.1:8080`.
    pub(crate) host: String,
    /// When it began, in milliseconds since 1970.
    pub(crate) begun_ms: i64,
    /// From the beginning to the answer's head.
    pub(crate) wait_us: u64,
    /// From there to its end.
    pub(crate) receive_us: u64,
    /// The answer, or why there is none.
    pub(crate) reply: Result<Reply, String>,
    /// Values of the answer that later requests use, by the names that they have in scripts.
    pub(crate) captures: Vec<Capture>,
}

/// A value that a later request uses.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    /// `TOKEN_1`.
    pub(crate) name: String,
    /// What it is this time.
    pub(crate) value: String,
    /// Where a script gets it.
    pub(crate) source: Source,
}

/// Where a script gets a captured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// This key of the answer.
    Field(&'static str),
    /// By solving the captcha whose id is in the variable of this number.
    Captcha(usize),
    /// What this command prints.
    Shell(&'static str),
    /// From a message that somebody has to read.
    Message(&'static str),
}

/// Something that happened, in order.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Exchange(Box<Exchange>),
    /// Something beside HTTP that changed the world: a person has to do it when they follow the script.
    Deed(String),
    /// What is going on, for a reader.
    Remark(String),
    /// What was found to hold.
    Holds(String),
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Ask {
        Ask {
            side: Side::Portal,
            method,
            path: path.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            delivery: Delivery::Whole,
            from: None,
        }
    }

    #[must_use]
    pub(crate) fn at(self, side: Side) -> Ask {
        Ask { side, ..self }
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Ask {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body of this media type.
    #[must_use]
    pub(crate) fn body(self, media_type: &'static str, body: impl Into<Bytes>) -> Ask {
        Ask { body: body.into(), ..self }.header("content-type", media_type)
    }

    #[must_use]
    pub(crate) fn delivered(self, delivery: Delivery) -> Ask {
        Ask { delivery, ..self }
    }

    /// Whether the body is text that a reader can read.
    pub(crate) fn is_text(&self) -> bool {
        self.headers.iter().any(|(name, value)| *name == "content-type" && value.contains("json"))
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as what it must be.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The code of the refusal that it is, if it is one.
    pub(crate) fn code(&self) -> Option<Failure> {
        self.json::<Problem>().map(|problem| problem.code)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

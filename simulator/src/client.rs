//! One applicant's browser: a kept-alive HTTP/1.1 connection by hyper's own client, opened when it is needed
//! and again when the portal has closed it. No pool: two people never share a connection.

mod cookies;
mod upload;

use bytes::Bytes;
use cookies::Cookies;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use std::error::Error as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
pub use upload::Pace;
use upload::Upload;

const AGENT: &str = concat!("lonjakan/", env!("CARGO_PKG_VERSION"));

/// A browser, with at most one connection.
#[derive(Debug)]
pub struct Browser {
    address: SocketAddr,
    host: HeaderValue,
    answer_bytes_max: usize,
    source: Option<Ipv4Addr>,
    cookies: Cookies,
    connection: Option<Connection>,
    resent: u64,
}

#[derive(Debug)]
enum Connection {
    Live(Kept),
    /// Used, and put by without hyper.
    Resting(TcpStream),
}

#[derive(Debug)]
struct Kept {
    sender: SendRequest<Upload>,
    /// A request was answered on it: from then on the portal may close it at any moment.
    used: bool,
    /// Ends once the sender is gone, with the stream where that is still good.
    serving: JoinHandle<Option<TcpStream>>,
}

/// A request, before it is put on a connection.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The path, with its slash.
    pub path: String,
    /// The media type of `body`, where there is one.
    pub content_type: Option<&'static str>,
    /// The body; may be empty.
    pub body: Bytes,
    /// How the body goes out.
    pub pace: Pace,
    /// Whether its length is said before it is sent; without, it goes in chunks.
    pub declares_length: bool,
    /// The header that makes a POST repeatable.
    pub idempotency_key: Option<String>,
    /// The whole value of the header `authorization`.
    pub authorization: Option<String>,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its status.
    pub status: StatusCode,
    /// Its header `Retry-After`, where that is a number of seconds.
    pub retry_after: Option<Duration>,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The deadline came first. The connection is gone with it.
    #[error("no answer in time")]
    Timeout,
    /// The applicant's patience was over before the deadline. [`Browser::send`] never says so: it does not know people.
    #[error("not waited for")]
    Impatience,
    /// Refused, reset, or closed in the middle.
    #[error("connection refused or broken")]
    Connection,
    /// Longer than a portal's answers may be.
    #[error("answer over its limit")]
    TooLong,
    /// This machine has no descriptor, port or memory left for a connection.
    #[error("no descriptor, port or memory left on this machine")]
    OwnLimit,
}

impl Outgoing {
    /// A request without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Outgoing {
        let path = path.into();
        let (content_type, idempotency_key, authorization) = (None, None, None);
        let (body, pace, declares_length) = (Bytes::new(), Pace::AtOnce, true);
        Outgoing { method, path, content_type, body, pace, declares_length, idempotency_key, authorization }
    }

    /// The same with a body.
    #[must_use]
    pub fn with_body(self, content_type: &'static str, body: impl Into<Bytes>) -> Outgoing {
        Outgoing { content_type: Some(content_type), body: body.into(), ..self }
    }

    /// Whether sending it twice does the same as sending it once.
    fn is_repeatable(&self) -> bool {
        self.method.is_idempotent() || self.idempotency_key.is_some()
    }

    fn request(&self, host: &HeaderValue) -> Request<Upload> {
        let upload = Upload::new(self.body.clone(), self.pace);
        let mut request = Request::new(if self.declares_length { upload } else { upload.without_length() });
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(HOST, host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if let Some(content_type) = self.content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let optional = [
            (hyper::header::HeaderName::from_static(domain::wire::IDEMPOTENCY_KEY), &self.idempotency_key),
            (AUTHORIZATION, &self.authorization),
        ];
        for (name, value) in optional {
            if let Some(Ok(value)) = value.as_deref().map(HeaderValue::from_str) {
                headers.insert(name, value);
            }
        }
        request
    }
}

impl Browser {
    /// A browser that talks to `address`. Answers of more than `answer_bytes_max` are [`Lost::TooLong`].
    pub fn new(address: SocketAddr, answer_bytes_max: usize) -> Browser {
        let host =
            HeaderValue::from_str(&address.to_string()).expect("an address consists of printable ASCII");
        let (source, cookies) = (None, Cookies::default());
        Browser { address, host, answer_bytes_max, source, cookies, connection: None, resent: 0 }
    }

    /// Another window of the same browser: it has the cookies, and a connection of its own.
    #[must_use]
    pub fn another_window(&self) -> Browser {
        let (host, cookies) = (self.host.clone(), self.cookies.clone());
        Browser { host, cookies, connection: None, resent: 0, ..*self }
    }

    /// Connects from this address from now on, which has to be one of this machine's. With a portal elsewhere it stays as it was.
    pub fn sit_at(&mut self, source: Ipv4Addr) {
        if self.address.ip().is_loopback() && self.address.is_ipv4() {
            self.source = Some(source);
        }
    }

    /// Forgets its cookies.
    pub fn forget(&mut self) {
        self.cookies = Cookies::default();
    }

    /// Requests that went out a second time, since the kept connection broke under them.
    pub fn resent(&self) -> u64 {
        self.resent
    }

    /// Closes the connection, if there is one.
    pub fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Puts the connection by until the next request, for somebody who thinks for long: hyper's buffers go, 27 KB of them, and ten
    /// thousand people think at a time. It waits for an upload that is still on its way; a caller that gives that up keeps everything.
    pub async fn rest(&mut self) {
        let Some(Connection::Live(kept)) = &mut self.connection else { return };
        if kept.sender.ready().await.is_err() {
            return;
        }
        let Some(Connection::Live(Kept { sender, serving, .. })) = self.connection.take() else { return };
        drop(sender);
        self.connection = serving.await.ok().flatten().map(Connection::Resting);
    }

    /// Sends a request and reads the whole answer.
    ///
    /// A connection that the portal closed while the applicant was thinking is opened anew without anybody
    /// noticing, as browsers do; so is one that breaks under a request that may be repeated, once.
    ///
    /// # Errors
    /// [`Lost`], after which the next request opens a new connection.
    pub async fn send(&mut self, outgoing: &Outgoing, deadline: Instant) -> Result<Heard, Lost> {
        let sending = self.send_or_repeat(outgoing);
        let outcome = timeout_at(deadline, Box::pin(sending)).await.unwrap_or(Err(Lost::Timeout));
        if outcome.is_err() {
            self.connection = None;
        }
        outcome
    }

    async fn send_or_repeat(&mut self, outgoing: &Outgoing) -> Result<Heard, Lost> {
        match self.send_once(outgoing).await {
            Err(Broken { lost: Lost::Connection, kept: true, unsent })
                if unsent || outgoing.is_repeatable() =>
            {
                self.connection = None;
                // What never left is no second request.
                self.resent += u64::from(!unsent);
                self.send_once(outgoing).await.map_err(|broken| broken.lost)
            }
            other => other.map_err(|broken| broken.lost),
        }
    }

    async fn send_once(&mut self, outgoing: &Outgoing) -> Result<Heard, Broken> {
        let mut kept = match self.connection.take() {
            Some(Connection::Live(kept)) if !kept.sender.is_closed() => kept,
            Some(Connection::Resting(stream)) if is_quiet(&stream) => open(stream, true).await?,
            _ => connect(self.address, self.source).await?,
        };
        let broken = |lost, unsent| Broken { lost, kept: kept.used, unsent };
        // A refused upload may still be on its way: the next request waits for its end.
        kept.sender.ready().await.map_err(|_| broken(Lost::Connection, true))?;
        let mut request = outgoing.request(&self.host);
        self.cookies.show(request.headers_mut());
        let response = match kept.sender.try_send_request(request).await {
            Ok(response) => response,
            Err(mut failed) => {
                let unsent = failed.take_message().is_some();
                return Err(broken(lost_by(failed.error()), unsent));
            }
        };
        self.cookies.keep(response.headers());
        let heard = hear(response, self.answer_bytes_max).await.map_err(|lost| broken(lost, false))?;
        kept.used = true;
        self.connection = Some(Connection::Live(kept));
        Ok(heard)
    }
}

struct Broken {
    lost: Lost,
    /// On a connection that had been used before.
    kept: bool,
    /// Nothing of the request was sent.
    unsent: bool,
}

async fn connect(address: SocketAddr, source: Option<Ipv4Addr>) -> Result<Kept, Broken> {
    let broken = |error: io::Error| Broken { lost: lost_by_io(&error), kept: false, unsent: true };
    let stream = connect_from(address, source).await.map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    open(stream, false).await
}

async fn open(stream: TcpStream, used: bool) -> Result<Kept, Broken> {
    let handshake = http1::Builder::new().handshake(TokioIo::new(stream)).await;
    let (sender, connection) =
        handshake.map_err(|error| Broken { lost: lost_by(&error), kept: used, unsent: true })?;
    let serving = tokio::spawn(async move {
        match connection.without_shutdown().await {
            Ok(parts) => parts.read_buf.is_empty().then(|| parts.io.into_inner()),
            Err(error) => {
                tracing::debug!(%error, "connection ended early");
                None
            }
        }
    });
    Ok(Kept { sender, used, serving })
}

/// Whether nothing has come since the last answer: neither its end nor bytes that nobody asked for.
fn is_quiet(stream: &TcpStream) -> bool {
    recv(stream, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT).err() == Some(Errno::WOULDBLOCK)
}

async fn connect_from(address: SocketAddr, source: Option<Ipv4Addr>) -> io::Result<TcpStream> {
    let Some(source) = source else { return TcpStream::connect(address).await };
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    socket.connect(address).await
}

async fn hear(response: Response<hyper::body::Incoming>, bytes_max: usize) -> Result<Heard, Lost> {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER);
    let retry_after =
        retry_after.and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
    let body = Limited::new(response.into_body(), bytes_max).collect().await;
    match body {
        Ok(body) => Ok(Heard { status, retry_after, body: body.to_bytes() }),
        Err(error) if error.is::<LengthLimitError>() => Err(Lost::TooLong),
        Err(_) => Err(Lost::Connection),
    }
}

fn lost_by(error: &hyper::Error) -> Lost {
    error.source().and_then(|source| source.downcast_ref::<io::Error>()).map_or(Lost::Connection, lost_by_io)
}

fn lost_by_io(error: &io::Error) -> Lost {
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE | Errno::ADDRNOTAVAIL | Errno::NOBUFS | Errno::NOMEM) => {
            Lost::OwnLimit
        }
        _ => Lost::Connection,
    }
}

//! One request on a connection of its own, so that each exchange is what the record says, and nothing is sent twice behind anybody's
//! back. The load generator's browser does otherwise: see `client`.

use super::exchange::{Ask, Delivery, Reply};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Longest wait for an answer, to its end.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What came of a request, and how long it took.
pub(super) struct Sent {
    pub(super) reply: Result<Reply, String>,
    pub(super) wait: Duration,
    pub(super) receive: Duration,
}

/// Sends `ask` to `address`, and reads the answer to its end, or leaves it unread as the delivery says.
pub(super) async fn send(address: SocketAddr, ask: &Ask) -> Sent {
    let begun = Instant::now();
    let mut head_at = None;
    let outcome = timeout(TIMEOUT, Box::pin(exchange(address, ask, &mut head_at))).await;
    let reply = outcome.unwrap_or_else(|_| Err("no answer in 30 s".to_owned()));
    let end = Instant::now();
    let head_at = head_at.unwrap_or(end);
    Sent { reply, wait: head_at - begun, receive: end - head_at }
}

async fn exchange(address: SocketAddr, ask: &Ask, head_at: &mut Option<Instant>) -> Result<Reply, String> {
    let broken = |error: hyper::Error| format!("connection broken: {error}");
    let stream = connect(address, ask).await.map_err(|error| format!("no connection: {error}"))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let connection = tokio::spawn(connection);
    let answered = sender.send_request(request(address, ask)?).await;
    *head_at = Some(Instant::now());
    let reply = match answered {
        Ok(_) if ask.delivery == Delivery::Unheard => {
            Err("the connection is dropped before the answer is read".to_owned())
        }
        Ok(response) => read(response).await.map_err(broken),
        Err(error) => Err(broken(error)),
    };
    connection.abort();
    reply
}

async fn connect(address: SocketAddr, ask: &Ask) -> io::Result<TcpStream> {
    let Some(from) = ask.from else { return TcpStream::connect(address).await };
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(address).await
}

fn request(address: SocketAddr, ask: &Ask) -> Result<Request<Upload>, String> {
    let declared = match ask.delivery {
        Delivery::Whole | Delivery::Unheard => Some(ask.body.len() as u64),
        Delivery::Chunked => None,
        Delivery::Stalled(declared) => Some(declared),
    };
    let stalls = matches!(ask.delivery, Delivery::Stalled(_));
    let upload = Upload { data: Some(ask.body.clone()), declared, stalls };
    let mut request =
        Request::builder().method(&ask.method).uri(&ask.path).header("host", address.to_string());
    for (name, value) in &ask.headers {
        request = request.header(*name, value);
    }
    request.body(upload).map_err(|error| format!("no request: {error}"))
}

async fn read(response: Response<Incoming>) -> Result<Reply, hyper::Error> {
    let (head, body) = response.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    Ok(Reply { status: head.status.as_u16(), headers, body: body.collect().await?.to_bytes() })
}

/// A body that may promise more than it brings.
struct Upload {
    data: Option<Bytes>,
    declared: Option<u64>,
    stalls: bool,
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.data.take().filter(|data| !data.is_empty()) {
            Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            // Nobody wakes it: the answer, or the deadline, ends the exchange.
            None if self.stalls => Poll::Pending,
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.stalls && self.data.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        self.declared.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

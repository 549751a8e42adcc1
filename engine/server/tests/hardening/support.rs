//! A service that says what it was asked, and a client that sends bytes as they are.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};
use server::{Answer, BodyBounds, BodyError, Bounds, Peer, Tls};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Far over whatever a test takes: only there so that one that hangs fails instead.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn serve(bounds: Bounds) -> SocketAddr {
    serve_tls(bounds, None).await
}

pub(crate) async fn serve_tls(bounds: Bounds, tls: Option<Tls>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server::run_tls(listener, bounds, tls, echo, std::future::pending()));
    address
}

/// Method, path and body. `/never` gets no answer, `/unread` one without a look at the body, `/long` one of ten megabytes.
async fn echo(request: Request<Incoming>) -> Answer {
    let asked = format!("{} {}", request.method(), request.uri().path());
    assert!(request.extensions().get::<Peer>().is_some_and(|peer| peer.0.ip().is_loopback()));
    let said = match request.uri().path() {
        "/never" => std::future::pending().await,
        "/unread" => asked,
        "/long" => "x".repeat(10_000_000),
        _ => {
            let bounds = BodyBounds { bytes_max: 1_000, timeout: PATIENCE };
            match server::read::<()>(request.into_body(), bounds, |_| Ok(())).await {
                Ok(body) => format!("{asked} {}", String::from_utf8_lossy(&body)),
                Err(BodyError::TooSlow) => "too slow".to_owned(),
                Err(error) => format!("{error:?}"),
            }
        }
    };
    Response::new(Full::new(Bytes::from(said)))
}

/// An answer as it came.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends `bytes` and gives every answer, up to the end of the connection, and whether it did end.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> (Vec<Said>, bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    read_all(&mut stream, Duration::from_millis(300)).await
}

/// Every answer, until the connection ends or nothing more comes for so long.
pub(crate) async fn read_all(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    silence: Duration,
) -> (Vec<Said>, bool) {
    let mut text = Vec::new();
    let mut buffer = vec![0; 65_536];
    loop {
        match tokio::time::timeout(silence, stream.read(&mut buffer)).await {
            Err(_) => return (answers(&text), false),
            Ok(Err(_) | Ok(0)) => return (answers(&text), true),
            Ok(Ok(read)) => text.extend_from_slice(&buffer[..read]),
        }
    }
}

fn answers(text: &[u8]) -> Vec<Said> {
    let mut text = std::str::from_utf8(text).unwrap();
    let mut answers = Vec::new();
    while let Some((head, rest)) = text.split_once("\r\n\r\n") {
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        let (body, after) = rest.split_at(length.parse::<usize>().unwrap().min(rest.len()));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        answers.push(Said { status, head: head.to_owned(), body: body.to_owned() });
        text = after;
    }
    assert_eq!(text, "", "a piece of an answer");
    answers
}

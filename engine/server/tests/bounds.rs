//! The listener's bounds, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test says what failed by failing there")]

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use server::{BodyBounds, BodyError, Bounds, Drained};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Says what became of a body of at most 1,000 bytes that must begin with `a`.
async fn serve(
    bounds: Bounds,
) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<Drained>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let handler = |request: hyper::Request<hyper::body::Incoming>| async move {
        let bounds = BodyBounds { bytes_max: 1_000, timeout: Duration::from_millis(200) };
        let judge = |start: &[u8]| if start.first() == Some(&b'a') { Ok(()) } else { Err(()) };
        let said = match server::read(request.into_body(), bounds, judge).await {
            Ok(body) => format!("{} bytes", body.len()),
            Err(BodyError::TooLarge) => "too large".to_owned(),
            Err(BodyError::TooSlow) => "too slow".to_owned(),
            Err(BodyError::CutOff) => "cut off".to_owned(),
            Err(BodyError::Refused(())) => "refused".to_owned(),
        };
        Response::new(Full::new(Bytes::from(said)))
    };
    let running = tokio::spawn(server::run(listener, bounds, handler, async {
        stopped.await.ok();
    }));
    (address, stop, running)
}

/// Sends `request` as it is and gives the body of the answer.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    loop {
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer).await.unwrap();
        answer.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if read == 0 || body.len() >= length.parse::<usize>().unwrap() {
                return body.to_owned();
            }
        }
        assert_ne!(read, 0, "ended within: {text}");
    }
}

fn post(body: &[u8]) -> Vec<u8> {
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn chunked(chunk: &[u8], count: usize) -> Vec<u8> {
    let mut request = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..count {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

#[tokio::test]
async fn bodies() {
    let (address, _stop, _running) = serve(Bounds::default()).await;
    let mut kept_alive = TcpStream::connect(address).await.unwrap();
    for (request, expect) in [
        (post(b""), "0 bytes"),
        (post(b"abc"), "3 bytes"),
        (post(&[b'a'; 1_000]), "1000 bytes"),
        (post(&[b'a'; 1_001]), "too large"),
        (post(&vec![b'a'; 3_000_000]), "too large"),
        (post(b"bcd"), "refused"),
        (post(&[b'b'; 1_000]), "refused"),
        (chunked(b"aaaaaaaaaa", 100), "1000 bytes"),
        (chunked(b"aaaaaaaaaa", 101), "too large"),
    ] {
        // One connection for all: a refused body must not spoil what comes behind it.
        assert_eq!(exchange(&mut kept_alive, &request).await, expect);
    }
}

#[tokio::test]
async fn a_body_that_stalls_is_cut() {
    let (address, _stop, _running) = serve(Bounds::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\naaa";
    assert_eq!(exchange(&mut stream, request).await, "too slow");
}

#[tokio::test]
async fn headers_that_stall_or_swell_end_the_connection() {
    let bounds =
        Bounds { header_timeout: Duration::from_millis(100), header_bytes_max: 8_192, ..Bounds::default() };
    let (address, _stop, _running) = serve(bounds).await;
    for head in [
        b"POST / HTTP/1.1\r\nhost: ".to_vec(),
        format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(9_000)).into_bytes(),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&head).await.unwrap();
        let mut rest = Vec::new();
        // Ended in order or reset: either way nothing more comes, and no 200 among it.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    }
}

#[tokio::test]
async fn connections_over_the_bound_wait_for_a_place() {
    let (address, _stop, _running) = serve(Bounds { connections_max: 1, ..Bounds::default() }).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    assert_eq!(exchange(&mut first, &post(b"a")).await, "1 bytes");
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(&post(b"aa")).await.unwrap();
    let mut byte = [0; 1];
    let early = tokio::time::timeout(Duration::from_millis(50), second.peek(&mut byte)).await;
    assert!(early.is_err(), "answered while the only place was taken");
    drop(first);
    assert_eq!(exchange(&mut second, b"").await, "2 bytes");
}

#[tokio::test]
async fn it_drains() {
    let (address, stop, running) = serve(Bounds::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert_eq!(exchange(&mut stream, &post(b"a")).await, "1 bytes");
    stop.send(()).unwrap();
    assert_eq!(running.await.unwrap(), Drained::Whole);
    assert!(TcpStream::connect(address).await.is_err());
}

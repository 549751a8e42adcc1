//! A browser whose person thinks for long puts its connection by, and nobody notices.

use hyper::{Method, StatusCode};
use simulator::client::{Browser, Outgoing};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Answers so many requests on each connection, and then closes it; how many connections there were.
async fn serve(requests: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let accepted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            accepted.fetch_add(1, Relaxed);
            tokio::spawn(async move {
                let mut head = [0; 1_024];
                for _ in 0..requests {
                    if !matches!(stream.read(&mut head).await, Ok(1..)) {
                        return;
                    }
                    stream.write_all(ANSWER).await.unwrap();
                }
            });
        }
    });
    (address, count)
}

async fn check(requests: usize, method: Method, connections: usize) {
    let (address, count) = serve(requests).await;
    let mut browser = Browser::new(address, 1_000);
    let deadline = Instant::now() + Duration::from_secs(20);
    for _ in 0..6 {
        let heard = browser.send(&Outgoing::new(method.clone(), "/"), deadline).await.unwrap();
        assert_eq!((heard.status, &heard.body[..]), (StatusCode::OK, &b"ok"[..]));
        browser.rest().await;
        // There is nothing to put by twice.
        browser.rest().await;
    }
    assert_eq!(count.load(Relaxed), connections, "{requests} requests a connection");
    assert_eq!(browser.resent(), 0);
}

#[tokio::test]
async fn a_connection_that_was_put_by_is_used_again() {
    check(6, Method::GET, 1).await;
    check(6, Method::POST, 1).await;
}

/// Also for a request that must not be sent twice.
#[tokio::test]
async fn one_that_was_closed_meanwhile_is_opened_again() {
    check(1, Method::GET, 6).await;
    check(2, Method::POST, 3).await;
}

//! Slow clients, and more of them than there is room for. Bounds are small here, so that nobody waits for long.

use crate::support::{PATIENCE, Said, exchange, read_all, serve};
use server::{Bounds, Pace};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const SHORT: Duration = Duration::from_millis(150);
const NEVER: Duration = Duration::from_secs(3_600);

/// Nothing ends by time but what a test is about.
fn patient() -> Bounds {
    let pace = Pace { grace: NEVER, bytes_per_s_min: 1 };
    Bounds {
        handshake_timeout: NEVER,
        idle_timeout: NEVER,
        header_timeout: NEVER,
        body_pace: pace,
        answer_pace: pace,
        request_timeout: NEVER,
        connection_life: NEVER,
        ..Bounds::default()
    }
}

async fn statuses_after(address: SocketAddr, bytes: &str) -> Vec<u16> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let (answers, ended) = read_all(&mut stream, PATIENCE).await;
    assert!(ended);
    answers.iter().map(|answer| answer.status).collect()
}

#[tokio::test]
async fn who_sends_nothing_is_hung_up_on() {
    let address = serve(Bounds { idle_timeout: SHORT, ..patient() }).await;
    assert_eq!(statuses_after(address, "").await, [0; 0]);
    assert_eq!(statuses_after(address, "\r\n").await, [0; 0]);
    assert_eq!(statuses_after(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await, [200]);
}

#[tokio::test]
async fn each_request_has_its_own_idle_time() {
    let address = serve(Bounds { idle_timeout: SHORT, ..patient() }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    let mut answered = 0;
    // Longer in all than one idle time, by pauses that are each shorter.
    while begun.elapsed() < 3 * SHORT {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let (answers, ended) = read_all(&mut stream, SHORT / 3).await;
        assert_eq!((answers.len(), ended), (1, false));
        answered += 1;
    }
    assert!(answered > 3);
}

#[tokio::test]
async fn an_answer_that_takes_long_is_not_the_clients_idleness() {
    let address = serve(Bounds { idle_timeout: SHORT, request_timeout: 4 * SHORT, ..patient() }).await;
    let begun = Instant::now();
    assert_eq!(statuses_after(address, "GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await, [503]);
    assert!(begun.elapsed() >= 4 * SHORT);
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_is_refused() {
    let address = serve(Bounds { header_timeout: SHORT, ..patient() }).await;
    let get = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_eq!(statuses_after(address, "G").await, [408]);
    assert_eq!(statuses_after(address, &format!("{get}GET / HTTP/1.1\r\nhost:")).await, [200, 408]);
    // A byte now and then does not help: it is the whole head that has the time.
    let mut stream = TcpStream::connect(address).await.unwrap();
    for byte in b"GET / HTTP/1.1\r\nx: ".iter().chain(std::iter::repeat(&b'x')) {
        if stream.write_all(&[*byte]).await.is_err() || read_some(&mut stream, SHORT / 10).await == [408] {
            return;
        }
    }
}

async fn read_some(stream: &mut TcpStream, silence: Duration) -> Vec<u16> {
    let (answers, _) = read_all(stream, silence).await;
    answers.iter().map(|answer| answer.status).collect()
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_cut() {
    let body_pace = Pace { grace: SHORT, bytes_per_s_min: 1_000 };
    let address = serve(Bounds { body_pace, ..patient() }).await;
    for start in [
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\naaa",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\na",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let (answers, ended) = read_all(&mut stream, PATIENCE).await;
        assert_eq!((answers[0].body.as_str(), ended), ("too slow", true), "{start:?}");
    }
}

#[tokio::test]
async fn a_body_that_comes_slowly_but_steadily_is_taken() {
    let body_pace = Pace { grace: 2 * SHORT, bytes_per_s_min: 100 };
    let address = serve(Bounds { body_pace, ..patient() }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 300\r\n\r\n").await.unwrap();
    let begun = Instant::now();
    for _ in 0..30 {
        // 10 bytes in 30 ms are 333 a second.
        stream.write_all(b"aaaaaaaaaa").await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(30), stream.readable()).await;
        assert!(early.is_err() || begun.elapsed() >= 2 * SHORT, "answered before its end");
    }
    let (answers, _) = read_all(&mut stream, SHORT).await;
    assert!(begun.elapsed() >= 5 * SHORT, "it took longer than its grace");
    assert_eq!(answers[0].body, format!("POST / {}", "a".repeat(300)));
}

/// The client asks for megabytes through a keyhole, and never looks.
#[tokio::test]
async fn who_does_not_read_is_hung_up_on() {
    let answer_pace = Pace { grace: SHORT, bytes_per_s_min: 1_000_000_000 };
    let address = serve(Bounds { answer_pace, connections_max: 1, ..patient() }).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(address).await.unwrap();
    deaf.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // Its place becomes free, though it holds on to its end.
    let (answers, _) =
        exchange_patiently(address, "GET /next HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert_eq!(answers[0].body, "GET /next ");
    let mut rest = Vec::new();
    assert!(deaf.read_to_end(&mut rest).await.is_err() || rest.len() < 10_000_000, "it got all of it");
}

/// However long it takes to read an answer, that is no idleness.
#[tokio::test]
async fn who_reads_slowly_but_steadily_gets_all_of_it() {
    let address = serve(Bounds { idle_timeout: SHORT, ..patient() }).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(65_536).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let begun = Instant::now();
    let (mut bytes, mut buffer) = (0, vec![0; 65_536]);
    // Some of it, a pause in which nothing else can happen, some more of it.
    while begun.elapsed() < 4 * SHORT {
        bytes += stream.read(&mut buffer).await.unwrap();
        let pause = tokio::time::timeout(Duration::from_millis(8), std::future::pending::<()>());
        assert!(pause.await.is_err());
    }
    assert!(bytes < 8_000_000, "too quick for the test to say anything");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(bytes + rest.len() > 10_000_000, "{}", bytes + rest.len());
}

async fn exchange_patiently(address: SocketAddr, bytes: &str) -> (Vec<Said>, bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    read_all(&mut stream, PATIENCE).await
}

#[tokio::test]
async fn a_connection_has_an_end() {
    let address = serve(Bounds { connection_life: SHORT, ..patient() }).await;
    let get = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    // Idle, it ends; within a request, that one is still answered.
    assert_eq!(statuses_after(address, get).await, [200]);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\na").await.unwrap();
    assert_eq!(read_some(&mut stream, 2 * SHORT).await, [0; 0]);
    stream.write_all(format!("b{get}").as_bytes()).await.unwrap();
    let (answers, ended) = read_all(&mut stream, PATIENCE).await;
    let bodies: Vec<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
    assert_eq!((&bodies[..], ended), (&["POST / ab"][..], true));
}

#[tokio::test]
async fn one_address_has_its_share_of_connections() {
    let address = serve(Bounds { connections_per_address_max: 2, ..patient() }).await;
    let (first, _second) =
        (TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap());
    let mut third = TcpStream::connect(address).await.unwrap();
    let (answers, ended) = read_all(&mut third, PATIENCE).await;
    assert_eq!((answers[0].status, ended), (503, true));
    assert!(answers[0].head.contains("\r\nretry-after: 5\r\n"));
    drop(first);
    // The place is free as soon as the listener has seen the end of the first.
    let get = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let deadline = Instant::now() + PATIENCE;
    while !exchange_patiently(address, get).await.0.iter().any(|answer| answer.status == 200) {
        assert!(Instant::now() < deadline, "its place never became free");
    }
}

/// Three hundred that send nothing, heads without an end, or bodies by the byte, and somebody who only wants to register.
#[tokio::test]
async fn others_are_served_meanwhile() {
    let address = serve(patient()).await;
    let mut slow = Vec::new();
    for start in ["", "GET / HTTP/1.1\r\nx: ", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\na"] {
        for _ in 0..100 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(start.as_bytes()).await.unwrap();
            slow.push(stream);
        }
    }
    for _ in 0..20 {
        let get = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        assert_eq!(exchange(address, get).await.0[0].status, 200);
    }
    for stream in &mut slow {
        assert_eq!(read_some(stream, Duration::ZERO).await, [0; 0]);
    }
}

//! Requests of a doubtful shape: what this listener does with each, and what hyper would do without it.

use crate::support::{exchange, serve};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use server::Bounds;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// What hyper alone makes of it.
#[derive(Clone, Copy, PartialEq)]
enum Hyper {
    /// It answers the request as if nothing were the matter, or takes what follows for a second one.
    LetsPass,
    Refuses,
}
use Hyper::{LetsPass, Refuses};

/// Each with a second request behind it, as a smuggler would: no part of it may ever be answered.
const SHAPES: &[(&str, u16, Hyper)] = &[
    // Two lengths.
    (
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        LetsPass,
    ),
    (
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n",
        400,
        LetsPass,
    ),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\ncontent-length: 3\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n", 400, LetsPass),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0, 0\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +0\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0x1\r\n\r\na", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 18446744073709551616\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length:\r\n\r\n", 400, Refuses),
    // Transfer codings.
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, LetsPass),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: identity\r\n\r\n", 501, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n", 501, Refuses),
    (
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        LetsPass,
    ),
    (
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        LetsPass,
    ),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, Refuses),
    // Lines and fields.
    ("GET / HTTP/1.1\nhost: x\n\n", 400, LetsPass),
    ("GET / HTTP/1.1\r\nhost: x\n\r\n", 400, LetsPass),
    ("GET / HTTP/1.1\r\nhost: x\r\n\n", 400, LetsPass),
    ("\nGET / HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET / HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1\r\n host: x\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1\r\nhost : x\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length : 3\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1\r\nhost: x\r\nx\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1\r\nhost: x\r\n: x\r\n\r\n", 400, Refuses),
    // Chunks.
    (
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n10000000000000000\r\na\r\n0\r\n\r\n",
        400,
        Refuses,
    ),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n", 400, LetsPass),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400, Refuses),
    ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;\n\r\na\r\n0\r\n\r\n", 400, Refuses),
    (
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\ncontent-length: 3\r\n\r\n",
        400,
        LetsPass,
    ),
    // Targets, hosts, versions.
    ("GET / HTTP/1.1\r\n\r\n", 400, LetsPass),
    ("GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", 400, LetsPass),
    ("GET / HTTP/1.1\r\nhost: x, y\r\n\r\n", 400, LetsPass),
    ("GET http://y/ HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET http://u@x/ HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET ftp://x/ HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET x:80 HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET * HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET /#a HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET /\u{e4} HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("GET  / HTTP/1.1\r\nhost: x\r\n\r\n", 400, Refuses),
    ("GET / HTTP/1.1 \r\nhost: x\r\n\r\n", 400, Refuses),
    ("GET /\r\n\r\n", 400, Refuses),
    ("REFUSED /200 HTTP/1.1\r\nhost: x\r\n\r\n", 400, LetsPass),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, Refuses),
    ("GET / HTTP/1.2\r\nhost: x\r\n\r\n", 505, Refuses),
    ("\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03", 400, Refuses),
];

const BEHIND: &str = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn doubtful_shapes_are_refused() {
    let address = serve(Bounds::default()).await;
    for &(shape, status, _) in SHAPES {
        let (answers, ended) = exchange(address, format!("{shape}{BEHIND}").as_bytes()).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!((&statuses[..], ended), (&[status][..], true), "{shape:?}");
        assert!(answers[0].head.contains("\r\nconnection: close\r\n"), "{answers:?}");
        assert!(answers[0].body.contains(&format!("\"status\":{status}")), "{answers:?}");
    }
}

/// Which of them hyper would let pass: when this fails, a new hyper has become stricter or laxer, and the table is to be amended.
#[tokio::test]
async fn what_hyper_alone_does_with_them() {
    let address = serve_bare().await;
    let mut lies = Vec::new();
    for &(shape, _, hyper) in SHAPES {
        let (answers, _) = exchange(address, format!("{shape}{BEHIND}").as_bytes()).await;
        let found = if answers.iter().any(|answer| answer.status == 200) { LetsPass } else { Refuses };
        if found != hyper {
            lies.push((shape, answers.iter().map(|answer| answer.status).collect::<Vec<_>>()));
        }
    }
    assert!(lies.is_empty(), "{lies:#?}");
}

async fn serve_bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(|request: Request<Incoming>| async {
                let mut answer = Response::new(Full::new(Bytes::new()));
                if request.into_body().collect().await.is_err() {
                    *answer.status_mut() = hyper::StatusCode::BAD_REQUEST;
                }
                Ok::<_, std::convert::Infallible>(answer)
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .header_read_timeout(None)
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    address
}

#[tokio::test]
async fn proper_shapes_pass() {
    let address = serve(Bounds::default()).await;
    for (shape, expect) in [
        ("GET /a?b=%20 HTTP/1.1\r\nhost: x\r\n\r\n", "GET /a "),
        ("GET /a HTTP/1.0\r\n\r\n", "GET /a "),
        ("GET http://x:80/a HTTP/1.1\r\nhost: X:80\r\n\r\n", "GET /a "),
        ("OPTIONS * HTTP/1.1\r\nhost:\r\n\r\n", "OPTIONS * "),
        ("\r\nGET / HTTP/1.1\r\nhost: x\r\nx:\t\u{e4}\"\r\n\r\n", "GET / "),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\na\n\r\nb", "POST / a\n\r\nb"),
        (
            "PUT / HTTP/1.1\r\nhost: x\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\nab\r\n01\r\nc\r\n0\r\n\r\n",
            "PUT / abc",
        ),
        ("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\na", "POST / a"),
        ("GET /unread HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\na", "GET /unread"),
    ] {
        let (answers, _) = exchange(address, shape.as_bytes()).await;
        let last = answers.last().unwrap();
        assert_eq!((last.status, last.body.as_str()), (200, expect), "{shape:?}");
    }
}

/// In one piece, and byte for byte: each in its turn, and the refusal behind those that came before it.
#[tokio::test]
async fn a_refusal_keeps_its_place_in_the_pipeline() {
    let address = serve(Bounds::default()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    let post = "POST /b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n";
    let all = [&get("/a"), post, "\r\n", &get("/c"), "GET /d HTTP/1.1\nhost: x\n\n", &get("/e")].concat();
    let expect = ["GET /a ", "POST /b b", "GET /c ", "{\"title\":\"Bad Request\",\"status\":400}"];
    for piece in [all.len(), 1, 11] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        for piece in all.as_bytes().chunks(piece) {
            // It may be refused, and ended, before the last of it is sent.
            if tokio::io::AsyncWriteExt::write_all(&mut stream, piece).await.is_err() {
                break;
            }
        }
        let (answers, ended) = crate::support::read_all(&mut stream, crate::support::PATIENCE).await;
        let bodies: Vec<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
        assert_eq!((&bodies[..], ended), (&expect[..], true));
    }
}

#[tokio::test]
async fn heads_over_their_bounds_are_refused() {
    let address = serve(Bounds { header_bytes_max: 1_000, headers_max: 8, ..Bounds::default() }).await;
    let with = |fields: String| format!("GET / HTTP/1.1\r\nhost: x\r\n{fields}\r\n");
    let rest = 1_000 - with("a: \r\n".to_owned()).len();
    for (head, status) in [
        (with(format!("a: {}\r\n", "b".repeat(rest))), 200),
        (with(format!("a: {}\r\n", "b".repeat(rest + 1))), 431),
        (with("a: b\r\n".repeat(7)), 200),
        (with("a: b\r\n".repeat(8)), 431),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(1_000)), 414),
        // Without an end, and more of it than any buffer holds.
        (with("a: b\r\n".repeat(1_000_000)), 431),
        ("G".repeat(3_000_000), 414),
    ] {
        let (answers, ended) = exchange(address, head.as_bytes()).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!((&statuses[..], ended), (&[status][..], status != 200), "{} bytes", head.len());
    }
}

/// Closing at once would reset the connection, and the answer with it.
#[tokio::test]
async fn an_upload_that_nobody_reads_hears_its_answer_all_the_same() {
    let address = serve(Bounds::default()).await;
    let length = 8_000_000;
    let head = format!("PUT /unread HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    let upload = [head.as_bytes(), &vec![b'a'; length]].concat();
    for _ in 0..5 {
        let (answers, ended) = exchange(address, &upload).await;
        assert_eq!((answers.len(), ended), (1, true));
        assert_eq!(answers[0].body, "PUT /unread");
    }
}

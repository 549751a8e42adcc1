//! Where requests end: the same however the bytes are cut, and what is let through is what hyper makes the same requests of.

#![no_main]

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use libfuzzer_sys::fuzz_target;
use server::framing::Framer;
use std::cell::RefCell;
use std::convert::Infallible;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fuzz_target!(|bytes: &[u8]| {
    let whole = judge(bytes, bytes.len().max(1));
    for piece in [1, 5] {
        assert_eq!(judge(bytes, piece), whole, "by {piece}");
    }
    let answered = answered_by_hyper(&bytes[..whole.passed]);
    assert!(!answered.statuses.iter().any(|status| *status != 200), "hyper refuses what was let through: {answered:?}");
    assert!(answered.ended || answered.requests == whole.requests, "{answered:?} of {whole:?}");
    assert!(answered.requests <= whole.requests, "{answered:?} of {whole:?}");
});

#[derive(Debug, PartialEq)]
struct Judged {
    requests: u64,
    passed: usize,
    refused: Option<u16>,
}

fn judge(bytes: &[u8], piece: usize) -> Judged {
    let mut framer = Framer::new(16 * 1024, 64);
    let (mut held, mut passed) = (Vec::new(), 0);
    for piece in bytes.chunks(piece) {
        held.extend_from_slice(piece);
        let judged = framer.judge(&held);
        held.drain(..judged.pass);
        passed += judged.pass;
        if let Some(violation) = judged.refused {
            return Judged { requests: framer.requests(), passed, refused: Some(violation.status()) };
        }
    }
    Judged { requests: framer.requests(), passed, refused: None }
}

#[derive(Debug)]
struct Answered {
    requests: u64,
    statuses: Vec<u16>,
    /// By a request that asked for it, that was not whole, or of HTTP/1.0: what comes behind is not looked at.
    ended: bool,
}

fn answered_by_hyper(bytes: &[u8]) -> Answered {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
    runtime.block_on(async {
        let (mut client, server) = tokio::io::duplex(bytes.len() + 1);
        client.write_all(bytes).await.expect("there is room for all of it");
        client.shutdown().await.expect("a pipe can be closed");
        let seen = RefCell::new((0, false));
        let service = service_fn(|request: Request<hyper::body::Incoming>| {
            seen.borrow_mut().0 += 1;
            seen.borrow_mut().1 |= request.version() == hyper::Version::HTTP_10;
            async {
                if request.into_body().collect().await.is_err() {
                    seen.borrow_mut().1 = true;
                }
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::new())))
            }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .header_read_timeout(None)
            .half_close(true)
            .max_headers(64)
            .max_header_size(16 * 1024 + 64)
            .serve_connection(TokioIo::new(server), service);
        let (answers, ended) = tokio::join!(
            async {
                let mut answers = Vec::new();
                client.read_to_end(&mut answers).await.expect("a pipe does not fail");
                answers
            },
            connection
        );
        let answers = String::from_utf8_lossy(&answers);
        let statuses: Vec<u16> =
            answers.lines().filter_map(|line| line.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()).collect();
        let (requests, cut) = *seen.borrow();
        let closes = answers.contains("connection: close");
        // "100 Continue" is no answer.
        let statuses = statuses.into_iter().filter(|status| *status != 100).collect();
        Answered { requests, statuses, ended: cut || closes || ended.is_err() }
    })
}

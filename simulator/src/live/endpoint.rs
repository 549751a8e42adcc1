//! `surge --live-metrics ADDR`: the run's figures for Prometheus, for as long as the run goes.

use super::exposition::Board;
use crate::exit::CommandError;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use server::{Answer, Bounds};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Listens, and answers from a board until the process ends.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// Where it can be reached.
    pub(crate) address: SocketAddr,
    /// What it tells.
    pub(crate) board: Board,
}

impl Endpoint {
    /// Opens it. Figures of a run are nobody else's business: without `has_consent` it is this machine that may listen.
    ///
    /// # Errors
    /// When the address isn't this machine's own, or cannot be listened at.
    pub(crate) async fn open(address: SocketAddr, has_consent: bool) -> Result<Endpoint, CommandError> {
        if !address.ip().is_loopback() && !has_consent {
            return Err(CommandError::Usage(format!(
                "--live-metrics {address}: only an address of this machine (127.0.0.1, [::1]) without --consent"
            )));
        }
        let refused =
            |error: std::io::Error| CommandError::Usage(format!("--live-metrics {address}: {error}"));
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let endpoint = Endpoint { address: listener.local_addr().map_err(refused)?, board: Board::default() };
        let board = endpoint.board.clone();
        let handler = move |request| std::future::ready(answer(&board, &request));
        tokio::spawn(server::run(listener, Bounds::default(), handler, std::future::pending()));
        Ok(endpoint)
    }
}

fn answer(board: &Board, request: &Request<Incoming>) -> Answer {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => server::metrics_answer(request.headers(), board.metrics()),
        (_, "/metrics") => text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n"),
        _ => text(StatusCode::NOT_FOUND, "not found: there is /metrics\n"),
    }
}

fn text(status: StatusCode, body: &'static str) -> Answer {
    let mut answer = Response::new(Full::from(Bytes::from_static(body.as_bytes())));
    *answer.status_mut() = status;
    answer
}

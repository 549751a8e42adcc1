//! A client that costs little: hyper's connections on one thread, each asking as soon as it has its answer.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection.
pub struct Client(SendRequest<Full<Bytes>>);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// By which method.
    pub method: Method,
    /// For what.
    pub path: String,
    /// With what.
    pub body: Bytes,
}

impl Ask {
    /// Reads.
    pub fn get(path: &str) -> Ask {
        Ask { method: Method::GET, path: path.to_owned(), body: Bytes::new() }
    }

    /// Sends `body`.
    pub fn send(method: Method, path: impl Into<String>, body: impl Into<Bytes>) -> Ask {
        Ask { method, path: path.into(), body: body.into() }
    }
}

impl Client {
    /// # Panics
    /// Where nobody answers.
    pub async fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("it is a socket");
        let (client, connection) = http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
        tokio::spawn(connection);
        Client(client)
    }

    /// The body of the answer.
    ///
    /// # Panics
    /// Where it is a refusal or none: a measurement of refusals would be one of something else.
    pub async fn ask(&mut self, ask: &Ask) -> Bytes {
        let request = Request::builder().method(&ask.method).uri(&ask.path).header("host", "engine");
        let request = request.body(Full::new(ask.body.clone())).expect("the path is legal");
        self.0.ready().await.expect("the connection lives");
        let answer = self.0.send_request(request).await.expect("it answers");
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("the answer is whole").to_bytes();
        assert!(is_success(status), "{} {}: {status} {body:?}", ask.method, ask.path);
        body
    }
}

fn is_success(status: StatusCode) -> bool {
    status.is_success()
}

/// How much was answered in which time.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Answers.
    pub answers: usize,
    /// From the first question to the last answer.
    pub took: Duration,
}

/// Asks over `connections` at a time for `time`, or until `asks` has no more: it is given the number of each.
pub async fn load(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    asks: impl Fn(usize) -> Option<Ask> + Send + Sync + 'static,
) -> Load {
    let (asks, next) = (Arc::new(asks), Arc::new(AtomicUsize::new(0)));
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(address).await);
    }
    let started = Instant::now();
    let mut asking = JoinSet::new();
    for mut client in clients {
        let (asks, next) = (Arc::clone(&asks), Arc::clone(&next));
        asking.spawn(async move {
            let mut answers = 0;
            while started.elapsed() < time
                && let Some(ask) = asks(next.fetch_add(1, Ordering::Relaxed))
            {
                client.ask(&ask).await;
                answers += 1;
            }
            answers
        });
    }
    let answers = asking.join_all().await.into_iter().sum();
    Load { answers, took: started.elapsed() }
}

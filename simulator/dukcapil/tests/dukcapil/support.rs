//! A stand-in on a free port, and a client of it.

use bytes::Bytes;
use domain::wire::{RegistryAnswer, RegistryQuestion, paths};
use dukcapil::{CONTROL_PATH, Change, Clock, Conditions, Config};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use people::{Person, Population};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle};

pub(crate) const SEED: u64 = 21;
pub(crate) const SIZE: u64 = 1_000;
pub(crate) const KEY: &str = "kunci-kendali-untuk-uji";

pub(crate) fn population() -> Population {
    Population::new(SEED, SIZE, "2026-11-21".parse().unwrap()).unwrap()
}

pub(crate) struct Standin {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<io::Result<()>>,
}

impl Standin {
    /// With `settings` beside the population.
    pub(crate) async fn start(settings: &str) -> Standin {
        Standin::start_by(settings, Clock::system()).await
    }

    /// The same by another clock.
    pub(crate) async fn start_by(settings: &str, clock: Clock) -> Standin {
        let text = format!("seed = {SEED}\npopulation = {SIZE}\nreference_date = \"2026-11-21\"\n{settings}");
        let config = Config::parse("dukcapil.toml", &text).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            stopped.await.ok();
        };
        let running = tokio::spawn(dukcapil::run(listener, config, clock, shutdown));
        Standin { address, stop, running }
    }

    pub(crate) async fn client(&self) -> Client {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(async move { drop(connection.await) });
        Client { sender, connection: connection.abort_handle() }
    }

    /// Waits until the metrics have all of `lines`, half a minute at most.
    pub(crate) async fn until(&self, lines: &[&str]) {
        let mut client = self.client().await;
        let mut metrics = String::new();
        let reached = async {
            while !lines.iter().all(|line| metrics.lines().any(|found| found == *line)) {
                metrics = client.get("/metrics").await.text;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(30), reached).await;
        assert!(reached.is_ok(), "{lines:?} are not in\n{metrics}");
    }

    /// Tells it to end, without waiting.
    pub(crate) fn stop(self) -> JoinHandle<io::Result<()>> {
        self.stop.send(()).unwrap();
        self.running
    }
}

pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    connection: AbortHandle,
}

#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Client {
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: impl Into<Bytes>) -> Heard {
        self.try_send(method, path, None, body).await.unwrap()
    }

    /// The same with a key, and where there may be no answer.
    pub(crate) async fn try_send(
        &mut self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: impl Into<Bytes>,
    ) -> hyper::Result<Heard> {
        let mut request = Request::builder().method(method).uri(path).header("host", "dukcapil");
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let answer = self.sender.send_request(request.body(Full::new(body.into())).unwrap()).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Heard { status, headers, text: String::from_utf8(body.to_vec()).unwrap() })
    }

    /// Changes what is in force, as an operator, and gives what is then.
    pub(crate) async fn change(&mut self, change: &Change) -> Conditions {
        let body = serde_json::to_vec(change).unwrap();
        let heard = self.try_send(Method::PATCH, CONTROL_PATH, Some(KEY), body).await.unwrap();
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
        serde_json::from_str(&heard.text).unwrap()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Heard {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn ask(&mut self, question: &RegistryQuestion) -> Heard {
        self.send(Method::POST, paths::VERIFICATIONS, serde_json::to_vec(question).unwrap()).await
    }

    /// To end its connection while it waits for an answer.
    pub(crate) fn connection(&self) -> AbortHandle {
        self.connection.clone()
    }
}

impl Heard {
    pub(crate) fn answer(&self) -> RegistryAnswer {
        assert_eq!(
            (self.status, &self.headers["content-type"]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
        serde_json::from_str(&self.text).unwrap()
    }
}

/// As somebody would be asked about who types everything right.
pub(crate) fn about(person: &Person) -> RegistryQuestion {
    let Person { nik, kk, full_name, birth_date, .. } = person.clone();
    RegistryQuestion { nik, kk, full_name, birth_date }
}

//! Those who load the portal beside the applicants: people who only ask for its status, connections that send a byte now and
//! then, and connections that say nothing. They are counted by themselves, and are in no latency.

use crate::client::{Browser, Outgoing};
use crate::driver::Start;
use domain::wire::paths;
use hyper::Method;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, sleep_until};

/// Who they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bystanders {
    /// Questions for the status, per second.
    pub(crate) polls_per_s: f64,
    /// The longest that one of those lasts.
    pub(crate) poll_timeout: Duration,
    /// Connections that send a request a byte a second.
    pub(crate) slow_clients: usize,
    /// Connections that say nothing.
    pub(crate) half_open_clients: usize,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stood {
    /// Questions for the status that were asked.
    pub(crate) polls: u64,
    /// Of those, the ones without an answer of success.
    pub(crate) polls_failed: u64,
    /// Times that the portal closed a slow or silent connection, or refused it.
    pub(crate) cut: u64,
}

/// They, while they are there.
#[derive(Debug)]
pub(crate) struct Standing {
    counts: Arc<Counts>,
    tasks: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Counts {
    polls: AtomicU64,
    polls_failed: AtomicU64,
    cut: AtomicU64,
}

/// How often a slow client sends a byte.
const BYTE_EVERY: Duration = Duration::from_secs(1);

/// From the end of a connection to the next one of the same client.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Bytes of a status that nobody comes near.
const STATUS_BYTES_MAX: usize = 1024 * 1024;

/// The head of a request that will never be whole.
const NEVER_WHOLE: &str = "POST /api/v1/drafts HTTP/1.1\r\nHost: lonjakan\r\nContent-Type: application/json\r\n\
                           Content-Length: 100000\r\n\r\n{";

impl Bystanders {
    /// Has them come to `address` from the zero on, until [`Standing::leave`].
    #[must_use]
    pub(crate) fn come(self, address: SocketAddr, started: &watch::Receiver<Option<Start>>) -> Standing {
        let (counts, mut tasks) = (Arc::new(Counts::default()), JoinSet::new());
        if self.polls_per_s > 0.0 {
            tasks.spawn(poll(self, address, Arc::clone(&counts), started.clone()));
        }
        let text = [(self.slow_clients, NEVER_WHOLE), (self.half_open_clients, "")];
        for (clients, text) in text {
            for _ in 0..clients {
                tasks.spawn(linger(address, text, Arc::clone(&counts), started.clone()));
            }
        }
        Standing { counts, tasks }
    }
}

impl Standing {
    /// Sends them away.
    pub(crate) async fn leave(mut self) -> Stood {
        self.tasks.shutdown().await;
        let Counts { polls, polls_failed, cut } = &*self.counts;
        Stood { polls: polls.load(Relaxed), polls_failed: polls_failed.load(Relaxed), cut: cut.load(Relaxed) }
    }
}

async fn zero(started: &mut watch::Receiver<Option<Start>>) -> Option<Instant> {
    started.wait_for(Option::is_some).await.ok().and_then(|start| *start).map(|start| start.zero)
}

/// At instants by arithmetic, each question by somebody else.
async fn poll(
    bystanders: Bystanders,
    address: SocketAddr,
    counts: Arc<Counts>,
    mut started: watch::Receiver<Option<Start>>,
) {
    let Some(zero) = zero(&mut started).await else { return };
    let mut asking = JoinSet::new();
    for k in 0_u32.. {
        let after = Duration::try_from_secs_f64(f64::from(k) / bystanders.polls_per_s);
        sleep_until(zero + after.unwrap_or(Duration::MAX)).await;
        let counts = Arc::clone(&counts);
        asking.spawn(async move {
            let mut browser = Browser::new(address, STATUS_BYTES_MAX);
            let deadline = Instant::now() + bystanders.poll_timeout;
            counts.polls.fetch_add(1, Relaxed);
            let heard = browser.send(&Outgoing::new(Method::GET, paths::STATUS), deadline).await;
            if !heard.is_ok_and(|heard| heard.status.is_success()) {
                counts.polls_failed.fetch_add(1, Relaxed);
            }
        });
        while asking.try_join_next().is_some() {}
    }
}

/// One connection after another, each until the portal ends it.
async fn linger(
    address: SocketAddr,
    text: &'static str,
    counts: Arc<Counts>,
    mut started: watch::Receiver<Option<Start>>,
) {
    if zero(&mut started).await.is_none() {
        return;
    }
    loop {
        if let Ok(stream) = TcpStream::connect(address).await {
            until_cut(stream, text).await;
        }
        counts.cut.fetch_add(1, Relaxed);
        sleep(RECONNECT_AFTER).await;
    }
}

async fn until_cut(stream: TcpStream, text: &'static str) {
    let (mut reading, mut writing) = stream.into_split();
    let trickle = async {
        let mut ticks = interval(BYTE_EVERY);
        for byte in text.bytes() {
            ticks.tick().await;
            if writing.write_all(&[byte]).await.is_err() {
                return;
            }
        }
        std::future::pending::<()>().await;
    };
    let listen = async {
        let mut answer = [0; 1024];
        while !matches!(reading.read(&mut answer).await, Ok(0) | Err(_)) {}
    };
    tokio::select! {
        () = trickle => {}
        () = listen => {}
    }
}

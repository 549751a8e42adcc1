//! The HTTP/1.1 listener that every service of this workspace stands on: the engine, its operations port, the registry stand-in.
//!
//! It knows nothing of what is served. It bounds connections, headers, bodies and times, refuses what two parsers could read
//! differently, sets TCP_NODELAY, speaks TLS where it is given a certificate, and drains in order.

mod body;
mod bounds;
mod connection;
#[doc(hidden)]
pub mod framing;
mod guarded;
mod head;
mod metrics;
mod pace;
mod peers;
mod refusal;
mod tls;

pub use body::{BodyBounds, BodyError, read};
pub use bounds::Bounds;
pub use head::Violation;
pub use metrics::metrics_answer;
pub use pace::Pace;
pub use tls::{Tls, TlsError};

use bytes::Bytes;
use connection::Serving;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};
use peers::Peers;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Every answer is whole before its first byte is sent: none of ours is long.
pub type Answer = Response<Full<Bytes>>;

/// Where a request comes from, as the socket tells; an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// As an extension of an answer: nothing of it is sent, and the connection is closed instead, as by a service that has crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hung up without an answer")]
pub struct HangUp;

/// How a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every request under way was answered.
    Whole,
    /// Some were cut off at the end of the drain time.
    CutOff,
}

/// Answers every request on `listener` by `handler`, until `shutdown` is done; then takes no more connections and lets the requests
/// under way end within [`Bounds::drain_timeout`].
pub async fn run<H, F>(
    listener: TcpListener,
    bounds: Bounds,
    handler: H,
    shutdown: impl Future<Output = ()>,
) -> Drained
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    run_tls(listener, bounds, None, handler, shutdown).await
}

/// The same, by TLS where `tls` is given; then every answer tells browsers to come by TLS from now on (RFC 6797).
pub async fn run_tls<H, F>(
    listener: TcpListener,
    bounds: Bounds,
    tls: Option<Tls>,
    handler: H,
    shutdown: impl Future<Output = ()>,
) -> Drained
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let connections_max = u32::try_from(bounds.connections_max).unwrap_or(u32::MAX);
    let slots = Arc::new(Semaphore::new(bounds.connections_max.min(Semaphore::MAX_PERMITS)));
    let peers = Peers::new(bounds.connections_per_address_max);
    let (ends, ending) = watch::channel(());
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let (stream, address, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                // Out of descriptors, most likely: some connection has to end first.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        let Some(seat) = peers.seat(address.ip()) else {
            tracing::debug!("an address has its share of connections");
            // The buffer of a new socket has room; whoever sent something already may see a reset instead.
            let _ = stream.try_write(refusal::TOO_MANY_CONNECTIONS);
            continue;
        };
        let serving =
            Serving { bounds, peer: Peer(address), handler: handler.clone(), ending: ending.clone() };
        let tls = tls.clone();
        tokio::spawn(async move {
            serving.connection(stream, tls).await;
            drop((seat, slot));
        });
    }
    drop((listener, ending));
    // Each connection drops its end of the channel when it is over.
    let _ = ends.send(());
    match tokio::time::timeout(bounds.drain_timeout, slots.acquire_many(connections_max)).await {
        Ok(_) => Drained::Whole,
        Err(_) => Drained::CutOff,
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    let (stream, address) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, address, slot))
}

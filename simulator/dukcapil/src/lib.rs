//! The population-registry stand-in: an HTTP service that knows a synthetic population, with the latency and the capacity that it
//! is told to have.
//!
//! It compares what it is asked about with the person whom the NIK leads to, and says what agrees; it stores nobody.

mod config;
mod desk;
mod latency;
mod metrics;
mod service;

pub use config::{CONFIG_REFERENCE, Config, ConfigError};
pub use desk::verify;
pub use latency::LatencyLaw;

use desk::Desk;
use server::{Bounds, Drained};
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Answers on `listener` until `shutdown` is done, then ends what is under way. [`Config::listen`] is for the caller to bind.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] where look-ups were still under way at the end of the time to drain, and so were cut off.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let bounds = Bounds { connections_max: config.connections_max, ..Bounds::default() };
    let desk = Arc::new(Desk::new(&config));
    let handler = move |request| service::answer(Arc::clone(&desk), request);
    match server::run(listener, bounds, handler, shutdown).await {
        Drained::Whole => Ok(()),
        Drained::CutOff => Err(io::Error::new(io::ErrorKind::TimedOut, "look-ups under way were cut off")),
    }
}

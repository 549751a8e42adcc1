//! The population-registry stand-in: an HTTP service that knows a synthetic population, with the latency, the limits and the outages
//! that it is told to have.
//!
//! It compares what it is asked about with the person whom the NIK leads to, and says what agrees; it stores nobody.

mod clock;
mod conditions;
mod config;
mod control;
mod desk;
mod latency;
mod metrics;
mod outage;
mod pacer;
mod quota;
mod register;
mod service;

pub use clock::Clock;
pub use conditions::{Change, Conditions, OutageByHand, OverRate, TimedChange};
pub use config::{CONFIG_REFERENCE, Config, ConfigError};
pub use control::{PATH as CONTROL_PATH, ZERO_PATH as CONTROL_ZERO_PATH, Zero};
pub use latency::LatencyLaw;
pub use outage::{Outage, OutageKind};
pub use register::{Register, RegisterErrors};

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
    clock: Clock,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let bounds = Bounds { connections_max: config.connections_max, ..Bounds::default() };
    let desk = Arc::new(Desk::new(&config, clock));
    let key = config.control_key;
    let handler = move |request| service::answer(Arc::clone(&desk), key.clone(), request);
    match server::run(listener, bounds, handler, shutdown).await {
        Drained::Whole => Ok(()),
        Drained::CutOff => Err(io::Error::new(io::ErrorKind::TimedOut, "look-ups under way were cut off")),
    }
}

//! The reference registration engine: an HTTP service that makes accounts, durable and bounded.
//!
//! It knows nothing of simulation. One request goes through it like this: [`server`] reads it, [`front`] gives it to the [`api`] or, for
//! a page, to the [`portal`], which ask admission and find the route; an endpoint parses and checks by the rules of [`domain`], long work
//! goes to a bounded [`pool`], a draft is changed in the [`store`], and a confirmation waits for the [`committer`], which has it on disk
//! before it says so.

mod accounts;
mod activation;
mod api;
mod app;
mod blobs;
mod captcha;
mod card;
mod clock;
mod committer;
mod config;
mod cookies;
mod faults;
mod files;
mod front;
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod headers;
mod helpdesk;
mod huge_pages;
#[doc(hidden)]
pub mod measuring;
mod metrics;
mod operations;
mod outbox;
mod overload;
mod passwords;
mod photos;
mod pool;
mod portal;
mod proxies;
mod receipts;
mod registry;
mod secret;
mod sessions;
pub mod store;
mod sweep;
mod waits;

pub use app::{App, OpenError};
pub use clock::Clock;
pub use config::{CONFIG_REFERENCE, Config, ConfigError};
pub use huge_pages::begin_with_them as begin_with_huge_pages;

use outbox::Outbox;
use server::{Bounds, Drained};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Serves applicants on `listener` and operations on `operations` until `shutdown` is done, then drains.
pub async fn run(
    listener: TcpListener,
    operations: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let (ended, operations_end) = tokio::sync::oneshot::channel::<()>();
    let mut background = start_background(&listener, &app);
    let applicants = {
        let app = Arc::clone(&app);
        let (bounds, tls) = (app.config.listening.bounds, app.tls.clone());
        server::run_tls(
            listener,
            bounds,
            tls,
            move |request| front::answer(Arc::clone(&app), request),
            shutdown,
        )
    };
    let (time_keeper, last) = (Arc::clone(&app), Arc::clone(&app));
    let operators = {
        let bounds = Bounds { connections_max: 64, ..Bounds::default() };
        let end = async {
            operations_end.await.ok();
        };
        server::run(operations, bounds, move |request| operations::answer(Arc::clone(&app), request), end)
    };
    // Operators look on until the last applicant is served.
    let applicants = async {
        let drained = applicants.await;
        drop(ended);
        drained
    };
    let served = async { tokio::join!(applicants, operators).0 };
    let drained = tokio::select! {
        drained = served => drained,
        never = time_keeper.overload.keep_time() => match never {},
    };
    background.shutdown().await;
    if let Err(error) = last.overload.door.keep_room() {
        tracing::error!(%error, "the waiting room's counters were not kept");
    }
    drained
}

/// What goes on beside requests: messages are delivered, and what is over is removed.
fn start_background(listener: &TcpListener, app: &Arc<App>) -> JoinSet<()> {
    let mail = &app.config.accounts.mail;
    let listen = listener.local_addr().unwrap_or(app.config.listen);
    let outbox = Arc::new(Outbox::of(mail, &app.config.store));
    let mut background = JoinSet::new();
    background.spawn(outbox::run(Arc::clone(app), outbox, mail.links_begin_with(listen).into()));
    background.spawn(sweep::run(Arc::clone(app)));
    background.spawn(overload::keep_room(Arc::clone(app)));
    background
}

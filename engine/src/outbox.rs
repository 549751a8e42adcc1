//! Messages on their way out: rows of the register until they are delivered, so that neither a restart nor a relay that is down loses
//! one; read in batches, so that memory stays bounded however many wait.
//!
//! A message is sent at least once. A second copy says the same, and as a file it is the same file.

mod files;
mod letter;

use crate::app::App;
use crate::config::{MailConfig, MailWay};
use crate::store::{Message, StoreError};
use files::Files;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Messages that are read at once, and that are on their way at once.
const BATCH: usize = 64;
const AT_A_TIME: usize = 8;

/// Longest pause after failures in a row, and the pause after which everything is looked through when there was none.
const PAUSE_MAX: Duration = Duration::from_secs(300);
const LOOK_THROUGH: Duration = Duration::from_secs(60);

/// Where messages go.
pub(crate) enum Outbox {
    /// A file each.
    Files(Files),
    /// To a relay, by connections that are kept.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    /// Nothing can be delivered just now.
    #[error("nothing can be delivered: {0}")]
    Unavailable(String),
    /// This one is to be tried again.
    #[error("not now: {0}")]
    Later(String),
    /// This one never will be.
    #[error("refused: {0}")]
    Never(String),
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Delivered, refused for good, or not wanted any more: it is forgotten.
    Done,
    /// It stays.
    Later,
    /// It stays, and so does everything behind it.
    Unavailable,
}

impl Outbox {
    /// The way that `config` names; `beside` is the register's folder. It has to be called within the runtime, which keeps the
    /// connections to a relay.
    pub(crate) fn of(config: &MailConfig, beside: &Path) -> Outbox {
        match &config.way {
            MailWay::Files(folder) => Outbox::Files(Files::within(folder_of(folder.as_deref(), beside))),
            MailWay::Smtp(relay) => Outbox::Smtp(relay.clone().build()),
        }
    }

    /// Delivers `letter` under `name`, which no other letter has.
    async fn deliver(&self, name: String, letter: lettre::Message) -> Result<(), DeliveryError> {
        match self {
            Outbox::Files(files) => {
                let written = files.write(name, letter.formatted()).await;
                written.map_err(|error| DeliveryError::Unavailable(error.to_string()))
            }
            Outbox::Smtp(relay) => relay.send(letter).await.map(drop).map_err(|error| {
                // RFC 5321, 4.2.1: 4yz may be tried again as it is, 5yz may not.
                match () {
                    () if error.is_permanent() => DeliveryError::Never(error.to_string()),
                    () if error.is_transient() => DeliveryError::Later(error.to_string()),
                    () => DeliveryError::Unavailable(error.to_string()),
                }
            }),
        }
    }
}

/// Makes the folder for files, where messages go there, so that a wrong one is told at the start.
///
/// # Errors
/// Where it cannot be made.
pub(crate) fn make_folder(config: &MailConfig, beside: &Path) -> Result<(), (PathBuf, io::Error)> {
    let MailWay::Files(folder) = &config.way else { return Ok(()) };
    let folder = folder_of(folder.as_deref(), beside);
    std::fs::create_dir_all(&folder).map_err(|error| (folder, error))
}

fn folder_of(folder: Option<&Path>, beside: &Path) -> PathBuf {
    folder.map_or_else(|| beside.join("outbox"), Path::to_owned)
}

/// Delivers messages as they come, until it is dropped. `links` is what links begin with.
pub(crate) async fn run(app: Arc<App>, outbox: Arc<Outbox>, links: Arc<str>) {
    let mut settled = app.committer.settled_messages();
    let mut after = 0;
    let mut failures = 0u32;
    loop {
        let until = *settled.borrow_and_update();
        let worst = pass(&app, &outbox, &links, &mut after, until).await;
        failures = if worst == Outcome::Done { 0 } else { failures.saturating_add(1) };
        let pause = match failures {
            0 => LOOK_THROUGH,
            again => (app.config.accounts.outbox_retry * 2u32.saturating_pow(again - 1)).min(PAUSE_MAX),
        };
        // New messages wait too where nothing can be delivered.
        let new_ones = worst != Outcome::Unavailable;
        tokio::select! {
            changed = settled.changed(), if new_ones => {
                if changed.is_err() {
                    return;
                }
            }
            () = tokio::time::sleep(pause) => after = 0,
        }
    }
}

/// Goes through the messages from the one behind `after` to the one in place `until`: only what is settled is on disk, and so is the
/// account that it is about.
async fn pass(
    app: &Arc<App>,
    outbox: &Arc<Outbox>,
    links: &Arc<str>,
    after: &mut u64,
    until: u64,
) -> Outcome {
    let mut worst = Outcome::Done;
    loop {
        let messages = match app.store.messages(*after, BATCH) {
            Ok(messages) => messages,
            Err(error) => {
                tracing::warn!(%error, "messages cannot be read");
                return Outcome::Unavailable;
            }
        };
        let settled = messages.iter().take_while(|message| message.place <= until);
        let settled: Vec<Message> = settled.copied().collect();
        for group in settled.chunks(AT_A_TIME) {
            let mut under_way = JoinSet::new();
            for &message in group {
                let (app, outbox, links) = (Arc::clone(app), Arc::clone(outbox), Arc::clone(links));
                under_way.spawn(async move { send(&app, &outbox, &links, message).await });
            }
            for outcome in under_way.join_all().await {
                match outcome {
                    Outcome::Done => {}
                    Outcome::Later => worst = Outcome::Later,
                    Outcome::Unavailable => return Outcome::Unavailable,
                }
            }
            *after = group.last().map_or(*after, |last| last.place);
        }
        if settled.len() < BATCH {
            return worst;
        }
    }
}

async fn send(app: &App, outbox: &Outbox, links: &str, message: Message) -> Outcome {
    let (outcome, counted) = match try_send(app, outbox, links, message).await {
        Ok(Some(())) => (Outcome::Done, "sent"),
        Ok(None) => (Outcome::Done, "stale"),
        Err(error) => {
            let (number, masked) = (message.number, error.to_string());
            tracing::warn!(%number, cause = masked, "a message was not delivered");
            match error {
                DeliveryError::Unavailable(_) => (Outcome::Unavailable, "failed"),
                DeliveryError::Later(_) => (Outcome::Later, "failed"),
                DeliveryError::Never(_) => (Outcome::Done, "refused"),
            }
        }
    };
    app.metrics.life.message(counted);
    if outcome == Outcome::Done
        && let Err(error) = app.store.remove_message(message.place)
    {
        tracing::warn!(%error, "a message that is done with will be looked at once more");
    }
    outcome
}

/// Nothing where the account has been activated or cancelled meanwhile, or was promised a later message.
async fn try_send(
    app: &App,
    outbox: &Outbox,
    links: &str,
    message: Message,
) -> Result<Option<()>, DeliveryError> {
    let unread = |error: StoreError| DeliveryError::Unavailable(error.to_string());
    let Some((account, Some(activation))) = app.account(message.number).map_err(unread)? else {
        return Ok(None);
    };
    if activation.issue != message.issue {
        return Ok(None);
    }
    let from = &app.config.accounts.mail.from;
    let letter = letter::write(app, &account, activation, from, links)
        .map_err(|error| DeliveryError::Never(error.to_string()))?;
    outbox.deliver(format!("{}-{:016x}", message.number, message.issue), letter).await.map(Some)
}

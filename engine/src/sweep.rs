//! Removes in the background what is over: drafts and accounts whose time has come, and files that a crash has left behind. Each look
//! does a bounded amount of work, and finds what is due by time, never by reading everything.

use crate::app::App;
use crate::store::{DraftId, StoreError};
use std::sync::Arc;

/// Drafts and accounts that are looked at in one request to the committer: some milliseconds during which confirmations wait.
const DUE_MAX: usize = 128;

/// Shelves of documents that are looked through between two pauses, of 256 in all.
const SHELVES: u16 = 2;

/// Goes on until it is dropped.
pub(crate) async fn run(app: Arc<App>) {
    let mut shelves = 0..=u8::MAX;
    loop {
        sweep_due(&app).await;
        for shelf in shelves.by_ref().take(usize::from(SHELVES)) {
            sweep_shelf(&app, shelf).await;
        }
        tokio::time::sleep(app.config.accounts.sweep_period).await;
    }
}

async fn sweep_due(app: &Arc<App>) {
    loop {
        let swept = match app.committer.sweep(DUE_MAX).await {
            Ok(swept) => swept,
            Err(error) => {
                tracing::warn!(%error, "what is over cannot be removed now");
                return;
            }
        };
        app.metrics.life.removed("draft", swept.drafts);
        if swept.drafts + swept.accounts > 0 {
            tracing::debug!(drafts = swept.drafts, accounts = swept.accounts, "removed what was over");
        }
        remove_files(app, swept.blobs).await;
        if !swept.more {
            return;
        }
    }
}

/// Files of this run are left alone: an upload is on disk before its draft refers to it.
async fn sweep_shelf(app: &Arc<App>, shelf: u8) {
    let looking = Arc::clone(app);
    let found = tokio::task::spawn_blocking(move || {
        looking.photos.blobs().orphans(shelf, |draft, name| is_kept(&looking, draft, name))
    });
    match found.await {
        Ok(Ok(orphans)) => {
            app.metrics.life.removed("file", orphans.len());
            remove_files(app, orphans).await;
        }
        Ok(Err(error)) => tracing::warn!(%error, shelf, "a shelf of documents cannot be looked through"),
        Err(error) => tracing::error!(%error, shelf, "a shelf of documents was not looked through"),
    }
}

fn is_kept(app: &App, draft: DraftId, name: &str) -> Result<bool, StoreError> {
    let draft = app.store.draft(draft)?;
    Ok(draft.is_some_and(|draft| draft.documents.values().any(|document| document.blob == name)))
}

async fn remove_files(app: &Arc<App>, names: Vec<String>) {
    if names.is_empty() {
        return;
    }
    let app = Arc::clone(app);
    let removed = tokio::task::spawn_blocking(move || {
        for name in &names {
            app.photos.remove(name);
        }
    });
    if let Err(error) = removed.await {
        tracing::error!(%error, "documents were not removed");
    }
}

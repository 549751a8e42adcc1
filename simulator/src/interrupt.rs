//! Ctrl-C and the other ways in which a process is asked to end.

use crate::live;
use crate::output::say;
use std::io;
use std::path::PathBuf;
use std::thread;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

/// What a shell says of a process that Ctrl-C ended.
const ENDED_BY_SIGINT: i32 = 130;

/// Makes the first Ctrl-C, and SIGTERM, cut the run short in order; the second Ctrl-C ends the process at
/// once, and its services with it, because the pipes that they listen on close.
///
/// goose also wants Ctrl-C for itself, once it runs; the first to ask has it, and goose carries on without.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn cut_short_on_signals(
    stop: watch::Sender<Option<Instant>>,
    leftovers: Option<PathBuf>,
) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let by_terminate = stop.clone();
    tokio::spawn(async move {
        while terminate.recv().await.is_some() {
            cut_short(&by_terminate);
        }
    });
    ctrlc::set_handler(move || {
        if cut_short(&stop) {
            say("cutting the run short: requests under way are finished (Ctrl-C again ends at once)");
            return;
        }
        if let Some(leftovers) = &leftovers {
            let _ = std::fs::remove_dir_all(leftovers);
        }
        live::give_back();
        std::process::exit(ENDED_BY_SIGINT);
    })
    .map_err(io::Error::other)
}

/// The first call says when; true if this was it.
pub(crate) fn cut_short(stop: &watch::Sender<Option<Instant>>) -> bool {
    stop.send_if_modified(|stopped_at| {
        let first = stopped_at.is_none();
        stopped_at.get_or_insert_with(Instant::now);
        first
    })
}

/// Done when a service is told to end: by Ctrl-C, by SIGTERM, or by the end of its stdin if it is to listen
/// to that.
///
/// # Errors
/// When the system refuses a handler.
pub(crate) fn asked_to_end(with_stdin: bool) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (ended, stdin_end) = oneshot::channel();
    if with_stdin {
        // A thread of its own: the runtime would wait for a read that never ends.
        thread::Builder::new().name("stdin".to_owned()).spawn(move || {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            let _ = ended.send(());
        })?;
    }
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            Ok(()) = stdin_end => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_first_call_cuts_short() {
        let (stop, mut stopped) = watch::channel(None);
        assert!(cut_short(&stop));
        let first = *stopped.borrow_and_update();
        assert!(first.is_some());
        assert!(!cut_short(&stop));
        assert_eq!(*stopped.borrow(), first);
        assert!(!stopped.has_changed().unwrap());
    }
}

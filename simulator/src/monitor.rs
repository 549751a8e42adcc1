//! Looks on while the run goes: each second it writes latencies down, reads resources, and says how far
//! things are.

use crate::checkpoint::{self, Frame};
use crate::driver::{Load, Start};
use crate::pages;
use crate::progress::Progress;
use crate::pulse::{Pulse, Stalls};
use crate::recording::Recording;
use crate::sample::Readings;
use record::{RunFolder, WriteError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// Somebody who looks on, until told to stop.
#[derive(Debug)]
pub(crate) struct Monitor {
    ended: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<Result<Option<Seen>, WriteError>>,
}

/// What was seen.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) start: Start,
    pub(crate) recording: Recording,
    pub(crate) readings: Readings,
    pub(crate) stalls: Stalls,
}

/// Latencies are taken over so many seconds after their own: a timeout is reported at its end, which is then
/// past.
const LAG_S: u32 = 1;

impl Monitor {
    /// Looks on from the moment at which `started` says when the zero is.
    pub(crate) fn begin(
        load: Arc<Load>,
        folder: RunFolder,
        frame: Frame,
        started: watch::Receiver<Option<Start>>,
        progress: Arc<Progress>,
    ) -> Monitor {
        let (ended, until) = oneshot::channel();
        let task = tokio::spawn(watch(load, folder, frame, started, progress, until));
        Monitor { ended, task }
    }

    /// Stops looking on. `None` when the run never came to its zero.
    ///
    /// # Errors
    /// When the latencies cannot be written.
    pub(crate) async fn end(self) -> Result<Option<Seen>, WriteError> {
        // One that never saw a start is over already.
        let _ = self.ended.send(());
        self.task.await.expect("looking on does not panic")
    }
}

async fn watch(
    load: Arc<Load>,
    folder: RunFolder,
    frame: Frame,
    mut started: watch::Receiver<Option<Start>>,
    progress: Arc<Progress>,
    mut ended: oneshot::Receiver<()>,
) -> Result<Option<Seen>, WriteError> {
    let start = started.wait_for(Option::is_some).await.ok().and_then(|start| *start);
    let Some(start) = start else { return Ok(None) };
    pages::withdraw(&folder)?;
    let mut recording = Recording::begin(&folder, start.at)?;
    let subjects = frame.subjects.clone();
    let frame = Arc::new(frame);
    let mut readings = Readings::default();
    let pulse = Pulse::begin(start.zero);
    sleep_until(start.zero).await;
    readings.push(subjects.read().await);
    for second in 1.. {
        let last = tokio::select! {
            _ = &mut ended => true,
            () = sleep_until(instant(start, second)) => false,
        };
        readings.push(subjects.read().await);
        if last {
            break;
        }
        let (generator, engine) = readings.latest_cpu_shares();
        recording.cpu_shares(second - 1, generator, engine);
        let (observing, frame, folder) = (Arc::clone(&load), Arc::clone(&frame), folder.clone());
        // Encoding histograms takes milliseconds, which no applicant's task is to wait for.
        let advanced = tokio::task::spawn_blocking(move || {
            let Load { world, schedule, .. } = &*observing;
            recording.advance(&world.observer, schedule, second.saturating_sub(LAG_S));
            if second == 1 || second.is_multiple_of(checkpoint::EVERY_S) {
                recording.check_point(&folder, |histograms| {
                    frame.unfinished(&observing, start, second, histograms, &readings)
                });
            }
            (recording, readings)
        });
        (recording, readings) = advanced.await.expect("recording does not panic");
        let counts = load.world.observer.counts();
        progress.show(second, load.schedule.len(), &counts, recording.lateness_us_p99());
    }
    Ok(Some(Seen { start, recording, readings, stalls: pulse.end() }))
}

fn instant(start: Start, second: u32) -> Instant {
    start.zero + Duration::from_secs(second.into())
}

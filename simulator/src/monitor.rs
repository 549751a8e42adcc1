//! Looks on while the run goes: each second it writes latencies down, reads resources, and shows how things stand.

use crate::checkpoint::{self, Frame};
use crate::driver::{Load, Start};
use crate::live::Glance;
use crate::pages;
use crate::progress::Audience;
use crate::pulse::{Pulse, Stalls};
use crate::recording::Recording;
use crate::sample::{Reading, Readings};
use record::{GeneratorVerdict, RunFolder, WriteError};
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
        audience: Audience,
    ) -> Monitor {
        let (ended, until) = oneshot::channel();
        let task = tokio::spawn(watch(load, folder, frame, started, audience, until));
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
    audience: Audience,
    mut ended: oneshot::Receiver<()>,
) -> Result<Option<Seen>, WriteError> {
    let start = started.wait_for(Option::is_some).await.ok().and_then(|start| *start);
    let Some(start) = start else { return Ok(None) };
    pages::withdraw(&folder)?;
    let about = Arc::new(About { load, folder, frame, start });
    let recording = Recording::begin(&about.folder, start.at)?;
    let mut sight = Sight { recording, readings: Readings::default(), judged: None };
    let pulse = Pulse::begin(start.zero, Arc::clone(&about.load.world.metronome));
    sleep_until(start.zero).await;
    sight.readings.push(about.read().await);
    for second in 1.. {
        let last = tokio::select! {
            _ = &mut ended => true,
            () = sleep_until(instant(start, second)) => false,
        };
        sight.readings.push(about.read().await);
        if last {
            break;
        }
        let (about, stalls, is_watched) = (Arc::clone(&about), pulse.stalls(), audience.watches(second));
        // Encoding histograms takes milliseconds, which no applicant's task is to wait for.
        let advanced = tokio::task::spawn_blocking(move || {
            sight.advance(&about, second, stalls);
            let glance = is_watched.then(|| sight.glance(&about, second));
            (sight, glance)
        });
        let glance;
        (sight, glance) = advanced.await.expect("recording does not panic");
        glance.into_iter().for_each(|glance| audience.show(glance));
    }
    let Sight { recording, readings, .. } = sight;
    Ok(Some(Seen { start, recording, readings, stalls: pulse.end() }))
}

/// What is looked at.
struct About {
    load: Arc<Load>,
    folder: RunFolder,
    frame: Frame,
    start: Start,
}

impl About {
    async fn read(&self) -> Reading {
        self.frame.subjects.read(|| self.load.world.observer.time_polled_in_vain()).await
    }
}

/// What has been seen so far.
struct Sight {
    recording: Recording,
    readings: Readings,
    /// The generator's verdict at the last check point, with its reason.
    judged: Option<(GeneratorVerdict, Option<String>)>,
}

impl Sight {
    /// Writes down what is over at the end of `second`.
    fn advance(&mut self, about: &About, second: u32, stalls: Stalls) {
        let About { load, folder, frame, start } = about;
        let Sight { recording, readings, judged } = self;
        let (generator, engine) = readings.latest_cpu_shares();
        recording.cpu_shares(second - 1, generator, engine);
        recording.advance(&load.world.observer, &load.schedule, second.saturating_sub(LAG_S));
        if second == 1 || second.is_multiple_of(checkpoint::EVERY_S) {
            let record = frame.unfinished(load, *start, second, recording.histograms(), readings, stalls);
            recording.check_point(folder, &record);
            // Before anybody's way is over there is nothing to judge by.
            *judged = (record.applicants.arrived > 0)
                .then_some((record.verdict.generator, record.generator.reason));
        }
    }

    fn glance(&self, about: &About, second: u32) -> Glance {
        let Sight { recording, readings, judged } = self;
        Glance::of(&about.load, second, recording, readings, &about.frame.subjects, judged.clone())
    }
}

fn instant(start: Start, second: u32) -> Instant {
    start.zero + Duration::from_secs(second.into())
}

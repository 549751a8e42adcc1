//! Several stories at a time, each on its own services, and what came of each.

use super::cast::{Cast, Society};
use super::catalogue::Row;
use super::exchange::Entry;
use super::papers;
use super::replay;
use super::session::Session;
use super::stage::Stage;
use super::story::{Story, Wrong};
use crate::exit::CommandError;
use crate::portal::Target;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What is to be told, and where.
pub(crate) struct Order {
    pub(crate) stories: Vec<(&'static Story, Row)>,
    /// Stories at a time.
    pub(crate) jobs: usize,
    /// The folder for papers; a folder in it for each story.
    pub(crate) out: PathBuf,
    pub(crate) place: Place,
    pub(crate) society: Society,
    /// The first person of the population who comes.
    pub(crate) first: u64,
    /// Run each script too, against services of its own.
    pub(crate) scripts: bool,
}

/// Where stories take place.
#[derive(Clone)]
pub(crate) enum Place {
    /// On services of our own, new ones for each.
    Stage,
    /// On a portal that runs already.
    Target(Arc<Target>),
}

/// A story that was told.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) story: &'static str,
    pub(crate) row: Row,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
    pub(crate) exchanges: usize,
    pub(crate) folder: PathBuf,
}

/// What came of a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "why", rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// As the catalogue has it.
    Passed,
    /// Not so: why.
    Failed(String),
    /// Not so, and a registration is lost, doubled or wrong by it.
    Grave(String),
    /// It could not be told here: why.
    Skipped(String),
}

/// People between two stories on one portal: none takes as many.
const PEOPLE_PER_STORY: u64 = 1_000;

impl Order {
    /// Tells every story, `jobs` at a time; `heard` is called as each one ends. In the order of the catalogue.
    ///
    /// # Errors
    /// No such population, or a task that panicked.
    pub(crate) async fn carry_out(self, heard: impl Fn(&Done)) -> Result<Vec<Done>, CommandError> {
        let places = Arc::new(Semaphore::new(self.jobs.max(1)));
        let mut casts = Vec::new();
        let cast =
            Cast::new(self.society, self.first).map_err(|error| CommandError::Usage(error.to_string()))?;
        let on_target = matches!(self.place, Place::Target(_));
        for at in 0..self.stories.len() as u64 {
            // On one portal two stories must not bring the same person; on services of their own they may.
            let first = if on_target { self.first.wrapping_add(at * PEOPLE_PER_STORY) } else { self.first };
            casts.push(Arc::new(cast.from(first)));
        }
        let mut telling = JoinSet::new();
        for (at, ((story, row), cast)) in self.stories.into_iter().zip(casts).enumerate() {
            let (places, place, society) = (Arc::clone(&places), self.place.clone(), self.society);
            let (folder, scripts) = (self.out.join(story.id), self.scripts);
            telling.spawn(async move {
                let _place = places.acquire_owned().await.expect("the semaphore is never closed");
                (at, Box::pin(tell(story, row, place, society, cast, folder, scripts)).await)
            });
        }
        let mut done = Vec::new();
        while let Some(ended) = telling.join_next().await {
            let (at, told) =
                ended.map_err(|error| CommandError::defect(format!("a story broke off: {error}")))?;
            heard(&told);
            done.push((at, told));
        }
        done.sort_by_key(|(at, _)| *at);
        Ok(done.into_iter().map(|(_, done)| done).collect())
    }
}

async fn tell(
    story: &'static Story,
    row: Row,
    place: Place,
    society: Society,
    cast: Arc<Cast>,
    folder: PathBuf,
    scripts: bool,
) -> Done {
    let begun = Instant::now();
    let mut exchanges = 0;
    let verdict = match begin(story, &place, society, cast).await {
        Err(verdict) => verdict,
        Ok(session) => {
            let (entries, outcome, captcha_length) = walk(story, session).await;
            exchanges = entries.iter().filter(|entry| matches!(entry, Entry::Exchange(_))).count();
            let told = papers::Told {
                story,
                row: &row,
                entries: &entries,
                wrong: outcome.as_ref().err(),
                captcha_length,
            };
            match (papers::write(&folder, &told), outcome) {
                (_, Err(Wrong { what, grave: true })) => Verdict::Grave(what),
                (_, Err(Wrong { what, grave: false })) => Verdict::Failed(what),
                (Err(error), _) => Verdict::Failed(format!("cannot write {}: {error}", folder.display())),
                (Ok(()), Ok(())) if scripts && replay::can_be(&entries) => {
                    replay::replay(story, society, &folder)
                        .await
                        .map_or_else(Verdict::Failed, |()| Verdict::Passed)
                }
                (Ok(()), Ok(())) => Verdict::Passed,
            }
        }
    };
    Done { story: story.id, row, verdict, took: begun.elapsed(), exchanges, folder }
}

async fn begin(story: &Story, place: &Place, society: Society, cast: Arc<Cast>) -> Result<Session, Verdict> {
    match place {
        Place::Target(_) if !story.needs.outside => {
            Err(Verdict::Skipped("needs settings, switches or processes of its own".to_owned()))
        }
        Place::Target(target) => {
            let (portal, operations) = target.addresses();
            Ok(Session::on_target(portal, operations, &target.keys, cast))
        }
        Place::Stage => match Stage::start(story.needs, society).await {
            Ok(stage) => Ok(Session::on_stage(stage, cast)),
            Err(error) => Err(Verdict::Failed(error.to_string())),
        },
    }
}

/// The walk, and after it the audit; then the services end.
async fn walk(story: &Story, mut session: Session) -> (Vec<Entry>, Result<(), Wrong>, usize) {
    let mut outcome = (story.walk)(&mut session).await;
    if outcome.is_ok() {
        outcome = session.audit().await;
    }
    let captcha_length = session.captcha_length;
    (session.end().await, outcome, captcha_length)
}

/// Tells one story and leaves its services as they are, for somebody who wants to look at them.
///
/// # Errors
/// Services that don't start, or a story that isn't as the catalogue has it.
pub(crate) async fn stay(
    story: &'static Story,
    society: Society,
    first: u64,
) -> Result<Session, CommandError> {
    let cast = Cast::new(society, first).map_err(|error| CommandError::Usage(error.to_string()))?;
    let stage = Stage::start(story.needs, society).await?;
    let mut session = Session::on_stage(stage, Arc::new(cast));
    match (story.walk)(&mut session).await {
        Ok(()) => Ok(session),
        Err(wrong) => Err(CommandError::Usage(format!("{}: {wrong}", story.id))),
    }
}

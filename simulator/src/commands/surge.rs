//! `lonjakan surge`: one rush, from the scenario file to the verdict.

pub(super) mod folder;
mod outcome;

use super::{print, read_plan, refused_by_stdout};
use crate::browsers::Browsers;
use crate::bystanders::Bystanders;
use crate::checkpoint::Frame;
use crate::cli::SurgeArgs;
use crate::cores;
use crate::descriptors;
use crate::director::Director;
use crate::driver::{self, DriveError, Driven, Load, Start};
use crate::exit::{CommandError, Exit};
use crate::interrupt::{cut_short, cut_short_on_signals};
use crate::journey::{CaptchaKeyHeld, World};
use crate::keys::Keys;
use crate::launch::{Settings, refused};
use crate::live::endpoint::Endpoint;
use crate::memory;
use crate::metronome::Metronome;
use crate::monitor::Monitor;
use crate::observe::Observer;
use crate::output::{Results, say};
use crate::portal::{Portal, Target, Workspace};
use crate::progress::{Audience, Progress};
use crate::register::RegisterOfRun;
use crate::sample::Subjects;
use crate::today;
use domain::Date;
use outcome::{Ended, command, write_down};
use people::{Album, Crowd, Population};
use record::{RunFolder, RunRecord, Shard};
use scenario::{Cores, Idle, Plan, Retries, Schedule};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Threads of the generator's runtime.
const WORKERS: usize = 2;

/// From the moment at which all users are ready to the schedule's zero.
const LEAD: Duration = Duration::from_millis(100);

/// What is to be done, checked as far as it can be before anything is started.
struct Order<'a> {
    args: &'a SurgeArgs,
    plan: Plan,
    reference_date: Date,
    crowd: Crowd,
    schedule: Schedule,
    register: RegisterOfRun,
    target: Option<Target>,
    keys: Keys,
    folder: RunFolder,
    descriptors_allowed: u64,
    progress: Arc<Progress>,
}

/// What came of it.
struct Done {
    record: RunRecord,
    page: PathBuf,
    /// The record stands, and yet something of ours went wrong.
    trouble: Option<CommandError>,
}

/// Runs the command.
///
/// # Errors
/// Everything that keeps a run from taking place, from being measured or from being written down.
pub(crate) fn run(args: &SurgeArgs) -> Result<Exit, CommandError> {
    let order = Order::new(args)?;
    // Before there are other threads, which then have the same cores.
    let own = &order.plan.cores.generator;
    cores::take(own).map_err(|error| refused(&format!("use cores {own:?} for the generator"), &error))?;
    let mut results = Results::to_stdout_alone().map_err(|error| refused_by_stdout(&error))?;
    let runtime = driver::runtime(workers(own)).map_err(|error| refused("start the runtime", &error))?;
    let done = runtime.block_on(Box::pin(order.carry_out()))?;
    let text = if args.json {
        let json = serde_json::to_string_pretty(&done.record)
            .map_err(|error| CommandError::defect(error.to_string()))?;
        format!("{json}\n")
    } else {
        reports::verdict_text(&done.record, Some(&done.page), results.are_coloured())
    };
    print(&mut results, &text)?;
    match done.trouble {
        Some(trouble) => Err(trouble),
        None => Ok(Exit::of(&done.record.verdict)),
    }
}

impl<'a> Order<'a> {
    fn new(args: &'a SurgeArgs) -> Result<Order<'a>, CommandError> {
        let usage = |error: &dyn std::fmt::Display| CommandError::Usage(error.to_string());
        // Before anything else is read or asked for: some hosts are never loaded.
        let target = Target::of(&args.target)?;
        let mut plan = read_plan(&args.scenario)?;
        if let Some(factor) = args.rate_factor {
            plan = plan.with_rates_times(factor).map_err(|error| usage(&error))?;
        }
        if let Some(seconds) = args.overload_first_s {
            plan = plan.after_overload(seconds).map_err(|error| usage(&error))?;
        }
        plan.seed = args.seed.unwrap_or(plan.seed);
        if args.repeats > 0 {
            plan.behaviour.retries = Retries::as_told(args.repeats);
        }
        if target.is_none() {
            plan.cores = shared_out(plan.cores, plan.generator.idle, &cores::allowed())
                .map_err(|none| usage(&none))?;
        }
        memory::provide(
            plan.generator.applicants_in_flight_max,
            plan.arrivals.count,
            plan.generator.memory_mib_max,
        )
        .map_err(|much| usage(&much))?;
        let keys = match &target {
            Some(target) => target.keys.clone(),
            None => Keys::fresh().map_err(|error| usage(&error))?,
        };
        let descriptors_allowed =
            descriptors::provide(plan.generator.applicants_in_flight_max).map_err(|few| usage(&few))?;
        let reference_date = plan.people.reference_date.unwrap_or_else(today);
        let population =
            Population::of(plan.people.census(plan.seed, reference_date)).map_err(|error| usage(&error))?;
        let crowd = Crowd::new(population, plan.people.shares.clone(), plan.engine.limits());
        let schedule = plan.arrivals.schedule(plan.seed);
        let schedule = match args.shard {
            Some(shard) => schedule.part(|arrival| is_in(shard, &crowd, arrival)),
            None => schedule,
        };
        Ok(Order {
            register: RegisterOfRun::new(population, &plan.registry, plan.engine.limits(), reference_date),
            crowd,
            folder: folder::create(args.out.as_deref(), &plan.name)?,
            progress: Arc::new(Progress::new(
                format!("{}, seed {}", plan.name, plan.seed),
                args.quiet,
                args.plain,
            )),
            schedule,
            args,
            plan,
            reference_date,
            target,
            keys,
            descriptors_allowed,
        })
    }

    async fn carry_out(&self) -> Result<Done, CommandError> {
        let (stop, stopped) = watch::channel(None);
        let (seed, limits) = (self.plan.seed, self.plan.engine.limits());
        let album = tokio::task::spawn_blocking(move || Album::new(seed, &limits));
        let agreed = match &self.target {
            Some(target) => target.agreement(&self.plan).await?,
            None => None,
        };
        let endpoint = self.endpoint().await?;
        let mut portal = self.open_portal(&stop).await?;
        let album = album.await.map_err(|error| CommandError::defect(format!("no photographs: {error}")))?;
        let load = Arc::new(self.load(album, stopped, &portal)?);
        self.progress.say(&format!(
            "bringing {} applicants to http://{}",
            self.schedule.len(),
            portal.address
        ));

        let (started, starts) = watch::channel(None);
        let director = Director::new(&self.plan.gate, &portal, self.keys.control.as_deref());
        let directing = tokio::spawn(director.direct(starts.clone()));
        let subjects = portal.subjects(self.plan.registry.concurrency_max);
        let standing = self.bystanders().come(portal.address, &starts);
        let monitor = Monitor::begin(
            Arc::clone(&load),
            self.folder.clone(),
            self.frame(subjects.clone()),
            starts.clone(),
            Audience { progress: Arc::clone(&self.progress), endpoint },
        );
        let suffering = async {
            let withdrawn = async {
                match &self.target {
                    Some(target) => target.withdrawn(agreed).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                error = portal.suffer(&self.plan.faults.engine_kills, starts) => error,
                error = withdrawn => error,
            }
        };
        let (driven, mut died) = drive(Arc::clone(&load), started, suffering, &stop).await;
        let stood = standing.leave().await;
        let seen = monitor.end().await;
        self.progress.end();
        let undirected = undirected(directing).await;

        if died.is_none() {
            died = portal.start_engine_again(None).await.err();
        }
        let stored = match &died {
            None => portal.export().await,
            Some(error) => Err(error.to_string()),
        };
        portal.keep_metrics(self.folder.path()).await;
        let (store_bytes, outages) = (portal.store_bytes(), portal.outages());
        portal.end().await;
        let seen = seen.map_err(|error| CommandError::Usage(error.to_string()))?;
        let driven = driven.map_err(|error| CommandError::defect(error.to_string()))?;
        let seen = seen.ok_or_else(|| CommandError::defect("the load never started"))?;
        write_down(
            self,
            &load,
            Ended { driven, seen, died: died.or(undirected), stored, store_bytes, subjects, outages, stood },
        )
    }

    fn bystanders(&self) -> Bystanders {
        let Plan { behaviour, faults, .. } = &self.plan;
        Bystanders {
            polls_per_s: behaviour.pollers_per_s,
            poll_timeout: behaviour.step_timeout(),
            slow_clients: faults.slow_clients,
            half_open_clients: faults.half_open_clients,
        }
    }

    async fn endpoint(&self) -> Result<Option<Endpoint>, CommandError> {
        let Some(address) = self.args.live_metrics else { return Ok(None) };
        let endpoint = Endpoint::open(address, self.args.target.consent.is_some()).await?;
        say(&format!("metrics at http://{}/metrics", endpoint.address));
        Ok(Some(endpoint))
    }

    async fn open_portal(&self, stop: &watch::Sender<Option<Instant>>) -> Result<Portal, CommandError> {
        let signals = |error: std::io::Error| CommandError::Usage(format!("cannot handle signals: {error}"));
        if let Some(target) = &self.target {
            cut_short_on_signals(stop.clone(), None).map_err(signals)?;
            return target.reach().await;
        }
        let workspace = Workspace::create(self.folder.path(), self.args.keep_store)?;
        let leftovers = (!self.args.keep_store).then(|| workspace.path().to_owned());
        cut_short_on_signals(stop.clone(), leftovers).map_err(signals)?;
        self.progress.say("starting registry and engine");
        let settings = Settings {
            plan: &self.plan,
            seed: self.plan.seed,
            reference_date: self.reference_date,
            keys: &self.keys,
        };
        Portal::start(&settings, workspace, self.folder.path()).await
    }

    fn frame(&self, subjects: Subjects) -> Frame {
        Frame {
            plan: self.plan.clone(),
            file: self.args.scenario.display().to_string(),
            seed: self.plan.seed,
            command: command(self),
            target: self.target.as_ref().map(|target| target.permitted.url.clone()),
            shard: self.args.shard,
            subjects,
            descriptors_allowed: self.descriptors_allowed,
        }
    }

    fn load(
        &self,
        album: Album,
        stop: watch::Receiver<Option<Instant>>,
        portal: &Portal,
    ) -> Result<Load, CommandError> {
        let captcha_key =
            self.keys.captcha_key().ok_or_else(|| CommandError::defect("the captcha key is none"))?;
        let metronome = Metronome::new(self.plan.generator.idle)
            .map_err(|error| refused("start a thread that wakes applicants", &error))?;
        let seed = self.plan.seed;
        Ok(Load {
            world: World {
                browsers: Browsers::new(portal.address, self.plan.generator.connections),
                captcha_key: CaptchaKeyHeld(captcha_key),
                seed,
                behaviour: self.plan.behaviour.clone(),
                faults: self.plan.faults.clone(),
                metronome,
                album,
                observer: Observer::new(),
                stop,
            },
            crowd: self.crowd.clone(),
            schedule: self.schedule.clone(),
            users: self.plan.generator.applicants_in_flight_max,
            lead: LEAD,
        })
    }
}

/// Whether an arrival is in a part. Who comes twice does so in one part, whose audit then sees both.
fn is_in(shard: Shard, crowd: &Crowd, arrival: u64) -> bool {
    let person = crowd.applicant(arrival).twin_of.unwrap_or(arrival);
    person % shard.of == shard.part - 1
}

/// As many threads as can run at once, where that is said.
fn workers(generator: &[usize]) -> usize {
    if generator.is_empty() { WORKERS } else { generator.len().min(WORKERS) }
}

/// Children inherit the generator's cores: where it has its own, the others get theirs said. They are all that are `allowed`, or what a
/// generator leaves that never sleeps.
fn shared_out(cores: Cores, idle: Idle, allowed: &[usize]) -> Result<Cores, String> {
    if cores.generator.is_empty() {
        return Ok(cores);
    }
    let is_left = |core: &usize| idle == Idle::Sleep || !cores.generator.contains(core);
    let left: Vec<usize> = allowed.iter().copied().filter(is_left).collect();
    if left.is_empty() {
        return Err(format!(
            "a generator that polls busily on cores {:?} leaves no core for the portal; give it fewer by [cores] generator",
            cores.generator
        ));
    }
    let or_left = |some: Vec<usize>| if some.is_empty() { left.clone() } else { some };
    Ok(Cores { engine: or_left(cores.engine), registry: or_left(cores.registry), ..cores })
}

/// What the director could not do. What was still to come when the last applicant had gone does not matter.
async fn undirected(directing: JoinHandle<Result<(), String>>) -> Option<CommandError> {
    if !directing.is_finished() {
        directing.abort();
        return None;
    }
    match directing.await {
        Ok(done) => done.err().map(CommandError::defect),
        Err(panicked) => Some(CommandError::defect(panicked.to_string())),
    }
}

/// Drives the load; a service that dies meanwhile cuts it short.
async fn drive(
    load: Arc<Load>,
    started: watch::Sender<Option<Start>>,
    suffering: impl Future<Output = CommandError>,
    stop: &watch::Sender<Option<Instant>>,
) -> (Result<Driven, DriveError>, Option<CommandError>) {
    let mut driving = std::pin::pin!(driver::drive(load, started));
    tokio::select! {
        driven = &mut driving => (driven, None),
        died = suffering => {
            cut_short(stop);
            (driving.await, Some(died))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_shared_out() {
        let check = |generator: &[usize], engine: &[usize], idle, expect: Option<[&[usize]; 2]>| {
            let cores =
                Cores { generator: generator.to_vec(), engine: engine.to_vec(), registry: Vec::new() };
            let shared = shared_out(cores, idle, &[0, 1, 2]);
            assert_eq!(
                shared.as_ref().ok().map(|cores| [&cores.engine[..], &cores.registry]),
                expect,
                "{shared:?}"
            );
        };
        check(&[], &[], Idle::Sleep, Some([&[], &[]]));
        check(&[0], &[], Idle::Sleep, Some([&[0, 1, 2], &[0, 1, 2]]));
        check(&[0], &[2], Idle::Sleep, Some([&[2], &[0, 1, 2]]));
        check(&[0], &[2], Idle::BusyPoll, Some([&[2], &[1, 2]]));
        check(&[0, 1, 2], &[], Idle::BusyPoll, None);
    }

    #[test]
    fn threads_are_no_more_than_their_cores() {
        assert_eq!([&[][..], &[1], &[0, 1], &[0, 1, 2]].map(workers), [2, 1, 2, 2]);
    }
}

//! The search for capacity against queues whose capacity is known by formula, over real HTTP: `just erlang`.
//!
//! Each setting is a process of its own: a server with c places, exponential service and a bounded line, on loopback; before it the
//! driver that every surge has, with Poisson arrivals on its open schedule; above it the search. What the search says is held
//! against Erlang's formula. Several settings run at a time, so that each can have trials of seconds.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to whoever runs it, and prints its table"
)]

#[expect(dead_code, reason = "the tests of the search alone need all of it")]
#[path = "../capacity/tests/search/queue.rs"]
mod queue;

use capacity::{Approach, Ending, Goal, Next, Search, Trial, Verdict};
use clap::Parser;
use domain::captcha::{CaptchaKey, KEY_BYTES};
use domain::wire::Problem;
use domain::{Failure, Limits};
use http_body_util::Full;
use hyper::{Response, StatusCode};
use people::{Album, Crowd, Population, Shares};
use queue::Queue;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp1};
use record::{Histograms, Kind, WHOLE};
use scenario::{Arrivals, Behaviour, Connections, Faults, Idle, RateStep, Shape, Spacing};
use server::{Answer, Bounds};
use simulator::browsers::Browsers;
use simulator::driver::{Load, drive};
use simulator::journey::{CaptchaKeyHeld, World};
use simulator::metronome::Metronome;
use simulator::observe::{Observer, steps};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// Searches for capacities that are known by formula, and prints how many are inside the intervals found.
#[derive(Parser)]
struct Args {
    /// Settings at a time.
    #[arg(long, default_value_t = 20)]
    jobs: usize,
    /// Seconds of arrivals in each trial. Short trials meet the promise too often at the capacity itself: of 400 searches that were
    /// simulated, with 20 s and a precision of 0.15, 90 % held it, and 98 % with 40 s and 0.25.
    #[arg(long, default_value_t = 40.0)]
    seconds: f64,
    /// Width over median at which an interval is narrow enough.
    #[arg(long, default_value_t = 0.25)]
    precision: f64,
    /// Seed of arrivals and service times.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the setting with this number, as a line of JSON.
    #[arg(long)]
    setting: Option<usize>,
}

/// Of a hundred responses ten may be over the bound: with a few hundred arrivals in a trial, that many tell more than one would.
const OVER_SHARE_MAX: f64 = 0.1;

/// Places, and the loads at which the promise is only just held. Under these hardly anybody waits, so that the rate hardly shows in the
/// response; over them a queue needs longer than a trial to come to its equilibrium.
const SETTINGS: [(u32, [f64; 5]); 4] = [
    (1, [0.5, 0.6, 0.65, 0.7, 0.75]),
    (2, [0.6, 0.65, 0.7, 0.75, 0.8]),
    (3, [0.65, 0.7, 0.75, 0.8, 0.82]),
    (4, [0.7, 0.75, 0.8, 0.82, 0.85]),
];

/// Mean service: long beside the one or two milliseconds that timers and loopback add to a response. With 12 ms in place of 40 they
/// moved the capacity that was found down by some per cent.
const SERVICE_S_MEAN: f64 = 0.04;

/// Until here a queue that began empty isn't in its equilibrium yet, and nothing is counted.
const WARMING_UP_S: f64 = 6.0;

/// Requests that wait in line at most.
const LINE_MAX: usize = 4_000;

/// How long a client waits. Far over every bound here.
const TIMEOUT_S: f64 = 5.0;

/// What is under way at most: twice the highest saturation for as long as clients wait.
const USERS: usize = 2_000;

/// With arrivals later than this, by the 99th percentile, the generator was not fit to judge.
const LATENESS_US_MAX: u64 = 20_000;

/// The overload before a trial from above, in seconds, and until when its pile is gone at the highest of the loads above: at twice 0.85
/// of what is served the pile grows 4.7 times as fast as it goes at 0.85.
const OVERLOAD_S: f64 = 1.0;
const OVERLOAD_GONE_S: f64 = 6.0;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(serde::Serialize, serde::Deserialize)]
struct Row {
    servers: u32,
    service_ms: f64,
    bound_ms: f64,
    known_per_s: f64,
    /// Low, median, high.
    found_per_s: Option<[f64; 3]>,
    confirmed: bool,
    trials: usize,
    ending: String,
}

fn main() -> Outcome<()> {
    let args = Args::parse();
    let settings = settings();
    if let Some(number) = args.setting {
        let queue = settings.get(number).copied().ok_or("no such setting")?;
        let row = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?
            .block_on(search(&args, queue, number as u64))?;
        println!("{}", serde_json::to_string(&row)?);
        return Ok(());
    }
    let began = Instant::now();
    let rows = by_processes(&args, settings.len())?;
    print!("{}", table(&rows));
    println!("{:.0} s, {} settings at a time", began.elapsed().as_secs_f64(), args.jobs);
    Ok(())
}

/// Queues whose promise is only just held at the loads of [`SETTINGS`].
fn settings() -> Vec<Queue> {
    let setting = |(servers, load): (u32, f64)| {
        let mut queue =
            Queue { servers, service_s_mean: SERVICE_S_MEAN, bound_s: 0.0, over_share_max: OVER_SHARE_MAX };
        let per_s = load * queue.saturation_per_s();
        let (mut low, mut high) = (0.0, 10.0);
        for _ in 0..100 {
            queue.bound_s = f64::midpoint(low, high);
            if queue.share_over_bound(per_s) > OVER_SHARE_MAX {
                low = queue.bound_s;
            } else {
                high = queue.bound_s;
            }
        }
        queue
    };
    SETTINGS.into_iter().flat_map(|(servers, loads)| loads.map(|load| (servers, load))).map(setting).collect()
}

/// Every setting in a process of its own, so many at a time; goose drives one load a process.
fn by_processes(args: &Args, settings: usize) -> Outcome<Vec<Row>> {
    let (next, rows) = (Mutex::new(0..settings), Mutex::new(Vec::new()));
    let take = || next.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(number) = take() {
            let row = one_process(args, number).map_err(|error| format!("setting {number}: {error}"));
            eprintln!(
                "setting {number}: {}",
                row.as_ref().map_or_else(Clone::clone, |row| row.ending.clone())
            );
            rows.lock().unwrap_or_else(PoisonError::into_inner).push((number, row));
        }
    };
    std::thread::scope(|scope| (0..args.jobs).for_each(|_| drop(scope.spawn(work))));
    let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| Ok(row?)).collect()
}

fn one_process(args: &Args, number: usize) -> Outcome<Row> {
    let child = Command::new(std::env::current_exe()?)
        .args(["--setting", &number.to_string(), "--seed", &args.seed.to_string()])
        .args(["--seconds", &args.seconds.to_string(), "--precision", &args.precision.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    // goose says how many users it launched, on stdout too.
    let said = String::from_utf8(child.stdout)?;
    let line = said.lines().rfind(|line| line.starts_with('{')).ok_or("no answer")?;
    Ok(serde_json::from_str(line)?)
}

fn table(rows: &[Row]) -> String {
    let mut text = "| places | mean service | promise | capacity by formula | interval found | off by | trials | inside |\n\
                    |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let mut inside_count = 0;
    for row in rows {
        let Row { servers, service_ms, bound_ms, known_per_s, trials, .. } = row;
        let (found, off, is_inside) = match row.found_per_s {
            Some([low, median, high]) => (
                format!("{low:.1} to {high:.1}/s"),
                format!("{:+.1} %", (median / known_per_s - 1.0) * 100.0),
                low <= *known_per_s && *known_per_s <= high,
            ),
            None => (row.ending.clone(), String::new(), false),
        };
        inside_count += usize::from(is_inside);
        let inside = if is_inside { "yes" } else { "no" };
        text.push_str(&format!(
            "| {servers} | {service_ms:.0} ms | p90 < {bound_ms:.1} ms | {known_per_s:.1}/s | {found} | {off} | {trials} | {inside} |\n"
        ));
    }
    let share = inside_count as f64 * 100.0 / rows.len().max(1) as f64;
    text.push_str(&format!("\n{inside_count} of {} inside, {share:.0} %\n", rows.len()));
    text
}

async fn search(args: &Args, queue: Queue, number: u64) -> Outcome<Row> {
    let start = queue.saturation_per_s() / 7.0;
    let mut search = Search::new(Goal { start, rate_max: 1e6, precision: args.precision, trials_max: 40 });
    let album = Album::new(1, &Limits::default());
    let ending = loop {
        let (rate, approach) = match search.next() {
            Next::Over(ending) => break ending,
            Next::Try { rate, approach } => (rate, approach),
        };
        let seed = args.seed * 1_000_000 + number * 1_000 + search.trials().len() as u64;
        let verdict = trial(args, queue, rate, approach, seed, &album).await?;
        search.tell(Trial { rate, approach, verdict });
    };
    let found = if let Ending::Found(found) = ending { Some(found) } else { None };
    Ok(Row {
        servers: queue.servers,
        service_ms: queue.service_s_mean * 1e3,
        bound_ms: queue.bound_s * 1e3,
        known_per_s: queue.capacity_per_s(),
        found_per_s: found.map(|found| [found.interval.low, found.interval.median, found.interval.high]),
        confirmed: found.is_some_and(|found| found.confirmed),
        trials: search.trials().len(),
        ending: format!("{ending:?}"),
    })
}

/// Brings Poisson arrivals at this rate to a fresh server, and holds what they met against the promise.
async fn trial(
    args: &Args,
    queue: Queue,
    per_s: f64,
    approach: Approach,
    seed: u64,
    album: &Album,
) -> Outcome<Verdict> {
    let address = serve(queue, seed).await?;
    let counted_from_s = OVERLOAD_GONE_S + WARMING_UP_S;
    let (shape, from_s) = match approach {
        Approach::Below => (Shape::Constant { per_s }, WARMING_UP_S),
        Approach::Above => {
            let step = |per_s, for_s| RateStep { per_s, for_s };
            (
                Shape::Steps {
                    steps: vec![
                        step(2.0 * per_s, OVERLOAD_S),
                        step(per_s, counted_from_s + args.seconds - OVERLOAD_S),
                    ],
                },
                counted_from_s,
            )
        }
    };
    let duration_s = from_s + args.seconds;
    let arrivals = Arrivals::new(shape, Spacing::Poisson, duration_s);
    let load = Arc::new(Load {
        world: world(address, album)?,
        crowd: crowd()?,
        schedule: arrivals.schedule(seed),
        users: USERS,
        lead: Duration::from_millis(50),
    });
    drive(Arc::clone(&load), watch::channel(None).0).await?;
    let mut seen = Histograms::new(&steps());
    for interval in load.world.observer.recorder().take_all() {
        if f64::from(interval.second) >= from_s {
            seen.add(&interval.histograms);
        }
    }
    if seen.quantiles(WHOLE, Kind::Lateness).p99 > LATENESS_US_MAX {
        return Ok(Verdict::Unfit);
    }
    // Who is turned away, or leaves, has waited for longer than the bound, or would have.
    let totals = load.world.observer.totals(arrivals.count);
    let lost: u64 = totals
        .failures
        .iter()
        .filter(|seen| seen.code != Failure::Closed.code())
        .map(|seen| seen.count)
        .sum();
    let response = seen.get(WHOLE, Kind::Response).ok_or("nobody was answered")?;
    let over_s = response.value_at_quantile(1.0 - queue.over_share_max) as f64 / 1e6;
    Ok(if over_s <= queue.bound_s && lost == 0 { Verdict::Met } else { Verdict::Missed })
}

/// People who ask for the status, find the gate closed, and go: one request each, over connections that are kept.
fn world(address: SocketAddr, album: &Album) -> Outcome<World> {
    let mut behaviour = Behaviour::thoughtless(TIMEOUT_S, TIMEOUT_S);
    behaviour.patience_s = 2.0 * TIMEOUT_S;
    Ok(World {
        browsers: Browsers::new(address, Connections::Pooled),
        captcha_key: CaptchaKeyHeld(CaptchaKey::new([7; KEY_BYTES])),
        seed: 1,
        behaviour,
        faults: Faults::default(),
        metronome: Metronome::new(Idle::Sleep)?,
        album: album.clone(),
        observer: Observer::new(),
        stop: watch::channel(None).1,
    })
}

fn crowd() -> Outcome<Crowd> {
    let population = Population::new(1, 100_000, "2026-11-21".parse()?)?;
    Ok(Crowd::new(population, Shares::default(), Limits::default()))
}

/// When each place is free again, by arithmetic: a timer that fires late delays an answer, and not those after it.
struct Places {
    free_at: Vec<Instant>,
    waiting: usize,
    random: ChaCha8Rng,
}

/// A server of its own, first come first served, that answers every request with "closed" once it has been served.
async fn serve(queue: Queue, seed: u64) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let places = Arc::new(Mutex::new(Places {
        free_at: vec![Instant::now(); queue.servers as usize],
        waiting: 0,
        random: ChaCha8Rng::seed_from_u64(seed),
    }));
    let handler = move |_| serve_one(Arc::clone(&places), queue.service_s_mean);
    tokio::spawn(server::run(listener, Bounds::default(), handler, std::future::pending()));
    Ok(address)
}

async fn serve_one(places: Arc<Mutex<Places>>, service_s_mean: f64) -> Answer {
    // A place once taken is worked at to its end, also when the client has gone.
    let (served, answered) = oneshot::channel();
    let Some(done_at) = lock(&places).take_place(service_s_mean) else { return problem(Failure::Busy) };
    tokio::spawn(async move {
        sleep_until(done_at).await;
        lock(&places).waiting -= 1;
        let _ = served.send(());
    });
    let _ = answered.await;
    problem(Failure::Closed)
}

impl Places {
    /// When a request that came now is done; `None` where the line is full.
    fn take_place(&mut self, service_s_mean: f64) -> Option<Instant> {
        if self.waiting >= LINE_MAX {
            return None;
        }
        let unit: f64 = Exp1.sample(&mut self.random);
        let first = self.free_at.iter_mut().min()?;
        *first = (*first).max(Instant::now()) + Duration::from_secs_f64(unit * service_s_mean);
        self.waiting += 1;
        Some(*first)
    }
}

fn lock(places: &Mutex<Places>) -> std::sync::MutexGuard<'_, Places> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

fn problem(failure: Failure) -> Answer {
    let body = serde_json::to_vec(&Problem::of(failure)).expect("a problem has no failing serialiser");
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = StatusCode::from_u16(failure.status()).expect("the catalogue has statuses");
    answer
}

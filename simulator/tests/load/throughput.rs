//! How much the generator itself can do: through goose and our driver, against hyper's client alone in the same run, each on one
//! core, with a server of tiny answers on another. Nothing here runs by itself: `just generator`.

use crate::applicant::world_at;
use bytes::Bytes;
use domain::wire::{Gate, Status, paths};
use domain::{Limits, Timestamp};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use people::{Crowd, Population, Shares};
use procfs::CurrentSI as _;
use record::{Histograms, Interval, Kind, WHOLE};
use rustix::thread::{CpuSet, sched_setaffinity};
use scenario::{Arrivals, Connections, Idle, Shape, Spacing};
use simulator::browsers::Browsers;
use simulator::driver::{Load, drive, runtime};
use simulator::metronome::Metronome;
use simulator::observe::steps;
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Set where the process is the server: to the state of its gate.
const SERVER: &str = "LONJAKAN_BENCH_SERVER";

const CONNECTIONS: usize = 64;

/// Of each round.
const LENGTH: Duration = Duration::from_secs(5);

/// Of a schedule, and not counted: connections are opened, and memory is touched for the first time.
const WARM_UP: Duration = Duration::from_secs(1);

/// A machine that is shared halves what a core can for tenths of a second, now and then.
const ROUNDS: usize = 9;

/// What one core is to bring at least, through goose.
const ASKED_PER_S: f64 = 50_000.0;

#[test]
#[ignore = "seven minutes, for figures only: `just generator`"]
fn generator() {
    if let Ok(gate) = std::env::var(SERVER) {
        pin(1);
        return runtime(1).unwrap().block_on(serve(if gate == "open" { Gate::Open } else { Gate::Closed }));
    }
    let (closed, open) = (Server::start("closed"), Server::start("open"));
    pin(0);
    let hyper_per_s = runtime(1).unwrap().block_on(hyper_alone(closed.address));
    println!("hyper's client alone          {hyper_per_s:>9.0} requests/s on one core");
    let everything = measure(closed.address, hyper_per_s * 2.0, Idle::BusyPoll);
    println!(
        "goose, driver, one applicant  {:>9.0} requests/s on one core, {:.2} of hyper alone",
        everything.per_s,
        everything.per_s / hyper_per_s
    );
    let (asked, half) = (ASKED_PER_S / 2.0, everything.per_s / 2.0);
    side_by_side("half of what is asked for", closed.address, asked);
    side_by_side("half of what it can", closed.address, half);
    let idle_bytes = idle_bytes(open.address, 10_000);
    println!("10,000 applicants who think   {idle_bytes:>9} bytes each, connection included");
}

/// Ours, which never sleeps or does, and hyper's client alone, in turns.
fn side_by_side(name: &str, address: SocketAddr, per_s: f64) {
    let (mut polling, mut sleeping, mut hyper) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        polling.push(measure(address, per_s, Idle::BusyPoll));
        sleeping.push(measure(address, per_s, Idle::Sleep));
        hyper.push(runtime(1).unwrap().block_on(hyper_on_schedule(address, per_s)));
    }
    println!("at {name}, {per_s:.0} requests/s, in {ROUNDS} rounds of each in turns:");
    for (who, mut rounds) in
        [("goose, busy-poll", polling), ("goose, sleep", sleeping), ("hyper alone", hyper)]
    {
        rounds.sort_by_key(|round| round.lateness_us_p99);
        let Measured { lateness_us_p50, lateness_us_p99, .. } = rounds[ROUNDS / 2];
        println!("  {who:<18}lateness p50 {lateness_us_p50} us, p99 {lateness_us_p99} us");
        let one =
            |round: &Measured| format!("{} us ({:.1} %)", round.lateness_us_p99, 100.0 * round.stolen_share);
        let rounds: Vec<String> = rounds.iter().map(one).collect();
        println!(
            "  {:<18}p99 of each (of the machine's processor time, taken by the host): {}",
            "",
            rounds.join(", ")
        );
    }
}

/// One core of the machine for this thread, and for those that it starts.
fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core % std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    sched_setaffinity(None, &cores).unwrap();
}

struct Server {
    child: Child,
    /// Held open: the test's own frame in that process says after a minute that it is slow, and ends where nobody listens.
    _said: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Server {
    fn start(gate: &str) -> Server {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "throughput::generator", "--ignored", "--nocapture"])
            .env(SERVER, gate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.find_map(|line| line.unwrap().split_once("at ").map(|(_, at)| at.to_owned()));
        Server { child, address: said.unwrap().parse().unwrap(), _said: lines }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers every request with a status, until stdin ends.
async fn serve(gate: Gate) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nserving at {}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    let body = serde_json::to_string(&status(gate)).unwrap();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let answer: Arc<[u8]> = answer.into_bytes().into();
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(answer_all(stream, Arc::clone(&answer)));
    }
}

/// One request fits into one read: they are small, and none is sent before the last one's answer.
async fn answer_all(mut stream: TcpStream, answer: Arc<[u8]>) {
    stream.set_nodelay(true).unwrap();
    let mut head = [0; 1024];
    while matches!(stream.read(&mut head).await, Ok(1..)) && stream.write_all(&answer).await.is_ok() {}
}

fn status(gate: Gate) -> Status {
    Status { gate, ..crate::portal::open_status(Timestamp::from_ms(0)) }
}

/// As fast as so many connections go.
async fn hyper_alone(address: SocketAddr) -> f64 {
    let count = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let clients = (0..CONNECTIONS).map(|_| {
        let count = Arc::clone(&count);
        tokio::spawn(async move {
            let mut sender = connected(address).await;
            while began.elapsed() < LENGTH {
                ask(&mut sender).await;
                count.fetch_add(1, Relaxed);
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    count.load(Relaxed) as f64 / began.elapsed().as_secs_f64()
}

/// The same connections, told by a thread when to ask: what a machine that is shared lets anybody keep of a schedule.
async fn hyper_on_schedule(address: SocketAddr, per_s: f64) -> Measured {
    let stolen_before_s = stolen_s();
    let zero = std::time::Instant::now() + Duration::from_millis(50);
    let (mut clients, mut tell) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let (sender, mut told) = mpsc::unbounded_channel::<std::time::Instant>();
        tell.push(sender);
        clients.push(tokio::spawn(async move {
            let mut sender = connected(address).await;
            let mut lateness_us = Vec::new();
            while let Some(intended) = told.recv().await {
                if intended >= zero + WARM_UP {
                    lateness_us.push(u64::try_from(intended.elapsed().as_micros()).unwrap());
                }
                ask(&mut sender).await;
            }
            lateness_us
        }));
    }
    let schedule = Arrivals::new(Shape::Constant { per_s }, Spacing::Even, LENGTH.as_secs_f64()).schedule(5);
    let telling = std::thread::spawn(move || {
        for (place, told) in (0..schedule.len()).zip(tell.iter().cycle()) {
            let intended = zero + schedule.instant(place);
            while std::time::Instant::now() < intended {
                std::thread::sleep(Duration::from_micros(250));
            }
            told.send(intended).unwrap();
        }
    });
    let mut lateness_us = Vec::new();
    for client in clients {
        lateness_us.extend(client.await.unwrap());
    }
    telling.join().unwrap();
    lateness_us.sort_unstable();
    let count = lateness_us.len();
    Measured {
        per_s,
        lateness_us_p50: lateness_us[count / 2],
        lateness_us_p99: lateness_us[count * 99 / 100],
        stolen_share: stolen_share(stolen_before_s),
    }
}

async fn connected(address: SocketAddr) -> http1::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn ask(sender: &mut http1::SendRequest<Full<Bytes>>) {
    let request = Request::get(paths::STATUS).header("host", "x").body(Full::default()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    answer.into_body().collect().await.unwrap();
}

struct Measured {
    per_s: f64,
    lateness_us_p50: u64,
    lateness_us_p99: u64,
    /// Of the machine's processor time, what the host of a virtual one gave to others: nobody keeps a schedule without a core.
    stolen_share: f64,
}

/// What the host has taken so far, in seconds and as a mean over the machine's cores: this process may use one of them only.
fn stolen_s() -> f64 {
    let stats = procfs::KernelStats::current().unwrap();
    let ticks = stats.total.steal.unwrap_or(0) as f64 / stats.cpu_time.len() as f64;
    ticks / procfs::ticks_per_second() as f64
}

fn stolen_share(before_s: f64) -> f64 {
    (stolen_s() - before_s) / LENGTH.as_secs_f64()
}

/// Applicants who ask for the status, find the gate closed, and go; at this rate, or as fast as they can be brought.
fn measure(address: SocketAddr, per_s: f64, idle: Idle) -> Measured {
    let stolen_before_s = stolen_s();
    let mut world = world_at(address, watch::channel(None).1);
    world.metronome = Metronome::new(idle).unwrap();
    world.browsers = Browsers::new(address, Connections::Pooled);
    world.behaviour.patience_s = 3_600.0;
    let arrivals = Arrivals::new(Shape::Constant { per_s }, Spacing::Even, LENGTH.as_secs_f64());
    let (schedule, lead) = (arrivals.schedule(5), Duration::from_millis(50));
    let load = Arc::new(Load { world, crowd: crowd(), schedule, users: CONNECTIONS, lead });
    runtime(1).unwrap().block_on(drive(Arc::clone(&load), watch::channel(None).0)).unwrap();
    let observer = &load.world.observer;
    let mut histograms = Histograms::new(&steps());
    let on_schedule = |interval: &Interval| Duration::from_secs(interval.second.into()) >= WARM_UP;
    for interval in observer.recorder().take_all().into_iter().filter(on_schedule) {
        histograms.add(&interval.histograms);
    }
    let totals = observer.totals(arrivals.count);
    assert_eq!(totals.requests, arrivals.count, "{:?}", totals.failures);
    let lateness = histograms.quantiles(WHOLE, Kind::Lateness);
    Measured {
        per_s: totals.requests as f64 / totals.last_done.as_secs_f64(),
        lateness_us_p50: lateness.p50,
        lateness_us_p99: lateness.p99,
        stolen_share: stolen_share(stolen_before_s),
    }
}

/// Enough people for everybody to be another one.
fn crowd() -> Crowd {
    let population = Population::new(5, 4_000_000, "2026-11-21".parse().unwrap()).unwrap();
    Crowd::new(population, Shares::default(), Limits::default())
}

/// Memory of applicants who have had one answer and think, by difference.
fn idle_bytes(address: SocketAddr, users: usize) -> u64 {
    let (stop, stopped) = watch::channel(None);
    let mut world = world_at(address, stopped);
    world.behaviour.reading_s_median = 3_600.0;
    let arrivals = Arrivals::new(Shape::Constant { per_s: users as f64 / 4.0 }, Spacing::Even, 4.0);
    let (schedule, lead) = (arrivals.schedule(5), Duration::from_millis(50));
    let resident = || {
        let own = procfs::process::Process::myself().unwrap().stat().unwrap();
        own.rss * procfs::page_size()
    };
    let before = resident();
    let load = Arc::new(Load { world, crowd: crowd(), schedule, users, lead });
    runtime(1).unwrap().block_on(async {
        let driving = tokio::spawn(drive(Arc::clone(&load), watch::channel(None).0));
        while load.world.observer.counts().started < users as u64 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let each = resident().saturating_sub(before) / users as u64;
        stop.send_replace(Some(Instant::now()));
        driving.await.unwrap().unwrap();
        each
    })
}

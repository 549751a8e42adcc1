//! Every overload policy under every load, as a table: `just policies`.
//!
//! First it finds out what the engine can do without a policy, with people who never leave. Then each cell is one run of
//! `lonjakan surge`, cut short by Ctrl-C once its window is over: what counts is the steady state under a load that stays, and not
//! how a queue is worked off afterwards. Everything is read from the run's own record and from the engine's own metrics.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to whoever runs it, and prints its table"
)]

use clap::Parser;
use record::{Histograms, Kind, REGISTERED, TURNED_AWAY};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Measures goodput, latency and wasted work of each policy at multiples of the engine's capacity.
#[derive(Parser)]
struct Args {
    /// The binary to run.
    #[arg(long, default_value = "target/release/lonjakan")]
    binary: PathBuf,
    /// Folder for scenarios, runs and the table.
    #[arg(long, default_value = "target/policies")]
    out: PathBuf,
    /// Registrations a second that the engine can do; measured without.
    #[arg(long)]
    capacity: Option<f64>,
    /// Seconds of arrivals in each cell; the last eight of them are the window that counts.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Which policies.
    #[arg(long, value_delimiter = ',', default_values_t = POLICIES.map(str::to_owned))]
    policies: Vec<String>,
    /// Multiples of the capacity.
    #[arg(long, value_delimiter = ',', default_values_t = [0.5, 1.0, 1.5, 2.0, 4.0])]
    loads: Vec<f64>,
    /// Seed of the runs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const POLICIES: [&str; 8] =
    ["none", "concurrency-limit", "codel", "deadline", "budgets", "waiting-room", "odd-even", "cohort"];

/// Seconds that count, at the end of the arrivals: two turns of odd and even.
const WINDOW_S: u32 = 8;

/// How long a client waits for an answer, in seconds.
const PATIENCE_S: u32 = 6;

/// A run that does not end by itself after Ctrl-C is given up.
const END_TIMEOUT: Duration = Duration::from_secs(60);

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What one run has shown.
#[derive(Clone, Debug)]
struct Cell {
    policy: String,
    load: f64,
    offered_per_s: f64,
    goodput_per_s: f64,
    /// What the engine can do, measured right before and after the policy's row: a machine gets slower and faster by a tenth and more
    /// within minutes.
    peak_per_s: f64,
    registered_ms: [u64; 2],
    turned_away: u64,
    turned_away_ms_p99: u64,
    /// Jobs of the pools for clients that had gone, and the seconds that they took.
    wasted: (f64, f64),
    expired: f64,
    /// Cores that the engine and the generator took in the window.
    cores: [f64; 2],
    generator: String,
}

fn main() -> Outcome<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.out)?;
    let capacity = match args.capacity {
        Some(capacity) => capacity,
        None => search(&args)?,
    };
    eprintln!("capacity: {capacity:.1} registrations/s");
    let mut cells = Vec::new();
    let mut before_per_s = peak(&args, capacity)?;
    for policy in &args.policies {
        let from = cells.len();
        for &load in &args.loads {
            let cell = measure(&args, policy, load, capacity * load, Some(capacity))?;
            eprintln!("{policy} at {load}: {:.1} registrations/s", cell.goodput_per_s);
            cells.push(cell);
        }
        let after_per_s = peak(&args, capacity)?;
        cells[from..].iter_mut().for_each(|cell| cell.peak_per_s = f64::midpoint(before_per_s, after_per_s));
        before_per_s = after_per_s;
        // Written anew each time: a table that was broken off is a table still.
        fs::write(args.out.join("policies.md"), markdown(&cells, capacity)?)?;
        fs::write(args.out.join("policies.csv"), csv(&cells, capacity)?)?;
    }
    print!("{}", markdown(&cells, capacity)?);
    Ok(())
}

/// The highest rate at which accounts are made without a policy, while nobody leaves. It is looked for from below, in steps of a fifth:
/// far beyond it, work for those who will not be done within the run is in the way of those who could be.
fn search(args: &Args) -> Outcome<f64> {
    let (mut rate, mut best) = (20.0, 0.0_f64);
    loop {
        let found = measure(args, "none", 0.0, rate, None)?.goodput_per_s;
        best = best.max(found);
        if found < 0.9 * rate {
            return Ok(best);
        }
        rate *= 1.2;
    }
}

/// What the engine does at its capacity just now, without a policy.
fn peak(args: &Args, capacity: f64) -> Outcome<f64> {
    let peak_per_s = measure(args, "none", 1.0, capacity, Some(capacity))?.goodput_per_s;
    eprintln!("peak now: {peak_per_s:.1} registrations/s");
    Ok(peak_per_s)
}

/// Runs one cell. Without a `capacity` people wait for as long as it takes.
fn measure(args: &Args, policy: &str, load: f64, per_s: f64, capacity: Option<f64>) -> Outcome<Cell> {
    let name = format!("{policy}-{load}-{per_s:.0}");
    let (file, folder) = (args.out.join(format!("{name}.toml")), args.out.join(&name));
    fs::write(&file, scenario(args, policy, per_s, capacity))?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    run(args, &file, &folder)?;
    let run = record::read(&folder)?;
    let window = args.seconds.saturating_sub(WINDOW_S)..args.seconds;
    let rows = || run.timeline.rows.iter().filter(|row| window.contains(&row.second));
    let registered: u64 = rows().map(|row| row.completed).sum();
    let steps = record::Steps::new(run.record.latency.keys().map(String::as_str));
    let mut seen = Histograms::new(&steps);
    for second in record::read_seconds(&folder)?.iter().filter(|second| window.contains(&second.second)) {
        seen.add(&second.histograms);
    }
    let metrics = fs::read_to_string(folder.join("engine.metrics")).unwrap_or_default();
    let registered_us = seen.quantiles(REGISTERED, Kind::Response);
    let turned_away = seen.quantiles(TURNED_AWAY, Kind::Service);
    Ok(Cell {
        policy: policy.to_owned(),
        load,
        offered_per_s: per_s,
        goodput_per_s: registered as f64 / f64::from(WINDOW_S),
        peak_per_s: 0.0,
        registered_ms: [registered_us.p50 / 1_000, registered_us.p99 / 1_000],
        turned_away: turned_away.count,
        turned_away_ms_p99: turned_away.p99 / 1_000,
        wasted: (
            sum(&metrics, "engine_pool_wasted_total"),
            sum(&metrics, "engine_pool_wasted_seconds_total"),
        ),
        expired: sum(&metrics, "engine_admission_expired_total"),
        cores: [
            rows().filter_map(|row| row.engine_cpu_share).sum::<f64>() / f64::from(WINDOW_S),
            rows().filter_map(|row| row.generator_cpu_share).sum::<f64>() / f64::from(WINDOW_S),
        ],
        generator: format!("{:?}", run.record.verdict.generator).to_lowercase(),
    })
}

/// Brings the applicants, and presses Ctrl-C a second after the last of them.
fn run(args: &Args, file: &Path, folder: &Path) -> Outcome<()> {
    let mut child = Command::new(&args.binary)
        .arg("surge")
        .arg(file)
        .arg("--out")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let talk = child.stderr.take().ok_or("no stderr")?;
    // From the moment at which the applicants are on their way; before it services start.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(talk));
    let begun = lines.by_ref().map_while(Result::ok).any(|line| line.contains("bringing"));
    if !begun {
        return Err(format!("{} did not begin: {}", file.display(), child.wait()?).into());
    }
    let began = Instant::now();
    // Nobody reads what it says from now on, and it must not be held up by that.
    std::thread::spawn(move || lines.for_each(drop));
    let ends_at = began + Duration::from_secs(u64::from(args.seconds) + 1);
    while Instant::now() < ends_at && child.try_wait()?.is_none() {
        std::thread::sleep(Duration::from_millis(50));
    }
    if child.try_wait()?.is_none() {
        let pid = rustix::process::Pid::from_raw(i32::try_from(child.id())?).ok_or("no process")?;
        rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
    }
    while child.try_wait()?.is_none() {
        if began.elapsed() > END_TIMEOUT + Duration::from_secs(u64::from(args.seconds)) {
            child.kill()?;
            return Err(format!("{} did not end", file.display()).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// One password thread, whose cost makes a capacity of some twenty a second: the generator is never the limit. Thinking is divided by
/// 200, so that a registration lasts a second and the load is steady long before the window.
fn scenario(args: &Args, policy: &str, per_s: f64, capacity: Option<f64>) -> String {
    let timeout_s = if capacity.is_some() { PATIENCE_S } else { 120 };
    let queue_max = if capacity.is_some() { 256 } else { 100_000 };
    let (seed, seconds) = (args.seed, args.seconds);
    let numbers = match policy {
        "none" => String::new(),
        "concurrency-limit" => "in_flight_max = 2000\n".to_owned(),
        // Nineteen of twenty that can be served.
        "waiting-room" => format!("calls_per_s = {:.3}\nheartbeat_s = 9\n", capacity.unwrap_or(1.0) * 0.95),
        "odd-even" => format!("turn_s = {}\n", WINDOW_S / 2),
        _ => String::new(),
    };
    let patience = if policy == "none" {
        String::new()
    } else {
        format!("patience_ms = {}\n", PATIENCE_S * 1_000 - 500)
    };
    format!(
        "# One cell of the table of policies: {policy}, {per_s:.1} arrivals a second. No real day.\n\
         format = 1\nseed = {seed}\n\n\
         [arrivals]\nshape = \"constant\"\nper_s = {per_s:.3}\nduration_s = {seconds}\n\n\
         [people]\npopulation = 200_000\n\n\
         [behaviour]\ntime_compression = 200\nstep_timeout_s = {timeout_s}\nqueue_patience_s_median = 30\n\n\
         [behaviour.retries]\npolicy = \"fixed\"\nwait_s = 1\ntries_max = 4\n\n\
         [behaviour.devices]\npeople_behind_address = 4\n\n\
         [engine]\npassword_memory_kib = 19456\npassword_passes = 3\npassword_threads = 1\n\
         password_queue_max = {queue_max}\nphoto_threads = 1\nphoto_queue_max = 10_000\nworker_threads = 2\n\n\
         [engine.admission]\npolicy = \"{policy}\"\n{patience}{numbers}\n\
         [registry.latency]\nlaw = \"constant\"\nms = 5\n\n\
         [generator]\napplicants_in_flight_max = {:.0}\n",
        per_s * f64::from(seconds) + 50.0
    )
}

/// All samples of a metric, whatever their labels, added up.
fn sum(metrics: &str, name: &str) -> f64 {
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(name));
    let values =
        samples.filter(|rest| rest.starts_with(['{', ' '])).filter_map(|rest| rest.rsplit(' ').next());
    values.filter_map(|value| value.parse::<f64>().ok()).fold(0.0, |sum, value| sum + value)
}

fn markdown(cells: &[Cell], capacity: f64) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "Capacity without a policy: {capacity:.1} registrations/s. The peak is what no policy brings at that rate, measured again before \
         and after each policy. Engine, generator and the register's stand-in share the machine: the two columns of cores say how much \
         of it each of the first two took. Percentiles of those who \
         registered count from their first try; those of who was turned away are of single answers.\n\n\
         | policy | load | offered/s | goodput/s | peak/s | of peak | registered p50 | p99 | turned away | p99 | wasted jobs | wasted | expired | engine cores | generator cores | generator |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n"
    );
    for cell in cells {
        writeln!(
            text,
            "| {} | {} | {:.1} | {:.1} | {:.1} | {:.0} % | {} ms | {} ms | {} | {} ms | {:.0} | {:.1} s | {:.0} | {:.2} | {:.2} | {} |",
            cell.policy,
            cell.load,
            cell.offered_per_s,
            cell.goodput_per_s,
            cell.peak_per_s,
            100.0 * cell.goodput_per_s / cell.peak_per_s.max(1e-9),
            cell.registered_ms[0],
            cell.registered_ms[1],
            cell.turned_away,
            cell.turned_away_ms_p99,
            cell.wasted.0,
            cell.wasted.1,
            cell.expired,
            cell.cores[0],
            cell.cores[1],
            cell.generator
        )?;
    }
    Ok(text)
}

fn csv(cells: &[Cell], capacity: f64) -> Result<String, std::fmt::Error> {
    let mut text = "policy,load,capacity_per_s,offered_per_s,goodput_per_s,peak_per_s,registered_ms_p50,registered_ms_p99,\
                    turned_away,turned_away_ms_p99,wasted_jobs,wasted_s,expired,engine_cores,generator_cores,generator\n"
        .to_owned();
    for cell in cells {
        writeln!(
            text,
            "{},{},{capacity:.3},{:.3},{:.3},{:.3},{},{},{},{},{:.0},{:.3},{:.0},{:.3},{:.3},{}",
            cell.policy,
            cell.load,
            cell.offered_per_s,
            cell.goodput_per_s,
            cell.peak_per_s,
            cell.registered_ms[0],
            cell.registered_ms[1],
            cell.turned_away,
            cell.turned_away_ms_p99,
            cell.wasted.0,
            cell.wasted.1,
            cell.expired,
            cell.cores[0],
            cell.cores[1],
            cell.generator
        )?;
    }
    Ok(text)
}

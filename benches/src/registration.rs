//! What does a whole registration cost, and how well does a second core help?
//!
//! Floor: its password hash and its two sharpness checks by themselves, in this process. Everything else is overhead: ten requests,
//! two files brought to disk, the register, the messages.

use crate::client::Client;
use crate::flow;
use crate::process::Service;
use crate::table::{Goal, Row, Unit};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use bytes::Bytes;
use domain::Limits;
use domain::document::DocumentKind;
use procfs::process::Process;
use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Applicants at a time.
const CONNECTIONS: usize = 16;

/// Registrations that are measured, after some that aren't.
const COUNT: usize = 128;
const WARM_UP: usize = 16;

/// Measures on one core, and then on two.
///
/// # Errors
/// Where an engine cannot be started.
pub async fn measure(registry: SocketAddr) -> Result<Vec<Row>, Box<dyn Error>> {
    let photos = flow::photos();
    let floor_ns = floor(&photos);
    let one = run(registry, 1, &photos).await?;
    let two = run(registry, 2, &photos).await?;
    let floor_again_ns = floor(&photos);
    let floor_ns = f64::midpoint(floor_ns, floor_again_ns);
    let scaling = one.took.as_secs_f64() / two.took.as_secs_f64();
    Ok(vec![
        Row::new("registration", "cpu", Unit::Nanoseconds, one.cpu_ns)
            .over("argon2id and 2 sharpness checks", floor_ns)
            .within(Goal::TimesFloor(1.15)),
        Row::new("registration", "a second, one core", Unit::PerSecond, one.per_s())
            .over("argon2id and 2 sharpness checks", 1e9 / floor_ns),
        Row::new("registration", "a second, two cores", Unit::PerSecond, two.per_s())
            .over("one core", one.per_s())
            .within(Goal::TimesFloorAtLeast(1.8)),
        Row::new(
            "registration",
            "two cores, busy",
            Unit::Share,
            two.cpu_ns * COUNT as f64 / two.took.as_nanos() as f64 / 2.0,
        ),
        Row::new("registration", "scaling", Unit::Times, scaling),
    ])
}

struct Run {
    took: Duration,
    /// Of each registration.
    cpu_ns: f64,
}

impl Run {
    fn per_s(&self) -> f64 {
        COUNT as f64 / self.took.as_secs_f64()
    }
}

async fn run(registry: SocketAddr, cores: usize, photos: &[Bytes; 2]) -> Result<Run, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let threads = format!(
        "worker_threads = {cores}\npassword_threads = {cores}\nphoto_threads = {cores}\nsweep_ms = 600000"
    );
    let settings = crate::serving::settings(&folder.path().display().to_string(), registry, &threads);
    let engine = Service::start(&["engine", if cores == 1 { "0" } else { "0,1" }, &settings])?;
    register(engine.address, 0..WARM_UP, photos).await;
    let (cpu, started) = (engine.cpu(), Instant::now());
    register(engine.address, WARM_UP..WARM_UP + COUNT, photos).await;
    let took = started.elapsed();
    Ok(Run { took, cpu_ns: (engine.cpu() - cpu).as_nanos() as f64 / COUNT as f64 })
}

async fn register(address: SocketAddr, people: std::ops::Range<usize>, photos: &[Bytes; 2]) {
    let mut registering = JoinSet::new();
    for first in 0..CONNECTIONS {
        let (photos, people) = (photos.clone(), people.clone().skip(first).step_by(CONNECTIONS));
        registering.spawn(async move {
            let mut client = Client::connect(address).await;
            for person in people {
                flow::register(&mut client, person, &photos).await;
            }
        });
    }
    registering.join_all().await;
}

/// Processor time in nanoseconds of one password hash and two sharpness checks, the mean of several.
fn floor(photos: &[Bytes; 2]) -> f64 {
    const ROUNDS: u32 = 24;
    let params = Params::new(19_456, 2, 1, None).expect("OWASP's parameters are legal");
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let limits = Limits::default().document(DocumentKind::Ktp).expect("every profile asks for a KTP");
    let (mut luma, mut hash) = (Vec::new(), [0; 32]);
    let mut round = || {
        argon2
            .hash_password_into_with_memory(b"kuda-laut-47", &[7; 16], &mut hash, &mut memory)
            .expect("the lengths are legal");
        for photo in photos {
            let size = limits.check(photo).ok().flatten().expect("it is a photo");
            engine::measuring::sharpness(photo, size, &mut luma).expect("it is a photo");
        }
    };
    round();
    // Processor time here too: the clock would count whatever else the machine does.
    let before = own_cpu_ns();
    (0..ROUNDS).for_each(|_| round());
    (own_cpu_ns() - before) as f64 / f64::from(ROUNDS)
}

/// Processor time of the main thread, on which everything here runs.
fn own_cpu_ns() -> u64 {
    let thread = Process::myself().and_then(|process| process.task_main_thread());
    thread.and_then(|thread| thread.schedstat()).expect("the process lives").sum_exec_runtime
}

//! Ten million people from index to NIK and back, and as many made up whole: each comes back as themselves, and none of them is kept.
//!
//! `cargo run --release -p people --example inversion -- [COUNT]`. A smaller count stands in the tests; this one is for a developer
//! who has changed how people are computed, and says how fast it went and how much memory the process had at its most.

use people::Population;
use std::io::Write as _;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(10_000_000), |count| count.parse())?;
    let population = Population::new(42, count, "2026-11-21".parse()?)?;
    let mut out = std::io::stdout().lock();
    // Tables of districts and names are made when somebody first asks.
    population.person(0);

    let before = peak_kib()?;
    let start = Instant::now();
    for index in 0..count {
        if population.index_of(population.nik_of(index)) != Some(index) {
            return Err(format!("person {index} doesn't come back").into());
        }
    }
    writeln!(out, "{count} NIKs and back: {:.2} million/s", millions_per_s(count, start))?;

    let start = Instant::now();
    let letters: usize = (0..count).map(|index| population.person(index).full_name.len()).sum();
    let rate = millions_per_s(count, start);
    writeln!(
        out,
        "{count} people: {rate:.2} million/s, {:.1} letters a name",
        letters as f64 / count as f64
    )?;
    writeln!(out, "most memory: {before} KiB before, {} KiB after", peak_kib()?)?;
    Ok(())
}

fn millions_per_s(count: u64, since: Instant) -> f64 {
    count as f64 / since.elapsed().as_secs_f64() / 1e6
}

fn peak_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

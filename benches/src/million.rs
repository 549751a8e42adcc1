//! A register of a million accounts: how large is it, and how soon does the engine answer again after kill -9?

use crate::client::{Ask, Client, load};
use crate::commits;
use crate::flow;
use crate::process::Service;
use crate::table::{Goal, Row, Unit};
use domain::wire::paths;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// Fills `folder` with `count` accounts by the committer, unless it has been filled; then starts an engine on it, kills it under load,
/// and starts another.
///
/// # Errors
/// Where the folder cannot be used or an engine cannot be started.
pub async fn measure(registry: SocketAddr, folder: &Path, count: usize) -> Result<Vec<Row>, Box<dyn Error>> {
    let filled = folder.join("filled");
    if !filled.exists() {
        fs::create_dir_all(folder)?;
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || commits::fill(&folder, count).map_err(|error| error.to_string()))
            .await??;
        fs::write(&filled, [])?;
    }
    let settings = crate::serving::settings(&folder.display().to_string(), registry, "sweep_ms = 600000");
    let first = Service::start(&["engine", "0,1", &settings])?;
    // Drafts and captchas as in a rush, so that there is something to recover.
    let identities: Vec<Ask> = (count + 1..count + 4_001).map(flow::identity).collect();
    load(first.address, 16, Duration::from_secs(3), move |at| identities.get(at).cloned()).await;
    first.kill()?;
    let started = Instant::now();
    let second = Service::start(&["engine", "0,1", &settings])?;
    let mut client = Client::connect(second.address).await;
    client.ask(&Ask::get(paths::STATUS)).await;
    let opened = started.elapsed();
    let rss = second.rss_bytes();
    // Every account is looked for, so that its pages are read.
    let looked_up = count + 10_000;
    let identities: Vec<Ask> = (looked_up..looked_up + 4_000).map(flow::identity).collect();
    load(second.address, 16, Duration::from_secs(3), move |at| identities.get(at).cloned()).await;
    let rss_later = second.rss_bytes();
    let disk = bytes_in(&folder.join("register"))?;
    let name = format!("{count} accounts");
    Ok(vec![
        Row::new(&*name, "open after kill -9", Unit::Nanoseconds, opened.as_nanos() as f64)
            .within(Goal::AtMost(2e9)),
        Row::new(&*name, "disk, each", Unit::Bytes, disk as f64 / count as f64).within(Goal::AtMost(1_500.0)),
        Row::new(&*name, "memory when open", Unit::Bytes, rss as f64).within(Goal::AtMost(400e6)),
        Row::new(&*name, "memory under load", Unit::Bytes, rss_later as f64).within(Goal::AtMost(400e6)),
    ])
}

fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        bytes += if found.is_dir() { bytes_in(&entry.path())? } else { found.len() };
    }
    Ok(bytes)
}

//! Measurements of whole services, and the table of everything that was measured.
//!
//! `benches table [FILE]` measures end to end, adds what `cargo bench -p benches` has left, prints the table and writes it to FILE.
//! `benches steps|registration|commits|memory` measures one thing; `benches million FOLDER [COUNT]` takes minutes and a gigabyte or
//! two. `benches engine CORES SETTINGS` and `benches echo CORES BYTES` are the services themselves, for a profiler.

use benches::table::{self, Row};
use benches::{commits, environment, memory, million, process, registration, serving, steps};
use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    // The floors are to have what the engine has.
    engine::begin_with_huge_pages();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("benches: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> Done<()> {
    match *arguments {
        ["engine", cores, settings] => serving::engine(settings, &cores_of(cores)?),
        ["echo", cores, bytes] => serving::echo(bytes.parse()?, &cores_of(cores)?),
        ["table"] => all(None),
        ["table", file] => all(Some(Path::new(file))),
        ["steps"] => show(&beside_registry(steps::measure)?),
        ["registration"] => show(&beside_registry(registration::measure)?),
        ["commits"] => show(&commits::measure()?),
        ["memory"] => show(&beside_registry(memory::measure)?),
        ["million", folder] => {
            show(&beside_registry(|registry| million::measure(registry, Path::new(folder), 1_000_000))?)
        }
        ["million", folder, count] => {
            let count = count.parse()?;
            show(&beside_registry(|registry| million::measure(registry, Path::new(folder), count))?)
        }
        _ => Err(
            "usage: benches table [FILE] | steps | registration | commits | memory | million FOLDER [COUNT]"
                .into(),
        ),
    }
}

fn all(file: Option<&Path>) -> Done<()> {
    let mut rows = table::criterion(&target().join("criterion"))
        .map_err(|error| format!("cargo bench -p benches comes first: {error}"))?;
    rows.extend(commits::measure()?);
    rows.extend(beside_registry(steps::measure)?);
    rows.extend(beside_registry(registration::measure)?);
    rows.extend(beside_registry(memory::measure)?);
    let text = format!("{}\n{}", environment::describe()?, table::markdown(&rows));
    if let Some(file) = file {
        file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(file, &text)?;
    }
    print(&text);
    Ok(())
}

fn show(rows: &[Row]) -> Done<()> {
    print(&table::markdown(rows));
    Ok(())
}

/// Runs `measure` on the last core, beside a registry that it is given the address of.
fn beside_registry<F: Future<Output = Done<Vec<Row>>>>(
    measure: impl FnOnce(SocketAddr) -> F,
) -> Done<Vec<Row>> {
    let cores = std::thread::available_parallelism()?.get();
    process::stay_on(&[cores.min(2) - 1])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(async {
        let listener = serving::loopback().await?;
        let address = listener.local_addr()?;
        tokio::select! {
            rows = measure(address) => rows,
            ended = serving::registry(&listener) => Err(ended.err().unwrap_or("the registry ended".into())),
        }
    });
    process::stay_on(&(0..cores).collect::<Vec<_>>())?;
    rows
}

fn cores_of(list: &str) -> Done<Vec<usize>> {
    Ok(list.split(',').map(str::parse).collect::<Result<_, _>>()?)
}

/// Where cargo builds, by its own rules as far as they are in use here.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

#[expect(clippy::print_stdout, reason = "the one place for results")]
fn print(text: &str) {
    println!("{}", text.trim_end());
}

#[expect(clippy::print_stderr, reason = "the one place for talk")]
fn say(text: &str) {
    eprintln!("{text}");
}

//! On what, when and with which versions a table was measured.

use procfs::{CpuInfo, Current, KernelVersion, Meminfo};
use std::error::Error;
use std::process::Command;

/// Two lines above a table.
///
/// # Errors
/// Where the system doesn't say.
pub fn describe() -> Result<String, Box<dyn Error>> {
    let cpu = CpuInfo::current()?;
    let model = cpu.model_name(0).unwrap_or("unknown processor").to_owned();
    let memory_gb = Meminfo::current()?.mem_total / 1_000_000_000;
    let kernel = KernelVersion::current()?;
    let now = chrono::DateTime::from_timestamp(now_s(), 0).unwrap_or_default();
    let commit = said(Command::new("git").args(["rev-parse", "--short", "HEAD"]));
    let rustc = said(Command::new("rustc").arg("--version"));
    Ok(format!(
        "{} UTC, commit {commit}, {rustc}, Linux {}.{}.{}, {} cores of {model}, {memory_gb} GB\n\
         Ours by floor is what to compare: the figures of a small virtual machine move by a fifth from day to day.\n",
        now.format("%Y-%m-%d %H:%M"),
        kernel.major,
        kernel.minor,
        kernel.patch,
        cpu.num_cores(),
    ))
}

fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(0)
}

fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    output.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

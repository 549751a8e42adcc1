//! The machine and the versions that a run took place with.

use crate::driver::GOOSE_VERSION;
use procfs::{Current as _, CurrentSI as _};
use record::Environment;

/// As the system tells it now. What it doesn't tell is empty or 0.
pub(crate) fn environment() -> Environment {
    let system = rustix::system::uname();
    let part = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let mut versions = vec![
        ("lonjakan".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("goose".to_owned(), GOOSE_VERSION.to_owned()),
    ];
    // Set by rustup for whatever it runs, so also for the compiler of this.
    versions.extend(
        option_env!("RUSTUP_TOOLCHAIN").map(|toolchain| ("toolchain".to_owned(), toolchain.to_owned())),
    );
    Environment {
        cpus: u32::try_from(cores()).unwrap_or(u32::MAX),
        memory_bytes: procfs::Meminfo::current().map_or(0, |memory| memory.mem_total),
        os: format!("{} {}", part(system.sysname()), part(system.release())),
        versions: versions.into_iter().collect(),
        cpu_model: procfs::CpuInfo::current().ok().and_then(|cpus| cpus.model_name(0).map(str::to_owned)),
    }
}

/// Cores of the machine, of which this process may have been given fewer.
pub(crate) fn cores() -> usize {
    let own = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    procfs::KernelStats::current().ok().map_or_else(own, |stats| stats.cpu_time.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine() {
        let found = environment();
        assert!(found.cpus >= 1 && found.memory_bytes > 1_000_000, "{found:?}");
        assert!(found.os.starts_with("Linux "), "{}", found.os);
    }

    #[test]
    fn the_version_of_goose_is_the_one_that_is_linked() {
        let lock = include_str!("../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"goose\"\nversion = \"{GOOSE_VERSION}\"")));
    }
}

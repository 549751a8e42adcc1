//! Huge pages for the memory of password hashes.
//!
//! argon2id goes over 19 MiB at random: in pages of 4 KiB an eighth of its time is spent on finding them. Linux gives pages of 2 MiB to
//! who asks for them, and glibc's malloc asks where it is told to before the program starts (`mallopt(3)`, tunables). So a process that
//! serves begins again, once, with that said.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const TUNABLES: &str = "GLIBC_TUNABLES";
const ASKS_FOR_HUGE_PAGES: &str = "glibc.malloc.hugetlb=1";

/// Replaces this process by itself, with the same number, arguments, files and cores, and malloc told to ask for huge pages. Returns
/// where that is so already, where somebody has set tunables of their own, or where the system refuses: it works without.
///
/// To be called first of all, before anything is opened.
pub fn begin_with_them() {
    let is_glibc = cfg!(all(target_os = "linux", target_env = "gnu"));
    if !is_glibc || env::var_os(TUNABLES).is_some() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let error = Command::new(program).args(env::args_os().skip(1)).env(TUNABLES, ASKS_FOR_HUGE_PAGES).exec();
    tracing::warn!(%error, "no huge pages: the program could not begin again");
}

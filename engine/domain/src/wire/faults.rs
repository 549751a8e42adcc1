//! `GET` and `PUT /faults`, on the listener for operations: what is broken on purpose, where the settings allow that.

use serde::{Deserialize, Serialize};

/// What is broken on purpose. Every key has a default, which is that nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// How far the engine's clock runs ahead, in seconds: drafts, captchas, links and sessions end sooner.
    pub clock_ahead_s: u32,
    /// No captcha can be made.
    pub captcha_unavailable: bool,
    /// What the register does.
    pub store: StoreFault,
}

/// The answer to both: what is broken, and what it has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultsShown {
    /// As set.
    #[serde(flatten)]
    pub faults: Faults,
    /// Commits that are on disk and held back by [`StoreFault::Held`] just now.
    pub held_count: u32,
}

/// What the register does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreFault {
    /// Nothing.
    #[default]
    None,
    /// It can be read, and nothing can be brought to disk.
    Full,
    /// Accounts are on disk, and the register says that they could not be brought there.
    Unsure,
    /// Accounts are on disk, and the register doesn't say so before the fault is over.
    Held,
    /// Drafts cannot be read: their rows aren't what was written.
    Damaged,
}

//! What follows a step that could not be served: policies of trying again, leaving, and what people sit at. Data only; what they
//! amount to is in [`Temper`](crate::Temper).

use std::net::Ipv4Addr;

/// How a step is tried again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retries {
    /// When.
    pub policy: Policy,
    /// Tries of one step, the first included; 1 where nobody tries again.
    pub tries_max: u32,
}

/// When somebody tries again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// Never.
    None,
    /// A person reloads: at once after an error, and also when an answer takes too long. What the portal says about when to come
    /// again is not read.
    Reload {
        /// An answer that takes longer than this is not waited for at the first try; median, in seconds.
        attention_s_first: f64,
        /// The same from the second try on.
        attention_s_later: f64,
        /// Standard deviation of the logarithm of both.
        attention_sigma: f64,
        /// From an error to the next try, in seconds.
        reaction_s: f64,
    },
    /// The page tries again by itself, after a wait.
    Waits(Waits),
}

/// How a page waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Waits {
    /// Always as long.
    Fixed {
        /// In seconds.
        wait_s: f64,
        /// The portal's word holds where it is the longer one.
        honours_retry_after: bool,
    },
    /// Twice as long each time.
    Backoff {
        /// Before the second try, in seconds.
        wait_s: f64,
        /// Never more than this, in seconds.
        wait_s_max: f64,
        /// Any time from 0 to that wait, all as likely.
        jitters: bool,
        /// The portal's word holds where it is the longer one.
        honours_retry_after: bool,
    },
}

impl Retries {
    /// Nobody tries again.
    pub const NONE: Retries = Retries { policy: Policy::None, tries_max: 1 };

    /// A page that repeats a step up to `repeats` times, a second after the answer or when the portal says.
    #[must_use]
    pub fn as_told(repeats: u32) -> Retries {
        if repeats == 0 {
            return Retries::NONE;
        }
        let policy = Policy::Waits(Waits::Fixed { wait_s: 0.0, honours_retry_after: true });
        Retries { policy, tries_max: repeats.saturating_add(1) }
    }

    pub(crate) fn honours_retry_after(&self) -> bool {
        match self.policy {
            Policy::None | Policy::Reload { .. } => false,
            Policy::Waits(
                Waits::Fixed { honours_retry_after, .. } | Waits::Backoff { honours_retry_after, .. },
            ) => honours_retry_after,
        }
    }

    /// Seconds that the vain tries of one step last at most, without the portal's own time; for an estimate of how many are under
    /// way.
    pub(crate) fn trying_s(&self) -> f64 {
        let tries = f64::from(self.tries_max.saturating_sub(1));
        match self.policy {
            Policy::None => 0.0,
            Policy::Reload { attention_s_later, reaction_s, .. } => tries * (attention_s_later + reaction_s),
            Policy::Waits(Waits::Fixed { wait_s, .. }) => tries * wait_s,
            Policy::Waits(Waits::Backoff { wait_s, wait_s_max, .. }) => {
                let waits = std::iter::successors(Some(wait_s), |wait_s| Some(wait_s * 2.0));
                let count = usize::try_from(self.tries_max.saturating_sub(1)).unwrap_or(usize::MAX);
                waits.take(count.min(10_000)).map(|wait_s| wait_s.min(wait_s_max)).sum()
            }
        }
    }
}

/// Who leaves after a vain try, and comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaving {
    /// Of vain tries, the share after which somebody leaves.
    pub share: f64,
    /// Of those, the share that never comes back.
    pub give_up_share: f64,
    /// Time away, in seconds, before compression; median of a lognormal.
    pub return_s_median: f64,
    /// Standard deviation of the logarithm of that.
    pub return_sigma: f64,
}

/// What applicants sit at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Devices {
    /// Applicants with a telephone.
    pub phone_share: f64,
    /// Their thinking times are multiplied by this.
    pub phone_slowness: f64,
    /// Applicants whose uploads are slow.
    pub slow_uplink_share: f64,
    /// How slow: thousands of bits per second.
    pub slow_uplink_kbit_per_s: f64,
    /// Applicants at a computer that another has just left.
    pub shared_share: f64,
    /// Applicants who connect from the same address; 0 where all do.
    pub people_behind_address: u64,
}

impl Leaving {
    /// Nobody leaves.
    pub const NOBODY: Leaving =
        Leaving { share: 0.0, give_up_share: 0.0, return_s_median: 0.0, return_sigma: 0.0 };
}

impl Devices {
    /// Everybody at a computer of their own, with a fast line.
    pub const PLAIN: Devices = Devices {
        phone_share: 0.0,
        phone_slowness: 1.0,
        slow_uplink_share: 0.0,
        slow_uplink_kbit_per_s: 1.0,
        shared_share: 0.0,
        people_behind_address: 0,
    };

    /// The address of the loopback network that applicant `arrival` connects from, where it isn't the same for all.
    pub(crate) fn address_of(&self, arrival: u64) -> Option<Ipv4Addr> {
        let household = arrival.checked_div(self.people_behind_address)? % HOUSEHOLDS;
        Some(Ipv4Addr::from_bits(FIRST_HOUSEHOLD + u32::try_from(household).unwrap_or(0)))
    }
}

/// 127.1.0.0, and as many addresses as follow it up to 127.254.255.255.
const FIRST_HOUSEHOLD: u32 = 0x7F01_0000;
const HOUSEHOLDS: u64 = 0x00FE_0000;

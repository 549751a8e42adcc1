//! Random numbers that follow from the scenario's seed, what they are for, and an index: nothing depends on the order of use.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are for; each use has its own, so that a change of one leaves the others as they were.
#[derive(Clone, Copy)]
pub(crate) enum Use {
    /// The instants of arrivals.
    Arrivals,
    /// The thinking times before one step.
    Thinking(crate::Step),
    /// The captcha after so many that were mistyped.
    CaptchaAgain(crate::Step, u32),
    /// Whether the captcha after so many is mistyped.
    Slip(crate::Step, u32),
    /// How long the answer to a try is waited for, after so many in vain.
    Attention(crate::Step, u32),
    /// What follows a try in vain, after so many others.
    Vain(crate::Step, u32),
    /// Whether a button is pressed twice.
    DoubleClick,
    /// What somebody sits at.
    Device,
    /// What goes wrong with a request, by its number.
    Mishap(u64),
    /// How long somebody waits who knows where they stand.
    QueuePatience,
    /// How long after the turn of the hour they come.
    Turn,
}

impl Use {
    fn tag(self) -> u64 {
        match self {
            Use::Arrivals => 1,
            Use::DoubleClick => 2,
            Use::Device => 3,
            Use::Mishap(nth) => (nth << 16) + 0x600,
            Use::QueuePatience => 4,
            Use::Turn => 5,
            Use::Thinking(step) => 0x100 + step.index() as u64,
            Use::CaptchaAgain(step, nth) => numbered(0x200, step, nth),
            Use::Slip(step, nth) => numbered(0x300, step, nth),
            Use::Attention(step, nth) => numbered(0x400, step, nth),
            Use::Vain(step, nth) => numbered(0x500, step, nth),
        }
    }
}

fn numbered(tag: u64, step: crate::Step, nth: u32) -> u64 {
    (u64::from(nth) << 16) + tag + step.index() as u64
}

/// The generator for this seed, use and index. ChaCha has 2^64 streams for each key: the index chooses one.
pub(crate) fn generator(seed: u64, purpose: Use, index: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&purpose.tag().to_le_bytes());
    key[16..24].copy_from_slice(b"scenario");
    let mut random = ChaCha8Rng::from_seed(key);
    random.set_stream(index);
    random
}

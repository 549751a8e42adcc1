//! Randomness by key: a permutation of the numbers under n that can be inverted, and generators that belong to one number each.
//!
//! The permutation is a Feistel network (Luby and Rackoff 1988) over two digits of mixed radix, made to fit n by cycle walking
//! (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002, methods 2 and 3). Its round function mixes well and keeps
//! no secret: it scatters people, it doesn't hide them.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a number is drawn for. Draws for different purposes are independent, so that a new one changes none of the others.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Which place of the population person i has.
    PersonOrder = 1,
    /// Which cell a place has.
    CellOrder = 2,
    /// Which telephone number person i has.
    PhoneOrder = 3,
    /// Everything else about person i.
    Person = 4,
    /// Which defect arrival k has.
    Defect = 5,
    /// In which lane arrival k looks for its twin.
    Lane = 6,
    /// What arrival k types and hands in.
    Applicant = 7,
    /// How the defect of arrival k shows.
    Mistake = 8,
    /// Pictures of the album.
    Album = 9,
}

/// Rounds of the network: four make a strong pseudo-random permutation (Luby and Rackoff), two more cost a nanosecond each.
const ROUNDS: usize = 6;

/// A permutation of the numbers under `size`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permutation {
    size: u64,
    /// Radix of the low digit.
    low: u64,
    /// Radix of the high digit; `low * high` is at least `size`, and less than a digit over it.
    high: u64,
    keys: [u64; ROUNDS],
}

impl Permutation {
    /// The permutation of the numbers under `size` (at least 1) that belongs to `seed` and `purpose`.
    pub(crate) fn new(seed: u64, purpose: Purpose, size: u64) -> Permutation {
        let root = isqrt_up(size).max(1);
        let mut key = mix(seed, purpose as u64);
        let keys = std::array::from_fn(|_| {
            key = mix(key, 0);
            key
        });
        Permutation { size, low: root, high: size.div_ceil(root), keys }
    }

    /// Where `number`, which is under the size, goes.
    #[inline]
    pub(crate) fn forward(&self, number: u64) -> u64 {
        let mut number = self.forward_once(number);
        while number >= self.size {
            number = self.forward_once(number);
        }
        number
    }

    /// Which number goes to `number`.
    #[inline]
    pub(crate) fn backward(&self, number: u64) -> u64 {
        let mut number = self.backward_once(number);
        while number >= self.size {
            number = self.backward_once(number);
        }
        number
    }

    fn forward_once(&self, number: u64) -> u64 {
        let (mut low, mut high) = (number % self.low, number / self.low);
        for pair in self.keys.chunks_exact(2) {
            low = add(low, under(mix(pair[0], high), self.low), self.low);
            high = add(high, under(mix(pair[1], low), self.high), self.high);
        }
        high * self.low + low
    }

    fn backward_once(&self, number: u64) -> u64 {
        let (mut low, mut high) = (number % self.low, number / self.low);
        for pair in self.keys.chunks_exact(2).rev() {
            high = add(high, self.high - under(mix(pair[1], low), self.high), self.high);
            low = add(low, self.low - under(mix(pair[0], high), self.low), self.low);
        }
        high * self.low + low
    }
}

/// The generator that belongs to one number and purpose of a seed.
pub(crate) fn generator(seed: u64, purpose: Purpose, number: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, number]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// One draw that belongs to one number and purpose of a seed, uniform over all of `u64`; a few nanoseconds.
#[inline]
pub(crate) fn draw(seed: u64, purpose: Purpose, number: u64) -> u64 {
    mix(mix(seed, purpose as u64), number)
}

/// `draw`, uniform over all of `u64`, as a number under `size`.
#[inline]
pub(crate) fn under(draw: u64, size: u64) -> u64 {
    ((u128::from(draw) * u128::from(size)) >> 64) as u64
}

/// SplitMix64 (Steele, Lea and Flood 2014) from state `key` on, `value` steps ahead, and its finaliser once more on top.
#[inline]
fn mix(key: u64, value: u64) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    finalise(finalise(key.wrapping_add(value.wrapping_add(1).wrapping_mul(GOLDEN))) ^ key)
}

#[inline]
fn finalise(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// `a + b` modulo `n`, for a under and b at most n.
#[inline]
fn add(a: u64, b: u64, n: u64) -> u64 {
    let sum = a + b;
    if sum >= n { sum - n } else { sum }
}

fn isqrt_up(size: u64) -> u64 {
    let root = size.isqrt();
    if root * root < size { root + 1 } else { root }
}

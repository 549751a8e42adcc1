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
    /// Whether arrival k draws a second defect.
    HasSecond = 10,
    /// Which one.
    Second = 11,
    /// How the second defect of arrival k shows.
    SecondMistake = 12,
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

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn every_size_is_permuted_and_back() {
        for size in (1..300).chain([4_096, 10_007, 65_537]) {
            let permutation = Permutation::new(size, Purpose::PersonOrder, size);
            let mut hit = vec![false; usize::try_from(size).unwrap()];
            for number in 0..size {
                let image = permutation.forward(number);
                assert_eq!(permutation.backward(image), number, "{number} of {size}");
                assert!(!std::mem::replace(&mut hit[usize::try_from(image).unwrap()], true), "{image} twice");
            }
        }
    }

    /// Neighbours land anywhere: the differences of their images fill each tenth of the range alike.
    #[test]
    fn neighbours_are_scattered() {
        const SIZE: u64 = 1_000_000;
        let permutation = Permutation::new(1, Purpose::CellOrder, SIZE);
        let mut tenths = [0u32; 10];
        for number in 0..100_000 {
            let difference = permutation.forward(number + 1) + SIZE - permutation.forward(number);
            tenths[usize::try_from(difference % SIZE * 10 / SIZE).unwrap()] += 1;
        }
        let chi_square: f64 =
            tenths.iter().map(|&count| (f64::from(count) - 10_000.0).powi(2) / 10_000.0).sum();
        // 99.99 % of chi-square with nine degrees of freedom.
        assert!(chi_square < 33.7, "{tenths:?}");
    }

    #[test]
    fn seeds_and_purposes_are_independent() {
        let image = |seed, purpose| Permutation::new(seed, purpose, 1 << 40).forward(12_345);
        assert_ne!(image(1, Purpose::PersonOrder), image(2, Purpose::PersonOrder));
        assert_ne!(image(1, Purpose::PersonOrder), image(1, Purpose::CellOrder));
        assert_ne!(draw(1, Purpose::Defect, 5), draw(1, Purpose::Lane, 5));
        let first = |seed, purpose, number| generator(seed, purpose, number).random::<u64>();
        assert_ne!(first(1, Purpose::Person, 5), first(1, Purpose::Applicant, 5));
        assert_ne!(first(1, Purpose::Person, 5), first(5, Purpose::Person, 1));
    }

    #[test]
    fn reduced_draws_stay_under() {
        assert_eq!(under(u64::MAX, 10), 9);
        assert_eq!(under(0, 10), 0);
        assert_eq!(under(1 << 63, 10), 5);
    }
}

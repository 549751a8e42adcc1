//! Randomness by key: a permutation of the numbers under n that can be inverted, and generators that belong to one number each.
//!
//! The permutation is a Feistel network (Luby and Rackoff 1988) over two digits of mixed radix, made to fit n by cycle walking
//! (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002, methods 2 and 3). Its round function mixes well and keeps
//! no secret: it scatters people, it doesn't hide them.

use rand::{SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;
use std::convert::Infallible;

/// What a number is drawn for. Draws for different purposes are independent, so that a new one changes none of the others.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Which place of the population person i has.
    PersonOrder = 1,
    /// Which cell of its district a place has.
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
    /// Which district a block of places has.
    UnitOrder = 13,
    /// Card and name of a household.
    Household = 14,
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

    /// Where `number` goes by this permutation and by `other`. Each is a chain of multiplications that wait for each other: together they
    /// take hardly longer than one.
    #[inline]
    pub(crate) fn forward_both(&self, other: &Permutation, number: u64) -> [u64; 2] {
        let pairs = |permutation: &Permutation| (number % permutation.low, number / permutation.low);
        let (mut one, mut two) = (pairs(self), pairs(other));
        for (keys, other_keys) in self.keys.chunks_exact(2).zip(other.keys.chunks_exact(2)) {
            self.round(keys, &mut one);
            other.round(other_keys, &mut two);
        }
        let walk = |permutation: &Permutation, (low, high): (u64, u64)| match high * permutation.low + low {
            image if image < permutation.size => image,
            outside => permutation.forward(outside),
        };
        [walk(self, one), walk(other, two)]
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
        let mut digits = (number % self.low, number / self.low);
        self.keys.chunks_exact(2).for_each(|keys| self.round(keys, &mut digits));
        digits.1 * self.low + digits.0
    }

    /// Two rounds: each digit is moved by what the other one and a key give.
    #[inline]
    fn round(&self, keys: &[u64], (low, high): &mut (u64, u64)) {
        *low = add(*low, under(mix(keys[0], *high), self.low), self.low);
        *high = add(*high, under(mix(keys[1], *low), self.high), self.high);
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

/// An order of the numbers under `size` of which every beginning is spread evenly over all of them: steps of the golden section
/// (Weyl 1916), as near to it as a number is that reaches all. A permutation would leave holes and heaps, as chance does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    size: u64,
    step: u64,
    /// `step * back` is 1 modulo the size.
    back: u64,
    shift: u64,
}

impl Spread {
    /// The order of the numbers under `size`, from 1 to 2^31, that belongs to `seed` and `purpose`.
    pub(crate) fn new(seed: u64, purpose: Purpose, size: u64) -> Spread {
        // 1 is coprime to everything, so the search ends.
        let golden = (size * 618_034).div_ceil(1_000_000);
        let inverse = |step: u64| inverse(step, size).map(|back| (step, back));
        let (step, back) = (1..=golden).rev().find_map(inverse).expect("1 has an inverse");
        Spread { size, step, back, shift: under(draw(seed, purpose, size), size) }
    }

    /// Which number stands at `place`.
    #[inline]
    pub(crate) fn at(&self, place: u64) -> u64 {
        (place * self.step + self.shift) % self.size
    }

    /// Where `number` stands.
    #[inline]
    pub(crate) fn place_of(&self, number: u64) -> u64 {
        (number + self.size - self.shift) % self.size * self.back % self.size
    }
}

/// What `step` has to be multiplied by to be 1 modulo `size`; `None` where they have a divisor in common. Euclid, extended.
fn inverse(step: u64, size: u64) -> Option<u64> {
    let (mut rest, mut next) = ((size, 0), (step % size, 1 % size));
    while next.0 > 0 {
        let times = rest.0 / next.0;
        let back = (rest.1 + size - times % size * next.1 % size) % size;
        (rest, next) = (next, (rest.0 % next.0, back));
    }
    (rest.0 == 1).then_some(rest.1)
}

/// The generator that belongs to one number and purpose of a seed.
pub(crate) fn generator(seed: u64, purpose: Purpose, number: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, number]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A generator that costs a nanosecond to begin and one a draw: SplitMix64 from a state that `draw` gives. Good enough for names.
#[derive(Clone, Debug)]
pub(crate) struct Stream(u64);

/// The stream that belongs to one number and purpose of a seed.
#[inline]
pub(crate) fn stream(seed: u64, purpose: Purpose, number: u64) -> Stream {
    Stream(draw(seed, purpose, number))
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(GOLDEN);
        Ok(finalise(self.0))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

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
                let other = Permutation::new(size, Purpose::PhoneOrder, size + 7);
                assert_eq!(permutation.forward_both(&other, number), [image, other.forward(number)]);
                assert!(!std::mem::replace(&mut hit[usize::try_from(image).unwrap()], true), "{image} twice");
            }
        }
    }

    #[test]
    fn every_beginning_is_spread_evenly() {
        for size in (1..200).chain([594, 7_285, 7_722, 1 << 17]) {
            let spread = Spread::new(size, Purpose::UnitOrder, size);
            let numbers: Vec<u64> = (0..size).map(|place| spread.at(place)).collect();
            assert!(
                numbers.iter().enumerate().all(|(place, &number)| spread.place_of(number) == place as u64)
            );
            // A tenth of the range has a tenth of any beginning, to within a few. Of few numbers none is near enough to the section.
            let lengths = if size < 500 { [size; 3] } else { [size / 70, size / 7, size / 2] };
            for length in lengths {
                let beginning = (0..length).map(|place| spread.at(place));
                let tenth = beginning.filter(|&number| number < size / 10).count();
                let expect = length as f64 * (size / 10) as f64 / size as f64;
                assert!((tenth as f64 - expect).abs() < 4.0, "{tenth}, not {expect}, of {length} of {size}");
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

//! Hash maps whose behaviour is the same in every run.
//!
//! Keys are counted by ourselves or come out of [`crate::Key`], so nobody outside can aim at a bucket, and no
//! random seed is needed.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// A map from small keys.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Spreads counted numbers over all 64 bits (the finaliser of SplitMix64). Not for secrets.
pub(crate) const fn scatter(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The part `bits / 2^64` of `whole`, so that uniform bits give a uniform number from 0 to `whole` - 1.
pub(crate) fn share_of(whole: u64, bits: u64) -> u64 {
    u64::try_from((u128::from(whole) * u128::from(bits)) >> 64).expect("a part of a u64 is one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        let check = |whole, bits, expect| assert_eq!(share_of(whole, bits), expect, "{whole} {bits}");
        check(0, u64::MAX, 0);
        check(10, 0, 0);
        check(10, u64::MAX, 9);
        check(10, u64::MAX / 2 + 1, 5);
        check(u64::MAX, u64::MAX, u64::MAX - 1);
    }

    #[test]
    fn scattered_numbers_fill_every_tenth_alike() {
        let mut tenths = [0_u32; 10];
        for number in 0..10_000 {
            tenths[usize::try_from(share_of(10, scatter(number))).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (900..1_100).contains(count)), "{tenths:?}");
    }
}

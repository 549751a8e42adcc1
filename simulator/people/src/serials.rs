//! Serials by a geometric law. Within a district, day of birth and sex the first registered has serial 0001, the next 0002; most
//! such cells hold a person or a few, so that real serials are nearly always 0001 to some tens.
//!
//! The places of the population are cut into levels: a quarter of them has serial 1, a quarter of the rest serial 2, and so on.
//! Levels shrink, and all count their cells in one order, so a cell that has serial n has 1 to n - 1 too.

/// One place in so many of those left has the next serial: the law's parameter is a quarter, its mean serial four.
const LEFT_PER_LEVEL: u64 = 4;

/// The serial of `place` (under `size`), and where in its level it stands.
pub(crate) fn at_place(size: u64, place: u64) -> (u16, u64) {
    let (mut serial, mut offset, mut left) = (1, place, size);
    loop {
        let level = left.div_ceil(LEFT_PER_LEVEL);
        if offset < level {
            return (serial, offset);
        }
        (serial, offset, left) = (serial + 1, offset - level, left - level);
    }
}

/// The place with `serial` that stands at `offset` in its level; `None` where the level is shorter, or there is none.
pub(crate) fn place_of(size: u64, serial: u16, offset: u64) -> Option<u64> {
    let mut left = size;
    for _ in 1..serial {
        if left == 0 {
            return None;
        }
        left -= left.div_ceil(LEFT_PER_LEVEL);
    }
    (offset < left.div_ceil(LEFT_PER_LEVEL)).then(|| size - left + offset)
}

/// The largest population whose first and longest level has a cell for each of its places.
pub(crate) fn size_max(cells: u64) -> u64 {
    cells * LEFT_PER_LEVEL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_and_back() {
        for size in [1, 2, 3, 4, 5, 17, 1_000, 12_345] {
            let mut levels = vec![0; 64];
            for place in 0..size {
                let (serial, offset) = at_place(size, place);
                assert_eq!(place_of(size, serial, offset), Some(place), "{place} of {size}");
                assert_eq!(offset, levels[usize::from(serial)]);
                levels[usize::from(serial)] += 1;
            }
            for (serial, &length) in (1..).zip(&levels[1..]) {
                assert_eq!(place_of(size, serial, length), None, "past the end of level {serial} of {size}");
            }
            assert!(levels[1..].windows(2).all(|pair| pair[1] <= pair[0]), "levels shrink");
            assert_eq!(place_of(size, 9_999, 0), None);
        }
    }

    #[test]
    fn first_level_is_the_longest() {
        assert_eq!(at_place(size_max(10), 9), (1, 9));
        assert_eq!(at_place(size_max(10), 10), (2, 0));
        assert_eq!(at_place(size_max(10) + 1, 10), (1, 10));
    }
}

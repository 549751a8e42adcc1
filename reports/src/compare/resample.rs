//! The block bootstrap: whole windows drawn with replacement, as many as there are.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::measure::Measure;
use super::windows::Windows;

/// How often a run is put together anew.
const DRAWS: usize = 1_000;

/// With fewer windows an interval would be a guess.
pub(super) const WINDOWS_MIN: usize = 8;

const SEED: u64 = 0;

/// The 95 % interval of the measure's difference, right less left. `None` where windows or values are too few.
///
/// Pairs of windows at the same place are drawn together: what the arrivals did at that moment, they did in both runs,
/// and falls out of the difference.
pub(super) fn interval(
    measure: Measure,
    left: &Windows,
    right: &Windows,
    paired: bool,
) -> Option<(f64, f64)> {
    let count = left.len().min(right.len());
    if count < WINDOWS_MIN {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut draw = |of: usize, count: usize| {
        let mut times = vec![0; of];
        for _ in 0..count {
            times[random.random_range(0..count)] += 1;
        }
        times
    };
    let mut differences = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let (ours, theirs) = if paired {
            let times = draw(left.len().max(right.len()), count);
            (times.clone(), times)
        } else {
            (draw(left.len(), left.len()), draw(right.len(), right.len()))
        };
        let values = left.value(measure, &ours).zip(right.value(measure, &theirs));
        differences.extend(values.map(|(left, right)| right - left));
    }
    // A draw in which nothing was measured says nothing; if there are many, so does the rest.
    if differences.len() < DRAWS * 9 / 10 {
        return None;
    }
    differences.sort_unstable_by(f64::total_cmp);
    let at = |per_mille: usize| differences[(differences.len() - 1) * per_mille / 1_000];
    Some((at(25), at(975)))
}

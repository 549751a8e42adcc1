//! The instants of a run's arrivals, each known before the run begins.

use crate::arrivals::{Arrivals, Spacing};
use crate::curve::Curve;
use crate::number::micros;
use crate::random::{Use, generator};
use rand_distr::{Distribution, Exp1};
use std::sync::Arc;
use std::time::Duration;

/// When each applicant comes. Instants are in whole microseconds since the start, do not fall, and lie within the duration.
///
/// None is kept: a schedule of ten million takes a third of a megabyte. A part of one keeps the numbers of its arrivals. Clones share
/// both.
#[derive(Clone, Debug)]
pub struct Schedule {
    curve: Curve,
    instants: Instants,
    count: u64,
    end_us: u64,
    /// Which arrivals belong to it, where these are not all.
    part: Option<Arc<[u64]>>,
}

#[derive(Clone, Debug)]
enum Instants {
    /// Arrival k where the area reaches k + 1/2.
    Even,
    /// Arrival k where the area reaches the sum of k + 1 random gaps, times `scale`.
    Poisson {
        seed: u64,
        scale: f64,
        /// The sum of all gaps before each block.
        before: Arc<[f64]>,
    },
}

/// Gaps that follow from one stream of random numbers: to reach one of them, those before it in its block are drawn again.
const BLOCK: u64 = 256;

impl Schedule {
    pub(crate) fn new(arrivals: &Arrivals, seed: u64) -> Schedule {
        let (curve, count) = (arrivals.curve(), arrivals.count);
        let instants = match arrivals.spacing {
            Spacing::Even => Instants::Even,
            Spacing::Poisson => poisson(&curve, count, seed),
        };
        Schedule { curve, instants, count, end_us: micros(arrivals.duration_s), part: None }
    }

    /// The same instants, of which only those arrivals are left that `keep` is true for: one of several machines brings
    /// its part of one crowd. They are counted anew; [`Schedule::number`] tells which they are.
    #[must_use]
    pub fn part(self, keep: impl Fn(u64) -> bool) -> Schedule {
        let part = (0..self.len()).map(|k| self.number(k)).filter(|&number| keep(number)).collect();
        Schedule { part: Some(part), ..self }
    }

    /// The number of arrival `k` in the whole schedule; `k` itself unless this is a part.
    pub fn number(&self, k: u64) -> u64 {
        let Some(part) = &self.part else { return k };
        usize::try_from(k).ok().and_then(|k| part.get(k).copied()).unwrap_or(self.count)
    }

    /// How many arrivals the whole schedule has.
    pub fn whole_len(&self) -> u64 {
        self.count
    }

    /// The instant of arrival `k`, since the start. Past the last arrival: the end of the arrivals.
    pub fn instant(&self, k: u64) -> Duration {
        self.instant_of_number(self.number(k))
    }

    fn instant_of_number(&self, k: u64) -> Duration {
        if k >= self.count {
            return Duration::from_micros(self.end_us);
        }
        match &self.instants {
            Instants::Even => self.where_area_is(k as f64 + 0.5),
            Instants::Poisson { seed, scale, before } => {
                let sum = sums(*seed, before, k / BLOCK).nth(usize::try_from(k % BLOCK).unwrap_or(0));
                self.where_area_is(sum.unwrap_or(f64::INFINITY) * scale)
            }
        }
    }

    /// How many arrivals there are.
    pub fn len(&self) -> u64 {
        self.part.as_ref().map_or(self.count, |part| part.len() as u64)
    }

    /// Whether nobody comes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All instants in order; each is drawn once, unless this is a part.
    pub fn iter(&self) -> Box<dyn Iterator<Item = Duration> + '_> {
        if self.part.is_some() {
            return Box::new((0..self.len()).map(|k| self.instant(k)));
        }
        let blocks = self.count.div_ceil(BLOCK);
        let all = (0..blocks).flat_map(|block| self.areas(block)).map(|area| self.where_area_is(area));
        Box::new(all.take(usize::try_from(self.count).unwrap_or(usize::MAX)))
    }

    /// The areas at which the arrivals of a block come.
    fn areas(&self, block: u64) -> Box<dyn Iterator<Item = f64> + '_> {
        match &self.instants {
            Instants::Even => Box::new((block * BLOCK..(block + 1) * BLOCK).map(|k| k as f64 + 0.5)),
            Instants::Poisson { seed, scale, before } => {
                Box::new(sums(*seed, before, block).map(move |sum| sum * scale))
            }
        }
    }

    fn where_area_is(&self, area: f64) -> Duration {
        Duration::from_micros(micros(self.curve.inverse(area)).min(self.end_us))
    }
}

/// A Poisson process of the curve's rate, given that it has `count` arrivals: partial sums of unit exponentials, divided by
/// the sum of one more, are uniform order statistics, and the inverse of the area carries them to where the rate is.
fn poisson(curve: &Curve, count: u64, seed: u64) -> Instants {
    let blocks = count / BLOCK + 1;
    let mut before = vec![0.0];
    let mut sum = 0.0;
    for block in 0..blocks {
        let gaps = if block + 1 == blocks { count % BLOCK + 1 } else { BLOCK };
        sum += gaps_of(seed, block).take(usize::try_from(gaps).unwrap_or(0)).sum::<f64>();
        before.push(sum);
    }
    Instants::Poisson { seed, scale: curve.area() / sum, before: before.into() }
}

/// The sums of all gaps up to each one of `block`.
fn sums(seed: u64, before: &[f64], block: u64) -> impl Iterator<Item = f64> {
    let first = usize::try_from(block).ok().and_then(|block| before.get(block).copied());
    gaps_of(seed, block).take(usize::try_from(BLOCK).unwrap_or(0)).scan(first.unwrap_or(0.0), |sum, gap| {
        *sum += gap;
        Some(*sum)
    })
}

fn gaps_of(seed: u64, block: u64) -> impl Iterator<Item = f64> {
    let mut random = generator(seed, Use::Arrivals, block);
    std::iter::repeat_with(move || Exp1.sample(&mut random))
}

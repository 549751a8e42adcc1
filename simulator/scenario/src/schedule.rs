//! The instants of a run's arrivals, each known before the run begins.

use crate::arrivals::{Arrivals, Spacing};
use crate::curve::Curve;
use crate::number::micros;
use crate::random::{Use, generator};
use rand_distr::{Distribution, Exp1};
use std::time::Duration;

/// When each applicant comes. Instants are in whole microseconds since the start, never fall, and lie within the duration.
#[derive(Clone, Debug)]
pub struct Schedule {
    instants: Instants,
    count: u64,
    end_us: u64,
    /// Which arrivals belong to it, where these are not all.
    part: Option<Vec<u64>>,
}

#[derive(Clone, Debug)]
enum Instants {
    /// Computed when asked for.
    Even(Curve),
    /// Microseconds by arrival.
    Stored(Vec<u64>),
}

impl Schedule {
    pub(crate) fn new(arrivals: &Arrivals, seed: u64) -> Schedule {
        let curve = arrivals.curve();
        let end_us = micros(arrivals.duration_s);
        let instants = match arrivals.spacing {
            Spacing::Even => Instants::Even(curve),
            Spacing::Poisson => Instants::Stored(poisson(&curve, arrivals.count, seed)),
        };
        Schedule { instants, count: arrivals.count, end_us, part: None }
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
        let us = match &self.instants {
            _ if k >= self.count => self.end_us,
            Instants::Even(curve) => micros(curve.inverse(k as f64 + 0.5)),
            Instants::Stored(instants_us) => {
                usize::try_from(k).ok().and_then(|k| instants_us.get(k).copied()).unwrap_or(self.end_us)
            }
        };
        Duration::from_micros(us.min(self.end_us))
    }

    /// How many arrivals there are.
    pub fn len(&self) -> u64 {
        self.part.as_ref().map_or(self.count, |part| part.len() as u64)
    }

    /// Whether nobody comes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All instants in order.
    pub fn iter(&self) -> impl Iterator<Item = Duration> + '_ {
        (0..self.len()).map(|k| self.instant(k))
    }
}

/// A Poisson process of the curve's rate, given that it has `count` arrivals: partial sums of unit exponentials, divided by
/// the sum of one more, are uniform order statistics, and the inverse of the area carries them to where the rate is.
fn poisson(curve: &Curve, count: u64, seed: u64) -> Vec<u64> {
    let mut random = generator(seed, Use::Arrivals, 0);
    let mut sum = 0.0;
    let mut sums: Vec<f64> = Vec::new();
    for _ in 0..count {
        let gap: f64 = Exp1.sample(&mut random);
        sum += gap;
        sums.push(sum);
    }
    let last_gap: f64 = Exp1.sample(&mut random);
    let scale = curve.area() / (sum + last_gap);
    let mut latest_us = 0;
    let instant = |sum: f64| {
        // Rounding inside the inverse must not make two instants change places.
        latest_us = micros(curve.inverse(sum * scale)).max(latest_us);
        latest_us
    };
    sums.into_iter().map(instant).collect()
}

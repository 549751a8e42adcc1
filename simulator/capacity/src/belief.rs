//! What trials at several rates tell about the capacity: a posterior over a grid.
//!
//! Near the capacity one and the same rate is held once and missed the next time. So a trial is taken as a coin whose chance to
//! meet the objectives falls with the rate as a logistic function of its logarithm, one half at the capacity; how steeply, isn't
//! known beforehand and is averaged over. This is the psychometric function of threshold measurements, with a lapse rate for the
//! trial that goes wrong for no reason of the system's (Watson and Pelli, QUEST, Perception & Psychophysics 33, 1983; King-Smith and
//! Rose, Vision Research 37, 1997). Trying at the median would halve what is believed, as a bisection halves what is known; but close to
//! the capacity trials tell hardly how steep it is there, so they keep to both sides of it ([`PLACES`]).

/// Widths of the transition from always met to never met, in logarithms of the rate: 0.01 is 1 %. Narrower ones explain the first few
/// trials of anything, and make a search too sure of itself.
const WIDTHS: [f64; 5] = [0.01, 0.02, 0.04, 0.08, 0.16];

/// What is believed to be below the rates that are tried in turn. In 400 searches at simulated queues the interval held the capacity in
/// 97.8 %; at the median each time, with two narrower widths, in 96.2 %, and a sharp edge took up to 28 trials in place of 25.
const PLACES: [f64; 2] = [0.3, 0.7];

/// Trials whose outcome has nothing to do with the rate.
const LAPSE_SHARE: f64 = 0.02;

/// Points of the grid over the capacity.
const POINTS: usize = 601;

/// How far the grid reaches below and above the rates between which the capacity may lie.
const MARGIN: f64 = 2.0;

/// Capacities that cannot be told apart from what is known, at a given probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The capacity is above this with a probability of 97.5 %.
    pub low: f64,
    /// It is as likely above as below.
    pub median: f64,
    /// The capacity is below this with a probability of 97.5 %.
    pub high: f64,
}

impl Interval {
    /// Its width over its median.
    #[must_use]
    pub fn relative_width(&self) -> f64 {
        (self.high - self.low) / self.median
    }
}

/// The posterior of the capacity, given trials.
#[derive(Clone, Debug)]
pub struct Belief {
    /// Logarithm of the first capacity of the grid, and the step to the next.
    first: f64,
    step: f64,
    /// The chance of each capacity; their sum is 1.
    chances: Vec<f64>,
}

impl Belief {
    /// From trials `(rate, met)`, at least one; every rate over 0.
    #[must_use]
    pub fn of(trials: &[(f64, bool)]) -> Belief {
        let trials: Vec<(f64, bool)> = trials.iter().map(|(rate, met)| (rate.ln(), *met)).collect();
        let (first, last) = between(&trials);
        let step = (last - first) / (POINTS - 1) as f64;
        let likelihoods = (0..POINTS).map(|point| {
            let capacity = first + step * point as f64;
            let of_width = |width: &f64| -> f64 {
                trials.iter().map(|(rate, met)| likelihood((capacity - rate) / width, *met)).product()
            };
            WIDTHS.iter().map(of_width).sum::<f64>()
        });
        let mut chances: Vec<f64> = likelihoods.collect();
        let sum: f64 = chances.iter().sum();
        chances.iter_mut().for_each(|chance| *chance /= sum);
        Belief { first, step, chances }
    }

    /// The interval that holds the capacity with a probability of 95 %, and the median.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval { low: self.quantile(0.025), median: self.quantile(0.5), high: self.quantile(0.975) }
    }

    /// The rate at which the trial with this number, counted from anywhere, tells the most.
    #[must_use]
    pub fn place(&self, number: usize) -> f64 {
        self.quantile(PLACES[number % PLACES.len()])
    }

    /// The probability that the capacity is above a rate.
    #[must_use]
    pub fn chance_above(&self, rate: f64) -> f64 {
        let of = |(point, chance): (usize, &f64)| if self.rate(point as f64) > rate { *chance } else { 0.0 };
        self.chances.iter().enumerate().map(of).sum()
    }

    fn quantile(&self, share: f64) -> f64 {
        let mut below = 0.0;
        for (point, chance) in self.chances.iter().enumerate() {
            if below + chance >= share {
                // Within the point's cell, which reaches half a step to each side.
                return self.rate(point as f64 - 0.5 + (share - below) / chance);
            }
            below += chance;
        }
        self.rate((POINTS - 1) as f64)
    }

    fn rate(&self, point: f64) -> f64 {
        (self.first + self.step * point).exp()
    }
}

/// From the lower to the higher of the highest rate met and the lowest one missed, with a margin; in logarithms.
fn between(trials: &[(f64, bool)]) -> (f64, f64) {
    let of = |wanted| trials.iter().filter(move |(_, met)| *met == wanted).map(|(rate, _)| *rate);
    let edges = [of(true).reduce(f64::max), of(false).reduce(f64::min)];
    let edges = || edges.iter().flatten().copied();
    let (first, last) = (edges().fold(f64::INFINITY, f64::min), edges().fold(f64::NEG_INFINITY, f64::max));
    (first - MARGIN.ln(), last + MARGIN.ln())
}

/// How likely this outcome is, so many widths below the capacity.
fn likelihood(widths_below: f64, met: bool) -> f64 {
    let met_by_itself = 1.0 / (1.0 + (-widths_below).exp());
    let chance = LAPSE_SHARE / 2.0 + (1.0 - LAPSE_SHARE) * met_by_itself;
    if met { chance } else { 1.0 - chance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_enclose_the_capacity() {
        let interval = Belief::of(&[(100.0, true), (200.0, false)]).interval();
        assert!(interval.low > 60.0 && interval.low < 110.0, "{interval:?}");
        assert!((interval.median - 141.0).abs() < 10.0, "{interval:?}");
        assert!(interval.high > 190.0 && interval.high < 340.0, "{interval:?}");
    }

    #[test]
    fn more_trials_narrow_it() {
        let mut trials = vec![(100.0, true), (200.0, false)];
        let mut width = Belief::of(&trials).interval().relative_width();
        for _ in 0..6 {
            let median = Belief::of(&trials).interval().median;
            trials.push((median, median < 150.0));
            let now = Belief::of(&trials).interval();
            assert!(now.relative_width() < width, "{trials:?}");
            width = now.relative_width();
        }
        let interval = Belief::of(&trials).interval();
        assert!(interval.low < 150.0 && 150.0 < interval.high && width < 0.3, "{interval:?}");
    }

    #[test]
    fn a_contradiction_widens_it() {
        let agreed = [(100.0, true), (104.0, true), (106.0, false), (110.0, false)];
        let disagreed = [(100.0, true), (104.0, false), (106.0, true), (110.0, false)];
        let width = |trials: &[_]| Belief::of(trials).interval().relative_width();
        assert!(width(&disagreed) > width(&agreed));
    }

    #[test]
    fn one_lapse_far_below_is_forgiven() {
        let trials = [(50.0, false), (100.0, true), (100.0, true), (100.0, true), (200.0, false)];
        assert!(Belief::of(&trials).interval().median > 90.0);
    }

    #[test]
    fn chances_are_of_the_whole() {
        let belief = Belief::of(&[(100.0, true), (200.0, false)]);
        assert!((belief.chance_above(0.0) - 1.0).abs() < 1e-9);
        assert!((belief.chance_above(belief.interval().median) - 0.5).abs() < 0.01);
        assert!(belief.chance_above(1_000.0) < 1e-9);
    }
}

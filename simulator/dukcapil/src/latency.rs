//! How long a look-up takes once it has begun.

use rand::Rng;
use rand_distr::{Distribution, LogNormal};
use serde::Deserialize;
use std::time::Duration;

/// The law by which look-ups take their time. Waiting for a turn comes on top.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "law", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LatencyLaw {
    /// Always the same.
    Constant {
        /// In milliseconds.
        ms: f64,
    },
    /// Lognormal: half take less than the median, a few much more.
    Lognormal {
        /// In milliseconds.
        ms_median: f64,
        /// Standard deviation of the logarithm; about 0.5 for a healthy service.
        sigma: f64,
    },
}

/// No look-up takes longer, whatever is drawn, in milliseconds: ten minutes.
const MS_MAX: f64 = 600_000.0;

/// From here on a lognormal law has no useful median any more.
const SIGMA_MAX: f64 = 5.0;

impl LatencyLaw {
    /// A latency. Below a millisecond the runtime's timer rounds it up.
    pub fn draw(self, rng: &mut impl Rng) -> Duration {
        let ms = match self {
            LatencyLaw::Constant { ms } => ms,
            LatencyLaw::Lognormal { ms_median, sigma } => {
                LogNormal::new(ms_median.ln(), sigma).map_or(ms_median, |law| law.sample(rng))
            }
        };
        duration(ms)
    }

    /// The median.
    pub fn median(self) -> Duration {
        match self {
            LatencyLaw::Constant { ms } | LatencyLaw::Lognormal { ms_median: ms, .. } => duration(ms),
        }
    }

    /// What is wrong with its values, and what would be right; `None` where nothing is.
    pub(crate) fn problem(self) -> Option<String> {
        let (key, ms, sigma) = match self {
            LatencyLaw::Constant { ms } => ("ms", ms, 0.0),
            LatencyLaw::Lognormal { ms_median, sigma } => ("ms_median", ms_median, sigma),
        };
        if !(0.0..=MS_MAX).contains(&ms) {
            return Some(format!("latency.{key} = {ms} is out of range: 0 to {MS_MAX}"));
        }
        let fits = (0.0..=SIGMA_MAX).contains(&sigma);
        (!fits).then(|| format!("latency.sigma = {sigma} is out of range: 0 to {SIGMA_MAX}"))
    }
}

fn duration(ms: f64) -> Duration {
    Duration::from_secs_f64(ms.clamp(0.0, MS_MAX) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn drawn(law: LatencyLaw, seed: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ms: Vec<f64> = (0..20_001).map(|_| law.draw(&mut rng).as_secs_f64() * 1_000.0).collect();
        ms.sort_by(f64::total_cmp);
        ms
    }

    #[test]
    fn quantiles_of_the_lognormal_law() {
        let check = |ms_median: f64, sigma: f64| {
            let ms = drawn(LatencyLaw::Lognormal { ms_median, sigma }, 3);
            // Of 20,001 draws of a normal law, these ranks lie so many standard deviations from the middle.
            for (rank, deviations) in [(3_173, -1.0), (10_000, 0.0), (16_827, 1.0), (19_545, 2.0)] {
                let expect = ms_median * (sigma * deviations).exp();
                let found = ms[rank];
                let tolerance = 0.06 * sigma + 1e-6;
                assert!((found / expect - 1.0).abs() < tolerance, "{found} at rank {rank}, not {expect}");
            }
        };
        check(40.0, 0.5);
        check(1_000.0, 1.0);
        check(5.0, 0.0);
        check(0.25, 0.3);
    }

    #[test]
    fn the_constant_law_is_constant() {
        assert_eq!(LatencyLaw::Constant { ms: 2.5 }.median(), Duration::from_micros(2_500));
        assert!(drawn(LatencyLaw::Constant { ms: 2.5 }, 1).iter().all(|&ms| ms == 2.5));
        assert!(drawn(LatencyLaw::Constant { ms: 0.0 }, 1).iter().all(|&ms| ms == 0.0));
        assert!(drawn(LatencyLaw::Lognormal { ms_median: 0.0, sigma: 1.0 }, 1).iter().all(|&ms| ms == 0.0));
    }

    #[test]
    fn same_seed_same_latencies() {
        let law = LatencyLaw::Lognormal { ms_median: 40.0, sigma: 0.5 };
        assert_eq!(drawn(law, 1), drawn(law, 1));
        assert_ne!(drawn(law, 1), drawn(law, 2));
    }

    #[test]
    fn extremes_are_held() {
        let longest = Duration::from_secs(600);
        assert_eq!(LatencyLaw::Constant { ms: f64::INFINITY }.median(), longest);
        let wild = LatencyLaw::Lognormal { ms_median: 600_000.0, sigma: 5.0 };
        assert!(drawn(wild, 1).iter().all(|&ms| ms <= 600_000.0));
        assert!(wild.problem().is_none());
        assert!(LatencyLaw::Constant { ms: f64::NAN }.problem().is_some());
        assert!(LatencyLaw::Constant { ms: -1.0 }.problem().is_some());
        assert!(LatencyLaw::Lognormal { ms_median: 1.0, sigma: 5.1 }.problem().is_some());
    }
}

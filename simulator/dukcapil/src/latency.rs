//! How long a look-up takes once it has begun.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, LogNormal};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The law by which look-ups take their time. Waiting for a turn comes on top.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
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
    /// Pareto, cut off at both ends: a heavy tail. Of those over x, one in `2^alpha` is over 2x.
    Pareto {
        /// The shortest, in milliseconds.
        ms_min: f64,
        /// How fast the tail falls; at 2 and below no bound but `ms_max` keeps the variance finite.
        alpha: f64,
        /// The longest, in milliseconds.
        ms_max: f64,
    },
    /// One of these at a time, each as likely as the others: what was measured elsewhere.
    Sample {
        /// In milliseconds; at least one.
        ms: Vec<f64>,
    },
}

/// No look-up takes longer, whatever is drawn, in milliseconds: ten minutes.
const MS_MAX: f64 = 600_000.0;

/// From here on a lognormal law has no useful median any more.
const SIGMA_MAX: f64 = 5.0;

const ALPHA_MIN: f64 = 0.1;
const ALPHA_MAX: f64 = 100.0;

/// Most latencies of a sample.
const SAMPLE_MAX: usize = 1_000_000;

impl LatencyLaw {
    /// A latency. Below a millisecond the runtime's timer rounds it up.
    pub fn draw(&self, rng: &mut impl Rng) -> Duration {
        duration(match self {
            LatencyLaw::Constant { ms } => *ms,
            LatencyLaw::Lognormal { ms_median, sigma } => {
                LogNormal::new(ms_median.ln(), *sigma).map_or(*ms_median, |law| law.sample(rng))
            }
            LatencyLaw::Pareto { ms_min, alpha, ms_max } => {
                bounded_pareto(*ms_min, *alpha, *ms_max, rng.random())
            }
            LatencyLaw::Sample { ms } => {
                if ms.is_empty() {
                    0.0
                } else {
                    ms[rng.random_range(0..ms.len())]
                }
            }
        })
    }

    /// The median.
    pub fn median(&self) -> Duration {
        duration(match self {
            LatencyLaw::Constant { ms } | LatencyLaw::Lognormal { ms_median: ms, .. } => *ms,
            LatencyLaw::Pareto { ms_min, alpha, ms_max } => bounded_pareto(*ms_min, *alpha, *ms_max, 0.5),
            LatencyLaw::Sample { ms } => {
                let mut ms = ms.clone();
                ms.sort_by(f64::total_cmp);
                ms.get(ms.len() / 2).copied().unwrap_or(0.0)
            }
        })
    }

    /// What is wrong with its values, and what would be right; `None` where nothing is.
    pub(crate) fn problem(&self) -> Option<String> {
        let within = |key: &str, value: f64, min: f64, max: f64| {
            let fits = (min..=max).contains(&value);
            (!fits).then(|| format!("latency.{key} = {value} is out of range: {min} to {max}"))
        };
        match self {
            LatencyLaw::Constant { ms } => within("ms", *ms, 0.0, MS_MAX),
            LatencyLaw::Lognormal { ms_median, sigma } => {
                within("ms_median", *ms_median, 0.0, MS_MAX).or(within("sigma", *sigma, 0.0, SIGMA_MAX))
            }
            LatencyLaw::Pareto { ms_min, alpha, ms_max } => within("ms_min", *ms_min, 0.001, MS_MAX)
                .or(within("alpha", *alpha, ALPHA_MIN, ALPHA_MAX))
                .or(within("ms_max", *ms_max, *ms_min, MS_MAX)),
            LatencyLaw::Sample { ms } if !(1..=SAMPLE_MAX).contains(&ms.len()) => {
                Some(format!("latency.ms has {} values: give 1 to {SAMPLE_MAX}", ms.len()))
            }
            LatencyLaw::Sample { ms } => ms.iter().find_map(|&ms| within("ms", ms, 0.0, MS_MAX)),
        }
    }
}

/// The inverse of the distribution function of a Pareto law between two bounds, at `u` of 0 to 1.
fn bounded_pareto(min: f64, alpha: f64, max: f64, u: f64) -> f64 {
    let below_max = 1.0 - (min / max).powf(alpha);
    min * (1.0 - u * below_max).powf(-1.0 / alpha)
}

fn duration(ms: f64) -> Duration {
    Duration::from_secs_f64(ms.clamp(0.0, MS_MAX) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn drawn(law: &LatencyLaw, seed: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ms: Vec<f64> = (0..20_001).map(|_| law.draw(&mut rng).as_secs_f64() * 1_000.0).collect();
        ms.sort_by(f64::total_cmp);
        ms
    }

    #[test]
    fn quantiles_of_the_lognormal_law() {
        let check = |ms_median: f64, sigma: f64| {
            let ms = drawn(&LatencyLaw::Lognormal { ms_median, sigma }, 3);
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
    fn quantiles_of_the_heavy_tail() {
        let check = |ms_min: f64, alpha: f64, ms_max: f64| {
            let law = LatencyLaw::Pareto { ms_min, alpha, ms_max };
            let ms = drawn(&law, 4);
            assert!(ms[0] >= ms_min * (1.0 - 1e-6) && ms[20_000] <= ms_max * (1.0 + 1e-6));
            for x in [1.2, 2.0, 5.0, 20.0].map(|times| ms_min * times).into_iter().filter(|&x| x < ms_max) {
                // P(X > x), from the definition of a truncated Pareto law.
                let tail = |x: f64| (ms_min / x).powf(alpha);
                let expect = (tail(x) - tail(ms_max)) / (1.0 - tail(ms_max));
                let found = ms.iter().filter(|&&ms| ms > x).count() as f64 / ms.len() as f64;
                let tolerance = 4.0 * (expect * (1.0 - expect) / ms.len() as f64).sqrt();
                assert!((found - expect).abs() < tolerance, "{found} over {x}, not {expect}");
            }
            let middle = ms[10_000] / (law.median().as_secs_f64() * 1_000.0);
            assert!((middle - 1.0).abs() < 0.05, "{middle}");
        };
        check(20.0, 1.1, 30_000.0);
        check(5.0, 2.5, 50.0);
    }

    #[test]
    fn a_sample_gives_what_is_in_it() {
        let law = LatencyLaw::Sample { ms: vec![1.0, 4.0, 9.0] };
        let ms = drawn(&law, 5);
        for value in [1.0, 4.0, 9.0] {
            let share = ms.iter().filter(|&&ms| ms == value).count() as f64 / ms.len() as f64;
            assert!((share - 1.0 / 3.0).abs() < 0.02, "{value}: {share}");
        }
        assert_eq!(law.median(), Duration::from_millis(4));
    }

    #[test]
    fn the_constant_law_is_constant() {
        assert_eq!(LatencyLaw::Constant { ms: 2.5 }.median(), Duration::from_micros(2_500));
        assert!(drawn(&LatencyLaw::Constant { ms: 2.5 }, 1).iter().all(|&ms| ms == 2.5));
        assert!(drawn(&LatencyLaw::Constant { ms: 0.0 }, 1).iter().all(|&ms| ms == 0.0));
        assert!(drawn(&LatencyLaw::Lognormal { ms_median: 0.0, sigma: 1.0 }, 1).iter().all(|&ms| ms == 0.0));
    }

    #[test]
    fn same_seed_same_latencies() {
        let law = LatencyLaw::Lognormal { ms_median: 40.0, sigma: 0.5 };
        assert_eq!(drawn(&law, 1), drawn(&law, 1));
        assert_ne!(drawn(&law, 1), drawn(&law, 2));
    }

    #[test]
    fn extremes_are_held() {
        let longest = Duration::from_secs(600);
        assert_eq!(LatencyLaw::Constant { ms: f64::INFINITY }.median(), longest);
        let wild = LatencyLaw::Lognormal { ms_median: 600_000.0, sigma: 5.0 };
        assert!(drawn(&wild, 1).iter().all(|&ms| ms <= 600_000.0));
        assert!(wild.problem().is_none());
        let wrong = [
            LatencyLaw::Constant { ms: f64::NAN },
            LatencyLaw::Constant { ms: -1.0 },
            LatencyLaw::Lognormal { ms_median: 1.0, sigma: 5.1 },
            LatencyLaw::Pareto { ms_min: 0.0, alpha: 1.0, ms_max: 2.0 },
            LatencyLaw::Pareto { ms_min: 1.0, alpha: 0.0, ms_max: 2.0 },
            LatencyLaw::Pareto { ms_min: 3.0, alpha: 1.0, ms_max: 2.0 },
            LatencyLaw::Sample { ms: vec![] },
            LatencyLaw::Sample { ms: vec![1.0, -1.0] },
        ];
        assert!(wrong.iter().all(|law| law.problem().is_some()));
    }
}

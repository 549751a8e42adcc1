//! From values to places on an axis, and which values to write beside it.

/// A value axis that begins and ends at round numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// From 0 to `high`.
    Linear {
        /// The end of the axis.
        high: f64,
        /// From one tick to the next.
        step: f64,
    },
    /// Equal ratios have equal lengths.
    Log {
        /// The beginning of the axis, over 0.
        low: f64,
        /// The end of the axis.
        high: f64,
    },
}

const TICKS_AT_MOST: f64 = 5.0;

impl Scale {
    /// From 0 to the first round number at or over the highest value.
    pub(crate) fn linear(highest: f64) -> Scale {
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let step = round_up(highest / TICKS_AT_MOST);
        Scale::Linear { high: step * (highest / step).ceil(), step }
    }

    /// Like [`Scale::linear`] for values that are whole: no tick stands between two of them.
    pub(crate) fn linear_whole(highest: f64) -> Scale {
        match Scale::linear(highest) {
            Scale::Linear { step, .. } if step < 1.0 => {
                Scale::Linear { high: highest.ceil().max(1.0), step: 1.0 }
            }
            scale => scale,
        }
    }

    /// From a round number at or under the lowest value to one at or over the highest; values are 1 or more.
    pub(crate) fn log(values: impl Iterator<Item = f64>) -> Scale {
        let (lowest, highest) = values.fold((f64::INFINITY, 1.0), |(low, high), value| {
            (f64::min(low, value.max(1.0)), f64::max(high, value))
        });
        let low = round_down(lowest.min(highest));
        Scale::Log { low, high: round_up(highest).max(low * 10.0) }
    }

    /// The place of a value: 0 at the beginning of the axis, 1 at its end.
    pub(crate) fn position(self, value: f64) -> f64 {
        let position = match self {
            Scale::Linear { high, .. } => value / high,
            Scale::Log { low, high } => (value.max(low) / low).ln() / (high / low).ln(),
        };
        position.clamp(0.0, 1.0)
    }

    /// The values to write beside the axis.
    pub(crate) fn ticks(self) -> Vec<f64> {
        match self {
            Scale::Linear { high, step } => {
                steps_from(0.0, |value| value + step).take_while(|value| *value <= high * 1.000_001).collect()
            }
            Scale::Log { low, high } => {
                let round = steps_from(low, |value| round_up(value * 1.5));
                let inside: Vec<f64> = round.take_while(|value| *value <= high * 1.000_001).collect();
                let wide = high / low > 50.0;
                inside.into_iter().filter(|value| !wide || is_power_of_ten(*value)).collect()
            }
        }
    }
}

fn steps_from(first: f64, next: impl Fn(f64) -> f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(first), move |value| Some(next(*value)))
}

/// The smallest of 1, 2, 5, 10, 20, 50 and so on, also downwards, at or over the value.
fn round_up(value: f64) -> f64 {
    let power = power_under(value);
    let round =
        [1.0, 2.0, 5.0].map(|digit| digit * power).into_iter().find(|round| *round >= value * 0.999_999);
    round.unwrap_or(10.0 * power)
}

/// The largest of them at or under the value.
fn round_down(value: f64) -> f64 {
    let power = power_under(value);
    let round =
        [5.0, 2.0, 1.0].map(|digit| digit * power).into_iter().find(|round| *round <= value * 1.000_001);
    round.unwrap_or(power)
}

fn power_under(value: f64) -> f64 {
    // Rounding of the logarithm must not put 1,000 under 1,000.
    10_f64.powf((value.log10() + 1e-9).floor())
}

fn is_power_of_ten(value: f64) -> bool {
    (value / power_under(value) - 1.0).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: Scale, ticks: &[f64]) {
        let found = scale.ticks();
        let same =
            found.len() == ticks.len() && found.iter().zip(ticks).all(|(a, b)| (a - b).abs() <= b * 1e-9);
        assert!(same, "{found:?} is not {ticks:?}");
    }

    #[test]
    fn linear_ticks_are_round_and_cover_the_highest() {
        check(Scale::linear(0.0), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        check(Scale::linear(1.0), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        check(Scale::linear(61.0), &[0.0, 20.0, 40.0, 60.0, 80.0]);
        check(Scale::linear(100.0), &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        check(Scale::linear(4_999.0), &[0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0]);
        check(Scale::linear_whole(2.0), &[0.0, 1.0, 2.0]);
        check(Scale::linear_whole(0.0), &[0.0, 1.0]);
    }

    #[test]
    fn log_ticks_are_decades_or_round_numbers_inside_a_few() {
        let log = |values: &[f64]| Scale::log(values.iter().copied());
        check(log(&[700.0, 2_100_000.0]), &[1e3, 1e4, 1e5, 1e6]);
        check(log(&[1_000.0, 1_000_000.0]), &[1e3, 1e4, 1e5, 1e6]);
        check(log(&[130.0, 900.0]), &[100.0, 200.0, 500.0, 1_000.0]);
        check(log(&[0.0]), &[1.0, 2.0, 5.0, 10.0]);
        check(log(&[]), &[1.0, 2.0, 5.0, 10.0]);
    }

    #[test]
    fn positions_run_from_end_to_end() {
        let linear = Scale::linear(100.0);
        assert_eq!([0.0, 50.0, 100.0, 200.0].map(|value| linear.position(value)), [0.0, 0.5, 1.0, 1.0]);
        let log = Scale::Log { low: 1.0, high: 10_000.0 };
        for (value, expect) in [(0.0, 0.0), (1.0, 0.0), (100.0, 0.5), (10_000.0, 1.0)] {
            assert!((log.position(value) - expect).abs() < 1e-12, "{value}");
        }
    }
}

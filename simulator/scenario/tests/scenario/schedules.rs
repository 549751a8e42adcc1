//! Instants follow the shape: counts by window against the closed form, by a chi-square test that is shown to fail.

use scenario::{Arrivals, DayCycle, RateStep, Shape, Spacing};
use std::time::Duration;

const DURATION_S: f64 = 60.0;
const WINDOWS: usize = 48;
const SEEDS: u64 = 100;

fn shapes() -> Vec<Shape> {
    let steps = [(4.0, 20.0), (0.0, 10.0), (80.0, 15.0), (20.0, 15.0)];
    vec![
        Shape::Constant { per_s: 30.0 },
        Shape::Ramp { from_per_s: 0.0, to_per_s: 60.0 },
        Shape::Ramp { from_per_s: 90.0, to_per_s: 10.0 },
        Shape::Steps { steps: steps.map(|(per_s, for_s)| RateStep { per_s, for_s }).to_vec() },
        Shape::OpeningSpike { peak_per_s: 100.0, floor_per_s: 0.0, decay_s: 15.0 },
        Shape::OpeningSpike { peak_per_s: 90.0, floor_per_s: 20.0, decay_s: 10.0 },
        Shape::OpeningSpike { peak_per_s: 900.0, floor_per_s: 0.01, decay_s: 3.0 },
        Shape::OpeningCrowd {
            opens_after_s: 25.0,
            growth_s: 8.0,
            peak_per_s: 90.0,
            floor_per_s: 5.0,
            decay_s: 6.0,
        },
        Shape::DeadlinePressure { from_per_s: 8.0, peak_per_s: 200.0 },
        day_cycle(),
        replay(),
    ]
}

/// From seven in the morning, one day and the beginning of the next.
fn day_cycle() -> Shape {
    Shape::DayCycle(DayCycle {
        midday_per_s: 60.0,
        evening_per_s: 40.0,
        night_per_s: 4.0,
        day_s: 48.0,
        start_hour: 7.0,
    })
}

fn replay() -> Shape {
    let rates_per_s = vec![2.0, 30.0, 90.0, 0.0, 45.0, 12.0];
    Shape::Replay { rates_per_s, interval_s: 10.0, file: "counts.csv".to_owned() }
}

fn arrivals(shape: Shape, spacing: Spacing) -> Arrivals {
    Arrivals::new(shape, spacing, DURATION_S)
}

/// Arrivals by window of equal length.
fn counts(arrivals: &Arrivals, seed: u64) -> [u64; WINDOWS] {
    let mut counts = [0; WINDOWS];
    for instant in arrivals.schedule(seed).iter() {
        let window = instant.as_micros() * WINDOWS as u128 / Duration::from_secs_f64(DURATION_S).as_micros();
        counts[usize::try_from(window).unwrap().min(WINDOWS - 1)] += 1;
    }
    counts
}

/// Chi-square of counts by window against the rate of `claimed`, with its degrees of freedom. Windows in which under five are
/// expected are taken together with the next ones.
fn chi_square(counts: &[u64; WINDOWS], claimed: &Arrivals) -> (f64, f64) {
    let scale = counts.iter().sum::<u64>() as f64 / claimed.expected_by(DURATION_S);
    let expected_by =
        |window: usize| scale * claimed.expected_by(DURATION_S * window as f64 / WINDOWS as f64);
    let (mut sum, mut freedom) = (0.0, -1.0);
    let (mut observed, mut begin) = (0.0, 0);
    for (window, &count) in counts.iter().enumerate() {
        observed += count as f64;
        let expected = expected_by(window + 1) - expected_by(begin);
        if expected >= 5.0 {
            sum += (observed - expected).powi(2) / expected;
            freedom += 1.0;
            (observed, begin) = (0.0, window + 1);
        }
    }
    (sum, freedom)
}

/// The quantile of the chi-square distribution that lies `normal` standard deviations out, by Wilson and Hilferty.
fn critical(freedom: f64, normal: f64) -> f64 {
    let ninth = 2.0 / (9.0 * freedom);
    freedom * (1.0 - ninth + normal * ninth.sqrt()).powi(3)
}

/// Whether the instants are a Poisson process of the claimed rate: seed by seed, which shows too much or too little chance, and
/// all seeds as one, which shows small errors of the shape. Both tails of one in a thousand fail.
fn is_poisson_of(actual: &Arrivals, claimed: &Arrivals) -> bool {
    let inside =
        |(sum, freedom): (f64, f64)| (critical(freedom, -3.29)..=critical(freedom, 3.29)).contains(&sum);
    let (mut each, mut pooled) = ((0.0, 0.0), [0; WINDOWS]);
    for seed in 0..SEEDS {
        let counts = counts(actual, seed);
        let (sum, freedom) = chi_square(&counts, claimed);
        each = (each.0 + sum, each.1 + freedom);
        pooled.iter_mut().zip(counts).for_each(|(pooled, count)| *pooled += count);
    }
    inside(each) && inside(chi_square(&pooled, claimed))
}

#[test]
fn critical_values_are_those_of_the_tables() {
    let check = |freedom, normal, expect: f64| {
        let found = critical(freedom, normal);
        assert!((found - expect).abs() < 0.1, "{found} for {expect}");
    };
    check(30.0, 1.6449, 43.77);
    check(50.0, 3.0902, 86.66);
    check(50.0, -1.6449, 34.76);
}

#[test]
fn poisson_instants_follow_the_shape() {
    for shape in shapes() {
        let arrivals = arrivals(shape, Spacing::Poisson);
        assert!(is_poisson_of(&arrivals, &arrivals), "{arrivals}");
    }
}

#[test]
fn the_test_tells_wrong_shapes_and_spacings() {
    let poisson = |shape| arrivals(shape, Spacing::Poisson);
    let spike = |decay_s| poisson(Shape::OpeningSpike { peak_per_s: 90.0, floor_per_s: 20.0, decay_s });
    let constant = poisson(Shape::Constant { per_s: 30.0 });
    assert!(!is_poisson_of(&constant, &poisson(Shape::Ramp { from_per_s: 24.0, to_per_s: 36.0 })));
    assert!(!is_poisson_of(&spike(10.0), &spike(12.0)));
    assert!(!is_poisson_of(&spike(10.0), &constant));
    let of = |shape: &Shape| poisson(shape.clone());
    let crowd = |growth_s| {
        let (opens_after_s, peak_per_s, floor_per_s, decay_s) = (25.0, 90.0, 5.0, 6.0);
        poisson(Shape::OpeningCrowd { opens_after_s, growth_s, peak_per_s, floor_per_s, decay_s })
    };
    assert!(!is_poisson_of(&crowd(8.0), &crowd(9.0)));
    let pressure = |peak_per_s| poisson(Shape::DeadlinePressure { from_per_s: 8.0, peak_per_s });
    assert!(!is_poisson_of(&pressure(200.0), &pressure(100.0)));
    let Shape::DayCycle(day) = day_cycle() else { panic!("it is a day") };
    let later = Shape::DayCycle(DayCycle { start_hour: 7.5, ..day });
    assert!(!is_poisson_of(&of(&day_cycle()), &poisson(later)));
    let Shape::Replay { mut rates_per_s, interval_s, file } = replay() else { panic!("it is a replay") };
    rates_per_s.swap(0, 5);
    assert!(!is_poisson_of(&of(&replay()), &poisson(Shape::Replay { rates_per_s, interval_s, file })));
    // Even spacing has far too little spread for chance.
    assert!(!is_poisson_of(&arrivals(constant.shape.clone(), Spacing::Even), &constant));
}

#[test]
fn even_instants_follow_the_shape_to_within_one() {
    for shape in shapes() {
        let arrivals = arrivals(shape, Spacing::Even);
        let mut sum = 0;
        for (window, count) in counts(&arrivals, 0).into_iter().enumerate() {
            sum += count;
            let expected = arrivals.expected_by(DURATION_S * (window + 1) as f64 / WINDOWS as f64);
            assert!(
                (sum as f64 - expected).abs() <= 1.0,
                "{arrivals}: {sum} by window {window}, not {expected}"
            );
        }
    }
}

#[test]
fn even_instants_of_a_constant_rate_are_regular() {
    let schedule = Arrivals::new(Shape::Constant { per_s: 4.0 }, Spacing::Even, 2.0).schedule(0);
    let instants: Vec<u128> = schedule.iter().map(|instant| instant.as_millis()).collect();
    assert_eq!(instants, [125, 375, 625, 875, 1125, 1375, 1625, 1875]);
}

#[test]
fn instants_rise_within_bounds_and_are_as_many_as_said() {
    for shape in shapes() {
        for spacing in [Spacing::Even, Spacing::Poisson] {
            let arrivals = arrivals(shape.clone(), spacing);
            let schedule = arrivals.schedule(11);
            let instants: Vec<Duration> = schedule.iter().collect();
            assert_eq!(instants.len() as u64, arrivals.count);
            assert_eq!(schedule.len(), arrivals.count);
            assert!(instants.is_sorted(), "{arrivals}");
            // The last of them lies before the end, not at it: that would be a process that is sure to end with an arrival.
            assert!(instants.last() < Some(&arrivals.duration()), "{arrivals}");
            assert_eq!(schedule.instant(arrivals.count), arrivals.duration());
            assert_eq!(schedule.instant(u64::MAX), arrivals.duration());
        }
    }
}

#[test]
fn nobody_comes_while_the_rate_is_zero() {
    for spacing in [Spacing::Even, Spacing::Poisson] {
        let arrivals = arrivals(shapes()[3].clone(), spacing);
        let pause = Duration::from_secs(20)..Duration::from_secs(30);
        assert!(!arrivals.schedule(1).iter().any(|instant| pause.contains(&instant)));
    }
}

#[test]
fn the_same_seed_gives_the_same_instants() {
    let arrivals = arrivals(shapes()[5].clone(), Spacing::Poisson);
    let instants = |seed| arrivals.schedule(seed).iter().collect::<Vec<_>>();
    assert_eq!(instants(3), instants(3));
    assert_ne!(instants(3), instants(4));
}

#[test]
fn first_instants_stay_what_they_were() {
    let arrivals = arrivals(shapes()[5].clone(), Spacing::Poisson);
    let first: Vec<u128> =
        arrivals.schedule(2018).iter().take(5).map(|instant| instant.as_micros()).collect();
    insta::assert_debug_snapshot!(first);
}

#[test]
fn scaling_multiplies_the_rate() {
    for shape in shapes() {
        let once = arrivals(shape, Spacing::Poisson);
        let twice = once.scaled(2.0);
        assert!((twice.mean_per_s() - 2.0 * once.mean_per_s()).abs() < 1e-9);
        assert!((twice.rate_per_s(7.0) - 2.0 * once.rate_per_s(7.0)).abs() < 1e-9);
        assert_eq!(twice.rate_factor, 2.0);
        assert!(twice.count.abs_diff(2 * once.count) <= 1);
    }
}

#[test]
fn shapes_in_words() {
    let words: String =
        shapes().into_iter().map(|shape| format!("{}\n", arrivals(shape, Spacing::Poisson))).collect();
    insta::assert_snapshot!(words);
}

/// Parts of a schedule are apart, and together they are the whole: same numbers, same instants.
#[test]
fn parts_make_up_the_whole() {
    let all = arrivals(Shape::Ramp { from_per_s: 0.0, to_per_s: 9.0 }, Spacing::Poisson);
    let whole = all.schedule(5);
    let mut met = vec![None; usize::try_from(whole.len()).unwrap()];
    for part in 0..3 {
        let part = all.schedule(5).part(|number| number % 3 == part);
        assert_eq!((part.whole_len(), part.iter().count() as u64), (whole.len(), part.len()));
        for k in 0..part.len() {
            let place = &mut met[usize::try_from(part.number(k)).unwrap()];
            assert_eq!(place.replace(part.instant(k)), None, "an arrival is in two parts");
        }
        assert_eq!(part.instant(part.len()), Duration::from_secs_f64(DURATION_S));
    }
    assert!(met.into_iter().map(Option::unwrap).eq(whole.iter()));
}

#[test]
fn compression_brings_the_same_people_in_a_shorter_time() {
    for shape in shapes() {
        let slow = arrivals(shape, Spacing::Even);
        let fast = slow.compressed(4.0);
        assert_eq!((fast.count, fast.duration_s), (slow.count, DURATION_S / 4.0), "{slow}");
        for k in (0..slow.count).step_by(17) {
            let (slow_s, fast_s) = (slow.schedule(0).instant(k), fast.schedule(0).instant(k));
            let difference_s = slow_s.as_secs_f64() / 4.0 - fast_s.as_secs_f64();
            assert!(difference_s.abs() < 2e-6, "{slow}: arrival {k} at {slow_s:?} and {fast_s:?}");
        }
    }
}

#[test]
fn any_instant_is_the_same_alone_and_in_the_row() {
    for shape in shapes() {
        let schedule = arrivals(shape, Spacing::Poisson).scaled(2.0).schedule(5);
        for (k, instant) in (0..).zip(schedule.iter()) {
            assert_eq!(schedule.instant(k), instant, "{k}");
        }
    }
}

/// A schedule of ten million is made in no time, holds next to nothing, and tells any instant at once.
#[test]
fn the_largest_schedule_is_not_kept() {
    let arrivals = Arrivals::new(Shape::Constant { per_s: 100_000.0 }, Spacing::Poisson, 100.0);
    let schedule = arrivals.schedule(1);
    assert_eq!(schedule.len(), 10_000_000);
    for k in [0, 1, 255, 256, 5_000_000, 9_999_999] {
        let off_s = schedule.instant(k).as_secs_f64() - (k as f64 + 0.5) / 100_000.0;
        // Six standard deviations of a uniform order statistic at its widest.
        assert!(off_s.abs() < 6.0 * 0.5 * 100.0 / 10_000_000_f64.sqrt(), "{k}: {off_s}");
    }
}

#[test]
fn deadline_pressure_is_one_over_the_time_left() {
    let pressure = arrivals(Shape::DeadlinePressure { from_per_s: 10.0, peak_per_s: 600.0 }, Spacing::Even);
    for t_s in [0.0, 15.0, 30.0, 45.0, 58.0] {
        assert!((pressure.rate_per_s(t_s) - 10.0 * 60.0 / (60.0 - t_s)).abs() < 1e-9, "{t_s}");
    }
    assert_eq!(pressure.rate_per_s(59.5), 600.0);
    assert_eq!(pressure.peak_per_s(), 600.0);
    // 10 * 60 * ln 60 until a second before the end, and a second at the peak.
    assert_eq!(pressure.count as f64, (600.0 * 60.0_f64.ln() + 600.0).round());
}

#[test]
fn a_day_has_two_humps() {
    let day = arrivals(day_cycle(), Spacing::Even);
    let check = |hour: f64, expect: f64| {
        let found = day.rate_per_s((hour - 7.0) * 2.0);
        assert!((found - expect).abs() < 1e-9, "{found} at {hour}, not {expect}");
    };
    check(8.0, 32.0);
    check(10.0, 60.0);
    check(14.9, 60.0);
    check(16.0, 20.0);
    check(17.0, 40.0);
    check(20.9, 40.0);
    check(24.0, 4.0);
    check(29.0, 4.0);
    check(34.0, 60.0);
}

//! Instants follow the shape: counts by window against the closed form, by a chi-square test that is shown to fail.

use scenario::{Arrivals, RateStep, Shape, Spacing};
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
    ]
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

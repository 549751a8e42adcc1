//! Thinking times: their law, and that each follows from seed, arrival and step alone.

use super::minimal;
use scenario::{Behaviour, Step, in_flight_by_littles_law, parse};
use std::time::Duration;

fn behaviour(rest: &str) -> Behaviour {
    parse("t.toml", &minimal(rest)).unwrap().behaviour
}

#[test]
fn median_and_spread_are_those_of_the_law() {
    let check = |step: Step, median_s: f64, sigma: f64| {
        let behaviour = behaviour("behaviour.captcha_s_median = 0");
        let mut logs: Vec<f64> =
            (0..4_000).map(|arrival| behaviour.think(3, arrival, step).as_secs_f64().ln()).collect();
        logs.sort_by(f64::total_cmp);
        let mean = logs.iter().sum::<f64>() / 4_000.0;
        let spread = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / 3_999.0).sqrt();
        // Four standard errors of mean, median and spread of 4,000 normal values.
        assert!((mean - median_s.ln()).abs() < 4.0 * sigma / 63.2, "{step}: mean of logarithms {mean}");
        assert!((logs[2_000] - median_s.ln()).abs() < 4.0 * 1.2533 * sigma / 63.2, "{step}");
        assert!((spread - sigma).abs() < 4.0 * sigma / 89.4, "{step}: spread {spread}");
    };
    check(Step::Identity, 52.0, 0.5);
    check(Step::Credentials, 40.0, 0.5);
    check(Step::Captcha, 5.0, 0.5);
}

#[test]
fn the_captcha_is_part_of_the_two_forms_that_have_one() {
    let only_captcha = behaviour(
        "behaviour = { identity_s_median = 0, credentials_s_median = 0, captcha_sigma = 0, captcha_s_median = 12 }",
    );
    let check =
        |step, expect_s| assert_eq!(only_captcha.think(1, 1, step), Duration::from_secs(expect_s), "{step}");
    check(Step::Identity, 12);
    check(Step::Credentials, 12);
    check(Step::Status, 0);
    check(Step::Review, 0);
}

#[test]
fn times_follow_from_seed_arrival_and_step() {
    let behaviour = behaviour("");
    let forwards: Vec<_> = (0..50).map(|arrival| behaviour.think(5, arrival, Step::Ktp)).collect();
    let mut backwards: Vec<_> = (0..50).rev().map(|arrival| behaviour.think(5, arrival, Step::Ktp)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let other = |seed, arrival, step| behaviour.think(seed, arrival, step) != forwards[7];
    assert!(!other(5, 7, Step::Ktp));
    assert!(other(6, 7, Step::Ktp) && other(5, 8, Step::Ktp) && other(5, 7, Step::Swafoto));
}

#[test]
fn compression_divides_thinking_and_nothing_else() {
    let (real, fast) = (behaviour(""), behaviour("behaviour.time_compression = 20"));
    for step in Step::ALL {
        let ratio = real.think(9, 4, step).as_secs_f64() - 20.0 * fast.think(9, 4, step).as_secs_f64();
        assert!(ratio.abs() < 1e-6, "{step}");
    }
    assert_eq!(real.step_timeout(), fast.step_timeout());
    assert_eq!(real.patience(), fast.patience());
}

#[test]
fn the_mean_is_the_mean() {
    let behaviour = behaviour("");
    for step in Step::ALL {
        let drawn: f64 =
            (0..4_000).map(|arrival| behaviour.think(2, arrival, step).as_secs_f64()).sum::<f64>() / 4e3;
        let mean = behaviour.think_mean(step).as_secs_f64();
        assert!((drawn - mean).abs() <= 0.04 * mean, "{step}: {drawn} for {mean}");
    }
    let total: Duration = Step::ALL.into_iter().map(|step| behaviour.think_mean(step)).sum();
    assert_eq!(behaviour.think_mean_total(), total);
}

#[test]
fn applicants_under_way_by_littles_law() {
    let check = |rest: &str, expect| {
        let text = format!(
            "format = 1\nseed = 1\n[arrivals]\nshape = 'constant'\nper_s = 10\nduration_s = 1000\n[behaviour]\n{rest}"
        );
        let plan = parse("t.toml", &text).unwrap();
        assert_eq!(in_flight_by_littles_law(&plan.arrivals, &plan.behaviour, false), expect, "{rest}");
        assert_eq!(plan.generator.applicants_in_flight_max, expect);
    };
    let thoughtless = "reading_s_median = 0\nidentity_s_median = 0\nprofile_s_median = 0\nphoto_s_median = 0\n\
                       credentials_s_median = 0\nreview_s_median = 0\ncaptcha_s_median = 0\n";
    // 10 a second for a stay of 30 s, a tenth more, and ten.
    check(&format!("{thoughtless}step_timeout_s = 30"), 340);
    // Twice 1.5 x 20 s for the photos' mean.
    let photos = thoughtless.replace("photo_s_median = 0", "photo_s_median = 20\nthink_sigma = 0");
    check(&format!("{photos}step_timeout_s = 30"), 1_000);
    // Never more than come.
    check(&format!("{thoughtless}step_timeout_s = 3600"), 10_000);
}

//! What applicants do after a vain try, policy by policy.

use super::minimal;
use scenario::{Advice, Behaviour, Next, Step, Temper, parse};
use std::time::Duration;

fn behaviour(rest: &str) -> Behaviour {
    parse("t.toml", &minimal(rest)).unwrap().behaviour
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What comes after each of so many vain tries of one step.
fn nexts(behaviour: &Behaviour, arrival: u64, advice: Advice, tries: usize) -> Vec<Next> {
    let mut temper = Temper::new(behaviour, 3, arrival);
    temper.begins(Step::Identity);
    (0..tries).map(|_| temper.tried_in_vain(advice)).collect()
}

#[test]
fn waits_of_each_policy() {
    let check = |policy: &str, advice, expect: &[u64]| {
        let behaviour = behaviour(&format!("behaviour.retries = {{ tries_max = 5, {policy} }}"));
        let mut expect: Vec<_> = expect.iter().map(|&wait| Next::Again(ms(wait))).collect();
        expect.push(Next::Fails);
        assert_eq!(nexts(&behaviour, 1, advice, 5), expect, "{policy}");
    };
    let told = |s| Advice::After(Duration::from_secs(s));
    check("policy = 'reload', reaction_s = 0.5", told(7), &[500; 4]);
    check("policy = 'fixed', wait_s = 3", Advice::None, &[3_000; 4]);
    check("policy = 'fixed', wait_s = 3", told(7), &[7_000; 4]);
    check("policy = 'fixed', wait_s = 3", told(1), &[3_000; 4]);
    check("policy = 'fixed', wait_s = 3, retry_after = 'ignored'", told(7), &[3_000; 4]);
    check("policy = 'backoff', wait_s = 1, wait_s_max = 5", Advice::None, &[1_000, 2_000, 4_000, 5_000]);
    check("policy = 'backoff', wait_s = 1, wait_s_max = 5", told(3), &[3_000, 3_000, 4_000, 5_000]);
    let none = behaviour("");
    assert_eq!(nexts(&none, 1, told(1), 1), [Next::Fails]);
}

#[test]
fn jitter_spreads_over_the_whole_wait_and_follows_from_the_seed() {
    let behaviour = behaviour("behaviour.retries = { policy = 'backoff-jitter', wait_s = 8, tries_max = 3 }");
    let wait = |arrival| match nexts(&behaviour, arrival, Advice::None, 2)[..] {
        [Next::Again(first), Next::Again(second)] => (first.as_secs_f64(), second.as_secs_f64()),
        ref other => panic!("{other:?}"),
    };
    let waits: Vec<_> = (0..2_000).map(wait).collect();
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| waits.iter().map(of).sum::<f64>() / 2_000.0;
    // Uniform up to 8 and up to 16 seconds: four standard errors.
    assert!((mean(&|wait| wait.0) - 4.0).abs() < 4.0 * 8.0 / 12.0_f64.sqrt() / 44.7);
    assert!((mean(&|wait| wait.1) - 8.0).abs() < 4.0 * 16.0 / 12.0_f64.sqrt() / 44.7);
    assert!(waits.iter().all(|wait| wait.0 < 8.0 && wait.1 < 16.0));
    assert_eq!(wait(77), waits[77]);
    assert_ne!(waits[77], waits[78]);
}

#[test]
fn patience_is_longer_at_the_first_try() {
    let reload = behaviour("behaviour.retries = { policy = 'reload', attention_sigma = 0 }");
    let mut temper = Temper::new(&reload, 3, 1);
    temper.begins(Step::Ktp);
    assert_eq!(temper.attention(), ms(6_500));
    temper.tried_in_vain(Advice::None);
    assert_eq!(temper.attention(), ms(2_500));
    // The next page gets the long patience again.
    temper.begins(Step::Swafoto);
    assert_eq!(temper.attention(), ms(6_500));
    // Nobody waits longer than a request may last, and a page that tries by itself waits so long.
    let short = behaviour("behaviour = { step_timeout_s = 2, retries = { policy = 'reload' } }");
    assert_eq!(Temper::new(&short, 3, 1).attention(), ms(2_000));
    let fixed = behaviour("behaviour.retries = { policy = 'fixed' }");
    assert_eq!(Temper::new(&fixed, 3, 1).attention(), ms(30_000));
}

#[test]
fn who_leaves_comes_back_or_does_not() {
    let behaviour = behaviour(
        "behaviour = { time_compression = 60, retries = { policy = 'fixed' }, \
         leaving = { share = 0.25, give_up_share = 0.2, return_s_median = 3600, return_sigma = 0 } }",
    );
    let mut counts = [0.0; 3];
    for arrival in 0..4_000 {
        let which = match nexts(&behaviour, arrival, Advice::None, 1)[0] {
            Next::Again(_) => 0,
            // An hour, compressed sixty times.
            Next::Back(away) if away == ms(60_000) => 1,
            Next::GivesUp => 2,
            other => panic!("{other:?}"),
        };
        counts[which] += 1.0;
    }
    let check = |count: f64, share: f64| {
        let deviation = (4_000.0 * share * (1.0 - share)).sqrt();
        assert!((count - 4_000.0 * share).abs() < 4.0 * deviation, "{counts:?}");
    };
    check(counts[0], 0.75);
    check(counts[1], 0.2);
    check(counts[2], 0.05);
}

#[test]
fn captchas_are_tried_again_a_few_times() {
    let behaviour = behaviour(
        "behaviour = { captcha_slip_share = 0.3, captcha_tries_max = 3, captcha_s_median = 12, captcha_sigma = 0 }",
    );
    let slips = (0..4_000).filter(|&arrival| Temper::new(&behaviour, 3, arrival).slips()).count();
    assert!((1_084..=1_316).contains(&slips), "{slips}");
    let mut temper = Temper::new(&behaviour, 3, 1);
    temper.begins(Step::Credentials);
    let twelve = Some(ms(12_000));
    assert_eq!([(); 3].map(|()| temper.slipped()), [twelve, twelve, None]);
}

#[test]
fn before_the_opening_people_look_again_until_their_patience_is_over() {
    let behaviour = behaviour("behaviour = { opening_poll_s = 10, opening_patience_s = 25 }");
    let mut temper = Temper::new(&behaviour, 3, 1);
    assert_eq!([(); 3].map(|()| temper.found_closed_doors()), [Some(ms(10_000)), Some(ms(10_000)), None]);
}

#[test]
fn devices_have_their_shares() {
    let behaviour = behaviour(
        "behaviour.devices = { phone_share = 0.8, phone_slowness = 1.5, slow_uplink_share = 0.3, \
         slow_uplink_kbit_per_s = 256, shared_share = 0.1 }",
    );
    let devices: Vec<_> = (0..4_000).map(|arrival| Temper::new(&behaviour, 3, arrival).device()).collect();
    let count = |wanted: fn(&scenario::Device) -> bool| devices.iter().filter(|one| wanted(one)).count();
    assert!((3_099..=3_301).contains(&count(|one| one.slowness > 1.0)));
    assert!((1_084..=1_316).contains(&count(|one| one.uplink_bytes_per_s == Some(32_000.0))));
    assert!((324..=476).contains(&count(|one| one.is_shared)));
    let phone = (0..).find(|&arrival| devices[usize::try_from(arrival).unwrap()].slowness > 1.0).unwrap();
    let thinking = Temper::new(&behaviour, 3, phone).begins(Step::Profile);
    assert_eq!(thinking, behaviour.think(3, phone, Step::Profile).mul_f64(1.5));
}

#[test]
fn nobody_leaves_without_having_tried() {
    let problems = parse("t.toml", &minimal("behaviour.leaving.share = 0.1")).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].key, "behaviour.leaving.share");
}

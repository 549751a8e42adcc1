use super::*;

const MORNING: &str = "2026-11-21T08:00:00+07:00";

fn state() -> State {
    State {
        latency: LatencyLaw::Constant { ms: 5.0 },
        rate_per_s: None,
        over_rate: OverRate::Queue,
        link_bits_per_s: None,
        link_bits_per_look_up: 16_000.0,
        quota: Quota::new(None, 0),
        outages: Vec::new(),
        changes: Vec::new(),
        zero: Some(Duration::ZERO),
        rate: Pacer::default(),
        limiter: Limiter::default(),
        link: Pacer::default(),
        by_hand: None,
    }
}

fn at(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

#[track_caller]
fn check(state: &mut State, at_s: f64, expect: Result<(), Refused>) {
    let wall = Timestamp::try_from(MORNING.to_owned()).unwrap().plus(at(at_s));
    state.advance(at(at_s));
    let out = state.outage(at(at_s)).map_or(Ok(()), |kind| Err(Refused::Outage(kind)));
    assert_eq!(out.and_then(|()| state.take(at(at_s), wall)), expect, "at {at_s}");
}

#[test]
fn outages_come_and_go_by_schedule_and_by_hand() {
    let outage = Outage { at_s: 10.0, for_s: 8.0, kind: OutageKind::Reset, down_s: None, up_s: None };
    let mut state = State { outages: vec![outage], ..state() };
    check(&mut state, 9.9, Ok(()));
    check(&mut state, 10.0, Err(Refused::Outage(OutageKind::Reset)));
    state.apply(Change { outage: Some(OutageByHand::Silent), ..Change::default() });
    check(&mut state, 11.0, Err(Refused::Outage(OutageKind::Silent)));
    check(&mut state, 20.0, Err(Refused::Outage(OutageKind::Silent)));
    state.apply(Change { outage: Some(OutageByHand::None), ..Change::default() });
    check(&mut state, 21.0, Ok(()));
    // The schedule's own outage isn't ended by hand.
    check(&mut state, 12.0, Err(Refused::Outage(OutageKind::Reset)));
}

#[test]
fn the_schedule_waits_for_its_zero() {
    let outage = Outage { at_s: 0.0, for_s: 1.0, kind: OutageKind::Error, down_s: None, up_s: None };
    let change = TimedChange { at_s: 2.0, set: Change { quota_per_day: Some(0), ..Change::default() } };
    let mut state = State { outages: vec![outage], changes: vec![change], zero: None, ..state() };
    check(&mut state, 5.0, Ok(()));
    state.zero = Some(at(100.0));
    check(&mut state, 99.0, Ok(()));
    check(&mut state, 100.5, Err(Refused::Outage(OutageKind::Error)));
    check(&mut state, 101.9, Ok(()));
    let until_midnight = 16 * 3_600 - 102;
    check(&mut state, 102.0, Err(Refused::Quota { retry_after_s: until_midnight }));
}

#[test]
fn changes_come_in_order_and_leave_the_rest() {
    let timed = |at_s, set| TimedChange { at_s, set };
    let mut state = State {
        rate_per_s: Some(10.0),
        changes: vec![
            timed(3.0, Change { rate_per_s: Some(40.0), ..Change::default() }),
            timed(1.0, Change { rate_per_s: Some(20.0), quota_per_day: Some(9), ..Change::default() }),
        ],
        ..state()
    };
    let wall = Timestamp::try_from(MORNING.to_owned()).unwrap();
    let mut check = |at_s, rate, quota| {
        let conditions = state.conditions(at(at_s), wall);
        assert_eq!((conditions.rate_per_s, conditions.quota_per_day), (Some(rate), quota), "at {at_s}");
    };
    check(0.9, 10.0, None);
    check(1.0, 20.0, Some(9));
    check(5.0, 40.0, Some(9));
}

#[test]
fn what_the_rate_refuses_spends_no_quota_and_the_other_way_round() {
    let mut state = State {
        rate_per_s: Some(2.0),
        over_rate: OverRate::Refuse,
        quota: Quota::new(Some(3), 0),
        ..state()
    };
    check(&mut state, 10.0, Ok(()));
    check(&mut state, 10.0, Ok(()));
    check(&mut state, 10.0, Err(Refused::OverRate { retry_after_s: 1 }));
    check(&mut state, 11.0, Ok(()));
    let spent = |at_s: u64| Err(Refused::Quota { retry_after_s: 16 * 3_600 - at_s });
    for _ in 0..5 {
        check(&mut state, 11.0, spent(11));
    }
    state.apply(Change { quota_used: Some(0), ..Change::default() });
    check(&mut state, 11.0, Ok(()));
    check(&mut state, 11.0, Err(Refused::OverRate { retry_after_s: 1 }));
}

#[test]
fn gaps() {
    let state = State { rate_per_s: Some(11.6), link_bits_per_s: Some(512_000.0), ..state() };
    assert_eq!(state.rate_gap().unwrap().as_micros(), 86_206);
    assert_eq!(state.link_gap().unwrap().as_micros(), 31_250);
}

#[test]
fn changes_that_cannot_be() {
    let check = |text: &str, problems: usize| {
        let change: Change = serde_json::from_str(text).unwrap();
        assert_eq!(change.problems().len(), problems, "{text}");
    };
    check("{}", 0);
    check(r#"{"rate_per_s": 11.6, "quota_per_day": 0, "outage": "silent"}"#, 0);
    check(r#"{"rate_per_s": 0, "link_bits_per_s": -1, "latency": {"law": "constant", "ms": -5}}"#, 3);
    assert!(serde_json::from_str::<Change>(r#"{"rate": 1}"#).is_err());
}

//! The gate as a table of instants.

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::try_from(text.to_owned()).unwrap()
}

/// A window of an hour from 10.00 WIB on.
fn window() -> Schedule {
    Schedule {
        opens_at: Some(at("2026-11-21T10:00:00+07:00")),
        closes_at: Some(at("2026-11-21T10:00:00+06:00")),
        ..Schedule::default()
    }
}

fn check(schedule: &Schedule, now: &str, gate: Gate, wait_ms: Option<u64>) {
    let found = (schedule.gate(at(now)), schedule.wait(at(now)).map(|wait| wait.as_millis()));
    assert_eq!(found, (gate, wait_ms.map(u128::from)), "{now}");
}

#[test]
fn the_window_to_the_millisecond() {
    let window = window();
    check(&window, "2026-11-20T00:00:00Z", Gate::BeforeOpening, Some(27 * 3_600_000));
    check(&window, "2026-11-21T02:59:59.999Z", Gate::BeforeOpening, Some(1));
    check(&window, "2026-11-21T03:00:00.000Z", Gate::Open, None);
    check(&window, "2026-11-21T03:59:59.999Z", Gate::Open, None);
    check(&window, "2026-11-21T04:00:00.000Z", Gate::Closed, None);
    // The same instants, written in the two other zones.
    check(&window, "2026-11-21T10:59:59.999+08:00", Gate::BeforeOpening, Some(1));
    check(&window, "2026-11-21T12:00:00.000+09:00", Gate::Open, None);
    check(&Schedule::default(), "1970-01-01T00:00:00Z", Gate::Open, None);
    check(&Schedule { closes_at: None, ..window.clone() }, "2999-01-01T00:00:00Z", Gate::Open, None);
    check(&Schedule { opens_at: None, ..window }, "1970-01-01T00:00:00Z", Gate::Open, None);
}

#[test]
fn a_window_that_is_moved() {
    // 2023: the opening went from 17 to 20 September while people waited; the end from 9 to 11 October.
    let announced = Schedule {
        opens_at: Some(at("2023-09-17T00:00:00+07:00")),
        closes_at: Some(at("2023-10-09T23:59:00+07:00")),
        ..Schedule::default()
    };
    let moved = Schedule { opens_at: Some(at("2023-09-20T00:00:00+07:00")), ..announced.clone() };
    let extended = Schedule { closes_at: Some(at("2023-10-11T23:59:00+07:00")), ..moved.clone() };
    check(&announced, "2023-09-17T00:00:00+07:00", Gate::Open, None);
    check(&moved, "2023-09-17T00:00:00+07:00", Gate::BeforeOpening, Some(3 * 24 * 3_600_000));
    check(&moved, "2023-10-10T12:00:00+07:00", Gate::Closed, None);
    check(&extended, "2023-10-10T12:00:00+07:00", Gate::Open, None);
}

#[test]
fn switches() {
    let formations = Schedule { formations_ready: false, ..window() };
    check(&formations, "2026-11-21T02:59:59.999Z", Gate::BeforeOpening, Some(1));
    check(&formations, "2026-11-21T03:00:00Z", Gate::AwaitingFormations, None);
    check(&formations, "2026-11-21T04:00:00Z", Gate::Closed, None);
    let maintenance = Schedule { maintenance: true, ..formations };
    for now in ["2026-11-21T02:00:00Z", "2026-11-21T03:00:00Z", "2026-11-21T04:00:00Z"] {
        check(&maintenance, now, Gate::Maintenance, None);
    }
}

#[test]
fn hours_of_maintenance() {
    let nightly = |hours: &str| Schedule {
        maintenance_hours: Some(hours.to_owned().try_into().unwrap()),
        ..Schedule::default()
    };
    // 00.01 to 05.00, as announced on 26 November 2019.
    let portal = nightly("00:01-05:00");
    check(&portal, "2026-11-21T00:00:59.999+07:00", Gate::Open, None);
    check(&portal, "2026-11-21T00:01:00+07:00", Gate::Maintenance, Some((4 * 60 + 59) * 60_000));
    check(&portal, "2026-11-21T04:59:59.999+07:00", Gate::Maintenance, Some(1));
    check(&portal, "2026-11-21T05:00:00+07:00", Gate::Open, None);
    // A night's hours are Jakarta's: in Jayapura it is seven o'clock when they are over.
    check(&portal, "2026-11-21T06:59:59+09:00", Gate::Maintenance, Some(1_000));
    let past_midnight = nightly("23:30-00:30");
    check(&past_midnight, "2026-11-20T23:29:59.999+07:00", Gate::Open, None);
    check(&past_midnight, "2026-11-20T23:30:00+07:00", Gate::Maintenance, Some(3_600_000));
    check(&past_midnight, "2026-11-21T00:29:59.999+07:00", Gate::Maintenance, Some(1));
    check(&past_midnight, "2026-11-21T00:30:00+07:00", Gate::Open, None);
    // Switched on by hand, the end isn't known.
    let both = Schedule { maintenance: true, ..portal };
    check(&both, "2026-11-21T01:00:00+07:00", Gate::Maintenance, None);
}

#[test]
fn hours_as_text() {
    for text in ["00:01-05:00", "23:30-00:30", "00:00-23:59"] {
        assert_eq!(DailyHours::try_from(text.to_owned()).unwrap().to_string(), text);
    }
    for text in [
        "",
        "-",
        "00:01",
        "0:01-05:00",
        "00.01-05.00",
        "24:00-01:00",
        "00:60-01:00",
        "05:00-05:00",
        "+1:00-05:00",
    ] {
        assert_eq!(DailyHours::try_from(text.to_owned()), Err(NoHours), "{text}");
    }
}

#[test]
fn faults() {
    let check = |schedule: Schedule, expect: &[ScheduleFault]| {
        assert_eq!(schedule.check().err().unwrap_or_default(), expect, "{schedule:?}");
    };
    let announcing = |texts: &[&str]| Schedule {
        announcements: texts
            .iter()
            .map(|text| Announcement { at: Timestamp::from_ms(0), text: (*text).to_owned() })
            .collect(),
        ..Schedule::default()
    };
    check(window(), &[]);
    check(Schedule { closes_at: window().opens_at, ..window() }, &[ScheduleFault::ClosesTooEarly]);
    check(announcing(&["Dibuka pukul 10.00 WIB.\nGratis."]), &[]);
    check(
        announcing(&[" ", "ok", "\u{7}", &"a".repeat(1_001)]),
        &[0, 2, 3].map(ScheduleFault::AnnouncementText),
    );
    check(announcing(&["a"; 51]), &[ScheduleFault::TooManyAnnouncements]);
}

#[test]
fn announcements_come_in_their_time_and_the_newest_first() {
    let entry = |ms, text: &str| Announcement { at: Timestamp::from_ms(ms), text: text.to_owned() };
    let schedule = Schedule {
        announcements: vec![entry(1, "first"), entry(3, "third"), entry(2, "second")],
        ..Schedule::default()
    };
    let texts = |ms| -> Vec<String> {
        schedule.announced(Timestamp::from_ms(ms)).into_iter().map(|entry| entry.text).collect()
    };
    assert_eq!(texts(0), Vec::<String>::new());
    assert_eq!(texts(2), ["second", "first"]);
    assert_eq!(texts(9), ["third", "second", "first"]);
}

#[test]
fn no_key_may_be_left_out() {
    let whole = serde_json::to_value(window()).unwrap();
    assert_eq!(serde_json::from_value::<Schedule>(whole.clone()).unwrap(), window());
    for key in whole.as_object().unwrap().keys() {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(key);
        assert!(serde_json::from_value::<Schedule>(part).is_err(), "{key}");
    }
    let mut more = whole;
    more["opens"] = "now".into();
    assert!(serde_json::from_value::<Schedule>(more).is_err());
}

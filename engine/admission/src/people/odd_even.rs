//! Odd and even: in an even hour (Jakarta) those come whose NIK ends in an even digit, in an odd hour the
//! others.
//!
//! It halves a rush without any state. Who has begun in their hour may finish in the next, and those sent
//! away are told different moments of the next hour, or the turn of the hour would be a rush of its own.

use super::Opinion;
use crate::Why;
use crate::gate::Arrival;
use crate::hashing::share_of;
use crate::key::{Key, Purpose};
use crate::moment::{Moment, us};
use std::time::Duration;

/// How the hours change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddEvenSettings {
    /// Length of a turn, counted from midnight in Jakarta. An hour, unless time is compressed in a simulation.
    pub turn: Duration,
    /// Those sent away are asked to come back within this time after the full hour.
    pub spread: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct OddEven {
    settings: OddEvenSettings,
    key: Key,
}

impl OddEven {
    pub(crate) fn new(settings: OddEvenSettings, key: Key) -> OddEven {
        OddEven { settings, key }
    }

    /// Somebody whose NIK isn't known yet passes: the rule holds from the request on that names it.
    pub(crate) fn judge(&self, arrival: &Arrival<'_>, now: Moment) -> Opinion {
        let Some(person) = arrival.person.filter(|_| !arrival.begun) else { return Opinion::Pass };
        let Some(digit) = person.last_digit() else { return Opinion::Pass };
        let (parity, left) = self.turn(now);
        if u64::from(digit) % 2 == parity {
            return Opinion::Pass;
        }
        let late = share_of(us(self.settings.spread), self.key.draw(Purpose::Spread, 0, person));
        Opinion::Shed { why: Why::NotYourHour, retry_after: left + Duration::from_micros(late) }
    }

    /// Whose turn it is, 0 for even and 1 for odd, and how long it still lasts. At the turn of a full hour it is a whole hour.
    pub(crate) fn turn(&self, now: Moment) -> (u64, Duration) {
        let (turn, passed) = (us(self.settings.turn).max(1), now.since_midnight_wib_us());
        // A day has an even number of hours, so the parity of the turn is that of the hour.
        (passed / turn % 2, Duration::from_micros(turn - passed % turn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREAD: Duration = Duration::from_secs(600);
    const HOUR: Duration = Duration::from_secs(3_600);

    /// `at_s` counts from midnight in Jakarta; the wait is that until the full hour.
    fn check(nik: &str, begun: bool, at_s: u64, wait_s: Option<u64>) {
        let key = Key::new(&[5; 32]);
        let hours = OddEven::new(OddEvenSettings { turn: HOUR, spread: SPREAD }, key.clone());
        let person = Some(key.person(nik));
        let arrival = Arrival { person, begun, ..Arrival::default() };
        let found = hours.judge(&arrival, Moment::from_us((at_s + 17 * 3_600) * 1_000_000));
        match (found, wait_s) {
            (Opinion::Pass, None) => (),
            (Opinion::Shed { why: Why::NotYourHour, retry_after }, Some(s)) => {
                let hour = Duration::from_secs(s);
                assert!(
                    retry_after >= hour && retry_after < hour + SPREAD,
                    "{nik} at {at_s}: {retry_after:?}"
                );
            }
            (found, _) => panic!("{nik} at {at_s}: {found:?}"),
        }
    }

    #[test]
    fn hours() {
        let (even, odd) = ("9901010101900010", "9901010101900007");
        check(even, false, 0, None);
        check(odd, false, 0, Some(3_600));
        check(even, false, 3_599, None);
        check(odd, false, 3_599, Some(1));
        check(even, false, 3_600, Some(3_600));
        check(odd, false, 3_600, None);
        check(odd, false, 86_399, None);
        check(even, false, 86_399, Some(1));
        check(even, false, 86_400, None);
        check(odd, true, 0, None);
        check("", false, 0, None);
    }

    #[test]
    fn turns_of_another_length() {
        let settings = OddEvenSettings { turn: Duration::from_secs(10), spread: SPREAD };
        let hours = OddEven::new(settings, Key::new(&[5; 32]));
        let check = |at_s: u64, parity, left_s| {
            let found = hours.turn(Moment::from_us((at_s + 17 * 3_600) * 1_000_000));
            assert_eq!(found, (parity, Duration::from_secs(left_s)), "{at_s}");
        };
        check(0, 0, 10);
        check(9, 0, 1);
        check(10, 1, 10);
        check(25, 0, 5);
        check(86_400, 0, 10);
    }

    #[test]
    fn the_turn_of_the_hour_is_spread() {
        let key = Key::new(&[5; 32]);
        let hours = OddEven::new(OddEvenSettings { turn: HOUR, spread: SPREAD }, key.clone());
        let mut tenths = [0; 10];
        for n in 0..1_000 {
            let arrival = Arrival { person: Some(key.person(&format!("99{n:013}1"))), ..Arrival::default() };
            let now = Moment::from_us(17 * 3_600 * 1_000_000);
            let Opinion::Shed { retry_after, .. } = hours.judge(&arrival, now) else {
                panic!("odd at 00.00")
            };
            tenths[usize::try_from((retry_after.as_secs() - 3_600) / 60).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (70..130).contains(count)), "{tenths:?}");
    }
}

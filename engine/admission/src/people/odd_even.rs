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
        if u64::from(digit) % 2 == now.hour_wib() % 2 {
            return Opinion::Pass;
        }
        let late = share_of(us(self.settings.spread), self.key.draw(Purpose::Spread, 0, person));
        let retry_after = now.until_next_hour() + Duration::from_micros(late);
        Opinion::Shed { why: Why::NotYourHour, retry_after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREAD: Duration = Duration::from_secs(600);

    /// `at_s` counts from midnight in Jakarta; the wait is that until the full hour.
    fn check(nik: &str, begun: bool, at_s: u64, wait_s: Option<u64>) {
        let key = Key::new(&[5; 32]);
        let hours = OddEven::new(OddEvenSettings { spread: SPREAD }, key.clone());
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
    fn the_turn_of_the_hour_is_spread() {
        let key = Key::new(&[5; 32]);
        let hours = OddEven::new(OddEvenSettings { spread: SPREAD }, key.clone());
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

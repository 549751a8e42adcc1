//! Admission by a keyed hash of the person: when only part of the people can be served, it is the same part
//! at every step.
//!
//! Turning requests away at random lets hardly anybody through a flow of many steps: each step loses some,
//! and the work of their earlier steps is lost with them. Here every person has a draw for the period, and
//! passes as long as it lies below the level. The level moves by additive increase and multiplicative
//! decrease on the measured delay in the line: the least delay of a window, which tells a line that stands
//! from a burst. While a line shrinks the level rests. Whoever has begun is judged more mildly than a
//! newcomer, so that a small step down cuts nobody off midway. Nothing is kept for a person.

use super::Opinion;
use crate::Why;
use crate::gate::Arrival;
use crate::hashing::share_of;
use crate::key::{Key, Person, Purpose};
use crate::moment::{Moment, us};
use std::time::Duration;

/// How the level moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CohortSettings {
    /// After this time everybody draws anew.
    pub period: Duration,
    /// Delay in the line that is still fine.
    pub target: Duration,
    /// The level moves so often.
    pub adjust_every: Duration,
    /// What a window without delay adds to the level, in thousandths of everybody.
    pub increase_permille: u32,
    /// What a window with delay leaves of the level, in thousandths of it.
    pub decrease_permille: u32,
    /// The level for those who have begun, in thousandths of the level.
    pub begun_permille: u32,
    /// Whoever is turned away is asked to come back after about this time, or in the next period if that is
    /// sooner.
    pub retry_after: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Cohort {
    settings: CohortSettings,
    key: Key,
    /// The share of people who pass, 0 to 1.
    level: f64,
    window_from: Moment,
    /// Least delay of the window at each point where somebody waits, and the largest of these in the one before.
    delay_min: [Option<Duration>; POINTS],
    delay_before: Duration,
    /// Whether the work has turned somebody away in the window.
    overflowed: bool,
}

/// Places at which those who passed may have to wait, as before each of several pools.
pub(crate) const POINTS: usize = 4;

/// Some always pass, or nothing would be measured any more.
const LEVEL_MIN: f64 = 0.01;

impl Cohort {
    pub(crate) fn new(settings: CohortSettings, key: Key) -> Cohort {
        let window_from = Moment::default();
        Cohort {
            settings,
            key,
            level: 1.0,
            window_from,
            delay_min: [None; POINTS],
            delay_before: Duration::ZERO,
            overflowed: false,
        }
    }

    /// A request that names nobody passes.
    pub(crate) fn judge(&mut self, arrival: &Arrival<'_>, now: Moment) -> Opinion {
        self.adjust(now);
        let Some(person) = arrival.person else { return Opinion::Pass };
        let period = us(self.settings.period).max(1);
        let number = now.as_us() / period;
        let passes = if arrival.begun {
            let level = self.level * f64::from(self.settings.begun_permille) / 1_000.0;
            // The turn of the period is no reason to cut off those who are under way.
            self.draw(person, number) < level || self.draw(person, number.saturating_sub(1)) < level
        } else {
            self.draw(person, number) < self.level
        };
        if passes {
            return Opinion::Pass;
        }
        let next_period = Duration::from_micros(period - now.as_us() % period);
        let middle = self.settings.retry_after.min(next_period);
        let late = share_of(us(middle), self.key.draw(Purpose::Spread, now.as_us(), person));
        Opinion::Shed { why: Why::NotDrawn, retry_after: middle / 2 + Duration::from_micros(late) }
    }

    /// Somebody had to wait for `delay` before the work began at `point`. The line that stands longest counts: another that
    /// is empty says nothing about it.
    pub(crate) fn delayed(&mut self, point: usize, delay: Duration) {
        if let Some(least) = self.delay_min.get_mut(point) {
            *least = Some(least.map_or(delay, |least| least.min(delay)));
        }
    }

    /// Somebody who had passed was turned away for lack of room.
    pub(crate) fn overflowed(&mut self) {
        self.overflowed = true;
    }

    /// The share of people who pass, 0 to 1.
    pub(crate) fn level(&self) -> f64 {
        self.level
    }

    fn adjust(&mut self, now: Moment) {
        if now.since(self.window_from) < self.settings.adjust_every {
            return;
        }
        let delay = self.delay_min.iter().flatten().max().copied().unwrap_or(Duration::ZERO);
        let delayed = delay > self.settings.target;
        // A line that gets shorter needs time, not another step down.
        let shrinking = delay < self.delay_before;
        let level = if self.overflowed || delayed && !shrinking {
            self.level * f64::from(self.settings.decrease_permille) / 1_000.0
        } else if delayed {
            self.level
        } else {
            self.level + f64::from(self.settings.increase_permille) / 1_000.0
        };
        self.level = level.clamp(LEVEL_MIN, 1.0);
        (self.window_from, self.delay_before) = (now, delay);
        (self.delay_min, self.overflowed) = ([None; POINTS], false);
    }

    /// Uniform in 0 to 1 over people, and another for each period.
    fn draw(&self, person: Person, period: u64) -> f64 {
        let bits = self.key.draw(Purpose::Cohort, period, person) >> 32;
        f64::from(u32::try_from(bits).expect("the upper half of a u64")) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: CohortSettings = CohortSettings {
        period: Duration::from_secs(100),
        target: Duration::from_millis(50),
        adjust_every: Duration::from_secs(1),
        increase_permille: 100,
        decrease_permille: 500,
        begun_permille: 1_500,
        retry_after: Duration::from_secs(10),
    };

    fn at(s: u64) -> Moment {
        Moment::from_us(s * 1_000_000)
    }

    fn passes(cohort: &mut Cohort, person: u32, begun: bool, now: Moment) -> bool {
        let person = Some(cohort.key.visitor(&person.to_be_bytes()));
        cohort.judge(&Arrival { person, begun, ..Arrival::default() }, now) == Opinion::Pass
    }

    /// `windows`: the delays in ms that each second saw, or `full`; the level after it.
    fn check(windows: &[(&str, f64)]) {
        let mut cohort = Cohort::new(SETTINGS, Key::new(&[9; 32]));
        passes(&mut cohort, 0, false, at(1));
        for (second, (window, expect)) in (2..).zip(windows) {
            for delay in window.split_whitespace() {
                match delay.parse() {
                    Ok(ms) => cohort.delayed(0, Duration::from_millis(ms)),
                    Err(_) => cohort.overflowed(),
                }
            }
            passes(&mut cohort, 0, false, at(second));
            assert!((cohort.level() - expect).abs() < 1e-9, "{windows:?}: {} at {second}", cohort.level());
        }
    }

    #[test]
    fn levels() {
        check(&[("", 1.0), ("10 60", 1.0), ("60 90", 0.5), ("0 900", 0.6), ("50", 0.7), ("51", 0.35)]);
        check(&[("60", 0.5), ("90", 0.25), ("89", 0.25), ("70 99", 0.25), ("70", 0.125), ("50", 0.225)]);
        check(&[("10 full", 0.5), ("full", 0.25), ("", 0.35), ("99", 0.175), ("98 full", 0.0875)]);
        check(&[
            ("99", 0.5),
            ("99", 0.25),
            ("99", 0.125),
            ("99", 0.0625),
            ("99", 0.03125),
            ("99", 0.015625),
            ("99", 0.01),
        ]);
    }

    #[test]
    fn the_longest_line_counts() {
        let mut cohort = Cohort::new(SETTINGS, Key::new(&[9; 32]));
        passes(&mut cohort, 0, false, at(1));
        for (point, ms) in [(0, 0), (1, 60), (0, 5), (1, 90), (POINTS, 999)] {
            cohort.delayed(point, Duration::from_millis(ms));
        }
        passes(&mut cohort, 0, false, at(2));
        assert_eq!((cohort.level(), cohort.delay_before), (0.5, Duration::from_millis(60)));
    }

    #[test]
    fn the_same_people_pass_at_every_step() {
        let mut cohort = Cohort::new(SETTINGS, Key::new(&[9; 32]));
        let start = at(1_000);
        passes(&mut cohort, 0, false, start);
        let mut who = |level: f64, begun: bool, now: Moment| -> Vec<bool> {
            cohort.level = level;
            cohort.window_from = now;
            (1..=4_000).map(|person| passes(&mut cohort, person, begun, now)).collect()
        };
        let count = |people: &[bool]| people.iter().filter(|&&passed| passed).count();
        let within =
            |inner: &[bool], outer: &[bool]| inner.iter().zip(outer).all(|(inner, outer)| outer >= inner);
        let half = who(0.5, false, start);
        assert!((1_880..2_120).contains(&count(&half)), "{}", count(&half));
        assert_eq!(half, who(0.5, false, at(1_099)), "another step in the same period");
        assert!(within(&who(0.4, false, start), &half), "a lower level takes people away and adds none");
        // Levels 0.4 and 0.6 for those who have begun: whoever began at a half still passes after one small
        // step down.
        assert!(within(&half, &who(0.4, true, start)));
        // In the next period others have their turn, a quarter in both; whoever has begun still passes.
        let next = who(0.5, false, at(1_100));
        let both = half.iter().zip(&next).filter(|(a, b)| **a && **b).count();
        assert!((880..1_120).contains(&both), "{both}");
        assert!(within(&half, &who(0.4, true, at(1_100))));
    }

    #[test]
    fn advice_ends_with_the_period() {
        let mut cohort = Cohort::new(SETTINGS, Key::new(&[9; 32]));
        let mut check = |now: Moment, least_ms, most_ms| {
            (cohort.level, cohort.window_from) = (0.0, now);
            for person in 0..100 {
                let person = Some(cohort.key.visitor(&[person]));
                let found = cohort.judge(&Arrival { person, ..Arrival::default() }, now);
                let Opinion::Shed { why: Why::NotDrawn, retry_after } = found else { panic!("{found:?}") };
                let bounds = Duration::from_millis(least_ms)..Duration::from_millis(most_ms);
                assert!(bounds.contains(&retry_after), "{retry_after:?}");
            }
        };
        check(at(1_000), 5_000, 15_000);
        check(at(1_098), 1_000, 3_000);
    }
}

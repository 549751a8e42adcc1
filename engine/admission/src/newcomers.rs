//! How many people may begin: as many as the scarcest pool brings through.
//!
//! A rule for requests turns away whom a pool has no room for, wherever they stand in their registration. Past capacity nearly
//! everybody is broken off midway by it, and what was done for them is lost. So whoever has not begun yet is let in at the rate at
//! which the scarcest pool finishes people, and turned away before anything was done for them. The rate follows from measured times
//! of work. It does not follow the lines: between the first step of a registration and its password lie minutes, and a rule that
//! heeds a line which answers after minutes swings.

use crate::moment::Moment;
use crate::pace::Pace;
use crate::people::budgets::{Bucket, Budget};
use crate::retry::Retry;
use std::time::Duration;

/// What a person asks of one pool from first to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Pieces of work that are done at a time.
    pub slots: usize,
    /// How long one takes, until it was measured.
    pub service_guess: Duration,
    /// Pieces of work for a person.
    pub jobs_per_person: u32,
}

/// Who may begin, at work.
#[derive(Clone, Debug)]
pub struct Newcomers {
    pools: Vec<(Demand, Pace)>,
    /// Those who begin, to those whom the pools bring through.
    share: f64,
    bucket: Bucket,
    retry: Retry,
    asked: u64,
}

/// People who may begin at once after a quiet time, in seconds of the rate.
const BURST_S: f64 = 1.0;

/// However slow the pools are, so many may.
const BURST_MIN: u32 = 4;

impl Newcomers {
    /// With nobody begun. No pools are no bound. Begin `share` for each whom the pools bring through: more than one where the rule
    /// before a pool loses people on the way.
    pub fn new(pools: &[Demand], share: f64) -> Newcomers {
        let pools = pools.iter().map(|&demand| (demand, Pace::new(demand.service_guess))).collect();
        Newcomers { pools, share, bucket: Bucket::default(), retry: Retry::new(), asked: 0 }
    }

    /// Whether one more may begin now.
    ///
    /// # Errors
    /// After which time coming back has a chance.
    pub fn ask(&mut self, now: Moment) -> Result<(), Duration> {
        self.asked += 1;
        self.retry.offered(now);
        let every = self.every();
        match self.bucket.take(Budget { burst: burst(every), every }, now) {
            Ok(()) => {
                self.retry.admitted();
                Ok(())
            }
            Err(_) => Err(self.retry.after(self.asked)),
        }
    }

    /// Somebody who was let in has not begun after all: another may.
    pub fn give_back(&mut self) {
        let every = self.every();
        self.bucket.put_back(every);
    }

    /// A piece of work of pool number `pool`, in the order given to [`Newcomers::new`], took so long.
    pub fn worked(&mut self, pool: usize, took: Duration) {
        if let Some((_, pace)) = self.pools.get_mut(pool) {
            pace.took(took);
        }
    }

    /// Time between two people who may begin.
    pub fn every(&self) -> Duration {
        let person = |(demand, pace): &(Demand, Pace)| {
            pace.mean() * demand.jobs_per_person / u32::try_from(demand.slots.max(1)).unwrap_or(u32::MAX)
        };
        self.pools.iter().map(person).max().unwrap_or_default().div_f64(self.share)
    }
}

fn burst(every: Duration) -> u32 {
    let people = BURST_S / every.as_secs_f64().max(1e-6);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 1,000,000")]
    let people = people as u32;
    people.max(BURST_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// One thread for passwords of 25 ms, one for photos of 5 ms, two for each person.
    fn newcomers() -> Newcomers {
        let pools = [
            Demand { slots: 1, service_guess: 25 * MS, jobs_per_person: 1 },
            Demand { slots: 1, service_guess: 5 * MS, jobs_per_person: 2 },
        ];
        Newcomers::new(&pools, 1.0)
    }

    /// People who are let in within `seconds` while a thousand a second ask.
    fn let_in(newcomers: &mut Newcomers, from_s: u64, seconds: u64) -> usize {
        (0..seconds * 1_000)
            .filter(|ms| newcomers.ask(Moment::from_us(from_s * 1_000_000 + ms * 1_000)).is_ok())
            .count()
    }

    #[test]
    fn as_many_as_the_scarcest_pool_brings_through() {
        let mut crowd = newcomers();
        // 40 at once, and one each 25 ms until 9.999 s have passed.
        assert_eq!(let_in(&mut crowd, 1, 10), 439);
        // Photos that turn out to take 25 ms are the scarcer: 20 people a second.
        (0..8_000).for_each(|_| crowd.worked(1, 25 * MS));
        assert_eq!(crowd.every().as_millis(), 50);
        let_in(&mut crowd, 11, 5);
        assert_eq!(let_in(&mut crowd, 16, 10), 200);
        // Twice as many threads, twice as many people; and a quarter more where so many are lost on the way.
        let demand = Demand { slots: 2, service_guess: 25 * MS, jobs_per_person: 1 };
        assert_eq!(Newcomers::new(&[demand], 1.0).every() * 2, 25 * MS);
        assert_eq!(Newcomers::new(&[demand], 1.25).every(), 10 * MS);
    }

    #[test]
    fn who_does_not_begin_after_all_makes_room() {
        let mut crowd = newcomers();
        let_in(&mut crowd, 1, 1);
        let now = Moment::from_us(2_000_000);
        while crowd.ask(now).is_ok() {}
        crowd.give_back();
        assert!(crowd.ask(now).is_ok());
        assert!(crowd.ask(now).is_err());
        // Giving back what was never taken makes no room for more than a burst.
        let mut fresh = newcomers();
        (0..100).for_each(|_| fresh.give_back());
        assert_eq!((0..100).filter(|_| fresh.ask(now).is_ok()).count(), 40);
    }

    #[test]
    fn without_pools_everybody_may() {
        let mut everybody = Newcomers::new(&[], 1.0);
        assert_eq!(let_in(&mut everybody, 1, 3), 3_000);
    }

    #[test]
    fn who_is_turned_away_is_told_when() {
        let mut crowd = newcomers();
        let advice: Vec<Duration> =
            (0..9_000).filter_map(|ms| crowd.ask(Moment::from_us(ms * 1_000)).err()).collect();
        assert!(advice.iter().all(|after| *after > Duration::ZERO), "come back at once is no advice");
        // A thousand for each forty: 25 s, from half to one and a half of it.
        assert!(
            advice.last().is_some_and(|after| (10..40).contains(&after.as_secs())),
            "{:?}",
            advice.last()
        );
    }
}

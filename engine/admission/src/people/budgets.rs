//! Budgets: a person may ask so often, and an address may bring so many new people.
//!
//! One person who hammers reload spends only their own budget. A crowd behind one address (a school, a mobile
//! network) is not punished: a request of a person who is known costs the address nothing, only a newcomer or
//! a request that names nobody does. So an address is charged for distinct people, and whoever invents people
//! meets that charge.

use super::Opinion;
use super::generations::Generations;
use crate::Why;
use crate::key::{Address, Person};
use crate::moment::Moment;
use std::time::Duration;

/// So many at once, and one more each so often: a token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests that may come at once.
    pub burst: u32,
    /// Time after which one more may come.
    pub every: Duration,
}

/// What people and addresses may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetSettings {
    /// For each person: every request costs one.
    pub person: Budget,
    /// For each address: every newcomer, and every request that names nobody, costs one.
    pub address: Budget,
    /// A person is known for so long after their last request, at least.
    pub known_for: Duration,
    /// People remembered (up to twice as many), and as many addresses.
    pub remembered_max: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Budgets {
    settings: BudgetSettings,
    people: Generations<Bucket>,
    addresses: Generations<Bucket>,
}

/// A token bucket as one instant (the generic cell rate algorithm of ITU-T I.371): that at which it will be
/// full again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    full_at: Moment,
}

impl Bucket {
    /// Takes one out, or says how long it takes until that is possible.
    pub(crate) fn take(&mut self, budget: Budget, now: Moment) -> Result<(), Duration> {
        let after = self.full_at.max(now).plus(budget.every);
        let allowed_until = now.plus(budget.every.saturating_mul(budget.burst));
        if after > allowed_until {
            return Err(after.since(allowed_until));
        }
        self.full_at = after;
        Ok(())
    }

    /// Puts one back that was taken out in vain.
    pub(crate) fn put_back(&mut self, every: Duration) {
        let full_at = self.full_at.since(Moment::default()).saturating_sub(every);
        self.full_at = Moment::default().plus(full_at);
    }
}

impl Budgets {
    pub(crate) fn new(settings: BudgetSettings) -> Budgets {
        // A bucket that is forgotten after it has filled again is not missed.
        let filled_after = |budget: Budget| budget.every.saturating_mul(budget.burst);
        let generations =
            |budget| Generations::new(filled_after(budget).max(settings.known_for), settings.remembered_max);
        Budgets { settings, people: generations(settings.person), addresses: generations(settings.address) }
    }

    pub(crate) fn judge(&mut self, person: Option<Person>, address: Option<Address>, now: Moment) -> Opinion {
        let known = person.and_then(|person| self.people.get(person.hash(), now));
        let taken = match (known, person) {
            (Some(bucket), _) => {
                bucket.take(self.settings.person, now).map_err(|after| (Why::PersonBudget, after))
            }
            (None, person) => self.charge_address(address, now).map(|()| {
                if let Some(person) = person {
                    let mut bucket = Bucket::default();
                    // A budget of nothing at all is no budget anybody sets; the first request passes even
                    // then.
                    let _first = bucket.take(self.settings.person, now);
                    self.people.insert(person.hash(), bucket, now);
                }
            }),
        };
        taken.map_or_else(|(why, retry_after)| Opinion::Shed { why, retry_after }, |()| Opinion::Pass)
    }

    fn charge_address(&mut self, address: Option<Address>, now: Moment) -> Result<(), (Why, Duration)> {
        let Some(address) = address else { return Ok(()) };
        let mut bucket = self.addresses.get(address.hash(), now).copied().unwrap_or_default();
        bucket.take(self.settings.address, now).map_err(|after| (Why::AddressBudget, after))?;
        self.addresses.insert(address.hash(), bucket, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::collections::HashMap;
    use std::net::{IpAddr, Ipv4Addr};

    const SETTINGS: BudgetSettings = BudgetSettings {
        person: Budget { burst: 3, every: Duration::from_secs(1) },
        address: Budget { burst: 5, every: Duration::from_millis(500) },
        known_for: Duration::from_secs(60),
        remembered_max: 10_000,
    };

    struct Street {
        key: Key,
        budgets: Budgets,
    }

    impl Street {
        fn new() -> Street {
            Street { key: Key::new(&[3; 32]), budgets: Budgets::new(SETTINGS) }
        }

        /// Person 0 is nobody in particular.
        fn ask(&mut self, person: u32, house: u8, at_ms: u64) -> Opinion {
            let who = (person > 0).then(|| self.key.visitor(&person.to_be_bytes()));
            let address = self.key.address(IpAddr::V4(Ipv4Addr::new(192, 0, 2, house)));
            self.budgets.judge(who, Some(address), Moment::from_us(at_ms * 1_000))
        }

        /// `events`: time in ms, person @ house, and `ok`, or whose budget is spent and for how many ms.
        fn check(events: &str) {
            let mut street = Street::new();
            for event in events.split(';') {
                let words: Vec<&str> = event.split_whitespace().collect();
                let (person, house) = words[1].split_once('@').unwrap();
                let found =
                    street.ask(person.parse().unwrap(), house.parse().unwrap(), words[0].parse().unwrap());
                let after = || Duration::from_millis(words[3].parse().unwrap());
                let expect = match words[2] {
                    "ok" => Opinion::Pass,
                    "person" => Opinion::Shed { why: Why::PersonBudget, retry_after: after() },
                    _ => Opinion::Shed { why: Why::AddressBudget, retry_after: after() },
                };
                assert_eq!(found, expect, "{event} in {events}");
            }
        }
    }

    #[test]
    fn rules() {
        // A person has three at once and one a second; waiting fills the bucket, never above three.
        Street::check(
            "0 1@1 ok; 0 1@1 ok; 0 1@1 ok; 0 1@1 person 1000; \
             400 1@1 person 600; 1000 1@1 ok; 1000 1@1 person 1000",
        );
        Street::check("0 1@1 ok; 9000 1@1 ok; 9000 1@1 ok; 9000 1@1 ok; 9000 1@1 person 1000");
        // The budget goes along to another address, and another person's at the same address is untouched.
        Street::check("0 1@1 ok; 0 1@1 ok; 0 1@1 ok; 0 1@2 person 1000; 0 2@1 ok");
        // Newcomers and requests that name nobody are the address's; people who are known are not.
        Street::check(
            "0 1@1 ok; 0 2@1 ok; 0 3@1 ok; 0 0@1 ok; 0 0@1 ok; \
             0 4@1 address 500; 0 0@1 address 500; 0 1@1 ok",
        );
        Street::check(
            "0 1@1 ok; 0 2@1 ok; 0 3@1 ok; 0 4@1 ok; 0 5@1 ok; 0 6@1 address 500; 0 6@2 ok; 500 7@1 ok",
        );
    }

    /// Against buckets that are counted out as plain fractions and never forgotten.
    #[test]
    fn they_are_token_buckets() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut street = Street::new();
        let mut model: HashMap<(bool, u32), (f64, u64)> = HashMap::new();
        let mut take = |key: (bool, u32), budget: Budget, now: u64| {
            let burst = f64::from(budget.burst);
            let (level, then) = model.get(&key).copied().unwrap_or((burst, now));
            let gained = Duration::from_millis(now - then).as_secs_f64() / budget.every.as_secs_f64();
            let level = (level + gained).min(burst);
            let taken = level >= 1.0 - 1e-9;
            model.insert(key, (if taken { level - 1.0 } else { level }, now));
            taken
        };
        let (mut now, mut known, mut shed) = (0, HashMap::new(), [0; 2]);
        for step in 0..50_000 {
            now += rng.random_range(0..60);
            // Few come so rarely that they are forgotten: the model knows nothing of that.
            let (person, house) = (rng.random_range(0..40), rng.random_range(1..4_u8));
            let found = street.ask(person, house, now);
            let newcomer = person == 0 || !known.contains_key(&person);
            let expect = if newcomer {
                let passed = take((true, u32::from(house)), SETTINGS.address, now);
                if passed && person > 0 {
                    known.insert(person, ());
                    take((false, person), SETTINGS.person, now);
                }
                passed
            } else {
                take((false, person), SETTINGS.person, now)
            };
            assert_eq!(found == Opinion::Pass, expect, "step {step}: {found:?}");
            shed[usize::from(newcomer)] += usize::from(!expect);
        }
        assert!(shed.iter().all(|&count| count > 20), "{shed:?}");
    }

    #[test]
    fn invented_people_are_bounded_by_their_address() {
        let mut street = Street::new();
        let passed = (0..10_000).filter(|&n| street.ask(n + 1, 1, u64::from(n)) == Opinion::Pass).count();
        // Five at once and two a second, for ten seconds.
        assert!((24..=26).contains(&passed), "{passed}");
    }
}

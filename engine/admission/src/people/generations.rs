//! A map that forgets: two generations of entries, of which the older is dropped as a whole.
//!
//! An entry that is used moves to the younger generation, so what was used within the last period is always
//! found, as long as no more than the bound come in that time. Memory is bounded by twice the bound, and
//! nothing is ever searched for old entries.

use crate::hashing::Map;
use crate::moment::Moment;
use std::mem;
use std::time::Duration;

#[derive(Clone, Debug)]
pub(crate) struct Generations<V> {
    young: Map<u64, V>,
    old: Map<u64, V>,
    turned_at: Moment,
    period: Duration,
    entries_max: usize,
}

impl<V> Generations<V> {
    /// An entry is kept for `period` after its last use at least, and for twice that at most. A generation
    /// holds `entries_max` entries.
    pub(crate) fn new(period: Duration, entries_max: usize) -> Generations<V> {
        let (young, old) = (Map::default(), Map::default());
        Generations { young, old, turned_at: Moment::default(), period, entries_max: entries_max.max(1) }
    }

    /// The entry of `key`, which counts as a use.
    pub(crate) fn get(&mut self, key: u64, now: Moment) -> Option<&mut V> {
        self.turn(now);
        if !self.young.contains_key(&key) {
            let value = self.old.remove(&key)?;
            self.put(key, value, now);
        }
        self.young.get_mut(&key)
    }

    /// Sets the entry of `key`.
    pub(crate) fn insert(&mut self, key: u64, value: V, now: Moment) {
        self.turn(now);
        self.old.remove(&key);
        self.put(key, value, now);
    }

    /// Entries held.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    fn put(&mut self, key: u64, value: V, now: Moment) {
        if self.young.len() >= self.entries_max && !self.young.contains_key(&key) {
            self.age(now);
        }
        self.young.insert(key, value);
    }

    /// Generations begin a whole period apart, however rarely somebody asks: a late turn must not lengthen
    /// anybody's stay.
    fn turn(&mut self, now: Moment) {
        let passed = now.since(self.turned_at);
        if passed / 2 >= self.period {
            self.young.clear();
            self.age(now);
        } else if passed >= self.period {
            self.age(self.turned_at.plus(self.period));
        }
    }

    fn age(&mut self, turned_at: Moment) {
        self.old = mem::take(&mut self.young);
        self.turned_at = turned_at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeMap;

    fn at(s: u64) -> Moment {
        Moment::from_us(s * 1_000_000)
    }

    /// Against a map that knows when each key was used last: fresh entries are always there, those past two
    /// periods never.
    #[test]
    fn kept_for_a_period_and_gone_after_two() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut map = Generations::new(Duration::from_secs(100), 1_000);
        let mut model: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        let (mut now, mut fresh, mut stale) = (0, 0, 0);
        for step in 0..20_000 {
            now +=
                if rng.random_range(0..500) == 0 { rng.random_range(0..300) } else { rng.random_range(0..3) };
            let key = rng.random_range(0..300);
            if rng.random() {
                map.insert(key, step, at(now));
                model.insert(key, (step, now));
                continue;
            }
            let found = map.get(key, at(now)).copied();
            let Some((value, used)) = model.get_mut(&key) else { continue };
            match now - *used {
                age if age < 100 => {
                    assert_eq!(found, Some(*value), "step {step}");
                    fresh += 1;
                }
                age if age >= 200 => {
                    assert_eq!(found, None, "step {step}");
                    stale += 1;
                }
                _ => assert!(found.is_none_or(|found| found == *value), "step {step}"),
            }
            match found {
                Some(_) => *used = now,
                None => drop(model.remove(&key)),
            }
        }
        assert!(fresh > 1_000 && stale > 100, "{fresh} {stale}");
    }

    #[test]
    fn memory_is_bounded() {
        let mut map = Generations::new(Duration::from_secs(100), 50);
        for key in 0..10_000 {
            map.insert(key, (), at(0));
            assert!(map.len() <= 100);
        }
        assert!(map.get(9_999, at(1)).is_some());
        assert!(map.get(9_950, at(1)).is_some());
        assert!(map.get(1, at(1)).is_none());
        assert!(map.len() > 50);
    }
}

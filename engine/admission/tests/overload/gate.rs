//! Random events at a gate of every policy: nobody is lost, nobody is answered twice, the bounds hold and the
//! counts add up.

use crate::world::{START, Setup};
use admission::{Arrival, Gate, Id, Key, Moment, Policy, Turn, Verdict, Why};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::time::Duration;

/// What the caller of a gate has to know.
#[derive(Default)]
struct Caller {
    parked: BTreeMap<Id, Moment>,
    /// Requests under way, and whether their client is still there.
    running: BTreeMap<Id, bool>,
    offered: u64,
    turned_away: u64,
    dropped: u64,
    gone: u64,
    useful: u64,
    wasted: u64,
    line_us: u64,
}

impl Caller {
    fn arrive(&mut self, gate: &mut Gate, arrival: &Arrival<'_>, now: Moment) {
        self.offered += 1;
        match gate.arrived(arrival, now) {
            Verdict::Admit(id) => assert_eq!(self.running.insert(id, true), None),
            Verdict::Park(id) => assert_eq!(self.parked.insert(id, now), None),
            Verdict::Shed { retry_after, .. } => {
                assert!(retry_after > Duration::ZERO, "come back at once is no advice");
                self.turned_away += 1;
            }
            Verdict::Wait { .. } => self.turned_away += 1,
            Verdict::Refuse(error) => panic!("no token was shown: {error}"),
        }
    }

    fn drain(&mut self, gate: &mut Gate, now: Moment) {
        while let Some(turn) = gate.next(now) {
            let (Turn::Start { id, .. } | Turn::Drop { id, .. }) = turn;
            let since = self.parked.remove(&id).expect("who leaves the line stood in it");
            self.line_us += u64::try_from(now.since(since).as_micros()).unwrap();
            match turn {
                Turn::Start { id, stood } => {
                    assert_eq!(stood, now.since(since));
                    assert_eq!(self.running.insert(id, true), None);
                }
                Turn::Drop { why: Why::Overdue, .. } => self.dropped += 1,
                Turn::Drop { .. } => self.gone += 1,
            }
        }
        assert!(gate.wake_at().is_none_or(|at| at > now), "everything due was taken");
    }

    fn check(&self, gate: &Gate, policy: Policy, context: &str) {
        let counts = gate.counts();
        assert_eq!(gate.running(), self.running.len(), "{context}");
        assert_eq!(gate.parked(), self.parked.len(), "{context}");
        assert_eq!(counts.offered, self.offered, "{context}");
        assert_eq!(counts.shed + counts.deferred + counts.refused, self.turned_away, "{context}");
        assert_eq!((counts.dropped, counts.expired), (self.dropped, self.gone), "{context}");
        assert_eq!((counts.useful, counts.wasted), (self.useful, self.wasted), "{context}");
        assert_eq!(counts.line.us_sum, self.line_us, "{context}");
        let under_way = u64::try_from(self.running.len()).unwrap();
        let in_line = u64::try_from(self.parked.len()).unwrap();
        assert_eq!(counts.admitted, counts.useful + counts.wasted + under_way, "{context}");
        let away = counts.deferred + counts.shed + counts.refused + counts.dropped + counts.expired;
        assert_eq!(counts.offered, counts.admitted + away + in_line, "{context}");
        if policy != Policy::None {
            assert!(self.running.len() <= 24, "{context}: {} under way", self.running.len());
        }
    }
}

fn random<K: Copy + Ord, V>(of: &BTreeMap<K, V>, rng: &mut ChaCha8Rng) -> Option<K> {
    let at = rng.random_range(0..of.len().max(1));
    of.keys().nth(at).copied()
}

#[test]
fn nobody_is_lost_and_the_counts_add_up() {
    let key = Key::new(&[1; 32]);
    for (name, seed) in Policy::NAMES.iter().flat_map(|name| (0..8).map(move |seed| (name, seed))) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let policy = Policy::sized(name, &Setup::single(1.0).sizing()).unwrap();
        let (mut gate, mut caller) = (Gate::new(policy, &key), Caller::default());
        let mut now = START;
        // From far too much to far too little.
        let busy = rng.random_range(30..70);
        for step in 0..3_000 {
            now = now.plus(Duration::from_micros(rng.random_range(0..20_000)));
            match rng.random_range(0..100) {
                what if what < busy => {
                    let person = key.person(&format!("99{:014}", rng.random_range(0..300)));
                    let until = rng
                        .random::<bool>()
                        .then(|| now.plus(Duration::from_millis(rng.random_range(0..900))));
                    let person = Some(person).filter(|_| rng.random_range(0..10) > 0);
                    let arrival = Arrival { person, until, begun: rng.random(), ..Arrival::default() };
                    caller.arrive(&mut gate, &arrival, now);
                }
                what if what < 90 => {
                    let Some(id) = random(&caller.running, &mut rng) else { continue };
                    let useful = rng.random_range(0..10) > 0;
                    gate.finished(id, useful, now);
                    gate.finished(id, useful, now);
                    let there = caller.running.remove(&id).unwrap();
                    *(if useful && there { &mut caller.useful } else { &mut caller.wasted }) += 1;
                }
                95.. => now = gate.wake_at().unwrap_or(now),
                what if what % 2 == 0 => {
                    let Some(id) = random(&caller.running, &mut rng) else { continue };
                    gate.gone(id, now);
                    caller.running.insert(id, false);
                }
                _ => {
                    let Some(id) = random(&caller.parked, &mut rng) else { continue };
                    gate.gone(id, now);
                    let since = caller.parked.remove(&id).unwrap();
                    caller.gone += 1;
                    caller.line_us += u64::try_from(now.since(since).as_micros()).unwrap();
                }
            }
            caller.drain(&mut gate, now);
            caller.check(&gate, policy, &format!("{name} seed {seed} step {step}"));
        }
        assert!(caller.useful > 100, "{name} seed {seed}");
    }
}

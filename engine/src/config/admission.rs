//! Settings of admission: one policy, taken apart into the rule for people, which is asked before anything is read, and the rule for
//! the work of each pool.

use admission::{Budget, Demand, Policy, RoomSettings, Sizing};
use std::time::Duration;

/// Who gets in when more comes than can be done.
#[derive(Clone, Debug)]
pub(crate) struct AdmissionConfig {
    /// The policy's name, as metrics say it.
    pub(crate) name: &'static str,
    /// Who may come at all.
    pub(crate) people: Policy,
    /// Which passwords are worked on.
    pub(crate) passwords: Policy,
    /// Which photos are worked on.
    pub(crate) photos: Policy,
    /// Requests under way at a time in all, where that is bounded.
    pub(crate) in_flight_max: Option<usize>,
    /// What a person asks of passwords and photos, where that bounds how many may begin, and how many begin for each who is brought
    /// through.
    pub(crate) newcomers: Option<([Demand; 2], f64)>,
}

/// The keys as they stand in the file, those with a range clamped to it.
pub(super) struct RawAdmission {
    pub(super) policy: Option<String>,
    pub(super) in_flight_max: usize,
    pub(super) newcomers_bounded: bool,
    pub(super) service: Duration,
    pub(super) patience: Duration,
    pub(super) password_threads: usize,
    pub(super) photo_threads: usize,
    pub(super) calls_per_s: Option<f64>,
    pub(super) active_max: Option<usize>,
    pub(super) places_per_address: Option<usize>,
    pub(super) heartbeat: Duration,
    pub(super) idle: Duration,
    pub(super) turn: Duration,
    pub(super) period: Duration,
    pub(super) person: (u32, f64),
    pub(super) address: (u32, f64),
}

/// Most requests that a person makes from first to last without repeats: budgets leave room for twice as many.
pub(super) const REQUESTS_PER_PERSON: u32 = 10;

/// How long a person takes from first to last, as far as the waiting room's bound follows from it.
const JOURNEY: Duration = Duration::from_secs(300);

/// Opening a photo, until it was measured.
const PHOTO_GUESS: Duration = Duration::from_millis(10);

/// Photos that everybody has to bring: identity card and selfie.
const PHOTOS_PER_PERSON: u32 = 2;

/// Part of a turn over which those who were sent away come back.
const SPREAD_PART: u32 = 6;

impl RawAdmission {
    pub(super) fn check(self, problems: &mut Vec<String>) -> AdmissionConfig {
        let name = self.policy.as_deref().unwrap_or("none");
        let known = Policy::NAMES.into_iter().find(|known| *known == name);
        if known.is_none() {
            let names = Policy::NAMES.join(", ");
            problems.push(format!("admission = {name:?} is none of {names}"));
        }
        let name = known.unwrap_or("none");
        let newcomers = self.newcomers(name);
        let work = |slots, service_mean| {
            let (_, work) = self.sized(name, slots, service_mean).split();
            if newcomers.is_some() { work.with_newcomers_bounded() } else { work }
        };
        AdmissionConfig {
            name,
            people: self.people(name),
            passwords: work(self.password_threads, self.service),
            photos: work(self.photo_threads, PHOTO_GUESS),
            in_flight_max: (name == "concurrency-limit").then_some(self.in_flight_max),
            newcomers,
        }
    }

    /// The waiting room calls as many as the pools bring through by itself. A cohort finds its level by and by; until then more would
    /// begin.
    fn newcomers(&self, name: &str) -> Option<([Demand; 2], f64)> {
        let lets_too_many_begin = !matches!(name, "none" | "waiting-room");
        let demand = |slots, service_guess, jobs_per_person| Demand { slots, service_guess, jobs_per_person };
        let share = self.sized(name, self.password_threads, self.service).work().newcomers_share();
        (self.newcomers_bounded && lets_too_many_begin).then(|| {
            let pools = [
                demand(self.password_threads, self.service, 1),
                demand(self.photo_threads, PHOTO_GUESS, PHOTOS_PER_PERSON),
            ];
            (pools, share)
        })
    }

    /// The passwords are the dearest of what a person asks for, and each asks for one: so many people can be served.
    fn people(&self, name: &str) -> Policy {
        let (people, _) = self.sized(name, self.password_threads, self.service).split();
        match people {
            Policy::Budgets(mut budgets, work) => {
                budgets.person = budget(self.person);
                budgets.address = budget(self.address);
                Policy::Budgets(budgets, work)
            }
            Policy::WaitingRoom(mut room, work) => {
                if let Some(per_s) = self.calls_per_s {
                    room.calls = RoomSettings::calls(every(per_s), self.password_threads);
                    room.active_max = active_max(per_s);
                }
                room.active_max = self.active_max.unwrap_or(room.active_max);
                room.places_per_address_max = self.places_per_address.unwrap_or(room.places_per_address_max);
                (room.heartbeat_within, room.idle_within) = (self.heartbeat, self.idle);
                Policy::WaitingRoom(room, work)
            }
            Policy::OddEven(mut hours, work) => {
                (hours.turn, hours.spread) = (self.turn, self.turn / SPREAD_PART);
                Policy::OddEven(hours, work)
            }
            Policy::Cohort(mut cohort, work) => {
                cohort.period = self.period;
                Policy::Cohort(cohort, work)
            }
            other => other,
        }
    }

    fn sized(&self, name: &str, slots: usize, service_mean: Duration) -> Policy {
        let sizing = Sizing {
            slots,
            service_mean,
            patience: self.patience,
            requests_per_person: 1,
            journey: JOURNEY,
            opens_at: None,
        };
        Policy::sized(name, &sizing).unwrap_or(Policy::None)
    }
}

fn budget((burst, per_s): (u32, f64)) -> Budget {
    Budget { burst, every: every(per_s) }
}

fn every(per_s: f64) -> Duration {
    Duration::from_secs_f64(1.0 / per_s)
}

/// As many as the calls of a journey, by Little's law, and half as many again for those who are slow.
fn active_max(calls_per_s: f64) -> usize {
    let inside = Duration::from_secs_f64(calls_per_s * JOURNEY.as_secs_f64() * 1.5);
    usize::try_from(inside.as_secs()).unwrap_or(usize::MAX).max(2)
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use admission::Work;

    fn admission(settings: &str) -> AdmissionConfig {
        let least =
            "store = \"s\"\nregistry_url = \"http://127.0.0.1:1\"\npassword_threads = 2\nphoto_threads = 1\n";
        Config::parse("e", &format!("{least}{settings}")).unwrap().admission
    }

    #[test]
    fn every_policy_is_taken_apart() {
        let check = |name: &str, people: &str, work: &str| {
            let found = admission(&format!("admission = \"{name}\""));
            let names = (found.name, found.people.name(), found.passwords.name(), found.photos.name());
            assert_eq!(names, (name, people, work, work));
            assert_eq!(found.people.work(), Work::Unlimited);
        };
        check("none", "none", "none");
        check("concurrency-limit", "none", "concurrency-limit");
        check("codel", "none", "codel");
        check("deadline", "none", "deadline");
        check("budgets", "budgets", "concurrency-limit");
        check("waiting-room", "waiting-room", "deadline");
        check("odd-even", "odd-even", "concurrency-limit");
        check("cohort", "cohort", "deadline");
    }

    #[test]
    fn newcomers_are_bounded_where_too_many_would_begin() {
        let check = |settings: &str, expect: bool| {
            assert_eq!(admission(settings).newcomers.is_some(), expect, "{settings}");
        };
        for name in ["concurrency-limit", "codel", "deadline", "budgets", "odd-even", "cohort"] {
            check(&format!("admission = \"{name}\""), true);
            check(&format!("admission = \"{name}\"\nadmission_newcomers_bounded = false"), false);
        }
        for name in ["none", "waiting-room"] {
            check(&format!("admission = \"{name}\""), false);
        }
        let share =
            |name: &str| admission(&format!("admission = \"{name}\"")).newcomers.map(|(_, share)| share);
        assert_eq!((share("codel"), share("deadline")), (Some(0.95), Some(1.0)));
        let ([passwords, photos], _) = admission("admission = \"codel\"").newcomers.unwrap();
        assert_eq!((passwords.slots, passwords.service_guess.as_millis()), (2, 30));
        assert_eq!((photos.slots, photos.jobs_per_person), (1, 2));
    }

    #[test]
    fn numbers_follow_from_the_pools_or_from_keys() {
        let in_flight_max = |settings: &str| admission(settings).in_flight_max;
        assert_eq!(in_flight_max("admission = \"concurrency-limit\""), Some(2_000));
        assert_eq!(in_flight_max("admission = \"codel\"\nadmission_in_flight_max = 5"), None);

        let room = |settings: &str| {
            let found = admission(&format!("admission = \"waiting-room\"\n{settings}"));
            let Policy::WaitingRoom(room, _) = found.people else { panic!("no room") };
            (
                room.calls.every.as_micros(),
                room.active_max,
                room.heartbeat_within.as_secs(),
                room.idle_within.as_secs(),
            )
        };
        // Two threads at 30 ms are 66.7 a second, of which 95 % are called: one each 15.8 ms.
        assert_eq!(room(""), (15_789, 28_500, 60, 600));
        assert_eq!(room("admission_calls_per_s = 20"), (50_000, 9_000, 60, 600));
        assert_eq!(room("admission_calls_per_s = 0.5\nadmission_active_max = 7"), (2_000_000, 7, 60, 600));
        assert_eq!(room("admission_heartbeat_s = 5\nadmission_idle_s = 9"), (15_789, 28_500, 5, 9));

        let Policy::Budgets(budgets, _) =
            admission("admission = \"budgets\"\nadmission_address_per_s = 4").people
        else {
            panic!("no budgets")
        };
        assert_eq!(budgets.person, Budget { burst: 20, every: Duration::from_secs(1) });
        assert_eq!(budgets.address, Budget { burst: 1_000, every: Duration::from_millis(250) });

        let Policy::OddEven(hours, _) = admission("admission = \"odd-even\"\nadmission_turn_s = 60").people
        else {
            panic!("no turns")
        };
        assert_eq!((hours.turn.as_secs(), hours.spread.as_secs()), (60, 10));
    }
}

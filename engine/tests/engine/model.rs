//! Confirmations, a disk that fails, accounts whose time is over, and restarts, in random order: the plainest model of it is always right.
//!
//! The seed is in every message; the same seed makes the same operations.

use crate::support::{Engine, NOON, nik, until};
use domain::Timestamp;
use domain::wire::{AccountMade, Faults, StoreFault, paths};
use hyper::{Method, StatusCode};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const SETTINGS: &str = "faults = true\nsweep_ms = 10\ndraft_minutes = 10080\nactivation_hours = 48";
const DRAFT_LIFE: Duration = Duration::from_secs(10_080 * 60);
const LIFE: Duration = Duration::from_secs(48 * 3_600);
const PEOPLE: u32 = 4;
const STEPS: u32 = 40;

/// An account as the model has it.
#[derive(Clone, Debug)]
struct Known {
    token: String,
    /// What somebody was told, if somebody was.
    told: Option<AccountMade>,
    cancelled_at: Timestamp,
}

struct World {
    seed: u64,
    rng: StdRng,
    /// `None` only while it is started again.
    engine: Option<Engine>,
    now: Timestamp,
    fault: StoreFault,
    /// Complete drafts that are no account yet, each with its end.
    drafts: BTreeMap<u32, Vec<(String, Timestamp)>>,
    accounts: BTreeMap<u32, Known>,
    opened: u32,
    made: u32,
    cancelled: u32,
    doubtful: u32,
}

impl World {
    async fn step(&mut self) {
        match self.rng.random_range(0..20) {
            0..4 => self.complete().await,
            4..11 => self.confirm().await,
            11..14 => self.set_fault().await,
            14..17 => self.pass().await,
            _ => self.restart().await,
        }
    }

    fn person(&mut self) -> u32 {
        self.rng.random_range(0..PEOPLE)
    }

    /// A further draft of somebody, with contacts of its own, while the disk is in order.
    async fn complete(&mut self) {
        self.mend().await;
        let person = self.person();
        let mut client = self.engine().client().await;
        self.opened += 1;
        let other = crate::support::form(100 + self.opened, client.captcha().await);
        let answer = client.open(person, |form| (form.phone, form.email) = (other.phone, other.email)).await;
        if self.accounts.contains_key(&person) {
            assert_eq!(answer.code(), "nik-registered", "seed {}", self.seed);
            return;
        }
        let token = answer.json()["token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
        client.fill(&token, "pksc").await;
        self.drafts.entry(person).or_default().push((token, self.now.plus(DRAFT_LIFE)));
    }

    async fn confirm(&mut self) {
        if self.rng.random_bool(0.5) {
            self.set_fault().await;
        }
        let person = self.person();
        let drafts = self.drafts.get(&person).map_or(0, Vec::len);
        let known = self.accounts.get(&person).cloned();
        let choices = drafts + usize::from(known.is_some());
        if choices == 0 {
            return;
        }
        let chosen = self.rng.random_range(0..choices);
        let mut client = self.engine().client().await;
        match known {
            // The draft that has become the account: a repeat.
            Some(known) if chosen == drafts => {
                let answer = client.confirm(&known.token).await;
                if answer.status != StatusCode::SERVICE_UNAVAILABLE || self.fault == StoreFault::None {
                    assert_eq!(answer.status, StatusCode::OK, "seed {}: {answer:?}", self.seed);
                    self.hear(person, &known.token, serde_json::from_value(answer.json()).unwrap());
                }
            }
            Some(_) => {
                let answer = client.confirm(&self.drafts[&person][chosen].0).await;
                let refused = answer.code() == "nik-registered";
                assert!(refused || self.fault != StoreFault::None, "seed {}: {answer:?}", self.seed);
            }
            None => {
                let token = self.drafts[&person][chosen].0.clone();
                let answer = client.confirm(&token).await;
                self.made_by(person, token, answer.status, answer.json());
            }
        }
    }

    /// The first confirmation of a NIK that is free.
    fn made_by(&mut self, person: u32, token: String, status: StatusCode, body: serde_json::Value) {
        let expect = match self.fault {
            StoreFault::None => StatusCode::CREATED,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        assert_eq!(status, expect, "seed {}: {body}", self.seed);
        if self.fault == StoreFault::Full {
            return;
        }
        self.drafts.get_mut(&person).unwrap().retain(|(draft, _)| *draft != token);
        let told = (status == StatusCode::CREATED).then(|| serde_json::from_value(body).unwrap());
        self.doubtful += u32::from(told.is_none());
        self.made += 1;
        self.accounts.insert(person, Known { token, told, cancelled_at: self.now.plus(LIFE) });
    }

    /// Whatever somebody is told of an account, it is what they were told before.
    fn hear(&mut self, person: u32, token: &str, made: AccountMade) {
        let known = self.accounts.get_mut(&person).unwrap();
        assert_eq!((known.token.as_str(), made.activate_before), (token, Some(known.cancelled_at)));
        match &known.told {
            Some(told) => assert_eq!(&made, told, "seed {}", self.seed),
            None => known.told = Some(made),
        }
    }

    async fn set_fault(&mut self) {
        let faults = [StoreFault::None, StoreFault::Full, StoreFault::Unsure];
        self.fault = faults[self.rng.random_range(0..faults.len())];
        self.apply_fault().await;
    }

    async fn mend(&mut self) {
        self.fault = StoreFault::None;
        self.apply_fault().await;
    }

    async fn apply_fault(&self) {
        let faults = Faults { store: self.fault, ..Faults::default() };
        let body = serde_json::to_vec(&faults).unwrap();
        assert_eq!(self.engine().operate(Method::PUT, paths::FAULTS, body).await.status, StatusCode::OK);
    }

    /// Time passes on a disk that is in order, and whoever wasn't activated loses their account.
    async fn pass(&mut self) {
        self.mend().await;
        self.now = self.now.plus(Duration::from_secs(3_600 * self.rng.random_range(1..40)));
        self.engine().set_clock(self.now);
        let before = self.accounts.len();
        self.accounts.retain(|_, known| self.now < known.cancelled_at);
        self.cancelled += u32::try_from(before - self.accounts.len()).unwrap();
        for drafts in self.drafts.values_mut() {
            drafts.retain(|&(_, expires_at)| self.now < expires_at);
        }
        let (started, expect) = (Instant::now(), self.accounts.len());
        while self.engine().exported().await.len() != expect && started.elapsed() < Duration::from_secs(30) {
            tokio::task::yield_now().await;
        }
    }

    async fn restart(&mut self) {
        self.mend().await;
        let folder = self.engine.take().unwrap().stop().await;
        self.engine = Some(Engine::start_at(folder, SETTINGS, self.now).await);
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    fn expected(&self) -> Vec<String> {
        let mut expected: Vec<_> = self.accounts.keys().map(|&person| nik(person)).collect();
        expected.sort();
        expected
    }

    /// What is stored is what the model has.
    async fn check(&self) {
        let mut stored = self.engine().exported().await;
        stored.sort();
        assert_eq!(stored, self.expected(), "seed {}", self.seed);
    }
}

async fn run(seed: u64) -> (u32, u32, u32) {
    let engine = Engine::start(SETTINGS).await;
    let (drafts, accounts) = (BTreeMap::new(), BTreeMap::new());
    let (rng, fault) = (StdRng::seed_from_u64(seed), StoreFault::None);
    let mut world = World {
        seed,
        rng,
        engine: Some(engine),
        now: NOON,
        fault,
        drafts,
        accounts,
        opened: 0,
        made: 0,
        cancelled: 0,
        doubtful: 0,
    };
    for _ in 0..STEPS {
        world.step().await;
        world.check().await;
    }
    world.mend().await;
    // Everybody who was left in doubt hears of it by asking again.
    for (person, known) in world.accounts.clone() {
        let answer = world.engine().client().await.confirm(&known.token).await;
        assert_eq!(answer.status, StatusCode::OK, "seed {seed}");
        world.hear(person, &known.token, serde_json::from_value(answer.json()).unwrap());
    }
    let files = 2 * (world.accounts.len() + world.drafts.values().map(Vec::len).sum::<usize>());
    until("the files of those who were cancelled to go", || world.engine().files() == files).await;
    (world.made, world.cancelled, world.doubtful)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_cancellations_and_restarts_agree_with_the_model() {
    let running: Vec<_> = (0..6).map(|seed| tokio::spawn(run(seed))).collect();
    let mut total = (0, 0, 0);
    for run in running {
        let (made, cancelled, doubtful) = run.await.unwrap();
        total = (total.0 + made, total.1 + cancelled, total.2 + doubtful);
    }
    let (made, cancelled, doubtful) = total;
    assert!(
        made > 12 && cancelled > 3 && doubtful > 3,
        "{made} made, {cancelled} cancelled, {doubtful} doubtful"
    );
}

//! A service with so many workers, and people who come, wait, lose patience, come back and go on: a
//! discrete-event simulation.
//!
//! What the gate lets in stands before the workers, first come first served, and is worked on even if its
//! client has gone, unless the server is told. Same seed, same events: ties are broken by order of entry.

use admission::{
    Address, Arrival, Counts, Demand, Gate, Id, Key, Moment, Newcomers, Person, Policy, Sizing, Turn, Verdict,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, LogNormal};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// The service and its clients.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) workers: usize,
    /// Mean of the exponential time that a request takes a worker.
    pub(crate) service_mean: Duration,
    pub(crate) people_per_second: f64,
    /// Requests that a person has to get through, one after the other.
    pub(crate) steps: u32,
    /// Mean of the exponential time between two steps.
    pub(crate) think_mean: Duration,
    /// Median of the lognormal time (sigma 0.5) for which a person waits for an answer.
    pub(crate) patience: Duration,
    /// How often a person comes back after being turned away or losing patience, before giving up.
    pub(crate) tries: u32,
    /// Whether the server notices that a client has gone.
    pub(crate) notices_gone: bool,
    /// Whether only as many people begin as can be brought through.
    pub(crate) bounds_newcomers: bool,
    /// Nothing is measured before.
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    pub(crate) seed: u64,
}

/// What came of it in the measured time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) counts: Counts,
    /// People who got through all steps.
    pub(crate) completed: u64,
    /// People who did a step and gave up later.
    pub(crate) broken_off: u64,
    /// From sending to the answer, for those served while they waited, sorted.
    pub(crate) response_us: Vec<u64>,
    /// From sending to being turned away, sorted.
    pub(crate) refused_us: Vec<u64>,
}

/// The instant at which a simulation begins: 20 November 2026, 08.00 in Jakarta, an even hour.
pub(crate) const START: Moment = Moment::from_us(1_795_136_400_000_000);

impl Setup {
    /// Four workers that do 160 requests a second, and people who come for one request, wait 6 s and do not
    /// come back.
    pub(crate) fn single(load: f64) -> Setup {
        let mut setup = Setup {
            workers: 4,
            service_mean: Duration::from_millis(25),
            people_per_second: 0.0,
            steps: 1,
            think_mean: Duration::from_secs(2),
            patience: Duration::from_secs(6),
            tries: 0,
            notices_gone: false,
            bounds_newcomers: false,
            warm_up: Duration::from_secs(30),
            measured: Duration::from_secs(60),
            seed: 1,
        };
        setup.people_per_second = load * setup.capacity();
        setup
    }

    /// Requests a second that the workers do.
    pub(crate) fn capacity(&self) -> f64 {
        let workers = u32::try_from(self.workers).map(f64::from).unwrap();
        workers / self.service_mean.as_secs_f64()
    }

    /// What an operator would tell of this service. Nearly every client waits for 2 s.
    pub(crate) fn sizing(&self) -> Sizing {
        Sizing {
            slots: self.workers,
            service_mean: self.service_mean,
            patience: Duration::from_secs(2),
            requests_per_person: self.steps,
            journey: Duration::from_secs(5) + self.think_mean * (self.steps - 1),
            opens_at: None,
        }
    }

    pub(crate) fn run(&self, policy: Policy) -> Report {
        let mut world = World::new(self.clone(), policy);
        world.run();
        world.report
    }

    /// Runs the policy that has this name, with the numbers that follow from the size of the service.
    pub(crate) fn run_named(&self, name: &str) -> Report {
        let policy = Policy::sized(name, &self.sizing()).unwrap();
        self.run(if self.bounds_newcomers { policy.with_newcomers_bounded() } else { policy })
    }
}

impl Report {
    /// The value below which this share of the times lies, in milliseconds.
    pub(crate) fn quantile_ms(sorted_us: &[u64], permille: usize) -> u64 {
        sorted_us.get(sorted_us.len() * permille / 1_000).map_or(0, |us| us / 1_000)
    }
}

pub(crate) struct World {
    pub(crate) setup: Setup,
    pub(crate) gate: Gate,
    newcomers: Newcomers,
    pub(crate) key: Key,
    pub(crate) now: Moment,
    report: Report,
    counts_before: Counts,
    events: BinaryHeap<Reverse<(Moment, u64, Event)>>,
    entered: u64,
    clients: Vec<Client>,
    requests: BTreeMap<Id, Request>,
    before_workers: VecDeque<Id>,
    busy: usize,
    wake_at: Option<Moment>,
    arrivals: ChaCha8Rng,
    service: ChaCha8Rng,
    patience: ChaCha8Rng,
    think: ChaCha8Rng,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Born,
    Send { client: usize },
    LosePatience { client: usize, attempt: u32 },
    Done { id: Id },
    Wake,
    WarmedUp,
}

struct Client {
    person: Person,
    address: Address,
    step: u32,
    tries: u32,
    attempt: u32,
    sent_at: Moment,
    /// The request that the client waits for, once it has a number.
    waits_for: Option<Id>,
    token: Option<String>,
}

#[derive(Clone, Copy)]
struct Request {
    client: usize,
    attempt: u32,
}

impl World {
    pub(crate) fn new(setup: Setup, policy: Policy) -> World {
        let key = Key::new(&[1; 32]);
        let stream = |number| {
            let mut rng = ChaCha8Rng::seed_from_u64(setup.seed);
            rng.set_stream(number);
            rng
        };
        // A stream for each, so that two policies meet the very same people.
        let (arrivals, service, patience, think) = (stream(0), stream(1), stream(2), stream(3));
        let pools = [Demand {
            slots: setup.workers,
            service_guess: setup.service_mean,
            jobs_per_person: setup.steps,
        }];
        let bounding = if setup.bounds_newcomers { &pools[..] } else { &[] };
        let mut world = World {
            gate: Gate::new(policy, &key),
            newcomers: Newcomers::new(bounding, policy.work().newcomers_share()),
            key,
            now: START,
            report: Report::default(),
            counts_before: Counts::default(),
            events: BinaryHeap::new(),
            entered: 0,
            clients: Vec::new(),
            requests: BTreeMap::new(),
            before_workers: VecDeque::new(),
            busy: 0,
            wake_at: None,
            arrivals,
            service,
            patience,
            think,
            setup,
        };
        world.schedule(START.plus(world.setup.warm_up), Event::WarmedUp);
        world.schedule(START, Event::Born);
        world
    }

    pub(crate) fn run(&mut self) {
        let end = START.plus(self.setup.warm_up + self.setup.measured);
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            if at > end {
                break;
            }
            self.now = at;
            self.handle(event);
            self.drain();
        }
        self.report.counts = since(self.gate.counts(), self.counts_before);
        self.report.response_us.sort_unstable();
        self.report.refused_us.sort_unstable();
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Born => {
                self.born();
                let gap = Exp::new(self.setup.people_per_second).unwrap().sample(&mut self.arrivals);
                self.schedule(self.now.plus(Duration::from_secs_f64(gap)), Event::Born);
            }
            Event::Send { client } => self.send(client),
            Event::LosePatience { client, attempt } => self.lose_patience(client, attempt),
            Event::Done { id } => self.done(id),
            Event::Wake => self.wake_at = None,
            Event::WarmedUp => {
                self.counts_before = self.gate.counts();
                self.report = Report::default();
            }
        }
    }

    fn born(&mut self) {
        let number = u32::try_from(self.clients.len()).unwrap();
        self.clients.push(Client {
            person: self.key.person(&format!("99{number:014}")),
            address: self.key.address(IpAddr::V4(Ipv4Addr::from_bits(number))),
            step: 0,
            tries: self.setup.tries,
            attempt: 0,
            sent_at: self.now,
            waits_for: None,
            token: None,
        });
        self.send(self.clients.len() - 1);
    }

    fn send(&mut self, client: usize) {
        let sender = &mut self.clients[client];
        sender.sent_at = self.now;
        sender.attempt += 1;
        let attempt = sender.attempt;
        if sender.step == 0
            && let Err(retry_after) = self.newcomers.ask(self.now)
        {
            return self.refused(client, retry_after);
        }
        let sender = &mut self.clients[client];
        let arrival = Arrival {
            person: Some(sender.person),
            address: Some(sender.address),
            until: None,
            token: sender.token.as_deref(),
            begun: sender.step > 0,
        };
        let (person, verdict) = (sender.person, self.gate.arrived(&arrival, self.now));
        match verdict {
            Verdict::Admit(id) | Verdict::Park(id) => {
                self.clients[client].waits_for = Some(id);
                self.requests.insert(id, Request { client, attempt });
                let law = LogNormal::new(self.setup.patience.as_secs_f64().ln(), 0.5).unwrap();
                let waits = Duration::from_secs_f64(law.sample(&mut self.patience));
                self.schedule(self.now.plus(waits), Event::LosePatience { client, attempt });
                if matches!(verdict, Verdict::Admit(_)) {
                    self.await_worker(id);
                }
            }
            Verdict::Wait { ask_again_after, .. } => {
                self.clients[client].token = self.gate.token(person, self.now);
                self.schedule(self.now.plus(ask_again_after), Event::Send { client });
            }
            Verdict::Shed { retry_after, .. } => {
                self.not_begun(client);
                self.refused(client, retry_after);
            }
            Verdict::Refuse(error) => panic!("nobody forges tokens here: {error}"),
        }
    }

    /// Whoever is turned away at their first step makes room for another.
    fn not_begun(&mut self, client: usize) {
        if self.clients[client].step == 0 {
            self.newcomers.give_back();
        }
    }

    fn refused(&mut self, client: usize, retry_after: Duration) {
        self.clients[client].waits_for = None;
        let waited = self.now.since(self.clients[client].sent_at);
        self.report.refused_us.push(u64::try_from(waited.as_micros()).unwrap());
        self.try_again(client, retry_after);
    }

    fn try_again(&mut self, client: usize, after: Duration) {
        if self.clients[client].tries > 0 {
            self.clients[client].tries -= 1;
            self.schedule(self.now.plus(after), Event::Send { client });
        } else if self.clients[client].step > 0 {
            self.report.broken_off += 1;
        }
    }

    fn lose_patience(&mut self, client: usize, attempt: u32) {
        let waiting = &mut self.clients[client];
        let Some(id) = waiting.waits_for.filter(|_| waiting.attempt == attempt) else { return };
        waiting.waits_for = None;
        if self.setup.notices_gone {
            self.gate.gone(id, self.now);
        }
        // The reload key is at hand.
        self.try_again(client, Duration::from_millis(200));
    }

    fn done(&mut self, id: Id) {
        self.busy -= 1;
        let request = self.requests.remove(&id).unwrap();
        let served = &mut self.clients[request.client];
        let useful = served.waits_for == Some(id) && served.attempt == request.attempt;
        self.gate.finished(id, useful, self.now);
        if !useful {
            return;
        }
        served.waits_for = None;
        served.step += 1;
        let response = self.now.since(served.sent_at);
        self.report.response_us.push(u64::try_from(response.as_micros()).unwrap());
        if served.step < self.setup.steps {
            let gap = Exp::new(1.0 / self.setup.think_mean.as_secs_f64()).unwrap().sample(&mut self.think);
            self.schedule(
                self.now.plus(Duration::from_secs_f64(gap)),
                Event::Send { client: request.client },
            );
        } else {
            self.report.completed += 1;
            self.gate.departed(served.person, self.now);
        }
    }

    /// Takes what leaves the line, begins work where a worker is free, and sets the alarm.
    fn drain(&mut self) {
        while let Some(turn) = self.gate.next(self.now) {
            match turn {
                Turn::Start { id, .. } => self.await_worker(id),
                Turn::Drop { id, retry_after, .. } => {
                    let dropped = self.requests.remove(&id).unwrap();
                    self.not_begun(dropped.client);
                    if self.clients[dropped.client].waits_for == Some(id) {
                        self.refused(dropped.client, retry_after);
                    }
                }
            }
        }
        while self.busy < self.setup.workers
            && let Some(id) = self.before_workers.pop_front()
        {
            self.busy += 1;
            let takes =
                Exp::new(1.0 / self.setup.service_mean.as_secs_f64()).unwrap().sample(&mut self.service);
            let takes = Duration::from_secs_f64(takes);
            self.newcomers.worked(0, takes);
            self.schedule(self.now.plus(takes), Event::Done { id });
        }
        let wake_at = self.gate.wake_at();
        assert!(wake_at.is_none_or(|at| at > self.now), "it wants to be asked again at once");
        if let Some(wake_at) = wake_at
            && self.wake_at.is_none_or(|set| wake_at < set)
        {
            self.wake_at = Some(wake_at);
            self.schedule(wake_at, Event::Wake);
        }
    }

    fn await_worker(&mut self, id: Id) {
        self.before_workers.push_back(id);
    }

    fn schedule(&mut self, at: Moment, event: Event) {
        self.entered += 1;
        self.events.push(Reverse((at.max(self.now), self.entered, event)));
    }
}

/// What was counted after `before`; the longest time in line is that of the whole run.
fn since(after: Counts, before: Counts) -> Counts {
    let mut counts = after;
    counts.offered -= before.offered;
    counts.admitted -= before.admitted;
    counts.deferred -= before.deferred;
    counts.shed -= before.shed;
    counts.refused -= before.refused;
    counts.dropped -= before.dropped;
    counts.expired -= before.expired;
    counts.useful -= before.useful;
    counts.wasted -= before.wasted;
    counts.wasted_us -= before.wasted_us;
    counts.line.left -= before.line.left;
    counts.line.us_sum -= before.line.us_sum;
    counts
}

//! What an applicant does when something goes wrong, as a state machine: the caller says what happened, and hears what comes
//! next and after how long. Nothing is read from a clock, and every draw follows from seed, arrival, step and try.

use crate::behaviour::Behaviour;
use crate::number::seconds;
use crate::random::{Use, generator};
use crate::retries::{Policy, Waits};
use crate::step::Step;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal, StandardUniform};
use std::net::Ipv4Addr;
use std::time::Duration;

/// One applicant, with what they remember of the step that they are at.
#[derive(Clone, Debug)]
pub struct Temper<'a> {
    behaviour: &'a Behaviour,
    seed: u64,
    arrival: u64,
    step: Step,
    /// Tries of this step that came to nothing.
    vain: u32,
    /// Times that they were told to wait for the opening, in sum.
    waited_for_opening: Duration,
    /// Captchas of this step that they mistyped.
    slips: u32,
    device: Device,
}

/// What the portal, or the lack of an answer, says about coming again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing.
    None,
    /// After this long (`Retry-After`).
    After(Duration),
}

/// What an applicant does after a try that came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Tries the same step again after this long, in the same browser.
    Again(Duration),
    /// Leaves, and is back at the same step after this long, with a new connection.
    Back(Duration),
    /// Leaves for good.
    GivesUp,
    /// Has tried as often as they ever do.
    Fails,
}

/// What somebody sits at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Device {
    /// Thinking times are multiplied by this.
    pub slowness: f64,
    /// Bytes per second of uploads, where that is the limit.
    pub uplink_bytes_per_s: Option<f64>,
    /// A browser that another has just left open.
    pub is_shared: bool,
    /// Where they connect from, where that is to differ from person to person.
    pub address: Option<Ipv4Addr>,
}

impl<'a> Temper<'a> {
    /// An applicant who has just come.
    #[must_use]
    pub fn new(behaviour: &'a Behaviour, seed: u64, arrival: u64) -> Temper<'a> {
        let (step, waited_for_opening) = (Step::ALL[0], Duration::ZERO);
        let device = Device::of(behaviour, seed, arrival);
        Temper { behaviour, seed, arrival, step, vain: 0, waited_for_opening, slips: 0, device }
    }

    /// Begins a step: what happened at others is forgotten. Gives the time for thinking and typing before it.
    pub fn begins(&mut self, step: Step) -> Duration {
        (self.step, self.vain, self.slips) = (step, 0, 0);
        self.behaviour.think(self.seed, self.arrival, step).mul_f64(self.device.slowness)
    }

    /// The longest that they wait for the answer to the present try.
    #[must_use]
    pub fn attention(&self) -> Duration {
        let longest = self.behaviour.step_timeout();
        let Policy::Reload { attention_s_first, attention_s_later, attention_sigma, .. } =
            self.behaviour.retries.policy
        else {
            return longest;
        };
        let median_s = if self.vain == 0 { attention_s_first } else { attention_s_later };
        let normal: f64 = StandardNormal.sample(&mut self.random(Use::Attention(self.step, self.vain)));
        seconds(median_s * (attention_sigma * normal).exp()).min(longest)
    }

    /// A try of the step could not be served just then.
    pub fn tried_in_vain(&mut self, advice: Advice) -> Next {
        let retries = &self.behaviour.retries;
        let mut random = self.random(Use::Vain(self.step, self.vain));
        self.vain += 1;
        if self.vain >= retries.tries_max || retries.policy == Policy::None {
            return Next::Fails;
        }
        let leaving = &self.behaviour.leaving;
        // All draws of one try come in this order, whether they are used or not.
        let [leaves, gives_up, jitter] = [(); 3].map(|()| uniform(&mut random));
        if leaves < leaving.share {
            if gives_up < leaving.give_up_share {
                return Next::GivesUp;
            }
            let normal: f64 = StandardNormal.sample(&mut random);
            let away_s = leaving.return_s_median * (leaving.return_sigma * normal).exp();
            return Next::Back(seconds(away_s / self.behaviour.time_compression));
        }
        Next::Again(self.wait(jitter, advice))
    }

    /// A captcha was mistyped though they know better: the time until the next one is solved, or `None` when they have had enough.
    pub fn slipped(&mut self) -> Option<Duration> {
        self.slips += 1;
        (self.slips < self.behaviour.captcha_tries_max)
            .then(|| self.behaviour.captcha_again(self.seed, self.arrival, self.step, self.slips))
            .map(|time| time.mul_f64(self.device.slowness))
    }

    /// Whether the captcha that is typed now is mistyped.
    #[must_use]
    pub fn slips(&self) -> bool {
        uniform(&mut self.random(Use::Slip(self.step, self.slips))) < self.behaviour.captcha_slip_share
    }

    /// The portal isn't open yet: when they look again, or `None` when they don't.
    pub fn found_closed_doors(&mut self) -> Option<Duration> {
        let wait = seconds(self.behaviour.opening_poll_s);
        self.waited_for_opening += wait;
        (self.waited_for_opening <= seconds(self.behaviour.opening_patience_s)).then_some(wait)
    }

    /// How long they wait for their turn when they are told where they stand.
    #[must_use]
    pub fn queue_patience(&self) -> Duration {
        let normal: f64 = StandardNormal.sample(&mut self.random(Use::QueuePatience));
        seconds(self.behaviour.queue_patience_s_median * (self.behaviour.think_sigma * normal).exp())
    }

    /// When somebody comes back whose turn begins after `left`: not everybody in the same instant.
    #[must_use]
    pub fn after_turn(&self, left: Duration) -> Duration {
        left + left.mul_f64(uniform(&mut self.random(Use::Turn)) / 6.0)
    }

    /// Whether they press the last button twice.
    #[must_use]
    pub fn double_clicks(&self) -> bool {
        self.behaviour.double_click_share > 0.0
            && uniform(&mut self.random(Use::DoubleClick)) < self.behaviour.double_click_share
    }

    /// What they sit at.
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// From the end of a vain try to the next one; `jitter` from 0 to 1.
    fn wait(&self, jitter: f64, advice: Advice) -> Duration {
        let own_s = match self.behaviour.retries.policy {
            Policy::None => return Duration::ZERO,
            Policy::Reload { reaction_s, .. } => return seconds(reaction_s),
            Policy::Waits(Waits::Fixed { wait_s, .. }) => wait_s,
            Policy::Waits(Waits::Backoff { wait_s, wait_s_max, jitters, .. }) => {
                let doublings = i32::try_from(self.vain.saturating_sub(1)).unwrap_or(i32::MAX);
                let wait_s = (wait_s * 2.0_f64.powi(doublings)).min(wait_s_max);
                if jitters { wait_s * jitter } else { wait_s }
            }
        };
        match advice {
            Advice::After(told) if self.behaviour.retries.honours_retry_after() => told.max(seconds(own_s)),
            _ => seconds(own_s),
        }
    }

    fn random(&self, purpose: Use) -> ChaCha8Rng {
        generator(self.seed, purpose, self.arrival)
    }
}

impl Device {
    fn of(behaviour: &Behaviour, seed: u64, arrival: u64) -> Device {
        let devices = &behaviour.devices;
        let mut random = generator(seed, Use::Device, arrival);
        let [phone, uplink, shared] = [(); 3].map(|()| uniform(&mut random));
        Device {
            slowness: if phone < devices.phone_share { devices.phone_slowness } else { 1.0 },
            uplink_bytes_per_s: (uplink < devices.slow_uplink_share)
                .then_some(devices.slow_uplink_kbit_per_s * 1_000.0 / 8.0),
            is_shared: shared < devices.shared_share,
            address: devices.address_of(arrival),
        }
    }
}

/// From 0 to 1, 1 excluded.
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    StandardUniform.sample(random)
}

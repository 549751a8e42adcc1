//! A queue with Poisson arrivals, exponential service and so many servers, first come first served: what it does by simulation, and
//! what it must do by formula (Erlang 1917; Kleinrock, Queueing Systems, volume 1, section 3.5).

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp1};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A queue, and the promise that it is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queue {
    pub(crate) servers: u32,
    pub(crate) service_s_mean: f64,
    /// The objective: responses over this
    pub(crate) bound_s: f64,
    /// are at most this part of all.
    pub(crate) over_share_max: f64,
}

/// Responses of one trial.
const ARRIVALS: usize = 30_000;

/// Responses before these, of a queue that isn't in equilibrium yet.
const WARMING_UP: usize = 5_000;

impl Queue {
    /// Servers and bounds of many kinds, from a third of saturation to 97 %. Nearer to it a queue needs more than [`WARMING_UP`]
    /// arrivals to come to its equilibrium: such a trial is too short, whatever the search does with it.
    pub(crate) fn settings() -> Vec<Queue> {
        let queue = |(servers, bound)| Queue {
            servers,
            service_s_mean: 0.01,
            bound_s: 0.01 * bound,
            over_share_max: 0.01,
        };
        let bounds = [5.0, 5.5, 6.5, 8.0];
        let all = [1, 2, 4, 8, 16, 32].into_iter().flat_map(|servers| bounds.map(|bound| (servers, bound)));
        all.map(queue).collect()
    }

    /// The rate over which the line grows for ever.
    pub(crate) fn saturation_per_s(&self) -> f64 {
        f64::from(self.servers) / self.service_s_mean
    }

    /// The rate at which the objective is only just met.
    pub(crate) fn capacity_per_s(&self) -> f64 {
        let (mut low, mut high) = (0.0, self.saturation_per_s());
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if self.share_over_bound(middle) < self.over_share_max { low = middle } else { high = middle }
        }
        low
    }

    /// P(response > bound) at this arrival rate, in equilibrium.
    pub(crate) fn share_over_bound(&self, per_s: f64) -> f64 {
        let (mu, c, t) = (1.0 / self.service_s_mean, f64::from(self.servers), self.bound_s);
        let spare = c * mu - per_s;
        let waits = self.share_that_waits(per_s);
        let served = (-mu * t).exp();
        // A wait, exponential with rate `spare`, and a service, exponential with rate `mu`, one after the other.
        let both = if (spare - mu).abs() < 1e-9 * mu {
            (1.0 + mu * t) * served
        } else {
            (mu * (-spare * t).exp() - spare * served) / (mu - spare)
        };
        (1.0 - waits) * served + waits * both
    }

    /// Erlang's C.
    fn share_that_waits(&self, per_s: f64) -> f64 {
        let load = per_s * self.service_s_mean;
        let mut blocked = 1.0;
        for servers in 1..=self.servers {
            blocked = load * blocked / (f64::from(servers) + load * blocked);
        }
        let used = load / f64::from(self.servers);
        blocked / (1.0 - used * (1.0 - blocked))
    }

    /// The 99th percentile of [`ARRIVALS`] responses, after a start from an empty queue that isn't counted.
    pub(crate) fn response_s_p99(&self, per_s: f64, rng: &mut ChaCha8Rng) -> f64 {
        let mut exponential = |mean: f64| -> f64 {
            let unit: f64 = Exp1.sample(rng);
            unit * mean
        };
        let mut free_at: BinaryHeap<Reverse<u64>> = (0..self.servers).map(|_| Reverse(0)).collect();
        let mut now_s = 0.0;
        let mut responses = Vec::with_capacity(ARRIVALS);
        for arrival in 0..WARMING_UP + ARRIVALS {
            now_s += exponential(1.0 / per_s);
            let Reverse(free) = free_at.pop().expect("there is a server");
            let begins_s = now_s.max(f64::from_bits(free));
            let done_s = begins_s + exponential(self.service_s_mean);
            // Times are positive, so their bits are in the order of their values.
            free_at.push(Reverse(done_s.to_bits()));
            if arrival >= WARMING_UP {
                responses.push(done_s - now_s);
            }
        }
        responses.sort_by(f64::total_cmp);
        responses[ARRIVALS * 99 / 100]
    }
}

//! What goes wrong between applicants and portal, and with the portal itself. Which request is hit follows from seed, arrival and
//! the request's number.

use crate::number::seconds;
use crate::random::{Use, generator};
use rand_distr::{Distribution as _, StandardUniform};
use std::time::Duration;

/// The faults of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Of the answers of success, the share after which the connection breaks.
    pub connection_dropped_share: f64,
    /// Of the requests, the share that is served and whose answer never arrives.
    pub answer_lost_share: f64,
    /// Of the requests with a body, the share that gets stuck halfway.
    pub upload_stalled_share: f64,
    /// Connections that send a byte a second.
    pub slow_clients: usize,
    /// Connections that say nothing.
    pub half_open_clients: usize,
    /// When the engine is killed, in order of time.
    pub engine_kills: Vec<Kill>,
}

/// `kill -9` of the engine, and a new start with the same store and address.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kill {
    /// When, in seconds since the start.
    pub at_s: f64,
    /// From then to the new start, in seconds; recovery comes on top.
    pub down_s: f64,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// The connection breaks after the answer.
    DroppedAfter,
    /// It is served, and the answer is lost with the connection.
    AnswerLost,
    /// Its body gets stuck halfway.
    UploadStalled,
}

impl Faults {
    /// What happens to the request number `nth` of applicant `arrival`, counted from 0.
    #[must_use]
    pub fn mishap(&self, seed: u64, arrival: u64, nth: u64, has_body: bool) -> Mishap {
        let Faults { connection_dropped_share, answer_lost_share, upload_stalled_share, .. } = *self;
        if connection_dropped_share + answer_lost_share + upload_stalled_share == 0.0 {
            return Mishap::None;
        }
        let mut random = generator(seed, Use::Mishap(nth), arrival);
        let [stalled, lost, dropped]: [f64; 3] = [(); 3].map(|()| StandardUniform.sample(&mut random));
        match () {
            () if has_body && stalled < upload_stalled_share => Mishap::UploadStalled,
            () if lost < answer_lost_share => Mishap::AnswerLost,
            () if dropped < connection_dropped_share => Mishap::DroppedAfter,
            () => Mishap::None,
        }
    }
}

impl Kill {
    /// When, since the start.
    #[must_use]
    pub fn at(&self) -> Duration {
        seconds(self.at_s)
    }

    /// From then to the new start.
    #[must_use]
    pub fn down(&self) -> Duration {
        seconds(self.down_s)
    }

    /// When the new start begins, in seconds since the run's.
    #[must_use]
    pub fn up_s(&self) -> f64 {
        self.at_s + self.down_s
    }
}

//! The desk at which look-ups are worked on: so many at a time, so many more in the queue, the rest turned away.

use crate::config::Config;
use crate::latency::LatencyLaw;
use crate::metrics::{Metrics, Outcome};
use domain::name::Name;
use domain::wire::{RegistryAnswer, RegistryQuestion};
use people::{Person, Population};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The state of a stand-in.
pub(crate) struct Desk {
    population: Population,
    law: LatencyLaw,
    latencies: Mutex<ChaCha8Rng>,
    /// One for each look-up that is worked on or waits.
    places: Semaphore,
    /// One for each look-up that is worked on; given in the order of asking.
    clerks: Semaphore,
    /// After how long a look-up that was turned away could find a place, in whole seconds.
    retry_after_s: u64,
    pub(crate) metrics: Metrics,
}

/// The queue is full.
pub(crate) struct Refused {
    pub(crate) retry_after_s: u64,
}

impl Desk {
    pub(crate) fn new(config: &Config) -> Desk {
        let queue_s =
            config.latency.median().as_secs_f64() * config.queue_max as f64 / config.concurrency_max as f64;
        Desk {
            population: config.population,
            law: config.latency,
            latencies: Mutex::new(ChaCha8Rng::seed_from_u64(config.population.seed())),
            places: Semaphore::new(config.concurrency_max + config.queue_max),
            clerks: Semaphore::new(config.concurrency_max),
            retry_after_s: Duration::from_secs_f64(queue_s.ceil()).as_secs().max(1),
            metrics: Metrics::new(config.concurrency_max),
        }
    }

    /// Looks somebody up, which takes as long as the law says and the queue is.
    pub(crate) async fn look_up(&self, question: &RegistryQuestion) -> Result<RegistryAnswer, Refused> {
        let Ok(_place) = self.places.try_acquire() else {
            self.metrics.count(Outcome::Refused);
            return Err(Refused { retry_after_s: self.retry_after_s });
        };
        let waiting = self.metrics.wait();
        let _clerk = self.clerks.acquire().await.expect("the semaphore is never closed");
        drop(waiting);
        let _work = self.metrics.work();
        let latency = self.law.draw(&mut self.latencies.lock().unwrap_or_else(PoisonError::into_inner));
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let answer = verify(&self.population, question);
        self.metrics.count(Outcome::of(answer));
        Ok(answer)
    }
}

/// What a register that holds `population` says to `question`.
pub fn verify(population: &Population, question: &RegistryQuestion) -> RegistryAnswer {
    let Some(index) = population.index_of(question.nik) else { return RegistryAnswer::UNKNOWN };
    let person = population.person(index);
    RegistryAnswer {
        found: true,
        kk_agrees: person.kk == question.kk,
        name_agrees: name_agrees(&person, &question.full_name),
        birth_date_agrees: person.birth_date == question.birth_date,
    }
}

/// A text that isn't a name is nobody's.
fn name_agrees(person: &Person, asked: &str) -> bool {
    match (Name::parse(&person.full_name), Name::parse(asked)) {
        (Ok(name), Ok(asked)) => name.is_same_as(&asked),
        _ => false,
    }
}

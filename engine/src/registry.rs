//! The population registry, as any client would reach it: HTTP, a time limit, a bounded number of look-ups at a time.
//!
//! A look-up that fails is never repeated here: repeats spend the day's quota. One that would be in vain isn't made: a breaker stops
//! asking a registry that doesn't answer. Failing never turns into "not found".

mod breaker;

pub(crate) use breaker::BreakerConfig;

use crate::clock::Clock;
use crate::config::RegistryConfig;
use crate::metrics::RegistryMetrics;
use breaker::Breaker;
use bytes::Bytes;
use domain::Failure;
use domain::wire::{self, RegistryAnswer, RegistryQuestion};
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Bytes of an answer at most; real ones have about a hundred.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// How long a spent quota is believed.
const QUOTA_PAUSE: Duration = Duration::from_secs(10);

/// Asks the population registry.
pub(crate) struct Registry {
    client: Client<HttpConnector, Full<Bytes>>,
    verifications: Uri,
    timeout: Duration,
    slots: Semaphore,
    clock: Clock,
    breaker: Mutex<Breaker<RegistryError>>,
    metrics: RegistryMetrics,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("no answer in time")]
    Slow,
    #[error("quota spent")]
    Quota,
    #[error("unavailable: {0}")]
    Down(String),
}

impl Registry {
    pub(crate) fn new(config: &RegistryConfig, clock: Clock, metrics: RegistryMetrics) -> Registry {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(config.timeout));
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(config.connections_max)
            .build(connector);
        let base = config.url.to_string();
        let verifications = format!("{}{}", base.trim_end_matches('/'), wire::paths::VERIFICATIONS)
            .parse()
            .expect("a checked address with a path behind it is one");
        metrics.set_connections_max(config.connections_max);
        let slots = Semaphore::new(config.connections_max);
        let breaker = Mutex::new(Breaker::new(config.breaker));
        Registry { client, verifications, timeout: config.timeout, slots, clock, breaker, metrics }
    }

    /// Looks a person up. The time limit counts from here, waiting for a free connection included.
    ///
    /// # Errors
    /// [`RegistryError`]; nothing is known about the person then.
    pub(crate) async fn verify(&self, question: &RegistryQuestion) -> Result<RegistryAnswer, RegistryError> {
        if let Err(reason) = self.breaker().ask(self.clock.now()) {
            self.metrics.not_asked();
            return Err(reason);
        }
        let probe = Asking(self);
        let looked_up = async {
            let _slot = self.slots.acquire().await.expect("the semaphore is never closed");
            let _connection = self.metrics.connection();
            self.ask(question).await
        };
        let answer = tokio::time::timeout(self.timeout, looked_up).await.unwrap_or(Err(RegistryError::Slow));
        // It was answered or timed out: neither is going away.
        std::mem::forget(probe);
        self.metrics.looked_up(answer.as_ref().err());
        self.learn(answer.as_ref().err());
        answer
    }

    /// A quota lasts until midnight, but may also be raised; so it is asked after again before long.
    fn learn(&self, error: Option<&RegistryError>) {
        let (mut breaker, now) = (self.breaker(), self.clock.now());
        match error {
            None => breaker.answered(),
            Some(RegistryError::Quota) => breaker.told_to_wait(now, QUOTA_PAUSE, RegistryError::Quota),
            Some(error) => breaker.failed(now, error.clone()),
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker<RegistryError>> {
        self.breaker.lock().expect("nothing panics while it is held")
    }

    async fn ask(&self, question: &RegistryQuestion) -> Result<RegistryAnswer, RegistryError> {
        let down = |error: &dyn std::error::Error| RegistryError::Down(error.to_string());
        let body = serde_json::to_vec(question).map_err(|error| down(&error))?;
        let host = self.verifications.authority().map_or("", |authority| authority.as_str());
        let request = Request::post(&self.verifications)
            .header(HOST, host)
            .header(CONTENT_TYPE, wire::JSON)
            .body(Full::from(body))
            .map_err(|error| down(&error))?;
        let answer = self.client.request(request).await.map_err(|error| down(&error))?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::TOO_MANY_REQUESTS => return Err(RegistryError::Quota),
            other => return Err(RegistryError::Down(format!("status {other}"))),
        }
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| RegistryError::Down(error.to_string()))?.to_bytes();
        serde_json::from_slice(&body).map_err(|error| down(&error))
    }
}

/// Tells the breaker when a client goes away while its look-up is under way.
struct Asking<'a>(&'a Registry);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.breaker().abandoned();
    }
}

impl From<&RegistryError> for Failure {
    fn from(error: &RegistryError) -> Failure {
        match error {
            RegistryError::Slow => Failure::RegistrySlow,
            RegistryError::Quota => Failure::RegistryQuota,
            RegistryError::Down(_) => Failure::RegistryDown,
        }
    }
}

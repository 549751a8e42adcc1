//! The population registry, as any client would reach it: HTTP, a time limit, a bounded number of look-ups at a time.
//!
//! A look-up that fails is never repeated here: repeats spend the day's quota. Failing never turns into "not found".

use crate::config::RegistryConfig;
use crate::metrics::RegistryMetrics;
use bytes::Bytes;
use domain::Failure;
use domain::wire::{self, RegistryAnswer, RegistryQuestion};
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Bytes of an answer at most; real ones have about a hundred.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Asks the population registry.
pub(crate) struct Registry {
    client: Client<HttpConnector, Full<Bytes>>,
    verifications: Uri,
    timeout: Duration,
    slots: Semaphore,
    metrics: RegistryMetrics,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("no answer in time")]
    Slow,
    #[error("quota spent")]
    Quota,
    #[error("unavailable: {0}")]
    Down(String),
}

impl Registry {
    pub(crate) fn new(config: &RegistryConfig, metrics: RegistryMetrics) -> Registry {
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
        Registry { client, verifications, timeout: config.timeout, slots, metrics }
    }

    /// Looks a person up. The time limit counts from here, waiting for a free connection included.
    ///
    /// # Errors
    /// [`RegistryError`]; nothing is known about the person then.
    pub(crate) async fn verify(&self, question: &RegistryQuestion) -> Result<RegistryAnswer, RegistryError> {
        let looked_up = async {
            let _slot = self.slots.acquire().await.expect("the semaphore is never closed");
            let started = Instant::now();
            let answer = self.ask(question).await;
            self.metrics.looked_up(started.elapsed(), answer.as_ref().err());
            answer
        };
        match tokio::time::timeout(self.timeout, looked_up).await {
            Ok(answer) => answer,
            Err(_) => {
                self.metrics.looked_up(self.timeout, Some(&RegistryError::Slow));
                Err(RegistryError::Slow)
            }
        }
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

impl From<&RegistryError> for Failure {
    fn from(error: &RegistryError) -> Failure {
        match error {
            RegistryError::Slow => Failure::RegistrySlow,
            RegistryError::Quota => Failure::RegistryQuota,
            RegistryError::Down(_) => Failure::RegistryDown,
        }
    }
}

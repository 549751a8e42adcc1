//! The engine's settings: a TOML file as it is written, and the checked values that everything else uses.

mod accounts;
mod admission;
mod listening;
mod reference;
#[cfg(test)]
mod tests;

pub(crate) use self::admission::AdmissionConfig;
pub use self::reference::CONFIG_REFERENCE;
pub(crate) use accounts::{AccountsConfig, MailConfig, MailWay};
pub(crate) use listening::ListeningConfig;

use crate::registry::BreakerConfig;
use domain::captcha::{CaptchaKey, KEY_BYTES};
use domain::limits::Blurred;
use domain::schedule::{DailyHours, Schedule};
use domain::{Limits, LimitsProfile, RegionSet, Timestamp};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Checked settings.
#[derive(Clone)]
pub struct Config {
    /// Address for applicants.
    pub listen: SocketAddr,
    /// Address for operators.
    pub operations_listen: SocketAddr,
    /// Folder of register and photos.
    pub store: PathBuf,
    /// Threads that serve requests.
    pub worker_threads: usize,
    pub(crate) registry: RegistryConfig,
    /// As it is at first: operators move it while the engine runs.
    pub(crate) schedule: Schedule,
    pub(crate) limits: Limits,
    pub(crate) regions: RegionSet,
    pub(crate) captcha_key: Option<CaptchaKey>,
    pub(crate) captcha_life: Duration,
    pub(crate) export_key: Option<String>,
    /// Operators may break things.
    pub(crate) faults: bool,
    pub(crate) helpdesk: HelpdeskConfig,
    pub(crate) draft_life: Duration,
    pub(crate) password: PasswordConfig,
    pub(crate) photo_threads: usize,
    pub(crate) photo_queue_max: usize,
    pub(crate) listening: ListeningConfig,
    pub(crate) body_timeout: Duration,
    pub(crate) admission: AdmissionConfig,
    pub(crate) store_cache_bytes: u64,
    pub(crate) accounts: AccountsConfig,
}

/// How to reach the population registry.
#[derive(Clone, Debug)]
pub(crate) struct RegistryConfig {
    pub(crate) url: hyper::Uri,
    pub(crate) timeout: Duration,
    pub(crate) connections_max: usize,
    pub(crate) breaker: BreakerConfig,
}

/// How many tickets the helpdesk takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HelpdeskConfig {
    pub(crate) tickets_per_nik_max: usize,
    pub(crate) tickets_max: usize,
}

/// What a password costs, and how many are worked on.
#[derive(Clone, Debug)]
pub(crate) struct PasswordConfig {
    pub(crate) params: argon2::Params,
    pub(crate) threads: usize,
    pub(crate) queue_max: usize,
}

/// A settings file that cannot be used: every problem, separated by semicolons on one line.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problems}")]
pub struct ConfigError {
    file: String,
    problems: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    listen: Option<SocketAddr>,
    operations_listen: Option<SocketAddr>,
    store: Option<PathBuf>,
    registry_url: Option<String>,
    registry_timeout_ms: Option<u64>,
    registry_connections_max: Option<u64>,
    registry_failures_max: Option<u64>,
    registry_pause_ms: Option<u64>,
    #[serde(default)]
    production: bool,
    opens_at: Option<String>,
    closes_at: Option<String>,
    formations_ready: Option<bool>,
    #[serde(default)]
    maintenance: bool,
    maintenance_hours: Option<String>,
    limits_profile: Option<String>,
    kilobyte_bytes: Option<u32>,
    #[serde(default)]
    synthetic_regions: bool,
    captcha_key: Option<String>,
    captcha_seconds: Option<u64>,
    #[serde(default)]
    faults: bool,
    blurred_photos: Option<String>,
    export_key: Option<String>,
    tickets_per_nik_max: Option<u64>,
    tickets_max: Option<u64>,
    draft_minutes: Option<u64>,
    password_memory_kib: Option<u64>,
    password_passes: Option<u64>,
    password_lanes: Option<u64>,
    password_threads: Option<u64>,
    password_queue_max: Option<u64>,
    photo_threads: Option<u64>,
    photo_queue_max: Option<u64>,
    worker_threads: Option<u64>,
    connections_max: Option<u64>,
    connections_per_address_max: Option<u64>,
    trusted_proxies: Option<Vec<String>>,
    idle_timeout_ms: Option<u64>,
    header_timeout_ms: Option<u64>,
    body_rate_min: Option<u64>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    body_timeout_ms: Option<u64>,
    admission: Option<String>,
    admission_in_flight_max: Option<u64>,
    admission_newcomers_bounded: Option<bool>,
    admission_service_ms: Option<u64>,
    admission_patience_ms: Option<u64>,
    admission_calls_per_s: Option<f64>,
    admission_active_max: Option<u64>,
    admission_places_per_address: Option<u64>,
    admission_heartbeat_s: Option<u64>,
    admission_idle_s: Option<u64>,
    admission_turn_s: Option<u64>,
    admission_period_s: Option<u64>,
    admission_person_burst: Option<u64>,
    admission_person_per_s: Option<f64>,
    admission_address_burst: Option<u64>,
    admission_address_per_s: Option<f64>,
    store_cache_bytes: Option<u64>,
    activation: Option<String>,
    activation_hours: Option<u64>,
    activation_tries: Option<u64>,
    activation_resends: Option<u64>,
    login_failures_max: Option<u64>,
    login_lock_minutes: Option<u64>,
    session_minutes: Option<u64>,
    sessions_max: Option<u64>,
    #[serde(default)]
    secure_cookies: bool,
    public_url: Option<String>,
    mail_from: Option<String>,
    outbox_folder: Option<PathBuf>,
    smtp_url: Option<String>,
    outbox_retry_ms: Option<u64>,
    sweep_ms: Option<u64>,
}

impl Config {
    /// Reads settings. `file` is the name that errors carry.
    ///
    /// # Errors
    /// Every problem at once, each with its key, its value and what would be right; bad TOML and unknown keys with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Config, ConfigError> {
        let raw: RawConfig = toml::from_str(text).map_err(|error| ConfigError {
            file: error
                .span()
                .map_or(file.to_owned(), |span| format!("{file}:{}", line_and_column(text, span.start))),
            problems: error.message().replace('\n', " "),
        })?;
        let mut problems = Vec::new();
        let config = raw.check(&mut problems);
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError { file: file.to_owned(), problems: problems.join("; ") }),
        }
    }
}

impl RawConfig {
    /// `None` where a required key is missing; the problems say which.
    fn check(self, problems: &mut Vec<String>) -> Option<Config> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
        if self.production && self.captcha_key.is_some() {
            problems.push("captcha_key is for tests; in production the engine makes its own".to_owned());
        }
        if self.production && self.synthetic_regions {
            problems.push(
                "synthetic_regions is for tests; in production NIKs of province 99 are refused".to_owned(),
            );
        }
        if self.production && self.faults {
            problems.push("faults is for tests; in production nobody breaks anything".to_owned());
        }
        let mut within = |key: &str, value: Option<u64>, default: u64, min: u64, max: u64| {
            let value = value.unwrap_or(default);
            if !(min..=max).contains(&value) {
                problems.push(format!("{key} = {value} is out of range: {min} to {max}"));
            }
            value.clamp(min, max)
        };
        let registry_timeout_ms = within("registry_timeout_ms", self.registry_timeout_ms, 5_000, 1, 60_000);
        let registry_connections_max =
            within("registry_connections_max", self.registry_connections_max, 64, 1, 1_000);
        let registry_failures_max = within("registry_failures_max", self.registry_failures_max, 10, 1, 1_000);
        let registry_pause_ms = within("registry_pause_ms", self.registry_pause_ms, 1_000, 1, 30_000);
        let captcha_seconds = within("captcha_seconds", self.captcha_seconds, 300, 10, 3_600);
        let draft_minutes = within("draft_minutes", self.draft_minutes, 60, 1, 10_080);
        let tickets_per_nik_max = within("tickets_per_nik_max", self.tickets_per_nik_max, 5, 1, 100);
        let tickets_max = within("tickets_max", self.tickets_max, 1_000_000, 1, 100_000_000);
        let memory_kib = within("password_memory_kib", self.password_memory_kib, 19_456, 8, 1_048_576);
        let passes = within("password_passes", self.password_passes, 2, 1, 16);
        let lanes = within("password_lanes", self.password_lanes, 1, 1, 16);
        let password_threads = within("password_threads", self.password_threads, cores, 1, 64);
        let password_queue_max = within("password_queue_max", self.password_queue_max, 256, 1, 100_000);
        let photo_threads = within("photo_threads", self.photo_threads, cores, 1, 64);
        let photo_queue_max = within("photo_queue_max", self.photo_queue_max, 256, 1, 10_000);
        let worker_threads = within("worker_threads", self.worker_threads, cores, 1, 64);
        let connections_max = within("connections_max", self.connections_max, 20_000, 1, 1_000_000);
        let connections_per_address_max = self
            .connections_per_address_max
            .map(|max| within("connections_per_address_max", Some(max), max, 1, 1_000_000));
        let idle_timeout_ms = within("idle_timeout_ms", self.idle_timeout_ms, 30_000, 10, 600_000);
        let header_timeout_ms = within("header_timeout_ms", self.header_timeout_ms, 20_000, 10, 600_000);
        let body_rate_min = within("body_rate_min", self.body_rate_min, 1_000, 0, 1_000_000);
        let body_timeout_ms = within("body_timeout_ms", self.body_timeout_ms, 30_000, 10, 1_800_000);
        let in_flight_max =
            within("admission_in_flight_max", self.admission_in_flight_max, 2_000, 1, 1_000_000);
        let service_ms = within("admission_service_ms", self.admission_service_ms, 30, 1, 60_000);
        let patience_ms = within("admission_patience_ms", self.admission_patience_ms, 8_000, 1, 600_000);
        let store_cache_bytes =
            within("store_cache_bytes", self.store_cache_bytes, 128 * 1024 * 1024, 1_000_000, u64::MAX);
        let listening = listening::RawListening {
            listen: self.listen,
            connections_max,
            connections_per_address_max,
            trusted_proxies: self.trusted_proxies.unwrap_or_default(),
            idle_timeout_ms,
            header_timeout_ms,
            body_rate_min,
            body_timeout: Duration::from_millis(body_timeout_ms),
            tls_certificate: self.tls_certificate,
            tls_key: self.tls_key,
            public_url: self.public_url.clone(),
        };
        let accounts = accounts::RawAccounts {
            activation: self.activation,
            activation_hours: within("activation_hours", self.activation_hours, 48, 1, 720),
            activation_tries: within("activation_tries", self.activation_tries, 5, 1, 100),
            activation_resends: within("activation_resends", self.activation_resends, 3, 0, 100),
            login_failures_max: within("login_failures_max", self.login_failures_max, 5, 1, 100),
            login_lock_minutes: within("login_lock_minutes", self.login_lock_minutes, 15, 1, 1_440),
            session_minutes: within("session_minutes", self.session_minutes, 30, 1, 1_440),
            sessions_max: within("sessions_max", self.sessions_max, 3, 1, 100),
            sweep_ms: within("sweep_ms", self.sweep_ms, 5_000, 10, 600_000),
            outbox_retry_ms: within("outbox_retry_ms", self.outbox_retry_ms, 1_000, 10, 60_000),
            secure_cookies: self.secure_cookies || listening.is_tls(),
            public_url: self.public_url,
            mail_from: self.mail_from,
            outbox_folder: self.outbox_folder,
            smtp_url: self.smtp_url,
        };
        let seconds = |value| Duration::from_secs(value);
        let person_burst = within(
            "admission_person_burst",
            self.admission_person_burst,
            u64::from(2 * admission::REQUESTS_PER_PERSON),
            1,
            1_000_000,
        );
        let address_burst =
            within("admission_address_burst", self.admission_address_burst, 1_000, 1, 10_000_000);
        let heartbeat = within("admission_heartbeat_s", self.admission_heartbeat_s, 60, 3, 3_600);
        let idle = within("admission_idle_s", self.admission_idle_s, 600, 3, 86_400);
        let turn = within("admission_turn_s", self.admission_turn_s, 3_600, 1, 3_600);
        let period = within("admission_period_s", self.admission_period_s, 1_800, 1, 86_400);
        let active_max = self
            .admission_active_max
            .map(|max| within("admission_active_max", Some(max), max, 1, 10_000_000));
        let places_per_address = self
            .admission_places_per_address
            .map(|max| within("admission_places_per_address", Some(max), max, 1, 10_000_000));
        let mut rate = |key: &str, value: Option<f64>, default: f64| {
            let value = value.unwrap_or(default);
            if !(0.001..=100_000.0).contains(&value) {
                problems.push(format!("{key} = {value} is out of range: 0.001 to 100000"));
                return default;
            }
            value
        };
        let calls_per_s =
            self.admission_calls_per_s.map(|per_s| rate("admission_calls_per_s", Some(per_s), 1.0));
        let raw_admission = admission::RawAdmission {
            policy: self.admission,
            in_flight_max: count(in_flight_max),
            newcomers_bounded: self.admission_newcomers_bounded.unwrap_or(true),
            service: Duration::from_millis(service_ms),
            patience: Duration::from_millis(patience_ms),
            password_threads: count(password_threads),
            photo_threads: count(photo_threads),
            calls_per_s,
            active_max: active_max.map(count),
            places_per_address: places_per_address
                .map(count)
                .or(listening.everybody_is_one().then_some(usize::MAX)),
            heartbeat: seconds(heartbeat),
            idle: seconds(idle),
            turn: seconds(turn),
            period: seconds(period),
            person: (small(person_burst), rate("admission_person_per_s", self.admission_person_per_s, 1.0)),
            address: (
                small(address_burst),
                rate("admission_address_per_s", self.admission_address_per_s, 20.0),
            ),
        };
        let admission = raw_admission.check(problems);
        let listening = listening.check(problems);

        let mut check = |key: &str, problem: String| problems.push(format!("{key} {problem}"));
        let kilobyte_bytes = self.kilobyte_bytes.unwrap_or(1_000);
        if !matches!(kilobyte_bytes, 1_000 | 1_024) {
            check("kilobyte_bytes", format!("= {kilobyte_bytes} is neither 1000 nor 1024"));
        }
        let profile = match self.limits_profile.as_deref() {
            None => Some(LimitsProfile::Seed),
            Some(name) => LimitsProfile::from_name(name),
        };
        if profile.is_none() {
            check("limits_profile", "is none of 2018, 2019, 2021, 2023, 2024, seed".to_owned());
        }
        let mut instant = |key: &str, text: Option<String>| {
            let text = text?;
            let parsed = Timestamp::try_from(text.clone());
            parsed
                .map_err(|_| check(key, format!("= {text:?} is no time like 2026-08-20T17:17:00+07:00")))
                .ok()
        };
        let opens_at = instant("opens_at", self.opens_at);
        let closes_at = instant("closes_at", self.closes_at);
        if let (Some(opens_at), Some(closes_at)) = (opens_at, closes_at)
            && closes_at <= opens_at
        {
            check("closes_at", "is not after opens_at".to_owned());
        }
        let maintenance_hours = self.maintenance_hours.map(DailyHours::try_from).transpose();
        if maintenance_hours.is_err() {
            check("maintenance_hours", "are no hours of the day like 00:01-05:00".to_owned());
        }
        let captcha_key = self.captcha_key.as_deref().map(parse_key);
        if captcha_key.is_some_and(|key| key.is_none()) {
            check("captcha_key", "is not 64 hexadecimal digits".to_owned());
        }
        let params = argon2::Params::new(small(memory_kib), small(passes), small(lanes), None);
        if params.is_err() {
            check("password_memory_kib", format!("= {memory_kib} is under 8 for each of {lanes} lanes"));
        }
        if self.store.is_none() {
            check("store", "is missing: the folder of the register".to_owned());
        }
        let registry_url = match self.registry_url.as_deref().map(str::parse::<hyper::Uri>) {
            Some(Ok(url)) if url.scheme_str() == Some("http") && url.authority().is_some() => Some(url),
            Some(_) => {
                check("registry_url", "is no address like http://127.0.0.1:9090".to_owned());
                None
            }
            None => {
                check("registry_url", "is missing: the address of the population registry".to_owned());
                None
            }
        };
        let mut limits = profile.map(|profile| profile.limits(kilobyte_bytes));
        match (self.blurred_photos.as_deref(), &mut limits) {
            (None | Some("profile"), _) | (_, None) => {}
            (Some("refuse"), Some(limits)) => limits.blurred = Blurred::Refuse,
            (Some("flag"), Some(limits)) => limits.blurred = Blurred::Flag,
            (Some(other), _) => {
                problems.push(format!("blurred_photos = {other:?} is none of profile, flag, refuse"));
            }
        }
        let accounts = accounts.check(limits.as_ref(), problems);
        Some(Config {
            listen: self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            operations_listen: self.operations_listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8081))),
            store: self.store?,
            worker_threads: count(worker_threads),
            registry: RegistryConfig {
                url: registry_url?,
                timeout: Duration::from_millis(registry_timeout_ms),
                connections_max: count(registry_connections_max),
                breaker: BreakerConfig {
                    failures_max: small(registry_failures_max),
                    pause: Duration::from_millis(registry_pause_ms),
                },
            },
            schedule: Schedule {
                opens_at,
                closes_at,
                formations_ready: self.formations_ready.unwrap_or(true),
                maintenance: self.maintenance,
                maintenance_hours: maintenance_hours.ok().flatten(),
                announcements: Vec::new(),
            },
            limits: limits?,
            accounts: accounts?,
            regions: if self.synthetic_regions { RegionSet::RealAndSynthetic } else { RegionSet::Real },
            captcha_key: captcha_key.flatten().map(CaptchaKey::new),
            captcha_life: Duration::from_secs(captcha_seconds),
            export_key: self.export_key,
            faults: self.faults,
            helpdesk: HelpdeskConfig {
                tickets_per_nik_max: count(tickets_per_nik_max),
                tickets_max: count(tickets_max),
            },
            draft_life: Duration::from_secs(draft_minutes * 60),
            password: PasswordConfig {
                params: params.ok()?,
                threads: count(password_threads),
                queue_max: count(password_queue_max),
            },
            photo_threads: count(photo_threads),
            photo_queue_max: count(photo_queue_max),
            listening,
            body_timeout: Duration::from_millis(body_timeout_ms),
            admission,
            store_cache_bytes,
        })
    }
}

/// A value that its range keeps well below the limits of the type.
fn count(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn parse_key(text: &str) -> Option<[u8; KEY_BYTES]> {
    hex::decode(text).ok()?.try_into().ok()
}

fn line_and_column(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("{line}:{column}")
}

//! The stand-in's settings: a TOML file as it is written, and the checked values that everything else uses.

use crate::conditions::{Change, OverRate, State, TimedChange};
use crate::control::ControlKey;
use crate::latency::LatencyLaw;
use crate::outage::Outage;
use crate::pacer::{Limiter, Pacer};
use crate::quota::Quota;
use crate::register::RegisterErrors;
use domain::Date;
use domain::wire::RegistryQuestion;
use people::{Census, Population, Regions};
use serde::Deserialize;
use std::net::SocketAddr;
use std::time::Duration;

/// What `lonjakan dukcapil --help` says of each key. A test holds it against the keys that are read.
pub const CONFIG_REFERENCE: &str = "\
listen                    address; port 0 takes a free one                           [127.0.0.1:8082]
seed                      whole number; the same as that of the applicants           required
population                people in the register, 1 to some 383 million              required
reference_date            day on which all are of the right age, \"YYYY-MM-DD\"        required
regions                   where they are registered: \"synthetic\" (province 99), \"real\" [\"synthetic\"]
withdrawn_share           people whose NIK has a withdrawn code                      [0]
nik_date_differs_share    people whose NIK has another date than their birth         [1 / 256]
latency                   { law = \"constant\", ms = 5 }, a heavy tail
                          { law = \"pareto\", ms_min = 20, alpha = 1.5, ms_max = 9000 },
                          measured ones { law = \"sample\", ms = [12, 19.5, 340] }, or
                          { law = \"lognormal\", ms_median = 20, sigma = 0.5 }         [the latter]
concurrency_max           look-ups worked on at a time, 1 to 100000                  [64]
queue_max                 look-ups that may wait; more are refused, 0 to 1000000     [1000]
rate_per_s                look-ups a second                                          [no limit]
over_rate                 those over the rate: \"queue\" (they wait) or \"refuse\"     [\"queue\"]
quota_per_day             look-ups until midnight in Jakarta; then 429               [no limit]
quota_used                of those, taken before the start                           [0]
link_bits_per_s           bandwidth of the link that look-ups share                  [no limit]
link_bytes_per_look_up    question and answer together, 1 to 1000000                 [2000]
unsynchronised_share      people whose local office hasn't sent them: not found      [0]
stale_share               people of whom it holds an older family card               [0]
wrong_person_share        people under whose NIK another's record stands             [0]
residents                 [{ nik = \"…\", kk = \"…\", full_name = \"…\", birth_date = \"1999-05-17\" }]: people
                          whom it knows beside the population                        [none]
outages                   [{ at_s = 60, for_s = 8, kind = \"error\" }]: 503 at once, \"reset\": hangs up,
                          \"silent\": says nothing; flapping with down_s = 1, up_s = 2 [none]
changes                   [{ at_s = 60, set = { rate_per_s = 23.1 } }]: what PATCH /control takes:
                          rate_per_s, quota_per_day, quota_used, link_bits_per_s, latency, outage [none]
schedule_starts           outages and changes count from the start, \"at-once\", or from a moment that
                          PUT /control/zero { \"in_ms\": 100 } tells, \"when-told\"    [\"at-once\"]
control_key               opens /control to programs on this machine                 [closed]
connections_max           connections at a time, 1 to 1000000                        [4096]
worker_threads            threads that serve requests, 1 to 64                       [1]
";

/// Fewer could be guessed.
const KEY_BYTES_MIN: usize = 16;

/// Checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to bind.
    pub listen: SocketAddr,
    /// Threads that serve requests, for whoever makes the runtime.
    pub worker_threads: usize,
    pub(crate) population: Population,
    pub(crate) errors: RegisterErrors,
    /// People beside the population, as the register has them.
    pub(crate) residents: Vec<RegistryQuestion>,
    pub(crate) state: State,
    pub(crate) control_key: Option<ControlKey>,
    pub(crate) concurrency_max: usize,
    pub(crate) queue_max: usize,
    pub(crate) connections_max: usize,
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
    seed: Option<u64>,
    population: Option<u64>,
    reference_date: Option<String>,
    regions: Option<String>,
    withdrawn_share: Option<f64>,
    nik_date_differs_share: Option<f64>,
    latency: Option<LatencyLaw>,
    concurrency_max: Option<u64>,
    queue_max: Option<u64>,
    rate_per_s: Option<f64>,
    over_rate: Option<OverRate>,
    quota_per_day: Option<u64>,
    quota_used: Option<u64>,
    link_bits_per_s: Option<f64>,
    link_bytes_per_look_up: Option<u64>,
    unsynchronised_share: Option<f64>,
    stale_share: Option<f64>,
    wrong_person_share: Option<f64>,
    #[serde(default)]
    residents: Vec<RegistryQuestion>,
    #[serde(default)]
    outages: Vec<Outage>,
    #[serde(default)]
    changes: Vec<TimedChange>,
    schedule_starts: Option<ScheduleStarts>,
    control_key: Option<String>,
    connections_max: Option<u64>,
    worker_threads: Option<u64>,
}

/// When the schedule's zero is.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ScheduleStarts {
    AtOnce,
    WhenTold,
}

impl Config {
    /// Reads settings. `file_name` is the name that errors carry.
    ///
    /// # Errors
    /// Every problem at once, each with its key, its value and what would be right; bad TOML and unknown keys with line and column.
    pub fn parse(file_name: &str, text: &str) -> Result<Config, ConfigError> {
        let raw: RawConfig = toml::from_str(text).map_err(|error| ConfigError {
            file: match error.span() {
                Some(span) => format!("{file_name}:{}", line_and_column(text, span.start)),
                None => file_name.to_owned(),
            },
            problems: error.message().replace('\n', " "),
        })?;
        let mut problems = Vec::new();
        match raw.check(&mut problems) {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError { file: file_name.to_owned(), problems: problems.join("; ") }),
        }
    }
}

impl RawConfig {
    /// `None` where there is no population; the problems say why.
    fn check(self, problems: &mut Vec<String>) -> Option<Config> {
        let population = self.population(problems);
        let errors = self.errors(problems);
        let mut within = |key: &str, value: Option<u64>, default: u64, min: u64, max: u64| {
            let value = value.unwrap_or(default);
            if !(min..=max).contains(&value) {
                problems.push(format!("{key} = {value} is out of range: {min} to {max}"));
            }
            usize::try_from(value.clamp(min, max)).expect("all ranges end far below 2^32")
        };
        let concurrency_max = within("concurrency_max", self.concurrency_max, 64, 1, 100_000);
        let queue_max = within("queue_max", self.queue_max, 1_000, 0, 1_000_000);
        let connections_max = within("connections_max", self.connections_max, 4_096, 1, 1_000_000);
        let worker_threads = within("worker_threads", self.worker_threads, 1, 1, 64);
        let bytes = within("link_bytes_per_look_up", self.link_bytes_per_look_up, 2_000, 1, 1_000_000);
        let listen = self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8082)));
        let control_key = self.control_key.as_deref().map(|key| ControlKey(key.into()));
        if control_key.as_ref().is_some_and(|key| key.0.len() < KEY_BYTES_MIN) {
            problems.push(format!("control_key is too short: {KEY_BYTES_MIN} characters at least"));
        }
        let residents = self.residents.clone();
        let state = self.state(bytes, problems);
        Some(Config {
            listen,
            worker_threads,
            population: population?,
            errors,
            residents,
            state,
            control_key,
            concurrency_max,
            queue_max,
            connections_max,
        })
    }

    fn state(self, link_bytes: usize, problems: &mut Vec<String>) -> State {
        let latency = self.latency.unwrap_or(LatencyLaw::Lognormal { ms_median: 20.0, sigma: 0.5 });
        let limits = Change {
            rate_per_s: self.rate_per_s,
            link_bits_per_s: self.link_bits_per_s,
            latency: Some(latency.clone()),
            ..Change::default()
        };
        problems.extend(limits.problems());
        for (index, outage) in self.outages.iter().enumerate() {
            problems.extend(outage.problem().map(|problem| format!("outages[{index}]: {problem}")));
        }
        let mut changes = self.changes;
        for (index, change) in changes.iter().enumerate() {
            if !(0.0..=864_000.0).contains(&change.at_s) {
                problems.push(format!("changes[{index}]: at_s must be 0 to 864000"));
            }
            problems.extend(
                change.set.problems().iter().map(|problem| format!("changes[{index}].set: {problem}")),
            );
        }
        // Of two at the same time the later in the file comes later.
        changes.reverse();
        changes.sort_by(|one, other| other.at_s.total_cmp(&one.at_s));
        State {
            latency,
            rate_per_s: self.rate_per_s,
            over_rate: self.over_rate.unwrap_or(OverRate::Queue),
            link_bits_per_s: self.link_bits_per_s,
            link_bits_per_look_up: link_bytes as f64 * 8.0,
            quota: Quota::new(self.quota_per_day, self.quota_used.unwrap_or(0)),
            outages: self.outages,
            changes,
            zero: match self.schedule_starts.unwrap_or(ScheduleStarts::AtOnce) {
                ScheduleStarts::AtOnce => Some(Duration::ZERO),
                ScheduleStarts::WhenTold => None,
            },
            rate: Pacer::default(),
            limiter: Limiter::default(),
            link: Pacer::default(),
            by_hand: None,
        }
    }

    fn errors(&self, problems: &mut Vec<String>) -> RegisterErrors {
        let mut share = |key: &str, value: Option<f64>| {
            let value = value.unwrap_or(0.0);
            if !(0.0..=1.0).contains(&value) {
                problems.push(format!("{key} = {value} is out of range: 0 to 1"));
            }
            value
        };
        let errors = RegisterErrors {
            unsynchronised_share: share("unsynchronised_share", self.unsynchronised_share),
            stale_share: share("stale_share", self.stale_share),
            wrong_person_share: share("wrong_person_share", self.wrong_person_share),
        };
        if errors.total() > 1.0 {
            problems.push(
                "unsynchronised_share, stale_share and wrong_person_share are over 1 together".to_owned(),
            );
        }
        errors
    }

    fn population(&self, problems: &mut Vec<String>) -> Option<Population> {
        let (seed, size) = (self.seed, self.population);
        for (key, missing) in [("seed", seed.is_none()), ("population", size.is_none())] {
            if missing {
                problems.push(format!("{key} is missing: it must be that of the applicants"));
            }
        }
        let reference: Option<Date> = match &self.reference_date {
            None => {
                problems.push("reference_date is missing: it must be that of the applicants".to_owned());
                None
            }
            Some(text) => text
                .parse()
                .map_err(|_| problems.push(format!("reference_date = {text:?} is no date like 2026-08-20")))
                .ok(),
        };
        let name = self.regions.as_deref().unwrap_or(Regions::Synthetic.name());
        let regions = Regions::from_name(name);
        if regions.is_none() {
            problems.push(format!("regions = {name:?} is neither \"synthetic\" nor \"real\""));
        }
        let census = Census {
            regions: regions?,
            withdrawn_share: self.withdrawn_share.unwrap_or(0.0),
            date_differs_share: self.nik_date_differs_share.unwrap_or(Census::DATE_DIFFERS_SHARE),
            ..Census::synthetic(seed?, size?, reference?)
        };
        Population::of(census).map_err(|error| problems.push(error.to_string())).ok()
    }
}

fn line_and_column(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("{line}:{column}")
}

#[cfg(test)]
mod tests;

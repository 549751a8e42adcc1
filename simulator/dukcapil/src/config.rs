//! The stand-in's settings: a TOML file as it is written, and the checked values that everything else uses.

use crate::latency::LatencyLaw;
use domain::Date;
use people::Population;
use serde::Deserialize;
use std::net::SocketAddr;

/// What `lonjakan dukcapil --help` says of each key. A test holds it against the keys that are read.
pub const CONFIG_REFERENCE: &str = "\
listen                    address; port 0 takes a free one                           [127.0.0.1:8082]
seed                      whole number; the same as that of the applicants           required
population                people in the register, 1 to some 383 million              required
reference_date            day on which all are of the right age, \"YYYY-MM-DD\"        required
latency                   { law = \"constant\", ms = 5 } or
                          { law = \"lognormal\", ms_median = 20, sigma = 0.5 }         [the latter]
concurrency_max           look-ups worked on at a time, 1 to 100000                  [64]
queue_max                 look-ups that may wait; more are refused, 0 to 1000000     [1000]
connections_max           connections at a time, 1 to 1000000                        [4096]
worker_threads            threads that serve requests, 1 to 64                       [1]
";

/// Checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to bind.
    pub listen: SocketAddr,
    /// Threads that serve requests, for whoever makes the runtime.
    pub worker_threads: usize,
    pub(crate) population: Population,
    pub(crate) latency: LatencyLaw,
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
    latency: Option<LatencyLaw>,
    concurrency_max: Option<u64>,
    queue_max: Option<u64>,
    connections_max: Option<u64>,
    worker_threads: Option<u64>,
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
        let latency = self.latency.unwrap_or(LatencyLaw::Lognormal { ms_median: 20.0, sigma: 0.5 });
        problems.extend(latency.problem());
        let mut within = |key: &str, value: Option<u64>, default: u64, min: u64, max: u64| {
            let value = value.unwrap_or(default);
            if !(min..=max).contains(&value) {
                problems.push(format!("{key} = {value} is out of range: {min} to {max}"));
            }
            usize::try_from(value.clamp(min, max)).expect("all ranges end far below 2^32")
        };
        Some(Config {
            listen: self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8082))),
            concurrency_max: within("concurrency_max", self.concurrency_max, 64, 1, 100_000),
            queue_max: within("queue_max", self.queue_max, 1_000, 0, 1_000_000),
            connections_max: within("connections_max", self.connections_max, 4_096, 1, 1_000_000),
            worker_threads: within("worker_threads", self.worker_threads, 1, 1, 64),
            population: population?,
            latency,
        })
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
        Population::new(seed?, size?, reference?).map_err(|error| problems.push(error.to_string())).ok()
    }
}

fn line_and_column(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("{line}:{column}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const LEAST: &str = "seed = 1\npopulation = 100\nreference_date = \"2026-11-21\"\n";

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let found = Config::parse("dukcapil.toml", text).err().map(|error| error.to_string());
        assert_eq!(found.as_deref().unwrap_or("fine"), expect, "{text}");
    }

    #[test]
    fn problems_are_told_all_at_once() {
        check(LEAST, "fine");
        check(
            "",
            "dukcapil.toml: seed is missing: it must be that of the applicants; population is missing: it must be that of \
             the applicants; reference_date is missing: it must be that of the applicants",
        );
        check(
            &format!(
                "{LEAST}concurrency_max = 0\nworker_threads = 65\nlatency = {{ law = \"constant\", ms = -1 }}\n"
            ),
            "dukcapil.toml: latency.ms = -1 is out of range: 0 to 600000; concurrency_max = 0 is out of range: 1 to 100000; \
             worker_threads = 65 is out of range: 1 to 64",
        );
        check(
            "seed = 1\npopulation = 0\nreference_date = \"2026-11-21\"\n",
            "dukcapil.toml: a population of 0 has nobody",
        );
        check(
            "seed = 1\npopulation = 5\nreference_date = \"21 November\"\n",
            "dukcapil.toml: reference_date = \"21 November\" is no date like 2026-08-20",
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let check = |text: &str, expect: &str| {
            let error = Config::parse("d.toml", text).unwrap_err().to_string();
            assert!(
                error.starts_with(expect) && !error.contains('\n'),
                "{error} does not begin with {expect}"
            );
        };
        check(&format!("{LEAST}quota = 5\n"), "d.toml:4:1: unknown field `quota`");
        check("seed = \"a\"\n", "d.toml:1:8: invalid type: string \"a\"");
        check(&format!("{LEAST}latency = {{ law = \"constant\", sec = 1 }}\n"), "d.toml:4:");
        check(&format!("{LEAST}latency = {{ law = \"gamma\" }}\n"), "d.toml:4:");
        check("seed = \n", "d.toml:1:");
    }

    #[test]
    fn both_laws_are_read() {
        let law = |text: &str| Config::parse("d.toml", &format!("{LEAST}{text}")).unwrap().latency;
        assert_eq!(law("latency = { law = \"constant\", ms = 5 }"), LatencyLaw::Constant { ms: 5.0 });
        let lognormal = LatencyLaw::Lognormal { ms_median: 20.0, sigma: 0.5 };
        assert_eq!(law(""), lognormal);
        assert_eq!(law("[latency]\nlaw = \"lognormal\"\nms_median = 20\nsigma = 0.5"), lognormal);
    }

    /// A key that the reference lacks, or has too many, is found here: serde names all keys when one is wrong.
    #[test]
    fn the_reference_has_every_key() {
        let error = Config::parse("d.toml", "nonsense = 1").unwrap_err().to_string();
        let keys =
            |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        let mut read = keys(&error);
        read.remove("nonsense");
        let lines = CONFIG_REFERENCE.lines().filter(|line| !line.starts_with(' '));
        let documented: BTreeSet<_> =
            lines.filter_map(|line| line.split(' ').next().map(str::to_owned)).collect();
        assert_eq!(documented, read);
    }
}

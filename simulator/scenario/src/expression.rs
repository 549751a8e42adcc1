//! Reads objectives as people write them: `registration.response.p99 < 3s`, `registered.share >= 99.5%`, `audit.lost == 0`.

use crate::hint::nearest;
use crate::objective::{
    AuditCount, Bound, Clock, Fate, Measure, Metric, Objective, Op, Scope, Statistic, Unit,
};
use crate::step::Step;
use domain::Failure;

/// Every metric by pattern, with what it is: for help and error texts. A test holds it against [`Metric::all`].
pub(crate) const METRICS: &[(&str, &str)] = &[
    (
        "<registration or step>.<response or service>.<statistic>",
        "latency of a whole registration or one step",
    ),
    ("lateness.<statistic>", "how much later than meant the generator acted"),
    ("<fate>.<count or share>", "applicants who ended so, of those who arrived"),
    ("outcome.<failure code>.<count or share>", "applicants whose final answer was this"),
    ("refused.wrongly", "applicants refused who ought to have an account"),
    ("registered.wrongly", "applicants with an account who ought to be refused"),
    ("requests.total", "requests sent"),
    ("requests.amplification", "requests over those of one pass without repeats"),
    ("registrations.per_s_mean", "completed per second over the length of the load"),
    ("registrations.per_s_peak", "completed in the best second"),
    ("recovery.max", "from a disturbance's end until as few people are under way as before it; the longest"),
    ("audit.<audit count>", "findings of the audit of the store"),
    ("  steps", "status, captcha, identity, profile, ktp, swafoto, credentials, review, confirmation"),
    ("  statistics", "mean, p50, p90, p99, p999, max"),
    ("  fates", "registered, refused, abandoned, failed, not_sent, in_flight_at_end"),
    ("  audit counts", "lost, duplicated, unacknowledged_stored, unexpected_outcomes"),
];

/// What is wrong with an objective, as a clause that says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExpressionError {
    #[error(
        "no comparison in it; write <metric> <comparison> <bound>, such as registration.response.p99 < 3s"
    )]
    NoOp,
    #[error("there is no metric {name}; {hint}")]
    Metric { name: String, hint: String },
    #[error("{bound:?} is no bound for {metric}; write {right}")]
    Bound { metric: Metric, bound: String, right: &'static str },
}

/// Reads one objective.
pub(crate) fn objective(text: &str) -> Result<Objective, ExpressionError> {
    let at = text.find(['<', '>', '=', '!']).ok_or(ExpressionError::NoOp)?;
    let (name, rest) = text.split_at(at);
    let op = Op::ALL.into_iter().find(|op| rest.starts_with(op.symbol())).ok_or(ExpressionError::NoOp)?;
    let metric = metric(name.trim())?;
    let bound = rest[op.symbol().len()..].trim().trim_matches(['"', '\'']).trim();
    let value = bound_value(bound, metric.unit()).ok_or_else(|| ExpressionError::Bound {
        metric,
        bound: bound.to_owned(),
        right: right_bound(metric.unit()),
    })?;
    Ok(Objective { text: text.to_owned(), metric, op, bound: Bound { value, unit: metric.unit() } })
}

fn metric(name: &str) -> Result<Metric, ExpressionError> {
    if let Some(metric) = Metric::from_name(name) {
        return Ok(metric);
    }
    let hint = match nearest(name, Metric::all().map(|metric| metric.to_string())) {
        Some(near) => format!("did you mean {near}?"),
        None => {
            let patterns = METRICS.iter().filter(|(pattern, _)| !pattern.starts_with(' '));
            format!("there are {}", patterns.map(|(pattern, _)| *pattern).collect::<Vec<_>>().join(", "))
        }
    };
    Err(ExpressionError::Metric { name: name.to_owned(), hint })
}

/// A bound in its metric's unit; nothing below zero, and no share over 1.
fn bound_value(text: &str, unit: Unit) -> Option<f64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let value = match (unit, suffix.trim()) {
        (Unit::Us, "us") => number,
        (Unit::Us, "ms") => number * 1e3,
        (Unit::Us, "s") => number * 1e6,
        (Unit::Us, "m") => number * 60e6,
        (Unit::Share, "%") => number / 100.0,
        (Unit::Share | Unit::Count, "") | (Unit::PerS, "" | "/s") => number,
        _ => return None,
    };
    (value.is_finite() && (unit != Unit::Share || value <= 1.0)).then_some(value)
}

const fn right_bound(unit: Unit) -> &'static str {
    match unit {
        Unit::Us => "a time with its unit us, ms, s or m, such as 3s or 250ms",
        Unit::Share => "a share from 0 to 1, such as 0.995 or 99.5%",
        Unit::Count => "a number without a unit, such as 0",
        Unit::PerS => "a number per second, such as 20 or 20/s",
    }
}

impl Metric {
    /// Every metric that there is.
    pub fn all() -> impl Iterator<Item = Metric> {
        let scopes = std::iter::once(Scope::Registration).chain(Step::ALL.into_iter().map(Scope::Step));
        let latencies = scopes.flat_map(|scope| {
            Clock::ALL.iter().flat_map(move |&clock| {
                let with = move |&statistic| Metric::Latency { scope, clock, statistic };
                Statistic::ALL.iter().map(with)
            })
        });
        let fates = Fate::ALL
            .iter()
            .flat_map(|&fate| Measure::ALL.iter().map(move |&measure| Metric::Applicants { fate, measure }));
        let outcomes = Failure::ALL.iter().flat_map(|&failure| {
            Measure::ALL.iter().map(move |&measure| Metric::Outcome { failure, measure })
        });
        let single = [
            Metric::RefusedWrongly,
            Metric::RegisteredWrongly,
            Metric::RequestsTotal,
            Metric::RequestsAmplification,
            Metric::RegistrationsPerSMean,
            Metric::RegistrationsPerSPeak,
            Metric::RecoveryMax,
        ];
        latencies
            .chain(Statistic::ALL.iter().copied().map(Metric::Lateness))
            .chain(fates)
            .chain(single)
            .chain(AuditCount::ALL.iter().copied().map(Metric::Audit))
            .chain(outcomes)
    }

    /// The metric of this name.
    pub fn from_name(name: &str) -> Option<Metric> {
        Metric::all().find(|metric| metric.to_string() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What may stand for one part of a pattern, taken from the help itself.
    fn words(part: &str) -> Vec<String> {
        let row = |name: &str| {
            let (_, words) = METRICS.iter().find(|(pattern, _)| pattern.trim() == name).unwrap();
            words.split(", ").map(str::to_owned).collect::<Vec<_>>()
        };
        match part {
            "<registration or step>" => [vec!["registration".to_owned()], row("steps")].concat(),
            "<statistic>" => row("statistics"),
            "<fate>" => row("fates"),
            "<audit count>" => row("audit counts"),
            "<failure code>" => Failure::ALL.iter().map(|failure| failure.code().to_owned()).collect(),
            other => other.trim_matches(['<', '>']).split(" or ").map(str::to_owned).collect(),
        }
    }

    fn expand(pattern: &str) -> Vec<String> {
        let longer = |names: Vec<String>, part: &str| {
            let with = |name: &String| {
                words(part).into_iter().map(|word| format!("{name}.{word}")).collect::<Vec<_>>()
            };
            names.iter().flat_map(with).collect()
        };
        let (first, rest) = pattern.split_once('.').unwrap();
        rest.split('.').fold(words(first), longer)
    }

    #[test]
    fn the_help_names_exactly_the_metrics_that_there_are() {
        let patterns =
            METRICS.iter().map(|(pattern, _)| *pattern).filter(|pattern| !pattern.starts_with(' '));
        let in_help: BTreeSet<String> = patterns.flat_map(expand).collect();
        let existing: BTreeSet<String> = Metric::all().map(|metric| metric.to_string()).collect();
        assert_eq!(in_help, existing);
    }
}

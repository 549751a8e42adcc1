//! The scenario's objectives, held against the run record.

use crate::told::REGISTERED;
use record::{Objective, ObjectivesVerdict, Quantiles, Recovery, RunRecord, Unit};
use scenario::{AuditCount, Clock, Fate, Measure, Metric, Statistic};

/// What objectives are held against: the record but for its verdict, and what the audit counted besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed<'a> {
    /// Everything that was measured.
    pub(crate) record: &'a RunRecord,
    /// Whose truth demands an account, and who were refused.
    pub(crate) refused_wrongly: u64,
    /// Whose truth demands a refusal, and who got an account.
    pub(crate) registered_wrongly: u64,
}

/// Each objective with what was observed, and the verdict on all of them. What could not be observed is
/// missed.
pub(crate) fn evaluate(
    objectives: &[scenario::Objective],
    observed: Observed<'_>,
) -> (Vec<Objective>, ObjectivesVerdict) {
    let judged: Vec<_> = objectives.iter().map(|objective| one(objective, observed)).collect();
    let verdict = match judged.as_slice() {
        [] => ObjectivesVerdict::None,
        judged if judged.iter().all(|objective| objective.met) => ObjectivesVerdict::Met,
        _ => ObjectivesVerdict::Missed,
    };
    (judged, verdict)
}

fn one(objective: &scenario::Objective, observed: Observed<'_>) -> Objective {
    let value = observed.value(objective.metric);
    Objective {
        expression: objective.text.clone(),
        observed: value,
        unit: unit(objective.metric.unit()),
        met: value.is_some_and(|value| objective.holds(value)),
    }
}

impl Observed<'_> {
    fn value(&self, metric: Metric) -> Option<f64> {
        let record = self.record;
        match metric {
            Metric::Latency { scope, clock, statistic } => {
                let latency = record.latency.get(scope.name())?;
                let quantiles = match clock {
                    Clock::Response => &latency.response_us,
                    Clock::Service => &latency.service_us,
                };
                figure(quantiles, statistic)
            }
            Metric::Lateness(statistic) => figure(&record.lateness_us, statistic),
            Metric::Applicants { fate, measure } => self.measured(self.fate(fate), measure),
            Metric::Outcome { failure, measure } => self.measured(self.outcome(failure.code()), measure),
            Metric::RefusedWrongly => Some(self.refused_wrongly as f64),
            Metric::RegisteredWrongly => Some(self.registered_wrongly as f64),
            Metric::RequestsTotal => Some(record.requests.total as f64),
            Metric::RequestsAmplification => {
                (record.requests.total > 0).then_some(record.requests.amplification)
            }
            Metric::RegistrationsPerSMean => Some(record.registrations_per_s_mean),
            Metric::RegistrationsPerSPeak => Some(record.registrations_per_s_peak),
            Metric::RecoveryMax => longest_recovery_us(&record.recoveries),
            Metric::Audit(count) => self.audit(count).map(|count| count as f64),
        }
    }

    fn fate(&self, fate: Fate) -> u64 {
        let applicants = &self.record.applicants;
        match fate {
            Fate::Registered => applicants.registered,
            Fate::Refused => applicants.refused,
            Fate::Abandoned => applicants.abandoned,
            Fate::Failed => applicants.failed,
            Fate::NotSent => applicants.not_sent,
            Fate::InFlightAtEnd => applicants.in_flight_at_end,
        }
    }

    fn outcome(&self, code: &str) -> u64 {
        debug_assert_ne!(code, REGISTERED, "objectives name it by its fate");
        self.record.outcomes.iter().find(|outcome| outcome.code == code).map_or(0, |outcome| outcome.observed)
    }

    fn audit(&self, count: AuditCount) -> Option<u64> {
        let audit = &self.record.audit;
        match count {
            AuditCount::Lost => audit.lost,
            AuditCount::Duplicated => audit.duplicated,
            AuditCount::UnacknowledgedStored => audit.unacknowledged_stored,
            AuditCount::UnexpectedOutcomes => Some(audit.unexpected_outcomes),
        }
    }

    /// A share of nobody is no number.
    fn measured(&self, count: u64, measure: Measure) -> Option<f64> {
        let arrived = self.record.applicants.arrived;
        match measure {
            Measure::Count => Some(count as f64),
            Measure::Share => (arrived > 0).then(|| count as f64 / arrived as f64),
        }
    }
}

/// Of several disturbances the longest; none where one of them wasn't recovered from.
fn longest_recovery_us(recoveries: &[Recovery]) -> Option<f64> {
    let after: Option<Vec<f64>> = recoveries.iter().map(|recovery| recovery.recovered_after_s).collect();
    after?.into_iter().reduce(f64::max).map(|seconds| seconds * 1e6)
}

fn figure(quantiles: &Quantiles, statistic: Statistic) -> Option<f64> {
    let value = match statistic {
        Statistic::Mean => quantiles.mean,
        Statistic::P50 => quantiles.p50 as f64,
        Statistic::P90 => quantiles.p90 as f64,
        Statistic::P99 => quantiles.p99 as f64,
        Statistic::P999 => quantiles.p999 as f64,
        Statistic::Max => quantiles.max as f64,
    };
    (quantiles.count > 0).then_some(value)
}

fn unit(unit: scenario::Unit) -> Unit {
    match unit {
        scenario::Unit::Us => Unit::Us,
        scenario::Unit::Share => Unit::Share,
        scenario::Unit::Count => Unit::Count,
        scenario::Unit::PerS => Unit::PerS,
    }
}

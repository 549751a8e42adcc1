//! The made-up run in every state that a verdict can be in.

use record::{AuditVerdict, Evidence, GeneratorVerdict, ObjectivesVerdict, Run, Unit, Verdict};

use crate::sample::{healthy, overloaded};

/// Name and run, one for each state.
pub(crate) fn all() -> Vec<(&'static str, Run)> {
    vec![
        ("held", healthy()),
        ("held, generator limited", limited()),
        ("objectives missed", overloaded()),
        ("no objectives", without_objectives()),
        ("audit unavailable", unaudited()),
        ("generator invalid", invalid()),
        ("audit violated", violated()),
        ("cut short", cut_short()),
    ]
}

pub(crate) fn limited() -> Run {
    let mut run = healthy();
    run.record.generator.reason = Some("lateness p99 of 8.2 ms is near its bound of 10 ms".to_owned());
    judge(&mut run, GeneratorVerdict::Limited);
    run
}

pub(crate) fn without_objectives() -> Run {
    let mut run = overloaded();
    run.record.objectives.clear();
    run.record.verdict = Verdict::new(GeneratorVerdict::Valid, ObjectivesVerdict::None, AuditVerdict::Clean);
    run
}

pub(crate) fn unaudited() -> Run {
    let mut run = healthy();
    let audit = &mut run.record.audit;
    (audit.stored, audit.lost, audit.duplicated, audit.unacknowledged_stored) = (None, None, None, None);
    audit.unavailable_because = Some("the portal at http://127.0.0.1:9 offers no export".to_owned());
    run.record.engine = None;
    run.record.target = Some("http://127.0.0.1:9".to_owned());
    judge(&mut run, GeneratorVerdict::Valid);
    run
}

pub(crate) fn invalid() -> Run {
    let mut run = healthy();
    run.record.applicants.not_sent = 41;
    run.record.applicants.registered -= 41;
    run.record.generator.reason = Some("13.2 % of the arrivals could not be sent".to_owned());
    let signal = "arrivals not sent".to_owned();
    let evidence = Evidence { signal, observed: 0.132, bound: 0.001, unit: Unit::Share, fit: false };
    run.record.generator.evidence.push(evidence);
    judge(&mut run, GeneratorVerdict::Invalid);
    run
}

/// One of each, so that the sentence needs its singular; the generator was not fit either.
pub(crate) fn violated() -> Run {
    let mut run = invalid();
    let audit = &mut run.record.audit;
    audit.acknowledged -= 41;
    audit.stored = Some(audit.acknowledged);
    (audit.lost, audit.duplicated, audit.unexpected_outcomes) = (Some(1), Some(1), 3);
    judge(&mut run, GeneratorVerdict::Invalid);
    run
}

pub(crate) fn cut_short() -> Run {
    let mut run = healthy();
    run.record.partial = true;
    run.record.applicants.in_flight_at_end = 5;
    run.record.applicants.registered -= 5;
    run
}

/// A run that ended before anything happened.
pub(crate) fn empty() -> Run {
    let mut run = cut_short();
    run.timeline.rows.clear();
    run.histograms = record::Histograms::new(run.histograms.steps());
    let record = &mut run.record;
    record.applicants = record::Applicants::default();
    record.latency = run.histograms.latency();
    record.lateness_us = run.histograms.lateness();
    (record.duration_s, record.registrations_per_s_mean, record.registrations_per_s_peak) = (0.0, 0.0, 0.0);
    record.funnel.clear();
    record.outcomes.clear();
    record.failures_seen.clear();
    record.resources.clear();
    record.busiest = None;
    record.objectives.clear();
    record.generator.evidence.clear();
    run
}

fn judge(run: &mut Run, generator: GeneratorVerdict) {
    run.record.verdict = Verdict::new(generator, run.record.verdict.objectives, run.record.audit.verdict());
}

//! Puts the run record together from everything that was measured, and has it judged.

use crate::audit::Findings;
use crate::environment::environment;
use crate::judge::{Fitness, Observed, evaluate, judge_generator};
use crate::observe::Totals;
use crate::pulse::Stalls;
use crate::sample::Consumption;
use crate::told::{Told, Trouble};
use chrono::{DateTime, TimeDelta, Utc};
use record::{
    Applicants, Arrivals, Engine, FORMAT, Fairness, Generator, GeneratorVerdict, Histograms, Kind,
    ObjectivesVerdict, Recovery, Requests, Resource, RunRecord, Shard, Verdict, WHOLE,
};
use scenario::{Plan, RateStep, Shape, Spacing};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Everything that a record is made from.
pub(crate) struct Measured<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) file: &'a str,
    pub(crate) seed: u64,
    pub(crate) command: String,
    pub(crate) target: Option<String>,
    pub(crate) shard: Option<Shard>,
    /// Applicants on the schedule.
    pub(crate) planned: u64,
    pub(crate) started_at: DateTime<Utc>,
    /// From the zero to the end of the load.
    pub(crate) duration: Duration,
    pub(crate) partial: bool,
    pub(crate) totals: &'a Totals,
    pub(crate) histograms: &'a Histograms,
    pub(crate) findings: &'a Findings,
    pub(crate) recoveries: Vec<Recovery>,
    pub(crate) fairness: Option<Fairness>,
    pub(crate) generator: Consumption,
    pub(crate) engine: Option<(Consumption, u64)>,
    /// Times that a fault of the scenario had it start again.
    pub(crate) engine_restarts: u64,
    pub(crate) resources: Vec<Resource>,
    pub(crate) others_cpu_share: Option<f64>,
    pub(crate) stolen_cpu_share: Option<f64>,
    pub(crate) stalls: Stalls,
    pub(crate) clock_step: Duration,
    pub(crate) descriptors_allowed: u64,
    pub(crate) notes: Vec<String>,
}

/// The record, judged.
pub(crate) fn assemble(measured: Measured<'_>) -> RunRecord {
    let Measured { plan, totals, histograms, findings, .. } = measured;
    let applicants = count_applicants(&totals.told);
    let lateness_us = record::Quantiles::of(&histograms.requests(Kind::Lateness));
    let fitness = Fitness {
        arrived: applicants.arrived,
        arrival_lateness_us_p99: histograms.quantiles(WHOLE, Kind::Lateness).p99,
        request_lateness_us_p99: lateness_us.p99,
        not_sent: applicants.not_sent,
        found_all_busy: totals.found_all_busy,
        own_limit: count_told(&totals.told, Told::Failed(Trouble::OwnLimit)),
        cpu_share_max: measured.generator.cpu_share_max,
        descriptors: (measured.generator.descriptors_max, measured.descriptors_allowed),
        others_cpu_share: measured.others_cpu_share,
        stolen_cpu_share: measured.stolen_cpu_share,
        stall_us_p99: measured.stalls.us_p99,
        waiting_share_max: measured.generator.waiting_share_max,
        clock_step_us: u64::try_from(measured.clock_step.as_micros()).unwrap_or(u64::MAX),
    };
    let (generator_verdict, reason, evidence) = judge_generator(&plan.generator, &fitness);
    let unjudged = Verdict::new(GeneratorVerdict::Valid, ObjectivesVerdict::None, findings.audit.verdict());
    let mut record = RunRecord {
        format: FORMAT.to_owned(),
        scenario: scenario(plan, measured.file),
        seed: measured.seed,
        started_at: measured.started_at,
        finished_at: measured.started_at + TimeDelta::from_std(measured.duration).unwrap_or_default(),
        duration_s: measured.duration.as_secs_f64(),
        partial: measured.partial,
        unfinished_at: None,
        shard: measured.shard,
        command: measured.command,
        target: measured.target,
        environment: environment(),
        verdict: unjudged,
        objectives: Vec::new(),
        arrivals: Arrivals { shape: shape_in_words(&plan.arrivals), planned: measured.planned },
        applicants,
        registrations_per_s_mean: per_second(applicants.registered, measured.duration),
        registrations_per_s_peak: totals.seconds.values().map(|second| second.registered).max().unwrap_or(0)
            as f64,
        requests: Requests { total: totals.requests, amplification: amplification(totals) },
        funnel: totals.funnel.clone(),
        outcomes: findings.outcomes.clone(),
        failures_seen: totals.failures.clone(),
        recoveries: measured.recoveries,
        fairness: measured.fairness,
        latency: histograms.latency(),
        lateness_us,
        latency_clamped: histograms.clamped(),
        audit: findings.audit.clone(),
        busiest: measured.resources.first().map(|busiest| busiest.name.clone()),
        resources: measured.resources,
        engine: measured
            .engine
            .map(|(used, store_bytes)| engine(used, store_bytes, measured.engine_restarts)),
        generator: Generator {
            cpu_seconds: measured.generator.cpu_seconds,
            rss_bytes_max: measured.generator.rss_bytes_max,
            cpu_share_max: measured.generator.cpu_share_max,
            reason,
            evidence,
        },
        notes: measured.notes,
    };
    let observed = Observed {
        record: &record,
        refused_wrongly: findings.refused_wrongly,
        registered_wrongly: findings.registered_wrongly,
    };
    let (objectives, objectives_verdict) = evaluate(&plan.objectives, observed);
    record.objectives = objectives;
    record.verdict = Verdict::new(generator_verdict, objectives_verdict, findings.audit.verdict());
    record
}

fn scenario(plan: &Plan, file: &str) -> record::Scenario {
    record::Scenario {
        name: plan.name.clone(),
        file: file.to_owned(),
        sha256: hex::encode(Sha256::digest(plan.text.as_bytes())),
        comment: plan.description.clone(),
        text: plan.text.clone(),
    }
}

fn engine(used: Consumption, store_bytes: u64, restarts: u64) -> Engine {
    Engine { cpu_seconds: used.cpu_seconds, rss_bytes_max: used.rss_bytes_max, store_bytes, restarts }
}

fn count_applicants(told: &[Option<Told>]) -> Applicants {
    let mut applicants = Applicants::default();
    for one in told.iter().flatten() {
        applicants.arrived += 1;
        let count = match one {
            Told::Registered(_) => &mut applicants.registered,
            Told::Refused(_) => &mut applicants.refused,
            Told::Failed(_) => &mut applicants.failed,
            Told::Abandoned(_) => &mut applicants.abandoned,
            Told::NotSent => &mut applicants.not_sent,
            Told::Unfinished => &mut applicants.in_flight_at_end,
        };
        *count += 1;
    }
    applicants
}

fn count_told(told: &[Option<Told>], wanted: Told) -> u64 {
    told.iter().filter(|one| **one == Some(wanted)).count() as u64
}

/// Requests over those that were no repeat.
fn amplification(totals: &Totals) -> f64 {
    let first = totals.requests.saturating_sub(totals.repeats);
    if first == 0 { 1.0 } else { totals.requests as f64 / first as f64 }
}

fn per_second(count: u64, duration: Duration) -> f64 {
    if duration.is_zero() { 0.0 } else { count as f64 / duration.as_secs_f64() }
}

fn shape_in_words(arrivals: &scenario::Arrivals) -> String {
    let over = short(arrivals.duration_s);
    let shape = match &arrivals.shape {
        Shape::Constant { per_s } => format!("constant {}/s over {over} s", short(*per_s)),
        Shape::Ramp { from_per_s, to_per_s } => {
            format!("ramp from {}/s to {}/s over {over} s", short(*from_per_s), short(*to_per_s))
        }
        Shape::Steps { steps } => {
            let step = |step: &RateStep| format!("{}/s for {} s", short(step.per_s), short(step.for_s));
            format!("steps: {}", steps.iter().map(step).collect::<Vec<_>>().join(", "))
        }
        Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s } => {
            let [peak, floor, decay] = [*peak_per_s, *floor_per_s, *decay_s].map(short);
            format!("opening spike, {peak}/s decaying to {floor}/s with {decay} s, over {over} s")
        }
        Shape::OpeningCrowd { opens_after_s, growth_s, peak_per_s, floor_per_s, decay_s } => {
            let [opens, growth, peak] = [*opens_after_s, *growth_s, *peak_per_s].map(short);
            let [floor, decay] = [*floor_per_s, *decay_s].map(short);
            format!(
                "a crowd before an opening after {opens} s, growing with {growth} s to {peak}/s and decaying to \
                 {floor}/s with {decay} s, over {over} s"
            )
        }
        Shape::DeadlinePressure { from_per_s, peak_per_s } => {
            let [from, peak] = [*from_per_s, *peak_per_s].map(short);
            format!("deadline pressure, {from}/s rising as 1 / time left to {peak}/s, over {over} s")
        }
        Shape::DayCycle(day) => {
            let [day_s, hour] = [day.day_s, day.start_hour].map(short);
            let rates = [day.midday_per_s, day.evening_per_s, day.night_per_s].map(short);
            let [midday, evening, night] = rates;
            format!(
                "days of {day_s} s from {hour} o'clock: {midday}/s at midday, {evening}/s in the evening, {night}/s \
                 at night, over {over} s"
            )
        }
        Shape::Replay { rates_per_s, interval_s, file } => {
            let (intervals, interval) = (rates_per_s.len(), short(*interval_s));
            format!("replay of {intervals} intervals of {interval} s from {file}")
        }
    };
    let spacing = match arrivals.spacing {
        Spacing::Even => "even",
        Spacing::Poisson => "Poisson",
    };
    format!("{shape}, {spacing}")
}

/// At most two decimals.
fn short(value: f64) -> String {
    format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;

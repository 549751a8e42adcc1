//! Parts of one run, brought by several machines, put together again: everything that is a count is added up, and
//! percentiles come from added histograms, so that they are those of one run over the same values.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::format::{
    Applicants, ArrivalGroup, Audit, Engine, FailureSeen, Fairness, FunnelStep, Generator, Outcome, Recovery,
    RegionGroup, Requests, Resource, RunRecord, Served, Shard,
};
use crate::histograms::Histograms;
use crate::read::Run;
use crate::recorder::Interval;
use crate::timeline::{Timeline, TimelineRow};
use crate::verdict::{GeneratorVerdict, ObjectivesVerdict, Verdict};

/// A part as read from its folder.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is called: its folder.
    pub name: String,
    /// The run.
    pub run: Run,
    /// Its latencies second by second.
    pub seconds: Vec<Interval>,
}

/// Why runs cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("no run was given")]
    Nothing,
    /// It brought all arrivals, not a part of them.
    #[error("{name} is no part of a run: it was not made with --shard")]
    NotAPart {
        /// The run.
        name: String,
    },
    /// It is about something else.
    #[error("{name} is not of the same run as {first}: its {what} differs")]
    OtherRun {
        /// The run.
        name: String,
        /// The first of those given.
        first: String,
        /// What differs.
        what: &'static str,
    },
    /// A part was given twice.
    #[error("{name} is part {part} of {of} once more")]
    Twice {
        /// The run.
        name: String,
        /// Which part.
        part: u64,
        /// Of how many.
        of: u64,
    },
}

/// Puts parts of one run together, in the order of their numbers. Gives the run and its latencies second by second.
///
/// Objectives are left out and their verdict is `none`: they are about the whole, and only who reads scenarios can
/// judge them. The generator is as fit as the least fit of its parts. If parts are missing, the run is partial.
///
/// # Errors
/// [`MergeError`]: runs that aren't different parts of the same.
pub fn merge(mut parts: Vec<Part>) -> Result<(Run, Vec<Interval>), MergeError> {
    check(&parts)?;
    parts.sort_by_key(|part| part.run.record.shard.map(|shard| shard.part));
    let seconds = add_seconds(&parts);
    let mut histograms = Histograms::new(parts[0].run.histograms.steps());
    parts.iter().for_each(|part| histograms.add(&part.run.histograms));
    let timeline = add_timelines(&parts, &seconds);
    let record = add_records(&parts, &histograms, &timeline);
    Ok((Run { record, timeline, histograms }, seconds))
}

fn check(parts: &[Part]) -> Result<(), MergeError> {
    let first = parts.first().ok_or(MergeError::Nothing)?;
    let mut met: Vec<Shard> = Vec::new();
    for part in parts {
        let name = part.name.clone();
        let Some(shard) = part.run.record.shard else { return Err(MergeError::NotAPart { name }) };
        if let Some(what) = difference(&first.run.record, &part.run.record) {
            return Err(MergeError::OtherRun { name, first: first.name.clone(), what });
        }
        if met.contains(&shard) {
            return Err(MergeError::Twice { name, part: shard.part, of: shard.of });
        }
        met.push(shard);
    }
    Ok(())
}

fn difference(first: &RunRecord, other: &RunRecord) -> Option<&'static str> {
    let same = [
        ("scenario", first.scenario.sha256 == other.scenario.sha256),
        ("seed", first.seed == other.seed),
        ("number of parts", first.shard.map(|shard| shard.of) == other.shard.map(|shard| shard.of)),
        ("version", first.environment.versions == other.environment.versions),
    ];
    same.into_iter().find_map(|(what, is_same)| (!is_same).then_some(what))
}

fn add_seconds(parts: &[Part]) -> Vec<Interval> {
    let mut sums: BTreeMap<u32, Histograms> = BTreeMap::new();
    for interval in parts.iter().flat_map(|part| &part.seconds) {
        let sum = sums.entry(interval.second).or_insert_with(|| Histograms::new(interval.histograms.steps()));
        sum.add(&interval.histograms);
    }
    sums.into_iter().map(|(second, histograms)| Interval { second, histograms }).collect()
}

fn add_timelines(parts: &[Part], seconds: &[Interval]) -> Timeline {
    let mut sums: BTreeMap<u32, TimelineRow> = BTreeMap::new();
    for row in parts.iter().flat_map(|part| &part.run.timeline.rows) {
        let sum = sums.entry(row.second).or_insert(TimelineRow { second: row.second, ..Default::default() });
        sum.arrivals_intended += row.arrivals_intended;
        sum.arrivals_started += row.arrivals_started;
        sum.completed += row.completed;
        sum.refused += row.refused;
        sum.failed += row.failed;
        sum.abandoned += row.abandoned;
        sum.in_flight += row.in_flight;
        sum.requests += row.requests;
        sum.engine_cpu_share = add(sum.engine_cpu_share, row.engine_cpu_share);
        sum.generator_cpu_share = add(sum.generator_cpu_share, row.generator_cpu_share);
    }
    for interval in seconds {
        if let Some(row) = sums.get_mut(&interval.second) {
            row.set_latency(&interval.histograms);
        }
    }
    Timeline { rows: sums.into_values().collect() }
}

fn add(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    [one, other].into_iter().flatten().reduce(|one, other| one + other)
}

fn add_records(parts: &[Part], histograms: &Histograms, timeline: &Timeline) -> RunRecord {
    let records = || parts.iter().map(|part| &part.run.record);
    let mut whole = parts[0].run.record.clone();
    for record in records().skip(1) {
        whole.started_at = whole.started_at.min(record.started_at);
        whole.finished_at = whole.finished_at.max(record.finished_at);
        whole.duration_s = whole.duration_s.max(record.duration_s);
        whole.partial |= record.partial;
        whole.unfinished_at = whole.unfinished_at.max(record.unfinished_at);
        whole.arrivals.planned += record.arrivals.planned;
        add_applicants(&mut whole.applicants, record.applicants);
        whole.requests = add_requests(whole.requests, record.requests);
        add_funnel(&mut whole.funnel, &record.funnel);
        add_outcomes(&mut whole.outcomes, &record.outcomes);
        add_failures(&mut whole.failures_seen, &record.failures_seen);
        add_recoveries(&mut whole.recoveries, &record.recoveries);
        add_fairness(&mut whole.fairness, record.fairness.as_ref());
        add_audit(&mut whole.audit, &record.audit);
        whole.engine = whole.engine.zip(record.engine).map(|(one, other)| add_engines(one, other));
    }
    let registered = whole.applicants.registered as f64;
    whole.registrations_per_s_mean = if whole.duration_s > 0.0 { registered / whole.duration_s } else { 0.0 };
    whole.registrations_per_s_peak = timeline.rows.iter().map(|row| row.completed).max().unwrap_or(0) as f64;
    whole.latency = histograms.latency();
    whole.lateness_us = histograms.lateness();
    whole.latency_clamped = histograms.clamped();
    whole.resources = records().flat_map(named_resources).collect();
    let busier = |one: &&Resource, other: &&Resource| one.busy_share_mean.total_cmp(&other.busy_share_mean);
    whole.busiest = whole.resources.iter().max_by(busier).map(|resource| resource.name.clone());
    whole.generator = add_generators(records());
    whole.command = records().map(|record| record.command.as_str()).collect::<Vec<_>>().join("\n");
    whole.notes = notes(parts, &mut whole.partial);
    whole.shard = None;
    whole.objectives = Vec::new();
    whole.verdict = Verdict::new(worst(records()), ObjectivesVerdict::None, whole.audit.verdict());
    whole
}

/// The notes that any part has, and which parts there are.
fn notes(parts: &[Part], partial: &mut bool) -> Vec<String> {
    let of = parts[0].run.record.shard.map_or(0, |shard| shard.of);
    let there: Vec<u64> =
        parts.iter().filter_map(|part| part.run.record.shard).map(|shard| shard.part).collect();
    let missing: Vec<String> =
        (1..=of).filter(|part| !there.contains(part)).map(|part| part.to_string()).collect();
    let mut notes = vec![format!("Put together from {} of {of} parts.", there.len())];
    if !missing.is_empty() {
        *partial = true;
        notes.push(format!("Missing: part {}. The figures are of the others alone.", missing.join(", ")));
    }
    for note in parts.iter().flat_map(|part| &part.run.record.notes) {
        let is_of_one_part = note.starts_with("Part ");
        if !is_of_one_part && !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    notes
}

fn worst<'a>(records: impl Iterator<Item = &'a RunRecord>) -> GeneratorVerdict {
    let rank = |verdict: &GeneratorVerdict| match verdict {
        GeneratorVerdict::Valid => 0,
        GeneratorVerdict::Limited => 1,
        GeneratorVerdict::Invalid => 2,
    };
    records.map(|record| record.verdict.generator).max_by_key(rank).unwrap_or(GeneratorVerdict::Invalid)
}

fn add_applicants(sum: &mut Applicants, other: Applicants) {
    let Applicants { arrived, registered, refused, abandoned, failed, not_sent, in_flight_at_end } = other;
    sum.arrived += arrived;
    sum.registered += registered;
    sum.refused += refused;
    sum.abandoned += abandoned;
    sum.failed += failed;
    sum.not_sent += not_sent;
    sum.in_flight_at_end += in_flight_at_end;
}

/// What one pass would have needed follows from each part's amplification.
fn add_requests(one: Requests, other: Requests) -> Requests {
    let needed = |of: Requests| of.total as f64 / of.amplification.max(f64::MIN_POSITIVE);
    let (total, needed) = (one.total + other.total, needed(one) + needed(other));
    Requests { total, amplification: if needed > 0.0 { total as f64 / needed } else { 1.0 } }
}

fn add_funnel(sum: &mut Vec<FunnelStep>, other: &[FunnelStep]) {
    for step in other {
        match sum.iter_mut().find(|known| known.step == step.step) {
            Some(known) => {
                known.entered += step.entered;
                known.passed += step.passed;
                known.refused += step.refused;
                known.failed += step.failed;
            }
            None => sum.push(step.clone()),
        }
    }
}

fn add_outcomes(sum: &mut Vec<Outcome>, other: &[Outcome]) {
    for outcome in other {
        match sum.iter_mut().find(|known| known.code == outcome.code) {
            Some(known) => {
                known.expected += outcome.expected;
                known.observed += outcome.observed;
            }
            None => sum.push(outcome.clone()),
        }
    }
}

fn add_failures(sum: &mut Vec<FailureSeen>, other: &[FailureSeen]) {
    for seen in other {
        match sum.iter_mut().find(|known| known.code == seen.code) {
            Some(known) => {
                known.count += seen.count;
                known.first_s = known.first_s.min(seen.first_s);
                known.last_s = known.last_s.max(seen.last_s);
            }
            None => sum.push(seen.clone()),
        }
    }
    sum.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.code.cmp(&other.code)));
}

/// Parts met the same disturbances. The whole has recovered when the last part has.
fn add_recoveries(sum: &mut [Recovery], other: &[Recovery]) {
    for (whole, part) in sum.iter_mut().zip(other) {
        whole.under_way_before += part.under_way_before;
        whole.under_way_max += part.under_way_max;
        let both = whole.recovered_after_s.zip(part.recovered_after_s);
        whole.recovered_after_s = both.map(|(one, other)| one.max(other));
    }
}

fn add_fairness(sum: &mut Option<Fairness>, other: Option<&Fairness>) {
    let (Some(whole), Some(other)) = (sum.as_mut(), other) else {
        *sum = None;
        return;
    };
    let mut regions: IndexMap<String, Served> =
        whole.by_region.drain(..).map(|group| (group.region, group.served)).collect();
    for group in &other.by_region {
        add_served(regions.entry(group.region.clone()).or_default(), group.served);
    }
    regions.sort_keys();
    whole.by_region = regions.into_iter().map(|(region, served)| RegionGroup { region, served }).collect();
    for group in &other.by_arrival {
        match whole.by_arrival.iter_mut().find(|known| known.from_s.total_cmp(&group.from_s).is_eq()) {
            Some(known) => add_served(&mut known.served, group.served),
            None => whole.by_arrival.push(*group),
        }
    }
    let earlier = |one: &ArrivalGroup, other: &ArrivalGroup| one.from_s.total_cmp(&other.from_s);
    whole.by_arrival.sort_by(earlier);
}

fn add_served(sum: &mut Served, other: Served) {
    sum.arrived += other.arrived;
    sum.registered += other.registered;
    sum.refused += other.refused;
    sum.unserved += other.unserved;
}

/// What one part could not find out, nobody knows of the whole.
fn add_audit(sum: &mut Audit, other: &Audit) {
    let both = |one: Option<u64>, other: Option<u64>| one.zip(other).map(|(one, other)| one + other);
    sum.acknowledged += other.acknowledged;
    sum.unexpected_outcomes += other.unexpected_outcomes;
    sum.refused_wrongly += other.refused_wrongly;
    sum.registered_wrongly += other.registered_wrongly;
    sum.stored = both(sum.stored, other.stored);
    sum.lost = both(sum.lost, other.lost);
    sum.duplicated = both(sum.duplicated, other.duplicated);
    sum.unacknowledged_stored = both(sum.unacknowledged_stored, other.unacknowledged_stored);
    if sum.unavailable_because.is_none() {
        sum.unavailable_because.clone_from(&other.unavailable_because);
    }
}

fn add_engines(one: Engine, other: Engine) -> Engine {
    Engine {
        cpu_seconds: one.cpu_seconds + other.cpu_seconds,
        rss_bytes_max: one.rss_bytes_max.max(other.rss_bytes_max),
        store_bytes: one.store_bytes + other.store_bytes,
        restarts: one.restarts + other.restarts,
    }
}

fn named_resources(record: &RunRecord) -> Vec<Resource> {
    let named = |resource: &Resource| Resource { name: of_part(record, &resource.name), ..resource.clone() };
    record.resources.iter().map(named).collect()
}

fn add_generators<'a>(records: impl Iterator<Item = &'a RunRecord>) -> Generator {
    let mut sum = Generator::default();
    for record in records {
        let generator = &record.generator;
        sum.cpu_seconds += generator.cpu_seconds;
        sum.rss_bytes_max = sum.rss_bytes_max.max(generator.rss_bytes_max);
        sum.cpu_share_max = sum.cpu_share_max.max(generator.cpu_share_max);
        let reason = generator.reason.as_ref().map(|reason| of_part(record, reason));
        sum.reason =
            [sum.reason.take(), reason].into_iter().flatten().reduce(|one, other| format!("{one}; {other}"));
        for evidence in &generator.evidence {
            let mut evidence = evidence.clone();
            evidence.signal = of_part(record, &evidence.signal);
            sum.evidence.push(evidence);
        }
    }
    sum
}

fn of_part(record: &RunRecord, what: &str) -> String {
    record.shard.map_or_else(|| what.to_owned(), |shard| format!("part {}: {what}", shard.part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amplification_is_weighed_by_requests() {
        let of = |total, amplification| Requests { total, amplification };
        assert_eq!(add_requests(of(100, 1.0), of(300, 3.0)), of(400, 2.0));
        assert_eq!(add_requests(of(0, 1.0), of(0, 1.0)), of(0, 1.0));
    }
}

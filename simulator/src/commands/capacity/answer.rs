//! What a search has found, for the record and in words.

use capacity::{Ending, Found, Next, Search};
use record::{
    CapacityApproach, CapacityEnding, CapacityInterval, CapacityRecord, CapacityTrial, CapacityVerdict,
    Resource,
};
use std::path::Path;

/// A resource that is less busy than this is not what saturated.
const SATURATED_SHARE: f64 = 0.7;

/// Writes the end of the search into its record; one that isn't over leaves it unfinished.
pub(super) fn answer(search: &Search, record: &mut CapacityRecord) {
    let found = match search.next() {
        _ if record.ending == Some(CapacityEnding::AuditViolated) => None,
        Next::Try { .. } => None,
        Next::Over(ending) => {
            record.ending = Some(kind(ending));
            if let Ending::Found(found) = ending { Some(found) } else { None }
        }
    };
    record.capacity = found.map(|Found { interval, .. }| CapacityInterval {
        low_per_s: interval.low,
        median_per_s: interval.median,
        high_per_s: interval.high,
    });
    record.confirmed = found.is_some_and(|found| found.confirmed);
    record.recovers = found.and_then(|found| found.recovers);
    record.saturated = record.capacity.and_then(|capacity| saturated(&record.trials, capacity));
    let asked = record.capacity.zip(record.asked_per_s);
    record.headroom = asked.map(|(capacity, asked)| capacity.low_per_s / asked);
    record.exit_code = exit_code(record);
}

fn kind(ending: Ending) -> CapacityEnding {
    match ending {
        Ending::Found(found) if found.precise && found.confirmed => CapacityEnding::Found,
        Ending::Found(_) => CapacityEnding::FoundRoughly,
        Ending::GeneratorWasTheLimit(_) => CapacityEnding::GeneratorWasTheLimit,
        Ending::NothingIsHeld(_) => CapacityEnding::NothingIsHeld,
        Ending::NeverMissed(_) => CapacityEnding::NeverMissed,
    }
}

/// 5 for a violated audit, 4 where nothing can be concluded, 3 where the rate asked about, or any, is not held.
fn exit_code(record: &CapacityRecord) -> u8 {
    match record.ending {
        Some(CapacityEnding::AuditViolated) => 5,
        None | Some(CapacityEnding::GeneratorWasTheLimit) => 4,
        Some(CapacityEnding::NothingIsHeld) => 3,
        Some(CapacityEnding::Found | CapacityEnding::FoundRoughly)
            if record.headroom.is_some_and(|headroom| headroom < 1.0) =>
        {
            3
        }
        Some(CapacityEnding::Found | CapacityEnding::FoundRoughly | CapacityEnding::NeverMissed) => 0,
    }
}

/// The busiest resource of the trial that missed at the lowest rate over the capacity's lower end.
fn saturated(trials: &[CapacityTrial], capacity: CapacityInterval) -> Option<Resource> {
    let missed = trials.iter().filter(|trial| {
        trial.verdict == CapacityVerdict::Missed
            && trial.approach == CapacityApproach::Below
            && trial.rate_per_s >= capacity.low_per_s
    });
    let nearest = missed.min_by(|a, b| a.rate_per_s.total_cmp(&b.rate_per_s))?;
    let busiest = nearest.resources.iter().max_by(|a, b| a.busy_share_mean.total_cmp(&b.busy_share_mean))?;
    (busiest.busy_share_max >= SATURATED_SHARE).then(|| busiest.clone())
}

/// A trial in a line.
pub(super) fn line(trial: &CapacityTrial) -> String {
    let seconds = |us: u64| us as f64 / 1e6;
    let verdict = match (trial.verdict, trial.approach) {
        (CapacityVerdict::Met, CapacityApproach::Below) => "met".to_owned(),
        (CapacityVerdict::Missed, CapacityApproach::Below) => format!("missed: {}", trial.missed.join(", ")),
        (CapacityVerdict::Met, CapacityApproach::Above) => "came back".to_owned(),
        (CapacityVerdict::Missed, CapacityApproach::Above) => "did not come back".to_owned(),
        (CapacityVerdict::Unfit, _) => {
            format!("unfit: {}", trial.reason.as_deref().unwrap_or("the generator was not fit to judge"))
        }
    };
    format!(
        "{:.2} registrations/s, {:.1} % unserved, slowest step p99 {:.2} s; {verdict}",
        trial.goodput_per_s,
        trial.unserved_share * 100.0,
        seconds(trial.step_response_us_p99_max)
    )
}

/// The answer for the terminal.
pub(in crate::commands) fn text(record: &CapacityRecord, page: &Path) -> String {
    let mut lines = vec![
        ("scenario", format!("{}, {} trials", record.scenario.name, record.trials.len())),
        ("capacity", capacity(record)),
    ];
    lines.extend(record.recovers.map(|recovers| ("hysteresis", hysteresis(recovers).to_owned())));
    lines.extend(record.capacity.map(|_| ("saturated", saturation(record.saturated.as_ref()))));
    lines.extend(record.headroom.zip(record.asked_per_s).map(|(headroom, asked)| {
        let word = if headroom < 1.0 { "not held" } else { "held" };
        ("headroom", format!("{asked:.2}/s is {word}: the capacity's lower end is {headroom:.2} times that"))
    }));
    lines.push(("verdict", format!("{} (exit code {})", verdict(record), record.exit_code)));
    lines.push(("report", page.display().to_string()));
    lines.iter().map(|(name, text)| format!("{name:12}{text}\n")).collect()
}

fn capacity(record: &CapacityRecord) -> String {
    match record.capacity {
        Some(CapacityInterval { low_per_s, median_per_s, high_per_s }) => format!(
            "{median_per_s:.2} arrivals/s, between {low_per_s:.2} and {high_per_s:.2} with a probability of 95 %"
        ),
        None => "unknown".to_owned(),
    }
}

fn hysteresis(recovers: bool) -> &'static str {
    if recovers {
        "none: the same rate is held after an overload of twice as much"
    } else {
        "metastable: the same rate is not held after an overload of twice as much"
    }
}

fn saturation(saturated: Option<&Resource>) -> String {
    match saturated {
        Some(resource) => format!(
            "{} first, {:.0} % busy on average and {:.0} % in its busiest second ({})",
            resource.name,
            resource.busy_share_mean * 100.0,
            resource.busy_share_max * 100.0,
            resource.capacity
        ),
        None => "nothing that is measured".to_owned(),
    }
}

fn verdict(record: &CapacityRecord) -> &'static str {
    match record.ending {
        Some(CapacityEnding::Found) => "found and confirmed",
        Some(CapacityEnding::FoundRoughly) => "found roughly: more trials would narrow it",
        Some(CapacityEnding::GeneratorWasTheLimit) => "no conclusion: the generator was the limit",
        Some(CapacityEnding::NothingIsHeld) => "objectives are missed at every rate",
        Some(CapacityEnding::NeverMissed) => "objectives are met at the highest rate allowed",
        Some(CapacityEnding::AuditViolated) => "a registration was lost, doubled or wrongly answered",
        None => "cut short: no conclusion yet; --resume goes on",
    }
}

#[cfg(test)]
mod tests;

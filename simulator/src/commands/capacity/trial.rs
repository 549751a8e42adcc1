//! One trial: a surge in a process of its own, and what its record says.

use crate::exit::CommandError;
use capacity::Approach;
use record::{
    AuditVerdict, CapacityApproach, CapacityTrial, CapacityVerdict, GeneratorVerdict, ObjectivesVerdict, Run,
    RunFolder, WHOLE, read,
};
use scenario::Plan;
use std::path::Path;
use std::process::{Command, Stdio};

/// Goodput after an overload must come back to this part of what the same rate gives from rest.
const COMES_BACK_SHARE: f64 = 0.9;

/// What is to be tried.
pub(super) struct Order<'a> {
    pub(super) number: usize,
    pub(super) rate_per_s: f64,
    pub(super) approach: Approach,
    pub(super) seed: u64,
    pub(super) plan: &'a Plan,
    pub(super) scenario: &'a Path,
    pub(super) folder: &'a RunFolder,
    /// Somebody looks on at a terminal.
    pub(super) is_watched: bool,
}

/// What came of it.
pub(super) enum Outcome {
    /// It counts.
    Judged(CapacityTrial),
    /// A registration was lost, doubled or wrongly answered: no rate excuses that.
    Violated(CapacityTrial),
    /// Somebody ended it.
    CutShort,
}

/// Carries it out.
///
/// # Errors
/// When the surge could not take place.
pub(super) fn carry_out(order: &Order<'_>, earlier: &[CapacityTrial]) -> Result<Outcome, CommandError> {
    let name = format!("trial-{:02}", order.number);
    let path = order.folder.path().join(&name);
    let factor = order.rate_per_s / order.plan.arrivals.mean_per_s();
    surge(order, &path, factor)?;
    let run = read(&path).map_err(|error| CommandError::Usage(error.to_string()))?;
    if run.record.partial {
        return Ok(Outcome::CutShort);
    }
    let trial =
        CapacityTrial { number: order.number, folder: name, ..describe(order, &run, factor, earlier) };
    Ok(match run.record.verdict.audit {
        AuditVerdict::Violated => Outcome::Violated(trial),
        AuditVerdict::Clean | AuditVerdict::Unavailable => Outcome::Judged(trial),
    })
}

fn surge(order: &Order<'_>, out: &Path, factor: f64) -> Result<(), CommandError> {
    let program = std::env::current_exe()
        .map_err(|error| CommandError::Usage(format!("cannot find this program's own file: {error}")))?;
    let mut command = Command::new(program);
    command.arg("surge").arg(order.scenario).arg("--out").arg(out);
    if !order.is_watched {
        command.arg("--quiet");
    }
    command.args(["--rate-factor", &factor.to_string(), "--seed", &order.seed.to_string()]);
    if order.approach == Approach::Above {
        command.args(["--overload-first-s", &overload_s(order.plan).to_string()]);
    }
    let done = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(if order.is_watched { Stdio::inherit() } else { Stdio::piped() })
        .output()
        .map_err(|error| CommandError::Usage(format!("cannot start a trial: {error}")))?;
    match done.status.code() {
        Some(0 | 3 | 4 | 5) => Ok(()),
        code => {
            let talk = String::from_utf8_lossy(&done.stderr);
            let what = format!("trial {} failed: {}", order.number, talk.trim());
            Err(if code == Some(2) { CommandError::Usage(what) } else { CommandError::defect(what) })
        }
    }
}

/// Half as long as the scenario, so that a system that can drain has twice that time to do so.
fn overload_s(plan: &Plan) -> f64 {
    plan.arrivals.duration_s / 2.0
}

fn describe(order: &Order<'_>, run: &Run, factor: f64, earlier: &[CapacityTrial]) -> CapacityTrial {
    let record = &run.record;
    let lead_s = if order.approach == Approach::Above { overload_s(order.plan) } else { 0.0 };
    let goodput_late_per_s = goodput_late_per_s(run, lead_s, order.plan.arrivals.duration_s);
    let applicants = &record.applicants;
    let unserved = applicants.failed + applicants.abandoned + applicants.not_sent;
    let whole = record.latency.get(WHOLE).copied().unwrap_or_default();
    let steps = record.latency.iter().filter(|(step, _)| step.as_str() != WHOLE);
    let mut trial = CapacityTrial {
        number: order.number,
        rate_per_s: order.rate_per_s,
        rate_factor: factor,
        seed: order.seed,
        approach: CapacityApproach::Below,
        verdict: CapacityVerdict::Met,
        missed: (record.objectives.iter())
            .filter(|objective| !objective.met)
            .map(|objective| objective.expression.clone())
            .collect(),
        reason: record.generator.reason.clone(),
        goodput_per_s: record.registrations_per_s_mean,
        goodput_late_per_s,
        unserved_share: unserved as f64 / applicants.arrived.max(1) as f64,
        response_us_p50: whole.response_us.p50,
        response_us_p99: whole.response_us.p99,
        step_response_us_p99_max: steps.map(|(_, step)| step.response_us.p99).max().unwrap_or(0),
        resources: record.resources.clone(),
        folder: String::new(),
    };
    if order.approach == Approach::Above {
        trial.approach = CapacityApproach::Above;
        trial.missed.clear();
    }
    trial.verdict = match (record.verdict.generator, order.approach) {
        (GeneratorVerdict::Invalid, _) => CapacityVerdict::Unfit,
        (_, Approach::Above) => came_back(goodput_late_per_s, order.rate_per_s, earlier),
        (_, Approach::Below) if record.verdict.objectives == ObjectivesVerdict::Met => CapacityVerdict::Met,
        (_, Approach::Below) => CapacityVerdict::Missed,
    };
    trial
}

/// Registrations a second in the last third of the scenario's arrivals, which begin at `lead_s`.
fn goodput_late_per_s(run: &Run, lead_s: f64, duration_s: f64) -> f64 {
    let (from_s, to_s) = (lead_s + duration_s * 2.0 / 3.0, lead_s + duration_s);
    let (from, to) = (from_s.floor(), to_s.floor());
    let inside = run.timeline.rows.iter().filter(|row| (from..to).contains(&f64::from(row.second)));
    inside.map(|row| row.completed).sum::<u64>() as f64 / (to - from).max(1.0)
}

/// Whether goodput after an overload is what the same rate gave from rest.
fn came_back(goodput_per_s: f64, rate_per_s: f64, earlier: &[CapacityTrial]) -> CapacityVerdict {
    let same = |trial: &&CapacityTrial| {
        trial.approach == CapacityApproach::Below
            && trial.verdict == CapacityVerdict::Met
            && (trial.rate_per_s / rate_per_s - 1.0).abs() < 1e-6
    };
    let before = earlier.iter().filter(same).map(|trial| trial.goodput_late_per_s).reduce(f64::max);
    let enough = before.is_none_or(|before| goodput_per_s >= before * COMES_BACK_SHARE);
    if enough { CapacityVerdict::Met } else { CapacityVerdict::Missed }
}

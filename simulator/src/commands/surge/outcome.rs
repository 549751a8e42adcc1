//! The end of a run: audit, record, pages.

use super::{Done, Order};
use crate::assemble::{Measured, assemble};
use crate::audit::{Findings, Truth, audit};
use crate::bystanders::Stood;
use crate::driver::{Driven, Load};
use crate::exit::CommandError;
use crate::fairness::{Came, fairness, region};
use crate::monitor::Seen;
use crate::observe::Totals;
use crate::pages;
use crate::portal::Outage;
use crate::recovery::recoveries;
use crate::sample::Subjects;
use crate::told::Told;
use domain::wire::ExportedAccount;
use record::{ApplicantRow, Histograms, Kind, Run, WriteError};
use scenario::{Idle, Plan};
use std::time::Duration;

/// What is there when the last applicant is done.
pub(super) struct Ended {
    pub(super) driven: Driven,
    pub(super) seen: Seen,
    /// A service that died.
    pub(super) died: Option<CommandError>,
    /// The portal's accounts, or why there are none.
    pub(super) stored: Result<Vec<ExportedAccount>, String>,
    pub(super) store_bytes: Option<u64>,
    pub(super) subjects: Subjects,
    pub(super) outages: Vec<Outage>,
    pub(super) stood: Stood,
}

/// Audits, assembles, writes the run folder.
///
/// # Errors
/// When the folder refuses.
pub(super) fn write_down(order: &Order<'_>, load: &Load, ended: Ended) -> Result<Done, CommandError> {
    let Ended { driven, seen, died, stored, store_bytes, subjects, outages, stood } = ended;
    let usage = |error: WriteError| CommandError::Usage(error.to_string());
    let Seen { start, recording, readings, stalls } = seen;
    let observer = &load.world.observer;
    let totals = observer.totals(load.schedule.whole_len());
    let (histograms, rows) = recording.finish(observer).map_err(usage)?;
    let stored = stored.map(|accounts| of_this_part(order, load, accounts));
    let findings = audit(&totals.told, |arrival| truth(order, load, arrival), stored);
    let partial = load.world.stop.borrow().is_some() && is_partial(load, &totals);
    let record = assemble(Measured {
        plan: &order.plan,
        file: &order.args.scenario.display().to_string(),
        seed: order.plan.seed,
        command: command(order),
        shard: order.args.shard,
        planned: load.schedule.len(),
        target: order.target.as_ref().map(|target| target.permitted.url.clone()),
        started_at: start.at,
        duration: totals.last_done,
        partial,
        totals: &totals,
        histograms: &histograms,
        findings: &findings,
        recoveries: recoveries(&order.plan, &totals.seconds),
        fairness: Some(fairness(&came(load, &totals), order.plan.arrivals.duration())),
        generator: readings.generator(),
        engine: store_bytes.map(|bytes| (readings.engine(), bytes)),
        engine_restarts: outages.len() as u64,
        resources: readings.resources(&subjects),
        others_cpu_share: readings.share_of_others(),
        stolen_cpu_share: readings.share_stolen(),
        stalls,
        clock_step: readings.clock_step(),
        descriptors_allowed: order.descriptors_allowed,
        notes: notes(order, &totals, &findings, partial, died.as_ref())
            .into_iter()
            .chain(happened(&order.plan, &outages, stood))
            .collect(),
    });
    let timeline =
        rows.timeline(&load.schedule, record.applicants.arrived, &totals.seconds, totals.last_done);
    if order.args.outcomes {
        order.folder.write_applicants(applicants(load, &totals)).map_err(usage)?;
    }
    order.folder.write_record(&record).map_err(usage)?;
    order.folder.write_timeline(&timeline).map_err(usage)?;
    let trouble = died.or_else(|| miscounted(driven, &histograms));
    let run = Run { record, timeline, histograms };
    let page = pages::write(&order.folder, &run, order.args.lang.into())?;
    Ok(Done { record: run.record, page, trouble })
}

fn truth(order: &Order<'_>, load: &Load, arrival: u64) -> Truth {
    let applicant = load.crowd.applicant(arrival);
    let expected = order.register.expected(&applicant);
    // Of two whom the register refuses, neither is the first.
    let twin_of = applicant.twin_of.filter(|_| expected == applicant.expected);
    Truth { nik: applicant.person.nik, expected, twin_of }
}

/// A run that was told to end when nobody was left to come is whole nevertheless.
fn is_partial(load: &Load, totals: &Totals) -> bool {
    let mut told = places(load).map(|(_, at)| totals.told[at]);
    told.any(|told| matches!(told, None | Some(Told::Unfinished | Told::NotSent)))
}

/// Every arrival of this run: its place among them, and its number as an index.
fn places(load: &Load) -> impl Iterator<Item = (u64, usize)> {
    let number = |place| usize::try_from(load.schedule.number(place)).expect("a schedule fits into memory");
    (0..load.schedule.len()).map(move |place| (place, number(place)))
}

/// The accounts of this part's people: a portal that several machines load holds those of all.
fn of_this_part(order: &Order<'_>, load: &Load, mut accounts: Vec<ExportedAccount>) -> Vec<ExportedAccount> {
    if order.args.shard.is_some() {
        let numbers: Vec<u64> = (0..load.schedule.len()).map(|place| load.schedule.number(place)).collect();
        let person = |account: &ExportedAccount| load.crowd.population().index_of(account.nik);
        accounts.retain(|account| person(account).is_some_and(|who| numbers.binary_search(&who).is_ok()));
    }
    accounts
}

fn came(load: &Load, totals: &Totals) -> Vec<Came> {
    let one = |(place, at): (u64, usize)| {
        let nik = load.crowd.applicant(at as u64).person.nik;
        Some(Came { intended: load.schedule.instant(place), nik, told: totals.told[at]? })
    };
    places(load).filter_map(one).collect()
}

fn applicants<'a>(load: &'a Load, totals: &'a Totals) -> impl Iterator<Item = ApplicantRow> + 'a {
    places(load).map(move |(place, at)| {
        let applicant = load.crowd.applicant(at as u64);
        let told = totals.told[at];
        let observed = told.map(|told| match told {
            Told::NotSent => "not-sent",
            told => told.code().unwrap_or("unfinished"),
        });
        ApplicantRow {
            arrival: applicant.arrival,
            intended_us: u64::try_from(load.schedule.instant(place).as_micros()).unwrap_or(u64::MAX),
            done_us: told.filter(|told| *told != Told::Unfinished).map(|_| totals.done_us[at]),
            nik: applicant.person.nik.masked(),
            region: region(applicant.person.nik, true),
            defect: applicant.defect.map(|defect| defect.to_string()),
            expected: applicant.expected.to_string(),
            observed: observed.unwrap_or_default().to_owned(),
        }
    })
}

/// goose counted every request too; two different sums would mean that one of them is wrong.
fn miscounted(driven: Driven, histograms: &Histograms) -> Option<CommandError> {
    if driven.panics > 0 {
        let what =
            format!("{} applicants were lost because of a panic, whose message is above", driven.panics);
        return Some(CommandError::defect(what));
    }
    let ours = histograms.requests(Kind::Service).len();
    let goose = driven.requests;
    (goose != ours)
        .then(|| CommandError::defect(format!("{ours} requests were recorded, and goose counted {goose}")))
}

/// The command line that repeats the run.
pub(super) fn command(order: &Order<'_>) -> String {
    let args = order.args;
    let mut command = format!("lonjakan surge {} --seed {}", args.scenario.display(), order.plan.seed);
    if let Some(shard) = args.shard {
        command.push_str(&format!(" --shard {}/{}", shard.part, shard.of));
    }
    command.extend(args.rate_factor.map(|factor| format!(" --rate-factor {factor}")));
    command.extend(args.overload_first_s.map(|seconds| format!(" --overload-first-s {seconds}")));
    if args.repeats > 0 {
        command.push_str(&format!(" --repeats {}", args.repeats));
    }
    let files = [("--captcha-key", &args.target.captcha_key), ("--export-key", &args.target.export_key)];
    let urls = [
        ("--target", &args.target.target),
        ("--consent", &args.target.consent),
        ("--operations", &args.target.operations),
    ];
    for (option, value) in urls {
        command.extend(value.iter().map(|value| format!(" {option} {value}")));
    }
    for (option, file) in files {
        command.extend(file.iter().map(|file| format!(" {option} {}", file.display())));
    }
    command
}

fn notes(
    order: &Order<'_>,
    totals: &Totals,
    findings: &Findings,
    partial: bool,
    died: Option<&CommandError>,
) -> Vec<String> {
    let mut notes = vec![
        "The latency of a registration counts up to the final answer, refusals and failures included."
            .to_owned(),
    ];
    if let Some(shard) = order.args.shard {
        notes.push(format!(
            "Part {} of {} of the arrivals: the figures are of this part alone.",
            shard.part, shard.of
        ));
    }
    let compression = order.plan.behaviour.time_compression;
    if compression > 1.0 {
        notes.push(format!(
            "Thinking times are divided by {compression}: each applicant asks more of the portal in a minute \
             than a real one."
        ));
    }
    if order.args.repeats > 0 {
        let repeats = order.args.repeats;
        notes.push(format!(
            "Applicants repeated a step that could not be served just then, up to {repeats} times."
        ));
    }
    notes.extend(story(&order.plan));
    if partial {
        let after = seconds(totals.last_done);
        notes.push(format!(
            "The run was cut short after {after}: its figures are of the arrivals up to then."
        ));
    }
    notes.extend(died.map(|died| format!("{died}.")));
    notes.extend(findings.examples.iter().map(|example| format!("Audit: {example}.")));
    notes
}

/// What the scenario had go wrong, and who came beside the applicants.
fn happened(plan: &Plan, outages: &[Outage], stood: Stood) -> Vec<String> {
    let mut notes: Vec<String> = outages
        .iter()
        .map(|outage| {
            let back = outage
                .to
                .map_or("not back before the end".to_owned(), |to| format!("back after {}", seconds(to)));
            format!("The engine was killed (kill -9) after {} and {back}.", seconds(outage.from))
        })
        .collect();
    let cores = [
        ("generator", &plan.cores.generator),
        ("engine", &plan.cores.engine),
        ("registry", &plan.cores.registry),
    ];
    let own: Vec<String> = cores
        .iter()
        .filter(|(_, cores)| !cores.is_empty())
        .map(|(name, cores)| format!("{name} {cores:?}"))
        .collect();
    if !own.is_empty() {
        notes.push(format!("Cores: {}.", own.join(", ")));
    }
    if plan.generator.idle == Idle::BusyPoll {
        notes.push("The generator never slept: the processor time in which it looked for work and found none is in no figure.".to_owned());
    }
    let Stood { polls, polls_failed, cut } = stood;
    if polls > 0 {
        notes.push(format!(
            "Beside the applicants {polls} people asked for the status only, {polls_failed} of them in vain; they are in no other figure."
        ));
    }
    let clients = plan.faults.slow_clients + plan.faults.half_open_clients;
    if clients > 0 {
        notes.push(format!("{clients} slow or silent connections were held beside the applicants; the portal ended {cut} of them, each came again."));
    }
    notes
}

/// What happened to the portal meanwhile, as the scenario has it.
fn story(plan: &Plan) -> Vec<String> {
    let gate = plan.gate.iter().map(|one| {
        let moment = |word: &str, at_s: Option<f64>| at_s.map(|at_s| format!("{word} at {at_s} s"));
        let switch = |on: &str, off: &str, is_on: Option<bool>| {
            is_on.map(|is_on| if is_on { on } else { off }.to_owned())
        };
        let changes = [
            moment("it opens", one.opens_at_s),
            moment("it closes", one.closes_at_s),
            switch("formations are ready", "formations are not ready", one.formations_ready),
            switch("maintenance begins", "maintenance ends", one.maintenance),
            one.announcement.as_ref().map(|text| format!("announced: {text}")),
        ];
        let changes: Vec<String> = changes.into_iter().flatten().collect();
        format!("The gate was moved at {} s: {}.", one.at_s, changes.join(", "))
    });
    let registry = &plan.registry;
    let outages = registry.outages.iter().map(|outage| {
        format!("The registry was out from {} s for {} s ({:?}).", outage.at_s, outage.for_s, outage.kind)
    });
    let changes = registry.changes.iter().map(|change| {
        let limit = |word: &str, value: Option<f64>| value.map(|value| format!("{word} {value}"));
        let changes = [
            limit("look-ups a second", change.rate_per_s),
            limit("look-ups a day", change.quota_per_day.map(|quota| quota as f64)),
            limit("look-ups taken", change.quota_used.map(|used| used as f64)),
            limit("bits a second on its link", change.link_bits_per_s),
            limit("milliseconds a look-up", change.latency_ms),
        ];
        let changes: Vec<String> = changes.into_iter().flatten().collect();
        format!("From {} s the registry had other limits: {}.", change.at_s, changes.join(", "))
    });
    gate.chain(outages).chain(changes).collect()
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

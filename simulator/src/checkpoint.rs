//! The record of a run that is still going on, written every few seconds: what is left of it if the program is killed.

use crate::assemble::{Measured, assemble};
use crate::audit::Findings;
use crate::driver::{Load, Start};
use crate::pulse::Stalls;
use crate::sample::{Readings, Subjects};
use chrono::Utc;
use record::{Audit, Histograms, ObjectivesVerdict, RunRecord, Shard, Verdict};
use scenario::Plan;
use std::time::Duration;

/// A record is written after the first second, and then after so many.
pub(crate) const EVERY_S: u32 = 5;

/// What is known of a run before it begins.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) plan: Plan,
    /// The scenario's file, as given.
    pub(crate) file: String,
    pub(crate) seed: u64,
    /// The command line that repeats the run.
    pub(crate) command: String,
    pub(crate) target: Option<String>,
    pub(crate) shard: Option<Shard>,
    pub(crate) subjects: Subjects,
    pub(crate) descriptors_allowed: u64,
}

impl Frame {
    /// The record as things stand. Nothing is audited, and no objective judged: both are about the whole.
    pub(crate) fn unfinished(
        &self,
        load: &Load,
        start: Start,
        second: u32,
        histograms: &Histograms,
        readings: &Readings,
        stalls: Stalls,
    ) -> RunRecord {
        let totals = load.world.observer.totals(load.schedule.whole_len());
        let unavailable = "the program ended before the run did".to_owned();
        let findings = Findings {
            audit: Audit { unavailable_because: Some(unavailable), ..Audit::default() },
            outcomes: Vec::new(),
            refused_wrongly: 0,
            registered_wrongly: 0,
            examples: Vec::new(),
        };
        let mut record = assemble(Measured {
            plan: &self.plan,
            file: &self.file,
            seed: self.seed,
            command: self.command.clone(),
            target: self.target.clone(),
            shard: self.shard,
            planned: load.schedule.len(),
            started_at: start.at,
            duration: Duration::from_secs(second.into()),
            partial: true,
            totals: &totals,
            histograms,
            findings: &findings,
            recoveries: Vec::new(),
            fairness: None,
            generator: readings.generator(),
            engine: self.subjects.engine.as_ref().map(|_| (readings.engine(), 0)),
            resources: readings.resources(&self.subjects),
            engine_restarts: 0,
            others_cpu_share: readings.share_of_others(),
            stolen_cpu_share: readings.share_stolen(),
            stalls,
            clock_step: readings.clock_step(),
            descriptors_allowed: self.descriptors_allowed,
            notes: Vec::new(),
        });
        // Of who is still under way nobody was told anything yet.
        let applicants = &mut record.applicants;
        let under_way =
            load.world.observer.counts().started.saturating_sub(applicants.arrived - applicants.not_sent);
        applicants.arrived += under_way;
        applicants.in_flight_at_end += under_way;
        record.unfinished_at = Some(Utc::now());
        record.audit.acknowledged = record.applicants.registered;
        record.objectives.clear();
        record.verdict =
            Verdict::new(record.verdict.generator, ObjectivesVerdict::None, record.audit.verdict());
        record
    }
}

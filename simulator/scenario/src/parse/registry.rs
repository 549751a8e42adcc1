//! The table of the registry: its limits, its errors, and what happens to it during the run.

use crate::files::column;
use crate::plan::{LatencyLaw, OutageKind, OutagePlan, OverRate, RegistryChange, RegistryPlan};
use crate::problem::Fault;
use crate::reader::{Reader, Section};

/// Latencies of a sample.
const SAMPLE_MAX: usize = 100_000;

pub(super) fn registry<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<RegistryPlan> {
    let section = reader.table(top, "registry");
    let latency = latency(reader, &section);
    let [concurrency, queue, connections] =
        ["concurrency_max", "queue_max", "engine_connections_max"].map(|name| reader.size(&section, name));
    let [timeout_ms, link_bytes, quota_used] =
        ["timeout_ms", "link_bytes_per_look_up", "quota_used"].map(|name| reader.whole(&section, name));
    let over_rate = reader.choice(&section, "over_rate");
    let [rate, link] = ["rate_per_s", "link_bits_per_s"].map(|name| reader.optional_number(&section, name));
    let quota = reader.optional_whole(&section, "quota_per_day");
    let [unsynchronised, stale, wrong_person] = ["unsynchronised_share", "stale_share", "wrong_person_share"]
        .map(|name| reader.number(&section, name));
    let outages = list(reader, &section, "outages", outage);
    let changes = list(reader, &section, "changes", change);
    let plan = RegistryPlan {
        latency: latency?,
        concurrency_max: concurrency?,
        queue_max: queue?,
        timeout_ms: timeout_ms?,
        engine_connections_max: connections?,
        rate_per_s: rate?,
        over_rate: if over_rate? == "refuse" { OverRate::Refuse } else { OverRate::Queue },
        quota_per_day: quota?,
        quota_used: quota_used?,
        link_bits_per_s: link?,
        link_bytes_per_look_up: link_bytes?,
        unsynchronised_share: unsynchronised?,
        stale_share: stale?,
        wrong_person_share: wrong_person?,
        outages: outages?,
        changes: changes?,
    };
    if plan.unsynchronised_share + plan.stale_share + plan.wrong_person_share > 1.0 {
        let right =
            "unsynchronised_share, stale_share and wrong_person_share are over 1 together; lower some";
        reader.contradiction_of_table(&section, right.to_owned());
        return None;
    }
    Some(plan)
}

/// Every table of a list that need not be there.
fn list<'t, T>(
    reader: &mut Reader<'t>,
    section: &Section<'t>,
    name: &str,
    read: impl Fn(&mut Reader<'t>, &Section<'t>) -> Option<T>,
) -> Option<Vec<T>> {
    if !section.has(name) {
        return Some(Vec::new());
    }
    let sections = reader.tables(section, name)?;
    let items: Vec<Option<T>> = sections.iter().map(|section| read(reader, section)).collect();
    items.into_iter().collect()
}

fn outage<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<OutagePlan> {
    let (at_s, for_s) = (reader.number(section, "at_s"), reader.number(section, "for_s"));
    let kind = reader.choice(section, "kind");
    let [down, up] = ["down_s", "up_s"].map(|name| reader.optional_number(section, name));
    let (down_s, up_s) = (down?, up?);
    if down_s.is_some() != up_s.is_some() {
        let right = "down_s and up_s go together: out for the one, back for the other, again and again";
        reader.contradiction_of_table(section, right.to_owned());
        return None;
    }
    let kind = match kind? {
        "reset" => OutageKind::Reset,
        "silent" => OutageKind::Silent,
        _ => OutageKind::Error,
    };
    Some(OutagePlan { at_s: at_s?, for_s: for_s?, kind, flapping_s: down_s.zip(up_s) })
}

fn change<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<RegistryChange> {
    let at_s = reader.number(section, "at_s");
    let [rate, link, latency] =
        ["rate_per_s", "link_bits_per_s", "latency_ms"].map(|name| reader.optional_number(section, name));
    let [quota, used] = ["quota_per_day", "quota_used"].map(|name| reader.optional_whole(section, name));
    Some(RegistryChange {
        at_s: at_s?,
        rate_per_s: rate?,
        quota_per_day: quota?,
        quota_used: used?,
        link_bits_per_s: link?,
        latency_ms: latency?,
    })
}

fn latency<'t>(reader: &mut Reader<'t>, registry: &Section<'t>) -> Option<LatencyLaw> {
    let section = reader.table(registry, "latency");
    match reader.choice(&section, "law")? {
        "constant" => Some(LatencyLaw::Constant { ms: reader.number(&section, "ms")? }),
        "pareto" => {
            let [min, alpha, max] = ["ms_min", "alpha", "ms_max"].map(|name| reader.number(&section, name));
            let (ms_min, alpha, ms_max) = (min?, alpha?, max?);
            if ms_max < ms_min {
                reader.contradiction(&section, "ms_max", format!("write at least ms_min, {ms_min}"));
                return None;
            }
            Some(LatencyLaw::Pareto { ms_min, alpha, ms_max })
        }
        "file" => sample(reader, &section),
        _ => {
            let (ms_median, sigma) = (reader.number(&section, "ms_median"), reader.number(&section, "sigma"));
            Some(LatencyLaw::Lognormal { ms_median: ms_median?, sigma: sigma? })
        }
    }
}

fn sample<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<LatencyLaw> {
    let (file, found) = reader.file(section, "file")?;
    match column(&file.text, "ms", 600_000.0, SAMPLE_MAX) {
        Ok(ms) => Some(LatencyLaw::Sample { ms, file: file.name }),
        Err(right) => {
            reader.report(&found.span, &found.path, Fault::UnknownValue, right);
            None
        }
    }
}

//! The tables that are taken over key by key: engine, generator.
//!
//! Everything is read before anything is given up, so that each problem is found.

use crate::plan::{AdmissionPlan, BudgetPlan, Connections, Cores, EnginePlan, GeneratorPlan, Idle};
use crate::reader::{Reader, Section};
use domain::LimitsProfile;
use domain::limits::Blurred;

/// More than a kernel's set of cores holds by default.
const CORES_MAX: usize = 1_024;

pub(super) fn engine<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<EnginePlan> {
    let section = reader.table(top, "engine");
    let profile = reader.choice(&section, "limits_profile").and_then(LimitsProfile::from_name);
    let [kilobyte_bytes, memory, passes, captcha_seconds, draft_minutes] =
        ["kilobyte_bytes", "password_memory_kib", "password_passes", "captcha_seconds", "draft_minutes"]
            .map(|name| reader.small(&section, name));
    let blurred = reader.choice(&section, "blurred_photos").map(|word| match word {
        "flag" => Some(Blurred::Flag),
        "refuse" => Some(Blurred::Refuse),
        _ => None,
    });
    let [password_threads, password_queue, photo_threads, photo_queue, workers] =
        ["password_threads", "password_queue_max", "photo_threads", "photo_queue_max", "worker_threads"]
            .map(|name| reader.size(&section, name));
    let admission_section = reader.table(&section, "admission");
    let [service_ms, patience_ms] =
        ["service_ms", "patience_ms"].map(|name| reader.whole(&admission_section, name));
    let admission = admission(reader, &admission_section);
    Some(EnginePlan {
        limits_profile: profile?,
        kilobyte_bytes: kilobyte_bytes?,
        password_memory_kib: memory?,
        password_passes: passes?,
        password_threads: password_threads?,
        password_queue_max: password_queue?,
        photo_threads: photo_threads?,
        photo_queue_max: photo_queue?,
        admission: admission?,
        blurred: blurred?,
        captcha_seconds: captcha_seconds?,
        admission_service_ms: service_ms?,
        admission_patience_ms: patience_ms?,
        draft_minutes: draft_minutes?,
        worker_threads: workers?,
    })
}

fn admission<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<AdmissionPlan> {
    match reader.choice(section, "policy")? {
        "none" => Some(AdmissionPlan::None),
        "codel" => Some(AdmissionPlan::Codel),
        "deadline" => Some(AdmissionPlan::Deadline),
        "budgets" => {
            let [person, address] = [("person_burst", "person_per_s"), ("address_burst", "address_per_s")]
                .map(|(burst, per_s)| (reader.whole(section, burst), reader.number(section, per_s)));
            let budget = |(burst, per_s): (Option<u64>, Option<f64>)| {
                Some(BudgetPlan { burst: burst?, per_s: per_s? })
            };
            Some(AdmissionPlan::Budgets { person: budget(person)?, address: budget(address)? })
        }
        "waiting-room" => {
            let calls_per_s = reader.number(section, "calls_per_s");
            let active_max = reader.size(section, "active_max");
            let [heartbeat_s, idle_s] = ["heartbeat_s", "idle_s"].map(|name| reader.whole(section, name));
            Some(AdmissionPlan::WaitingRoom {
                calls_per_s,
                active_max,
                heartbeat_s: heartbeat_s?,
                idle_s: idle_s?,
            })
        }
        "odd-even" => Some(AdmissionPlan::OddEven { turn_s: reader.whole(section, "turn_s")? }),
        "cohort" => Some(AdmissionPlan::Cohort { period_s: reader.whole(section, "period_s")? }),
        _ => {
            let in_flight_max = reader.size(section, "in_flight_max")?;
            Some(AdmissionPlan::ConcurrencyLimit { in_flight_max })
        }
    }
}

/// The generator; `in_flight` are the applicants under way at once where the file does not say, `cores` who has which.
pub(super) fn generator<'t>(
    reader: &mut Reader<'t>,
    top: &Section<'t>,
    in_flight: Option<usize>,
    cores: Option<&Cores>,
) -> Option<GeneratorPlan> {
    let section = reader.table(top, "generator");
    let given = reader.size(&section, "applicants_in_flight_max");
    let [lateness, cpu, not_sent] = ["lateness_ms_p99_max", "cpu_share_max", "not_sent_share_max"]
        .map(|name| reader.number(&section, name));
    let connections = reader.choice(&section, "connections").map(|connections| match connections {
        "pooled" => Connections::Pooled,
        _ => Connections::Own,
    });
    let idle = reader.choice(&section, "idle").map(|idle| match idle {
        "busy-poll" => Idle::BusyPoll,
        _ => Idle::Sleep,
    });
    if idle == Some(Idle::BusyPoll) && cores.is_some_and(|cores| !cores.are_generators_own()) {
        let right = "give it cores.generator, with none that cores.engine or cores.registry name, because it leaves nothing of them";
        reader.contradiction(&section, "idle", right.to_owned());
    }
    let memory_mib_max = reader.whole(&section, "memory_mib_max");
    if section.has("memory_mib_max") && memory_mib_max.is_none() {
        return None;
    }
    Some(GeneratorPlan {
        connections: connections?,
        idle: idle?,
        memory_mib_max,
        applicants_in_flight_max: given.or(in_flight)?,
        lateness_ms_p99_max: lateness?,
        cpu_share_max: cpu?,
        not_sent_share_max: not_sent?,
    })
}

pub(super) fn cores<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<Cores> {
    let section = reader.table(top, "cores");
    let [generator, engine, registry] =
        ["generator", "engine", "registry"].map(|name| list_of_cores(reader, &section, name));
    Some(Cores { generator: generator?, engine: engine?, registry: registry? })
}

/// Empty where the key is absent.
fn list_of_cores<'t>(reader: &mut Reader<'t>, cores: &Section<'t>, name: &str) -> Option<Vec<usize>> {
    let Some((field, found)) = reader.find(cores, name) else { return Some(Vec::new()) };
    let Some(array) = found.value.as_array().filter(|array| !array.is_empty()) else {
        return reader.wrong_type(field, &found);
    };
    let number =
        |item: &toml::Spanned<toml::de::DeValue<'_>>| item.get_ref().as_integer()?.as_str().parse().ok();
    let listed: Option<Vec<usize>> = array.iter().map(number).collect();
    match listed.filter(|cores| cores.iter().all(|core| *core < CORES_MAX)) {
        Some(cores) => Some(cores),
        None => reader.out_of_range(field, &found),
    }
}

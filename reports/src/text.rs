//! The verdict for the terminal: some fifteen aligned lines, in English, each a name and what is to be said of it.

use std::path::Path;

use anstyle::{AnsiColor, Style};
use record::{
    AuditVerdict, GeneratorVerdict, ObjectivesVerdict, Outcome, Quantiles, Recovery, RunRecord, WHOLE,
};

use crate::judgement::{Standing, Tone};
use crate::number::JOINT;
use crate::texts::Lang;

const LANG: Lang = Lang::En;
const NAME_WIDTH: usize = 12;
/// Differing outcomes named one by one; more are only counted.
const DIFFERENCES_NAMED: usize = 4;

/// The verdict as text that ends with a line break; `page` is where the report was written, if it was.
#[must_use]
pub fn verdict_text(record: &RunRecord, page: Option<&Path>, color: bool) -> String {
    let whole = record.latency.get(WHOLE).copied().unwrap_or_default();
    let mut lines = vec![
        line("scenario", scenario(record)),
        line("applicants", applicants(record)),
        line("rate", rate(record)),
        line("response", latency(whole.response_us, " (from the intended instant)")),
        line("service", latency(whole.service_us, " (from the instant of sending)")),
        line("lateness", latency(record.lateness_us, " (of the generator)")),
        line("requests", requests(record)),
        line("busiest", busiest(record)),
        outcomes(&record.outcomes),
    ];
    lines.extend(record.recoveries.iter().map(|disturbance| line("recovery", recovery(disturbance))));
    lines.extend(objectives(record));
    lines.extend([audit(record), generator(record), verdict(record)]);
    lines.extend(page.map(|page| line("report", page.display().to_string())));
    lines.iter().map(|line| line.render(color)).collect()
}

struct Line {
    name: &'static str,
    text: String,
    tone: Option<Tone>,
}

fn line(name: &'static str, text: String) -> Line {
    Line { name, text, tone: None }
}

impl Line {
    fn render(&self, color: bool) -> String {
        let text = self.text.replace(JOINT, " ");
        let style = if color { self.tone.map(style_of).unwrap_or_default() } else { Style::new() };
        format!("{:NAME_WIDTH$}{style}{text}{style:#}\n", self.name)
    }
}

fn style_of(tone: Tone) -> Style {
    match tone {
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Caution => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
        Tone::Void => AnsiColor::Magenta.on_default().bold(),
    }
}

fn scenario(record: &RunRecord) -> String {
    let cut_short = if record.partial { ", CUT SHORT" } else { "" };
    let length = LANG.seconds(record.duration_s);
    format!("{}, seed {}, {length}{cut_short}", record.scenario.name, record.seed)
}

fn applicants(record: &RunRecord) -> String {
    let people = record.applicants;
    let mut text = format!(
        "{} arrived: {} registered ({}), {} refused, {} failed",
        LANG.count(people.arrived),
        LANG.count(people.registered),
        LANG.share_of(people.registered, people.arrived),
        LANG.count(people.refused),
        LANG.count(people.failed),
    );
    let rest = [
        (people.abandoned, "gave up"),
        (people.not_sent, "not sent"),
        (people.in_flight_at_end, "still under way at the end"),
    ];
    for (count, name) in rest.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {} {name}", LANG.count(count)));
    }
    text
}

fn rate(record: &RunRecord) -> String {
    let mean = LANG.three_digits(record.registrations_per_s_mean);
    let peak = LANG.three_digits_short(record.registrations_per_s_peak);
    format!("{mean} registrations/s on average, {peak} in the best second")
}

fn latency(quantiles: Quantiles, remark: &str) -> String {
    if quantiles.count == 0 {
        return format!("nothing measured{remark}");
    }
    let [p50, p99, max] = [quantiles.p50, quantiles.p99, quantiles.max].map(|us| LANG.micros(us as f64));
    format!("p50 {p50:<9} p99 {p99:<9} max {max:<9}{remark}")
}

fn requests(record: &RunRecord) -> String {
    let times = LANG.decimal(record.requests.amplification, 2);
    format!("{}, {times} times what one pass needs", LANG.count(record.requests.total))
}

fn busiest(record: &RunRecord) -> String {
    let named = record.resources.iter().find(|resource| Some(&resource.name) == record.busiest.as_ref());
    let Some(resource) = named else {
        return "no resource could be measured".to_owned();
    };
    let [mean, max] = [resource.busy_share_mean, resource.busy_share_max].map(|share| LANG.share(share));
    format!("{}, {mean} on average, {max} in its busiest second ({})", resource.name, resource.capacity)
}

fn recovery(disturbance: &Recovery) -> String {
    let Recovery { from_s, until_s, under_way_before, under_way_max, recovered_after_s, .. } = disturbance;
    let [from, until] = [from_s, until_s].map(|at_s| LANG.seconds(*at_s));
    let after = match recovered_after_s {
        Some(after_s) => format!("as before {} after its end", LANG.seconds(*after_s)),
        None => "not as before while people still came".to_owned(),
    };
    let [before, most] = [under_way_before, under_way_max].map(|people| LANG.count(*people));
    let cause = LANG.texts().cause(&disturbance.cause);
    format!("{after} ({cause} from {from} to {until}; under way {before} before, {most} at the worst)")
}

fn outcomes(outcomes: &[Outcome]) -> Line {
    if outcomes.is_empty() {
        return line("outcomes", "not judged".to_owned());
    }
    let differing: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| outcome.expected != outcome.observed).collect();
    if differing.is_empty() {
        let text = format!("all {} codes as often as expected", outcomes.len());
        return Line { name: "outcomes", text, tone: Some(Tone::Good) };
    }
    let named = differing.iter().take(DIFFERENCES_NAMED).map(|outcome| {
        format!(
            "{} {} instead of {}",
            outcome.code,
            LANG.count(outcome.observed),
            LANG.count(outcome.expected)
        )
    });
    let mut text = format!("{} of {} codes differ: ", differing.len(), outcomes.len());
    text.push_str(&named.collect::<Vec<_>>().join(", "));
    if differing.len() > DIFFERENCES_NAMED {
        text.push_str(" and more");
    }
    Line { name: "outcomes", text, tone: Some(Tone::Caution) }
}

/// One line that counts them, and one for each that was missed.
fn objectives(record: &RunRecord) -> Vec<Line> {
    let missed: Vec<_> = record.objectives.iter().filter(|objective| !objective.met).collect();
    let all = record.objectives.len();
    let text = match record.verdict.objectives {
        ObjectivesVerdict::None if record.unfinished_at.is_some() => "not judged".to_owned(),
        ObjectivesVerdict::None => "none set".to_owned(),
        ObjectivesVerdict::Met | ObjectivesVerdict::Missed => format!("{} of {all} met", all - missed.len()),
    };
    let summary =
        Line { name: "objectives", text, tone: Some(Tone::of_objectives(record.verdict.objectives)) };
    let each = missed.into_iter().map(|objective| {
        let seen = objective.observed.map(|value| LANG.quantity(value, objective.unit));
        let text =
            format!("missed: {}, was {}", objective.expression, seen.as_deref().unwrap_or("not observed"));
        Line { name: "", text, tone: Some(Tone::Bad) }
    });
    [summary].into_iter().chain(each).collect()
}

fn audit(record: &RunRecord) -> Line {
    let audit = &record.audit;
    let known = [
        (Some(audit.acknowledged), "acknowledged"),
        (audit.stored, "stored"),
        (audit.lost, "lost"),
        (audit.duplicated, "duplicated"),
        (Some(audit.unexpected_outcomes), "wrongly answered"),
    ];
    let said = known.into_iter().filter_map(|(count, what)| Some(format!("{} {what}", LANG.count(count?))));
    let counts = said.collect::<Vec<_>>().join(", ");
    let text = match record.verdict.audit {
        AuditVerdict::Clean => format!("clean: {counts}"),
        AuditVerdict::Violated => format!("VIOLATED: {counts}"),
        AuditVerdict::Unavailable => {
            format!(
                "unavailable: {}; {counts}",
                audit.unavailable_because.as_deref().unwrap_or("no reason was recorded")
            )
        }
    };
    Line { name: "audit", text, tone: Some(Tone::of_audit(record.verdict.audit)) }
}

fn generator(record: &RunRecord) -> Line {
    let word = match record.verdict.generator {
        GeneratorVerdict::Valid => "valid",
        GeneratorVerdict::Limited => "limited",
        GeneratorVerdict::Invalid => "INVALID",
    };
    let share = LANG.share(record.generator.cpu_share_max);
    let text = match &record.generator.reason {
        Some(reason) => format!("{word}: {reason}"),
        None => format!("{word}, {share} of one core in its busiest second"),
    };
    Line { name: "generator", text, tone: Some(Tone::of_generator(record.verdict.generator)) }
}

fn verdict(record: &RunRecord) -> Line {
    let standing = Standing::of(record);
    let text = match standing {
        Standing::Unfinished => "the run never came to its end: nothing was audited, no objective judged",
        Standing::Broken => "the system broke its word to applicants",
        Standing::Void => "this run proves nothing: the generator could not keep up",
        Standing::Missed => "the system fell short of its objectives",
        Standing::Unjudged => "no objective was set",
        Standing::Unaudited => "objectives met, but the store could not be asked",
        Standing::Held => "the system held",
    };
    let cut_short = if record.partial && standing != Standing::Unfinished { "run cut short; " } else { "" };
    let text = format!("{cut_short}{text} (exit code {})", record.verdict.exit_code);
    Line { name: "verdict", text, tone: Some(standing.tone(record.partial)) }
}

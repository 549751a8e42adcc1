//! The verdict in one sentence that can be read out, and the three judgements behind it.

use maud::{Markup, html};
use record::{AuditVerdict, GeneratorVerdict, ObjectivesVerdict};

use super::View;
use crate::judgement::{Standing, Tone};
use crate::texts::{fill, plural};

pub(super) fn section(view: &View<'_>) -> Markup {
    let (record, texts) = (view.record, view.texts);
    html! {
        header.verdict.(Standing::of(record).tone(record.partial).class()) {
            p.kicker {
                (texts.page_title) " · " strong { (record.scenario.name) } " · "
                time datetime=(record.started_at.to_rfc3339()) { (view.lang.instant(record.started_at)) }
            }
            h1 { (sentence(view)) }
            @for reason in reasons(view) { p.reason { (reason) } }
            ul.badges { @for (tone, text) in badges(view) { li.badge.(tone.class()) { (text) } } }
        }
    }
}

fn sentence(view: &View<'_>) -> String {
    let (record, texts) = (view.record, view.texts);
    let people = people(view);
    let missed = record.objectives.iter().filter(|objective| !objective.met).count() as u64;
    let all = record.objectives.len() as u64;
    let sentence = match Standing::of(record) {
        Standing::Unfinished => fill(texts.sentence_unfinished, &[("people", &people)]),
        Standing::Broken => fill(texts.sentence_broken, &[("broken", &broken(view))]),
        Standing::Void => texts.sentence_void.to_owned(),
        Standing::Missed => {
            let counts =
                [("missed", &view.lang.count(missed)), ("all", &view.lang.count(all)), ("people", &people)];
            fill(texts.sentence_missed, &counts.map(|(key, value)| (key, value.as_str())))
        }
        Standing::Unjudged => fill(texts.sentence_unjudged, &[("people", &people)]),
        Standing::Unaudited => fill(texts.sentence_unaudited, &[("people", &people)]),
        Standing::Held => fill(texts.sentence_held, &[("people", &people)]),
    };
    if !record.partial || record.unfinished_at.is_some() {
        return sentence;
    }
    let after = view.lang.seconds(record.duration_s);
    format!("{} {sentence}", fill(texts.sentence_partial, &[("duration", &after)]))
}

/// What became of the people, leaving out what happened to nobody.
fn people(view: &View<'_>) -> String {
    let (people, texts) = (view.record.applicants, view.texts);
    let counts = [people.arrived, people.registered].map(|count| view.lang.count(count));
    let came = fill(texts.people_registered, &[("arrived", &counts[0]), ("registered", &counts[1])]);
    let others = [
        (texts.people_refused, people.refused),
        (texts.people_unserved, people.failed + people.abandoned),
        (texts.people_not_sent, people.not_sent),
        (texts.people_open, people.in_flight_at_end),
    ];
    let rest = counted(view, &others);
    let is_kept = Standing::of(view.record) == Standing::Held;
    let kept = is_kept.then(|| texts.people_kept.to_owned());
    enumerated(view, [came].into_iter().chain(rest).chain(kept).collect())
}

/// What the audit found, leaving out what did not happen.
fn broken(view: &View<'_>) -> String {
    let (audit, texts) = (&view.record.audit, view.texts);
    let found = [
        (texts.broken_lost, audit.lost.unwrap_or(0)),
        (texts.broken_duplicated, audit.duplicated.unwrap_or(0)),
        (texts.broken_answers, audit.unexpected_outcomes),
    ];
    enumerated(view, counted(view, &found))
}

/// The templates whose count is not 0, filled in.
fn counted(view: &View<'_>, found: &[(&'static str, u64)]) -> Vec<String> {
    let happened = found.iter().filter(|(_, count)| *count > 0);
    happened
        .map(|(template, count)| fill(plural(template, *count), &[("count", &view.lang.count(*count))]))
        .collect()
}

/// `a, b, and c`.
fn enumerated(view: &View<'_>, mut parts: Vec<String>) -> String {
    if let [_, .., last] = parts.as_mut_slice() {
        *last = format!("{} {last}", view.texts.and);
    }
    let is_pair = parts.len() == 2;
    parts.join(if is_pair { " " } else { ", " })
}

/// What limits the sentence above: each is said whatever else holds.
fn reasons(view: &View<'_>) -> Vec<String> {
    let (record, texts) = (view.record, view.texts);
    let mut reasons = Vec::new();
    let said = |reason: &Option<String>| {
        reason.as_deref().map_or(texts.no_reason.to_owned(), |reason| view.lang.recorded(reason))
    };
    let reason = said(&record.generator.reason);
    match record.verdict.generator {
        GeneratorVerdict::Valid => {}
        GeneratorVerdict::Limited => reasons.push(fill(texts.reason_limited, &[("reason", &reason)])),
        GeneratorVerdict::Invalid => reasons.push(fill(texts.reason_invalid, &[("reason", &reason)])),
    }
    if record.verdict.audit == AuditVerdict::Unavailable {
        reasons.push(fill(texts.reason_unaudited, &[("reason", &said(&record.audit.unavailable_because))]));
    }
    reasons
}

fn badges(view: &View<'_>) -> Vec<(Tone, String)> {
    let (verdict, texts) = (view.record.verdict, view.texts);
    let objectives = match verdict.objectives {
        ObjectivesVerdict::Met => texts.badge_objectives_met,
        ObjectivesVerdict::Missed => texts.badge_objectives_missed,
        ObjectivesVerdict::None if view.record.unfinished_at.is_some() => texts.badge_objectives_unjudged,
        ObjectivesVerdict::None => texts.badge_objectives_none,
    };
    let audit = match verdict.audit {
        AuditVerdict::Clean => texts.badge_audit_clean,
        AuditVerdict::Violated => texts.badge_audit_violated,
        AuditVerdict::Unavailable => texts.badge_audit_unavailable,
    };
    let generator = match verdict.generator {
        GeneratorVerdict::Valid => texts.badge_generator_valid,
        GeneratorVerdict::Limited => texts.badge_generator_limited,
        GeneratorVerdict::Invalid => texts.badge_generator_invalid,
    };
    // Objectives that an unfit generator saw met are no good news.
    let is_void = verdict.generator == GeneratorVerdict::Invalid;
    let objectives_tone = if is_void { Tone::Void } else { Tone::of_objectives(verdict.objectives) };
    let exit_code = fill(texts.badge_exit_code, &[("code", &verdict.exit_code.to_string())]);
    let cut_short = view.record.partial.then(|| (Tone::Caution, texts.cut_short.to_owned()));
    let judgements = [
        (objectives_tone, objectives.to_owned()),
        (Tone::of_audit(verdict.audit), audit.to_owned()),
        (Tone::of_generator(verdict.generator), generator.to_owned()),
        (Tone::Void, exit_code),
    ];
    judgements.into_iter().chain(cut_short).collect()
}

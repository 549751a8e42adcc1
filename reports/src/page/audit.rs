//! What applicants were told against what the store holds.

use maud::{Markup, html};
use record::AuditVerdict;

use super::View;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let lead = match view.record.verdict.audit {
        AuditVerdict::Clean => texts.audit_clean,
        AuditVerdict::Violated => texts.audit_violated,
        AuditVerdict::Unavailable => texts.audit_unavailable,
    };
    view.titled(texts.audit_title, lead, &table(view))
}

fn table(view: &View<'_>) -> Markup {
    let (audit, texts) = (&view.record.audit, view.texts);
    // Name, count, and whether any of it is a broken promise.
    let rows = [
        (texts.acknowledged, Some(audit.acknowledged), false),
        (texts.stored, audit.stored, false),
        (texts.lost, audit.lost, true),
        (texts.duplicated, audit.duplicated, true),
        (texts.unexpected_outcomes, Some(audit.unexpected_outcomes), true),
        (texts.unacknowledged_stored, audit.unacknowledged_stored, false),
    ];
    html! {
        div.wide { table.narrow { tbody {
            @for (name, count, is_promise) in rows {
                @let broken = is_promise && count.is_some_and(|count| count > 0);
                tr.marked[broken] {
                    th scope="row" { (name) }
                    td.number {
                        @match count {
                            Some(count) if broken => span.mark.bad { (view.lang.count(count)) },
                            Some(count) => (view.lang.count(count)),
                            None => span.quiet { (texts.unknown) },
                        }
                    }
                }
            }
        } } }
    }
}

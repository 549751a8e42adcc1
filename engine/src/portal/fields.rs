//! Fields of forms with their labels, hints and faults, tied together for whoever doesn't see them.

use super::texts;
use domain::Failure;
use domain::wire::{FieldProblem, Problem};
use maud::{Markup, html};

/// What is wrong with a form that is shown again.
#[derive(Clone, Copy, Default)]
pub(super) struct Faults<'a>(pub(super) Option<&'a Problem>);

/// A field for a line of text.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    /// As the API names it; also its id.
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: Option<&'a str>,
    pub(super) value: &'a str,
    /// The input's `type`.
    pub(super) kind: &'a str,
    pub(super) autocomplete: &'a str,
    /// Which keys a phone shows.
    pub(super) inputmode: Option<&'a str>,
}

impl<'a> Input<'a> {
    pub(super) const fn text(name: &'a str, label: &'a str, value: &'a str) -> Input<'a> {
        Input { name, label, hint: None, value, kind: "text", autocomplete: "off", inputmode: None }
    }

    /// Sixteen digits, or as many as somebody types.
    pub(super) const fn digits(name: &'a str, label: &'a str, value: &'a str) -> Input<'a> {
        Input { inputmode: Some("numeric"), ..Input::text(name, label, value) }
    }

    /// What is typed isn't shown, and never sent back.
    pub(super) const fn secret(name: &'a str, label: &'a str, autocomplete: &'a str) -> Input<'a> {
        Input { kind: "password", autocomplete, ..Input::text(name, label, "") }
    }

    pub(super) const fn hint(self, hint: &'a str) -> Input<'a> {
        Input { hint: Some(hint), ..self }
    }

    pub(super) fn drawn(&self, faults: Faults<'_>) -> Markup {
        let fault = faults.at(self.name);
        html! {
            div.isian {
                label for=(self.name) { (self.label) }
                (hint_of(self.name, self.hint))
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value) required
                    autocomplete=(self.autocomplete) inputmode=[self.inputmode]
                    autofocus[faults.is_first(self.name)] aria-invalid=[fault.map(|_| "true")]
                    aria-describedby=[described_by(self.name, self.hint.is_some(), fault.is_some())];
                (fault_of(self.name, fault))
            }
        }
    }
}

/// A field whose value is one of a list; nothing is chosen for anybody.
pub(super) struct Choice<'a, O> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: Option<&'a str>,
    pub(super) value: &'a str,
    /// Values, and how they read.
    pub(super) options: O,
}

impl<'a, O: IntoIterator<Item = (&'a str, &'a str)>> Choice<'a, O> {
    pub(super) fn drawn(self, faults: Faults<'_>) -> Markup {
        let fault = faults.at(self.name);
        html! {
            div.isian {
                label for=(self.name) { (self.label) }
                (hint_of(self.name, self.hint))
                select id=(self.name) name=(self.name) required autofocus[faults.is_first(self.name)]
                    aria-invalid=[fault.map(|_| "true")]
                    aria-describedby=[described_by(self.name, self.hint.is_some(), fault.is_some())] {
                    option value="" { "Pilih…" }
                    @for (value, text) in self.options {
                        option value=(value) selected[value == self.value] { (text) }
                    }
                }
                (fault_of(self.name, fault))
            }
        }
    }
}

impl<'a> Faults<'a> {
    /// What is wrong with field `name`.
    pub(super) fn at(self, name: &str) -> Option<&'a FieldProblem> {
        self.0?.fields.iter().find(|field| field.field == name)
    }

    /// The keyboard is put there.
    fn is_first(self, name: &str) -> bool {
        self.0.and_then(|problem| problem.fields.first()).is_some_and(|field| field.field == name)
    }

    /// What is wrong altogether, at the head of the form: with links to the fields, or with what it is and what to do.
    pub(super) fn summary(self) -> Markup {
        let Some(problem) = self.0 else { return Markup::default() };
        let advice = texts::advice(problem.code);
        html! {
            div.galat role="alert" id="galat" tabindex="-1" data-kode=(problem.code) {
                @if problem.fields.is_empty() {
                    h2 { (problem.title) }
                    p { (problem.detail.as_deref().unwrap_or(advice.cause)) }
                    p { (advice.todo) " " (texts::contact(problem.contact)) }
                    @if let Some(seconds) = problem.retry_after_s {
                        p { "Coba lagi setelah " (texts::span(seconds.into())) "." }
                    }
                } @else {
                    h2 { "Periksa kembali isian berikut" }
                    ul {
                        @for field in &problem.fields {
                            li {
                                a href={ "#" (field.field) } {
                                    @if let Some(label) = texts::label(&field.field) { (label) ": " }
                                    (told(field))
                                }
                            }
                        }
                    }
                    @if problem.fields.iter().all(|field| field.code != Failure::FormOutdated) {
                        p { (texts::contact(problem.contact)) }
                    }
                }
            }
        }
    }
}

fn told(fault: &FieldProblem) -> &str {
    if fault.code == Failure::FormOutdated { texts::INCOMPLETE } else { &fault.title }
}

/// The fault of a field under it.
pub(super) fn fault_of(name: &str, fault: Option<&FieldProblem>) -> Markup {
    html! {
        @if let Some(fault) = fault {
            p.salah id={ (name) "-salah" } data-kode=(fault.code) {
                (told(fault))
                @if fault.code != Failure::FormOutdated {
                    ". " (texts::advice(fault.code).cause) " " (texts::advice(fault.code).todo)
                }
            }
        }
    }
}

fn hint_of(name: &str, hint: Option<&str>) -> Markup {
    html! { @if let Some(hint) = hint { p.petunjuk id={ (name) "-petunjuk" } { (hint) } } }
}

/// The ids of what a screen reader says about field `name`.
pub(super) fn described_by(name: &str, has_hint: bool, has_fault: bool) -> Option<String> {
    match (has_hint, has_fault) {
        (false, false) => None,
        (true, false) => Some(format!("{name}-petunjuk")),
        (false, true) => Some(format!("{name}-salah")),
        (true, true) => Some(format!("{name}-salah {name}-petunjuk")),
    }
}

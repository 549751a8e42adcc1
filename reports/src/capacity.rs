//! A search for capacity as one offline HTML file: the answer in a sentence, goodput and latency against load, every trial.

mod texts;

use maud::{Markup, html};
use record::{
    CapacityApproach, CapacityEnding, CapacityInterval, CapacityRecord, CapacityTrial, CapacityVerdict,
};

use crate::chart::{Line, LineChart, Scale};
use crate::page::document;
use crate::texts::{Lang, fill};
use texts::{Texts, texts};

/// The whole page.
#[must_use]
pub fn capacity_page(record: &CapacityRecord, lang: Lang) -> String {
    let view = View { record, lang, texts: texts(lang), points: points(&record.trials) };
    let title = format!("{} · {}", record.scenario.name, view.texts.title);
    document(lang, &title, &view.sections())
}

struct View<'a> {
    record: &'a CapacityRecord,
    lang: Lang,
    texts: &'static Texts,
    points: Vec<Point>,
}

/// All fit trials from rest at one rate, on average.
struct Point {
    rate_per_s: f64,
    goodput_per_s: f64,
    response_us_p50: f64,
    response_us_p99: f64,
    step_us_p99: f64,
}

/// In the order of their rates.
fn points(trials: &[CapacityTrial]) -> Vec<Point> {
    let counts = |trial: &&CapacityTrial| {
        trial.approach == CapacityApproach::Below && trial.verdict != CapacityVerdict::Unfit
    };
    let mut trials: Vec<&CapacityTrial> = trials.iter().filter(counts).collect();
    trials.sort_by(|a, b| a.rate_per_s.total_cmp(&b.rate_per_s));
    let same = |a: &&CapacityTrial, b: &&CapacityTrial| a.rate_per_s >= b.rate_per_s * 0.999_999;
    trials.chunk_by(same).map(Point::of).collect()
}

impl Point {
    fn of(trials: &[&CapacityTrial]) -> Point {
        let mean = |of: fn(&CapacityTrial) -> f64| {
            trials.iter().map(|trial| of(trial)).sum::<f64>() / trials.len() as f64
        };
        Point {
            rate_per_s: mean(|trial| trial.rate_per_s),
            goodput_per_s: mean(|trial| trial.goodput_per_s),
            response_us_p50: mean(|trial| trial.response_us_p50 as f64),
            response_us_p99: mean(|trial| trial.response_us_p99 as f64),
            step_us_p99: mean(|trial| trial.step_response_us_p99_max as f64),
        }
    }
}

impl View<'_> {
    fn sections(&self) -> Markup {
        let texts = self.texts;
        html! {
            (self.headline())
            section { h2 { (texts.goodput_title) } p.lead { (texts.goodput_lead) } (self.goodput()) }
            section { h2 { (texts.latency_title) } p.lead { (texts.latency_lead) } (self.latency()) }
            section { h2 { (texts.trials_title) } p.lead { (texts.trials_lead) } (self.trials()) }
            section { h2 { (texts.method_title) } p { (texts.method) } (self.method()) }
        }
    }

    fn headline(&self) -> Markup {
        let tone = match self.record.exit_code {
            0 => "good",
            3 | 5 => "bad",
            _ => "void",
        };
        html! {
            header.verdict.(tone) {
                p.kicker { (self.texts.title) " · " strong { (self.record.scenario.name) } }
                h1 { (self.sentence()) }
                @for reason in self.reasons() { p.reason { (reason) } }
            }
        }
    }

    /// The answer in one sentence.
    fn sentence(&self) -> String {
        let texts = self.texts;
        match (self.record.ending, self.record.capacity) {
            (Some(CapacityEnding::AuditViolated), _) => texts.violated.to_owned(),
            (Some(CapacityEnding::GeneratorWasTheLimit), _) => texts.generator.to_owned(),
            (Some(CapacityEnding::NothingIsHeld), _) => texts.nothing.to_owned(),
            (Some(CapacityEnding::NeverMissed), _) => texts.never_missed.to_owned(),
            (Some(CapacityEnding::Found | CapacityEnding::FoundRoughly), Some(capacity)) => {
                self.held(texts.found, capacity)
            }
            (None | Some(CapacityEnding::Found | CapacityEnding::FoundRoughly), _) => {
                texts.unfinished.to_owned()
            }
        }
    }

    fn held(&self, template: &str, capacity: CapacityInterval) -> String {
        let rates = [capacity.median_per_s, capacity.low_per_s, capacity.high_per_s];
        let [median, low, high] = rates.map(|rate| self.lang.three_digits(rate));
        fill(template, &[("median", &median), ("low", &low), ("high", &high)])
    }

    /// What stands below it.
    fn reasons(&self) -> Vec<String> {
        let (record, texts) = (self.record, self.texts);
        let mut reasons = Vec::new();
        if let Some((asked, headroom)) = record.asked_per_s.zip(record.headroom) {
            let template = if headroom < 1.0 { texts.no_headroom } else { texts.headroom };
            let (asked, times) = (self.lang.three_digits(asked), self.lang.three_digits(headroom));
            reasons.push(fill(template, &[("asked", &asked), ("times", &times)]));
        }
        if record.ending == Some(CapacityEnding::FoundRoughly) {
            reasons.push(texts.roughly.to_owned());
        }
        if record.capacity.is_some() {
            reasons.push(self.saturation());
        }
        reasons.extend(
            record
                .recovers
                .map(|recovers| if recovers { texts.recovers } else { texts.metastable }.to_owned()),
        );
        reasons
    }

    fn saturation(&self) -> String {
        let Some(resource) = &self.record.saturated else { return self.texts.nothing_saturated.to_owned() };
        let [mean, most] =
            [resource.busy_share_mean, resource.busy_share_max].map(|share| self.lang.share(share));
        let name = self.lang.resource(&resource.name);
        fill(self.texts.saturated, &[("resource", name), ("mean", &mean), ("max", &most)])
    }

    fn goodput(&self) -> Markup {
        let offered = self.points.iter().map(|point| Some(point.rate_per_s)).collect();
        let goodput = self.points.iter().map(|point| Some(point.goodput_per_s)).collect();
        let lines = vec![
            Line { name: self.texts.offered, class: "intended", values: offered },
            Line { name: self.texts.registered, class: "completed", values: goodput },
        ];
        let highest = self.points.iter().map(|point| point.rate_per_s.max(point.goodput_per_s));
        let y = Scale::linear(highest.fold(0.0, f64::max));
        self.chart(
            self.texts.goodput_title,
            self.texts.per_s,
            y,
            &|value| self.lang.three_digits_short(value),
            lines,
        )
    }

    fn latency(&self) -> Markup {
        let line = |name, class, of: fn(&Point) -> f64| Line {
            name,
            class,
            values: self.points.iter().map(|point| Some(of(point))).collect(),
        };
        let lines = vec![
            line(self.texts.response_p99, "response", |point| point.response_us_p99),
            line(self.texts.response_p50, "response light", |point| point.response_us_p50),
            line(self.texts.step_p99, "service", |point| point.step_us_p99),
        ];
        let all = self
            .points
            .iter()
            .flat_map(|point| [point.response_us_p50, point.response_us_p99, point.step_us_p99]);
        let y = Scale::log(all);
        self.chart(self.texts.latency_title, self.texts.time_log, y, &|us| self.lang.micros_short(us), lines)
    }

    /// Against the rate of arrivals.
    fn chart(
        &self,
        title: &str,
        y_name: &str,
        y: Scale,
        y_text: &dyn Fn(f64) -> String,
        lines: Vec<Line<'_>>,
    ) -> Markup {
        let rate = |value: f64| self.lang.three_digits_short(value);
        let x = Scale::linear(self.points.iter().map(|point| point.rate_per_s).fold(0.0, f64::max));
        let chart = LineChart {
            title,
            description: fill(self.texts.chart_of, &[("count", &self.points.len().to_string())]),
            y_name,
            y,
            y_text,
            x_name: self.texts.load,
            x_ticks: x.ticks().into_iter().map(|value| (x.position(value), rate(value))).collect(),
            places: self.points.iter().map(|point| x.position(point.rate_per_s)).collect(),
            names: self
                .points
                .iter()
                .map(|point| format!("{}/s", self.lang.three_digits(point.rate_per_s)))
                .collect(),
            lines,
        };
        chart.render()
    }

    fn trials(&self) -> Markup {
        let texts = self.texts;
        html! {
            div.wide { table.long {
                thead { tr {
                    th.number scope="col" { (texts.number) }
                    th.number scope="col" { (texts.load) }
                    th.number scope="col" { (texts.registered) }
                    th.number.spare scope="col" { (texts.unserved) }
                    th.number.spare scope="col" { (texts.step_p99) }
                    th scope="col" { (texts.outcome) }
                } }
                tbody { @for trial in &self.record.trials { (self.trial(trial)) } }
            } }
        }
    }

    fn trial(&self, trial: &CapacityTrial) -> Markup {
        let (tone, word) = self.outcome(trial);
        html! {
            tr {
                th.number scope="row" { (trial.number) }
                td.number { (self.lang.three_digits(trial.rate_per_s)) }
                td.number { (self.lang.three_digits(trial.goodput_per_s)) }
                td.number.spare { (self.lang.share(trial.unserved_share)) }
                td.number.spare { (self.lang.micros(trial.step_response_us_p99_max as f64)) }
                td { span.mark.(tone) { (word) } " " span.quiet { (trial.missed.join(", ")) } }
            }
        }
    }

    fn outcome(&self, trial: &CapacityTrial) -> (&'static str, &'static str) {
        let texts = self.texts;
        match (trial.verdict, trial.approach) {
            (CapacityVerdict::Met, CapacityApproach::Below) => ("good", texts.met),
            (CapacityVerdict::Missed, CapacityApproach::Below) => ("bad", texts.missed),
            (CapacityVerdict::Met, CapacityApproach::Above) => ("good", texts.came_back),
            (CapacityVerdict::Missed, CapacityApproach::Above) => ("bad", texts.stayed_away),
            (CapacityVerdict::Unfit, _) => ("caution", texts.unfit),
        }
    }

    fn method(&self) -> Markup {
        let (record, machine) = (self.record, &self.record.environment);
        html! {
            p { code { (record.command) } }
            p.quiet {
                (machine.cpu_model.as_deref().unwrap_or("")) " · " (machine.cpus) " CPU · "
                (self.lang.bytes(machine.memory_bytes as f64)) " · " (machine.os) " · "
                (self.lang.instant(record.started_at))
                @for (name, version) in &machine.versions { " · " (name) " " (version) }
            }
            pre { code { (record.scenario.text) } }
        }
    }
}

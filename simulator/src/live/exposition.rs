//! A glance as metrics for Prometheus: read from it at each scrape, counted nowhere else.

use super::{Distribution, Glance};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use record::GeneratorVerdict;
use std::fmt::Error;
use std::sync::{Arc, PoisonError, RwLock};

/// The latest glance, for whoever asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board(Arc<RwLock<Glance>>);

impl Board {
    /// Puts up a new one.
    pub(crate) fn put(&self, glance: Glance) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = glance;
    }

    /// Its metrics, as OpenMetrics has them.
    pub(crate) fn metrics(&self) -> String {
        let mut names = Registry::with_prefix("lonjakan");
        names.register_collector(Box::new(self.clone()));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &names)
            .expect("writing into a string does not fail");
        text
    }
}

impl Collector for Board {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let glance = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Writer(encoder).write(&glance)
    }
}

/// Label and value of one series of a family.
type Series<'a, T> = ([(&'a str, &'a str); 1], T);

struct Writer<'a>(DescriptorEncoder<'a>);

impl Writer<'_> {
    fn write(mut self, glance: &Glance) -> Result<(), Error> {
        self.applicants(glance)?;
        self.requests(glance)?;
        self.resources(glance)?;
        self.generator(glance)
    }

    fn applicants(&mut self, glance: &Glance) -> Result<(), Error> {
        let counts = &glance.counts;
        self.gauge("run_seconds", "Time since the zero of the schedule", glance.second.into())?;
        self.gauge("arrivals_planned", "Arrivals on the schedule", glance.planned as f64)?;
        self.counter("arrivals_intended", "Arrivals whose instant has come, by arithmetic", glance.intended)?;
        self.counter("applicants_started", "Applicants sent on their way", counts.started)?;
        let ended = [
            ("registered", counts.registered),
            ("refused", counts.refused),
            ("failed", counts.failed),
            ("abandoned", counts.abandoned),
            ("not_sent", counts.not_sent),
            ("unfinished", counts.unfinished),
        ];
        let ended = ended.map(|(outcome, count)| ([("outcome", outcome)], count));
        self.counters("applicants_ended", "Applicants whose way is over, by how it ended", &ended)?;
        self.gauge("applicants_under_way", "Applicants on their way", glance.under_way() as f64)
    }

    fn requests(&mut self, glance: &Glance) -> Result<(), Error> {
        let under_way = glance.requests_under_way as f64;
        self.gauge("requests_under_way", "Requests that wait for their answer", under_way)?;
        let failures: Vec<_> =
            glance.failures.iter().map(|seen| ([("code", seen.code.as_str())], seen.count)).collect();
        self.counters("failures", "Answers that were no success, by code", &failures)?;
        for (kind, name, help) in [
            ("response", "response_seconds", "From the intended instant to the answer, by step"),
            ("service", "service_seconds", "From the instant of sending to the answer, by step"),
            ("lateness", "lateness_seconds", "From the intended instant to that of sending, by step"),
        ] {
            self.histograms(name, help, glance.latencies.iter().filter(|latency| latency.kind == kind))?;
        }
        Ok(())
    }

    fn resources(&mut self, glance: &Glance) -> Result<(), Error> {
        let shares: Vec<_> =
            glance.in_use.iter().map(|in_use| ([("resource", in_use.name)], in_use.share)).collect();
        self.gauges("busy_ratio", "Use of a resource in the last second, of what it can do", &shares)?;
        let Some(engine) = glance.engine else { return Ok(()) };
        let states = [
            ([("state", "under_way")], engine.under_way),
            ([("state", "in_line")], engine.in_line),
            ([("state", "in_waiting_room")], engine.waiting_room),
        ];
        self.gauges("engine_requests", "Requests, or people, that the engine says it has", &states)
    }

    /// The verdict so far: one of its states is 1.
    fn generator(&mut self, glance: &Glance) -> Result<(), Error> {
        let Some((verdict, _)) = &glance.generator else { return Ok(()) };
        let is = |state| f64::from(u8::from(*verdict == state));
        let states = [
            ([("verdict", "valid")], is(GeneratorVerdict::Valid)),
            ([("verdict", "limited")], is(GeneratorVerdict::Limited)),
            ([("verdict", "invalid")], is(GeneratorVerdict::Invalid)),
        ];
        self.gauges("generator_verdict", "Whether the generator was fit so far; one is 1", &states)
    }

    fn counter(&mut self, name: &str, help: &str, count: u64) -> Result<(), Error> {
        let counter = ConstCounter::new(count);
        counter.encode(self.0.encode_descriptor(name, help, None, MetricType::Counter)?)
    }

    fn gauge(&mut self, name: &str, help: &str, value: f64) -> Result<(), Error> {
        ConstGauge::new(value).encode(self.0.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }

    fn counters(&mut self, name: &str, help: &str, series: &[Series<'_, u64>]) -> Result<(), Error> {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        series
            .iter()
            .try_for_each(|(labels, count)| ConstCounter::new(*count).encode(family.encode_family(labels)?))
    }

    fn gauges(&mut self, name: &str, help: &str, series: &[Series<'_, f64>]) -> Result<(), Error> {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        series
            .iter()
            .try_for_each(|(labels, value)| ConstGauge::new(*value).encode(family.encode_family(labels)?))
    }

    fn histograms<'d>(
        &mut self,
        name: &str,
        help: &str,
        mut series: impl Iterator<Item = &'d Distribution>,
    ) -> Result<(), Error> {
        let mut family: MetricEncoder<'_> =
            self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        series.try_for_each(|latency| {
            let labels = [("step", latency.step.as_str())];
            let Distribution { sum_s, count, buckets, .. } = latency;
            family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(*sum_s, *count, buckets, None)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tests::glance;

    #[test]
    fn metrics_of_a_run() {
        let board = Board::default();
        board.put(glance());
        insta::assert_snapshot!("metrics", board.metrics());
    }

    #[test]
    fn before_the_first_second_there_is_nothing_wrong() {
        let text = Board::default().metrics();
        assert!(
            text.contains("lonjakan_applicants_started_total 0\n") && text.ends_with("# EOF\n"),
            "{text}"
        );
    }
}

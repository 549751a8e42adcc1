//! `latency.hlog` as other readers see it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogHistogram, IntervalLogIterator, LogEntry};
use record::{Histograms, Kind, LATENCY_HLOG, Recorder, RunFolder, Sample, WHOLE};

use crate::sample::{random_latencies_us, started_at, steps};

/// Writes the log of 5,000 random acts over five seconds; gives its bytes and what it should add up to.
fn written_log() -> (Vec<u8>, Histograms) {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::new(&steps(), 2);
    let mut log = RunFolder::create(folder.path()).unwrap().begin_latency(&steps(), started_at()).unwrap();
    for (index, (lateness, service)) in random_latencies_us(5, 5_000).into_iter().enumerate() {
        let done_us = 200_000_000 + index as u64 * 1_000;
        let sent_us = done_us - service;
        recorder
            .observe(index, Sample { step: index % 3, intended_us: sent_us - lateness, sent_us, done_us });
    }
    for interval in recorder.take_all() {
        log.push(&interval).unwrap();
    }
    let totals = log.finish().unwrap();
    (std::fs::read(folder.path().join(LATENCY_HLOG)).unwrap(), totals)
}

fn decode(interval: &IntervalLogHistogram<'_>) -> Histogram<u64> {
    let bytes = STANDARD.decode(interval.encoded_histogram()).unwrap();
    Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap()
}

#[test]
fn log_is_read_by_the_crate_that_defines_it() {
    let (bytes, totals) = written_log();
    let mut sums: Vec<(String, Histogram<u64>)> = Vec::new();
    let mut seconds = Vec::new();
    for entry in IntervalLogIterator::new(&bytes) {
        match entry.unwrap() {
            LogEntry::StartTime(at) | LogEntry::BaseTime(at) => {
                assert_eq!(at, Duration::from_secs(1_767_578_400));
            }
            LogEntry::Interval(interval) => {
                assert_eq!(interval.duration(), Duration::from_secs(1));
                let (tag, histogram) = (interval.tag().unwrap().as_str().to_owned(), decode(&interval));
                seconds.push(interval.start_timestamp().as_secs());
                match sums.iter_mut().find(|(known, _)| *known == tag) {
                    Some((_, sum)) => sum.add(histogram).unwrap(),
                    None => sums.push((tag, histogram)),
                }
            }
        }
    }
    seconds.dedup();
    assert_eq!(seconds, [200, 201, 202, 203, 204]);
    assert_eq!(sums.len(), 9);
    for (tag, sum) in sums {
        let (step, kind) = tag.split_once('.').unwrap();
        let kind = Kind::ALL.into_iter().find(|of| of.name() == kind).unwrap();
        assert_eq!(totals.get(step, kind), Some(&sum), "{tag}");
    }
}

#[test]
fn log_begins_as_the_java_and_python_readers_expect() {
    let (bytes, _) = written_log();
    let text = String::from_utf8(bytes).unwrap();
    let head: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    assert_eq!(
        head,
        [
            "#[Histogram log format version 1.3]",
            "#[lonjakan: microseconds, a line for each second and tag step.kind]",
            "#[StartTime: 1767578400.000 (seconds since epoch)]",
            "#[BaseTime: 1767578400.000 (seconds since epoch)]",
        ]
    );
    let first = text.lines().nth(head.len()).unwrap();
    assert!(first.starts_with("Tag=registration.response,200.000,1.000,"), "{first}");
}

#[test]
fn totals_are_there_while_the_log_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = RunFolder::create(folder.path()).unwrap().begin_latency(&steps(), started_at()).unwrap();
    let recorder = Recorder::new(&steps(), 1);
    recorder.record(0, 0, 0, Kind::Response, 77);
    for interval in recorder.take_all() {
        log.push(&interval).unwrap();
    }
    assert_eq!(log.totals().quantiles(WHOLE, Kind::Response).p50, 77);
    // Whoever is killed now leaves the second behind.
    let written = std::fs::read_to_string(folder.path().join(LATENCY_HLOG)).unwrap();
    assert_eq!(written.lines().filter(|line| line.starts_with("Tag=")).count(), 1, "{written}");
    assert!(written.ends_with('\n'));
}

//! `timeline.csv`: its columns, and empty cells for what was not measured.

use record::{Histograms, Kind, RunFolder, TIMELINE_CSV, Timeline, TimelineRow};

use crate::sample::steps;

fn csv_of(rows: Vec<TimelineRow>) -> String {
    let folder = tempfile::tempdir().unwrap();
    RunFolder::create(folder.path()).unwrap().write_timeline(&Timeline { rows }).unwrap();
    std::fs::read_to_string(folder.path().join(TIMELINE_CSV)).unwrap()
}

#[test]
fn columns_and_empty_cells() {
    let mut second = Histograms::new(&steps());
    second.record(0, Kind::Response, 9_000_000);
    for value_us in 1..=100 {
        second.record(1, Kind::Response, value_us + 10);
        second.record(1, Kind::Service, value_us);
        second.record(1, Kind::Lateness, 10);
    }
    let mut full = TimelineRow {
        second: 3,
        arrivals_intended: 60,
        arrivals_started: 59,
        completed: 20,
        refused: 3,
        failed: 1,
        in_flight: 40,
        requests: 500,
        engine_cpu_share: Some(0.875),
        generator_cpu_share: Some(0.25),
        ..TimelineRow::default()
    };
    full.set_latency(&second);
    insta::assert_snapshot!(csv_of(vec![full, TimelineRow { second: 4, ..TimelineRow::default() }]), @r"
    second,arrivals_intended,arrivals_started,completed,refused,failed,in_flight,requests,response_us_p50,response_us_p99,service_us_p50,service_us_p99,lateness_us_p99,engine_cpu_share,generator_cpu_share,abandoned
    3,60,59,20,3,1,40,500,60,109,50,99,10,0.875,0.25,0
    4,0,0,0,0,0,0,0,,,,,,,,0
    ");
}

#[test]
fn timeline_without_rows_still_has_its_header() {
    assert!(csv_of(Vec::new()).starts_with("second,arrivals_intended,"));
}

/// The header is a list of its own, for the empty file; it must name each field in the order of the struct.
#[test]
fn header_names_each_field() {
    let row = serde_json::to_string(&TimelineRow::default()).unwrap();
    let fields: Vec<&str> = row.split('"').skip(1).step_by(2).collect();
    assert_eq!(csv_of(Vec::new()).trim_end().split(',').collect::<Vec<_>>(), fields);
}

//! The run folder: there and back again, and every way in which it can fail.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use record::{HIGHEST_US, Kind, TimelineRow, read, read_seconds};
use record::{Histograms, LATENCY_HLOG, RUN_JSON, Recorder, Run, RunFolder, Sample, TIMELINE_CSV, Timeline};
use tempfile::TempDir;

use crate::sample::{random_latencies_us, record, started_at, steps};

fn write_run(path: &Path) -> Run {
    let folder = RunFolder::create(path).unwrap();
    let recorder = Recorder::new(&steps(), 2);
    for (index, (lateness, service)) in random_latencies_us(1, 3_000).into_iter().enumerate() {
        let sent_us = 1_000_000 + lateness;
        let sample = Sample { step: index % 3, intended_us: 1_000_000, sent_us, done_us: sent_us + service };
        recorder.observe(index, sample);
    }
    recorder.record(0, 0, 0, Kind::Response, HIGHEST_US + 1);
    let mut log = folder.begin_latency(&steps(), started_at()).unwrap();
    let mut timeline = Timeline::default();
    for interval in recorder.take_all() {
        log.push(&interval).unwrap();
        let mut row = TimelineRow { second: interval.second, requests: 1, ..TimelineRow::default() };
        row.set_latency(&interval.histograms);
        row.engine_cpu_share = Some(1.0 / 3.0);
        timeline.rows.push(row);
    }
    let histograms = log.finish().unwrap();
    let record = record(&histograms);
    folder.write_record(&record).unwrap();
    folder.write_timeline(&timeline).unwrap();
    Run { record, timeline, histograms }
}

#[test]
fn run_is_read_as_it_was_written() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("runs/made-up");
    let written = write_run(&path);
    assert_eq!(written.histograms.clamped(), 1);
    assert_eq!(read(&path).unwrap(), written);
}

#[test]
fn files_are_replaced_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path());
    write_run(folder.path());
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [LATENCY_HLOG, RUN_JSON, TIMELINE_CSV]);
    let mode = fs::metadata(folder.path().join(RUN_JSON)).unwrap().permissions().mode();
    assert_eq!(mode & 0o400, 0o400);
    // As any new file here: what the umask of this process takes away, it takes away from both.
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode, fs::metadata(plain).unwrap().permissions().mode());
}

/// A folder whose `name` is a disk with no room.
fn full_disk(name: &str) -> (TempDir, RunFolder, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    symlink("/dev/full", &path).unwrap();
    let expect = format!("cannot write {}: No space left on device (os error 28)", path.display());
    let run_folder = RunFolder::create(folder.path()).unwrap();
    (folder, run_folder, expect)
}

#[test]
fn full_disk_is_one_clear_line() {
    let (_guard, folder, expect) = full_disk(RUN_JSON);
    let error = folder.write_record(&record(&Histograms::new(&steps()))).unwrap_err();
    assert_eq!(error.to_string(), expect);

    let (_guard, folder, expect) = full_disk(TIMELINE_CSV);
    let rows = vec![TimelineRow::default(); 1_000];
    assert_eq!(folder.write_timeline(&Timeline { rows }).unwrap_err().to_string(), expect);

    let (_guard, folder, expect) = full_disk("report.html");
    assert_eq!(folder.write_text("report.html", "<p>").unwrap_err().to_string(), expect);

    let (_guard, folder, expect) = full_disk(LATENCY_HLOG);
    assert_eq!(folder.begin_latency(&steps(), started_at()).unwrap_err().to_string(), expect);

    let (_guard, folder, expect) = full_disk(TIMELINE_CSV);
    assert_eq!(folder.begin_timeline().unwrap_err().to_string(), expect);
}

#[test]
fn link_to_a_file_elsewhere_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept.html");
    fs::write(&kept, "old").unwrap();
    symlink(&kept, folder.path().join("report.html")).unwrap();
    RunFolder::create(folder.path()).unwrap().write_text("report.html", "new").unwrap();
    assert_eq!(fs::read_to_string(&kept).unwrap(), "new");
    assert!(folder.path().join("report.html").is_symlink());
}

#[test]
fn folder_in_place_of_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("run.json/inner")).unwrap();
    let error = RunFolder::create(folder.path()).unwrap().write_text(RUN_JSON, "{}").unwrap_err().to_string();
    let path = folder.path().join(RUN_JSON).display().to_string();
    assert!(error.starts_with(&format!("cannot write {path}: Is a directory")), "{error}");
}

#[test]
fn file_in_place_of_the_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::write(&path, "").unwrap();
    let error = RunFolder::create(&path).unwrap_err().to_string();
    assert_eq!(error, format!("cannot write {}: File exists (os error 17)", path.display()));
}

#[test]
fn number_that_json_cannot_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = record(&Histograms::new(&steps()));
    record.requests.amplification = f64::NAN;
    let error = RunFolder::create(folder.path()).unwrap().write_record(&record).unwrap_err().to_string();
    assert!(error.contains("does not survive JSON: invalid type: null, expected f64"), "{error}");
    assert!(!folder.path().join(RUN_JSON).exists());
}

/// Writes a run, lets `spoil` change the text of one file, and expects `<path><message>`.
#[track_caller]
fn check_broken(name: &str, spoil: impl Fn(&str) -> String, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path());
    let path = folder.path().join(name);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, spoil(&text)).unwrap();
    assert_eq!(read(folder.path()).unwrap_err().to_string(), format!("{}{message}", path.display()));
}

#[test]
fn broken_files_are_named_with_the_place() {
    check_broken(
        RUN_JSON,
        |text| text.replace("lonjakan-run/1", "lonjakan-run/2"),
        ": format is \"lonjakan-run/2\", this program reads \"lonjakan-run/1\"",
    );
    check_broken(
        RUN_JSON,
        |_| "{\n  \"format\": \n".to_owned(),
        ": EOF while parsing a value at line 3 column 0",
    );
    check_broken(RUN_JSON, |_| "{}".to_owned(), ": missing field `format` at line 1 column 2");
    check_broken(
        RUN_JSON,
        |text| text.replace("\"partial\": true", "\"partial\": \"yes\""),
        ": invalid type: string \"yes\", expected a boolean at line 14 column 18",
    );
    check_broken(
        TIMELINE_CSV,
        |text| text.replacen("\n0,", "\nnought,", 1),
        ": CSV deserialize error: record 1 (line: 2, byte: 211): field 0: invalid digit found in string",
    );
    check_broken(
        LATENCY_HLOG,
        |text| text.replacen("Tag=registration.response", "Tag=registration.guess", 1),
        ":5: tag \"registration.guess\" is not step.kind",
    );
    check_broken(
        LATENCY_HLOG,
        |text| text.replacen("Tag=registration.response,", "", 1),
        ":5: an interval without a tag",
    );
    check_broken(
        LATENCY_HLOG,
        |text| text.replacen(".000,HISTF", ".000,????", 1),
        ":5: Invalid symbol 63, offset 0.",
    );
    check_broken(
        LATENCY_HLOG,
        |text| text.replacen("\nTag=", "\nnonsense\nTag=", 1),
        ":5: not an entry of an interval log",
    );
}

/// What a program that was killed leaves behind: a record of some seconds ago, and files that end within a line.
#[test]
fn run_of_a_killed_program_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let written = write_run(folder.path());
    let run_folder = RunFolder::create(folder.path()).unwrap();
    let mut record = record(&Histograms::new(&steps()));
    record.unfinished_at = Some(started_at());
    record.latency_clamped = written.record.latency_clamped;
    run_folder.write_record(&record).unwrap();
    let mut timeline = run_folder.begin_timeline().unwrap();
    for row in &written.timeline.rows {
        timeline.push(row).unwrap();
    }
    drop(timeline);
    for (name, half) in [(TIMELINE_CSV, "99,1,"), (LATENCY_HLOG, "Tag=registration.response,99.000,1.0")] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text + half).unwrap();
    }
    let found = read(folder.path()).unwrap();
    assert_eq!((&found.timeline, &found.histograms), (&written.timeline, &written.histograms));
    assert_eq!(
        (found.record.latency, found.record.lateness_us),
        (written.record.latency, written.record.lateness_us)
    );

    // Of a run that ended in order, half a line is damage.
    record.unfinished_at = None;
    run_folder.write_record(&record).unwrap();
    let error = read(folder.path()).unwrap_err().to_string();
    assert!(error.starts_with(&folder.path().join(TIMELINE_CSV).display().to_string()), "{error}");
}

#[test]
fn seconds_of_the_log_add_up_to_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let written = write_run(folder.path());
    let seconds = read_seconds(folder.path()).unwrap();
    assert!(seconds.len() > 5 && seconds.windows(2).all(|pair| pair[0].second < pair[1].second));
    let mut sum = Histograms::new(&steps());
    seconds.iter().for_each(|second| sum.add(&second.histograms));
    for (step, kind, histogram) in written.histograms.iter() {
        assert_eq!(sum.get(step, kind), Some(histogram), "{step}");
    }
}

#[test]
fn missing_file_is_named() {
    for name in [RUN_JSON, TIMELINE_CSV, LATENCY_HLOG] {
        let folder = tempfile::tempdir().unwrap();
        write_run(folder.path());
        let path = folder.path().join(name);
        fs::remove_file(&path).unwrap();
        let expect = format!("cannot read {}: No such file or directory (os error 2)", path.display());
        assert_eq!(read(folder.path()).unwrap_err().to_string(), expect);
    }
}

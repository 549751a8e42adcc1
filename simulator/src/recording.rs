//! The latencies of a run on their way to disk, second by second, and the rows of the timeline that follow
//! from them.

use crate::observe::{Observer, SecondCounts, steps};
use chrono::{DateTime, Utc};
use record::{
    Histograms, Interval, Kind, LatencyLog, RunFolder, RunRecord, Timeline, TimelineLog, TimelineRow,
    WriteError,
};
use scenario::Schedule;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The log under way. Once the disk refuses, nothing more is written, and the end says so.
#[derive(Debug)]
pub(crate) struct Recording {
    log: LatencyLog,
    refused: Option<WriteError>,
    rows: BTreeMap<u32, TimelineRow>,
    growing: Growing,
}

/// The timeline as far as it is on disk.
#[derive(Debug)]
struct Growing {
    log: TimelineLog,
    next_second: u32,
    next_arrival: u64,
    under_way: u64,
    /// The last rows that were written, the newest last.
    recent: VecDeque<TimelineRow>,
}

/// Rows that are kept at hand for whoever looks on: as many as a wide terminal has columns.
const RECENT_ROWS: usize = 240;

impl Recording {
    /// Begins the log.
    ///
    /// # Errors
    /// When the folder refuses.
    pub(crate) fn begin(folder: &RunFolder, started_at: DateTime<Utc>) -> Result<Recording, WriteError> {
        let log = folder.begin_latency(&steps(), started_at)?;
        let growing = Growing {
            log: folder.begin_timeline()?,
            next_second: 0,
            next_arrival: 0,
            under_way: 0,
            recent: VecDeque::with_capacity(RECENT_ROWS),
        };
        Ok(Recording { log, refused: None, rows: BTreeMap::new(), growing })
    }

    /// Takes over every second before `second`, and hands it to the system.
    pub(crate) fn advance(&mut self, observer: &Observer, schedule: &Schedule, second: u32) {
        for interval in observer.recorder().take_until(second) {
            self.take(&interval);
        }
        while self.growing.next_second < second {
            let row = self.rows.get(&self.growing.next_second).copied().unwrap_or_default();
            let pushed = self.growing.push(row, observer, schedule);
            self.note(pushed);
        }
    }

    /// Writes the record of a run that goes on, so that something stands there if the program is killed.
    pub(crate) fn check_point(&mut self, folder: &RunFolder, record: &RunRecord) {
        if self.refused.is_none() {
            let written = folder.write_record(record);
            self.note(written);
        }
    }

    /// Every latency so far, but for the last seconds.
    pub(crate) fn histograms(&self) -> &Histograms {
        self.log.totals()
    }

    /// The last rows of the timeline, the newest last; what they say may still change a little.
    pub(crate) fn recent(&self) -> Vec<TimelineRow> {
        self.growing.recent.iter().copied().collect()
    }

    fn note(&mut self, written: Result<(), WriteError>) {
        self.refused = self.refused.take().or(written.err());
    }

    /// CPU of generator and engine in one second, in cores.
    pub(crate) fn cpu_shares(&mut self, second: u32, generator: Option<f64>, engine: Option<f64>) {
        let row = self.row(second);
        row.generator_cpu_share = generator;
        row.engine_cpu_share = engine;
    }

    /// Takes over what is left, and puts the log in its place. Gives the sum of all seconds and a row for
    /// each.
    ///
    /// # Errors
    /// When the disk refused now or earlier.
    pub(crate) fn finish(mut self, observer: &Observer) -> Result<(Histograms, Rows), WriteError> {
        for interval in observer.recorder().take_all() {
            self.take(&interval);
        }
        match self.refused {
            Some(refused) => Err(refused),
            None => Ok((self.log.finish()?, Rows(self.rows))),
        }
    }

    fn take(&mut self, interval: &Interval) {
        let row = self.row(interval.second);
        row.set_latency(&interval.histograms);
        row.requests = interval.histograms.requests(Kind::Service).len();
        if self.refused.is_none() {
            let written = self.log.push(interval);
            self.note(written);
        }
    }

    fn row(&mut self, second: u32) -> &mut TimelineRow {
        self.rows.entry(second).or_insert(TimelineRow { second, ..TimelineRow::default() })
    }
}

impl Growing {
    fn push(&mut self, row: TimelineRow, observer: &Observer, schedule: &Schedule) -> Result<(), WriteError> {
        let second = self.next_second;
        let end = Duration::from_secs(u64::from(second) + 1);
        let first = self.next_arrival;
        while self.next_arrival < schedule.len() && schedule.instant(self.next_arrival) < end {
            self.next_arrival += 1;
        }
        self.next_second += 1;
        let intended = self.next_arrival - first;
        let row = TimelineRow { second, ..row };
        let row = with_applicants(row, intended, observer.second(second), &mut self.under_way);
        if self.recent.len() == RECENT_ROWS {
            self.recent.pop_front();
        }
        self.recent.push_back(row);
        self.log.push(&row)
    }
}

/// The row with what happened to applicants; `under_way` goes on from second to second.
fn with_applicants(
    mut row: TimelineRow,
    intended: u64,
    counts: SecondCounts,
    under_way: &mut u64,
) -> TimelineRow {
    row.arrivals_intended = intended;
    row.arrivals_started = counts.started;
    row.completed = counts.registered;
    row.refused = counts.refused;
    row.failed = counts.failed + counts.abandoned + counts.not_sent;
    row.abandoned = counts.abandoned;
    let left = counts.registered + counts.refused + counts.failed + counts.abandoned;
    *under_way = (*under_way + counts.started).saturating_sub(left);
    row.in_flight = *under_way;
    row
}

/// Rows that still lack what happened to applicants.
#[derive(Debug, Default)]
pub(crate) struct Rows(BTreeMap<u32, TimelineRow>);

impl Rows {
    /// Adds the applicants, and makes a row for every second of the load.
    pub(crate) fn timeline(
        mut self,
        schedule: &Schedule,
        arrived: u64,
        seconds: &BTreeMap<u32, SecondCounts>,
        duration: Duration,
    ) -> Timeline {
        let last = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
        let last = self.0.keys().chain(seconds.keys()).copied().fold(last, u32::max);
        let intended = intended_by_second(schedule, arrived);
        let mut under_way: u64 = 0;
        let rows = (0..=last).map(|second| {
            let row = self.0.remove(&second).unwrap_or(TimelineRow { second, ..TimelineRow::default() });
            let counts = seconds.get(&second).copied().unwrap_or_default();
            let intended = intended.get(&second).copied().unwrap_or(0);
            with_applicants(row, intended, counts, &mut under_way)
        });
        Timeline { rows: rows.collect() }
    }
}

fn intended_by_second(schedule: &Schedule, arrived: u64) -> BTreeMap<u32, u64> {
    let mut intended = BTreeMap::new();
    for instant in schedule.iter().take(usize::try_from(arrived).unwrap_or(usize::MAX)) {
        *intended.entry(u32::try_from(instant.as_secs()).unwrap_or(u32::MAX)).or_default() += 1;
    }
    intended
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{Arrivals, Shape, Spacing};

    #[test]
    fn a_row_for_every_second() {
        let arrivals = Arrivals::new(Shape::Constant { per_s: 2.0 }, Spacing::Even, 3.0);
        let measured =
            TimelineRow { second: 1, requests: 9, response_us_p50: Some(4), ..TimelineRow::default() };
        let rows = Rows(BTreeMap::from([(1, measured)]));
        let counts = |started, registered, refused, failed, not_sent| SecondCounts {
            started,
            registered,
            refused,
            failed,
            abandoned: 0,
            not_sent,
        };
        let seconds = BTreeMap::from([
            (0, counts(2, 0, 0, 0, 0)),
            (1, counts(2, 1, 1, 0, 0)),
            (4, counts(0, 1, 0, 1, 2)),
        ]);
        let timeline =
            rows.timeline(&arrivals.schedule(1), arrivals.count, &seconds, Duration::from_millis(2_500));
        let found: Vec<_> = timeline
            .rows
            .iter()
            .map(|row| {
                [
                    row.second.into(),
                    row.arrivals_intended,
                    row.arrivals_started,
                    row.failed,
                    row.in_flight,
                    row.requests,
                ]
            })
            .collect();
        assert_eq!(
            found,
            [
                [0, 2, 2, 0, 2, 0],
                [1, 2, 2, 0, 2, 9],
                [2, 2, 0, 0, 2, 0],
                [3, 0, 0, 0, 2, 0],
                [4, 0, 0, 3, 0, 0]
            ]
        );
        assert_eq!(timeline.rows[1].response_us_p50, Some(4));
    }
}

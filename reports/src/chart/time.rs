//! The time axis of a run: seconds, gathered where there are more than can be seen.

use record::{Timeline, TimelineRow};

use crate::texts::Lang;

const BUCKETS_AT_MOST: u32 = 240;
const TICKS_AT_MOST: u32 = 6;
/// Distances of ticks that people count time in, in seconds; beyond them whole days.
const TICK_STEPS_S: [u32; 15] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200];

/// Cuts a timeline into buckets of equal length, of one second if it is short.
#[derive(Debug)]
pub(crate) struct TimeAxis<'a> {
    rows: &'a [TimelineRow],
    /// Length of a bucket in seconds.
    bucket_s: u32,
    buckets: u32,
}

impl TimeAxis<'_> {
    pub(crate) fn new(timeline: &Timeline) -> TimeAxis<'_> {
        let seconds =
            timeline.rows.iter().map(|row| row.second).max().map_or(1, |last| last.saturating_add(1));
        let bucket_s = seconds.div_ceil(BUCKETS_AT_MOST);
        TimeAxis { rows: &timeline.rows, bucket_s, buckets: seconds.div_ceil(bucket_s) }
    }

    /// Length of a bucket in seconds.
    pub(crate) fn bucket_s(&self) -> u32 {
        self.bucket_s
    }

    /// The mean count a second in each bucket; a second without a row counts as 0.
    pub(crate) fn rates(&self, of: impl Fn(&TimelineRow) -> u64) -> Vec<Option<f64>> {
        let mut sums = vec![0; self.buckets as usize];
        for row in self.rows {
            sums[self.bucket_of(row)] += of(row);
        }
        sums.into_iter().map(|sum| Some(sum as f64 / f64::from(self.bucket_s))).collect()
    }

    /// The worst second of each bucket, where there was a value at all.
    pub(crate) fn worst(&self, of: impl Fn(&TimelineRow) -> Option<f64>) -> Vec<Option<f64>> {
        let mut worst: Vec<Option<f64>> = vec![None; self.buckets as usize];
        for row in self.rows {
            let slot = &mut worst[self.bucket_of(row)];
            *slot = [*slot, of(row)].into_iter().flatten().reduce(f64::max);
        }
        worst
    }

    /// The middle of each bucket on the axis.
    pub(crate) fn places(&self) -> Vec<f64> {
        (0..self.buckets).map(|bucket| (f64::from(bucket) + 0.5) / f64::from(self.buckets)).collect()
    }

    /// What each bucket is called.
    pub(crate) fn names(&self, lang: Lang) -> Vec<String> {
        (0..self.buckets).map(|bucket| clock(lang, bucket.saturating_mul(self.bucket_s))).collect()
    }

    /// Round times with their places.
    pub(crate) fn ticks(&self, lang: Lang) -> Vec<(f64, String)> {
        let end_s = self.buckets.saturating_mul(self.bucket_s);
        let fits = |step: &u32| end_s / step < TICKS_AT_MOST;
        let step = TICK_STEPS_S.into_iter().find(fits).unwrap_or_else(|| end_s.div_ceil(TICKS_AT_MOST));
        let at = (0..=end_s).step_by(step as usize);
        at.map(|second| (f64::from(second) / f64::from(end_s), clock(lang, second))).collect()
    }

    fn bucket_of(&self, row: &TimelineRow) -> usize {
        (row.second / self.bucket_s) as usize
    }
}

/// `45 s`, `2:05`, `1:02:05`.
fn clock(lang: Lang, second: u32) -> String {
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    match (hours, minutes) {
        (0, 0) => lang.seconds_plain(seconds),
        (0, _) => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(seconds: impl Iterator<Item = u32>) -> Timeline {
        let row = |second| TimelineRow {
            second,
            requests: 6,
            response_us_p99: Some(second.into()),
            ..Default::default()
        };
        Timeline { rows: seconds.map(row).collect() }
    }

    #[test]
    fn short_run_has_a_bucket_a_second_with_gaps_as_zero() {
        let timeline = timeline([0, 2].into_iter());
        let axis = TimeAxis::new(&timeline);
        assert_eq!(axis.bucket_s(), 1);
        assert_eq!(axis.rates(|row| row.requests), [Some(6.0), Some(0.0), Some(6.0)]);
        assert_eq!(axis.worst(|row| row.response_us_p99.map(|us| us as f64)), [Some(0.0), None, Some(2.0)]);
        assert_eq!(axis.ticks(Lang::En).len(), 4);
    }

    #[test]
    fn long_run_is_gathered_into_rates_and_worst_seconds() {
        let timeline = timeline(0..3_600);
        let axis = TimeAxis::new(&timeline);
        assert_eq!((axis.bucket_s(), axis.places().len()), (15, 240));
        assert_eq!(axis.rates(|row| row.requests)[0], Some(6.0));
        assert_eq!(axis.worst(|row| row.response_us_p99.map(|us| us as f64))[1], Some(29.0));
        let ticks: Vec<String> = axis.ticks(Lang::En).into_iter().map(|(_, name)| name).collect();
        assert_eq!(ticks, ["0\u{a0}s", "30:00", "1:00:00"]);
    }

    #[test]
    fn odd_seconds_do_not_cost_memory() {
        let timeline = timeline([0, u32::MAX].into_iter());
        let axis = TimeAxis::new(&timeline);
        assert!(axis.places().len() <= 240);
        assert!(axis.ticks(Lang::En).len() <= 8);
    }

    #[test]
    fn empty_timeline_is_an_axis_of_one_second() {
        let axis_of_nothing = timeline([].into_iter());
        let axis = TimeAxis::new(&axis_of_nothing);
        assert_eq!(axis.rates(|row| row.requests), [Some(0.0)]);
        assert_eq!(axis.ticks(Lang::En).len(), 2);
    }
}

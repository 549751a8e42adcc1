//! Who was served, by moment of arrival and by region: overload that turns away those who come late, or those of one
//! place, shows here. Pure.

use crate::told::Told;
use domain::Nik;
use record::{ArrivalGroup, Fairness, RegionGroup, Served};
use std::collections::BTreeMap;
use std::time::Duration;

/// One arrival that came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came {
    /// When the schedule meant them to.
    pub(crate) intended: Duration,
    /// Number of the person.
    pub(crate) nik: Nik,
    /// How it ended.
    pub(crate) told: Told,
}

/// Spans that people count time in, in seconds; minutes where a run is long enough for them.
const SPANS_S: [u64; 10] = [1, 2, 5, 10, 15, 30, 60, 300, 900, 3_600];

/// More groups than this cannot be told apart on a page.
const SPANS_AT_MOST: u64 = 30;

/// Groups the arrivals of a schedule that is `length` long.
pub(crate) fn fairness(arrivals: &[Came], length: Duration) -> Fairness {
    let span_s = span_s(length);
    let mut by_arrival: BTreeMap<u64, Served> = BTreeMap::new();
    let mut by_region: BTreeMap<String, Served> = BTreeMap::new();
    let is_one_province = has_one_province(arrivals);
    for came in arrivals {
        // The last instant may be the very end of the schedule.
        let span = (came.intended.as_secs() / span_s).min(length.as_secs().saturating_sub(1) / span_s);
        count(by_arrival.entry(span).or_default(), came.told);
        count(by_region.entry(region(came.nik, is_one_province)).or_default(), came.told);
    }
    let group = |(span, served): (u64, Served)| ArrivalGroup {
        from_s: (span * span_s) as f64,
        to_s: ((span + 1) * span_s) as f64,
        served,
    };
    Fairness {
        by_arrival: by_arrival.into_iter().map(group).collect(),
        by_region: by_region.into_iter().map(|(region, served)| RegionGroup { region, served }).collect(),
    }
}

/// The region that a NIK is counted under: its province, or the regency or city where all are of one province.
pub(crate) fn region(nik: Nik, is_one_province: bool) -> String {
    if is_one_province { format!("{:04}", nik.region() / 100) } else { format!("{:02}", province(nik)) }
}

/// Whether all came from one province, as synthetic people do.
pub(crate) fn has_one_province(arrivals: &[Came]) -> bool {
    arrivals.windows(2).all(|pair| province(pair[0].nik) == province(pair[1].nik))
}

fn province(nik: Nik) -> u32 {
    nik.region() / 10_000
}

fn span_s(length: Duration) -> u64 {
    let fits = |span: &u64| length.as_secs().div_ceil(*span) <= SPANS_AT_MOST;
    SPANS_S.into_iter().find(fits).unwrap_or(86_400)
}

fn count(served: &mut Served, told: Told) {
    served.arrived += 1;
    match told {
        Told::Registered(_) => served.registered += 1,
        Told::Refused(_) => served.refused += 1,
        Told::Unfinished => {}
        _ => served.unserved += 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::Trouble;
    use domain::draft::AccountNumber;
    use domain::{Failure, RegionSet, Sex};

    fn came(intended_s: u64, region: u32, told: Told) -> Came {
        let birth = "1999-03-04".parse().unwrap();
        let nik = Nik::compose(region, birth, Sex::Female, 9_007, RegionSet::RealAndSynthetic).unwrap();
        Came { intended: Duration::from_secs(intended_s), nik, told }
    }

    fn counts(served: Served) -> [u64; 4] {
        [served.arrived, served.registered, served.refused, served.unserved]
    }

    #[test]
    fn groups_by_span_and_regency() {
        let ok = Told::Registered(AccountNumber(1));
        let late = Told::Failed(Trouble::Timeout);
        let arrivals = [
            came(0, 990_101, ok),
            came(9, 990_201, Told::Refused(Failure::NikNotFound)),
            came(11, 990_101, late),
            came(119, 990_101, Told::Unfinished),
            came(120, 990_201, Told::NotSent),
        ];
        let found = fairness(&arrivals, Duration::from_secs(120));
        let spans: Vec<_> =
            found.by_arrival.iter().map(|group| (group.from_s, group.to_s, counts(group.served))).collect();
        assert_eq!(
            spans,
            [
                (0.0, 5.0, [1, 1, 0, 0]),
                (5.0, 10.0, [1, 0, 1, 0]),
                (10.0, 15.0, [1, 0, 0, 1]),
                (115.0, 120.0, [2, 0, 0, 1])
            ]
        );
        let regions: Vec<_> =
            found.by_region.iter().map(|group| (group.region.as_str(), counts(group.served))).collect();
        assert_eq!(regions, [("9901", [3, 1, 0, 1]), ("9902", [2, 0, 1, 1])]);
    }

    #[test]
    fn several_provinces_are_groups_themselves() {
        let arrivals = [came(0, 990_101, Told::NotSent), came(0, 317_101, Told::NotSent)];
        let found = fairness(&arrivals, Duration::from_secs(7_200));
        let regions: Vec<_> = found.by_region.into_iter().map(|group| group.region).collect();
        assert_eq!(regions, ["31", "99"]);
        assert_eq!(found.by_arrival[0].to_s, 300.0);
    }
}

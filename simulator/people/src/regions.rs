//! Where people are first registered: districts, each with its share of the people, as a table of units that is made once.
//!
//! Shares are those of the census of 2020 by province, within a province spread evenly over its districts (assumed: districts' own
//! counts are published, and yet no table of them is free). The regencies of province 99 stand for provinces, so that a synthetic
//! population is as uneven as the country.

use domain::region::{self, SYNTHETIC_REGION_COUNT, synthetic_region};
use serde::Serialize;
use std::sync::LazyLock;

/// Where the people of a population are registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Regions {
    /// In province 99, which exists nowhere.
    #[default]
    Synthetic,
    /// In the districts in force, with serials from 9000 on, which no real number has.
    Real,
}

impl Regions {
    /// The name in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Regions::Synthetic => "synthetic",
            Regions::Real => "real",
        }
    }

    /// The regions of this name.
    pub fn from_name(name: &str) -> Option<Regions> {
        [Regions::Synthetic, Regions::Real].into_iter().find(|regions| regions.name() == name)
    }
}

/// People by province, census of September 2020 (BPS, "Hasil Sensus Penduduk 2020"), as published: not rounded, copied by hand, and
/// held against the published sum by a test. Provinces that have been split since stand together, because the census didn't count
/// them apart.
const CENSUS_2020: [(&[u16], u64); 34] = [
    (&[11], 5_274_871),
    (&[12], 14_799_361),
    (&[13], 5_534_472),
    (&[14], 6_394_087),
    (&[15], 3_548_228),
    (&[16], 8_467_432),
    (&[17], 2_010_670),
    (&[18], 9_007_848),
    (&[19], 1_455_678),
    (&[21], 2_064_564),
    (&[31], 10_562_088),
    (&[32], 48_274_162),
    (&[33], 36_516_035),
    (&[34], 3_668_719),
    (&[35], 40_665_696),
    (&[36], 11_904_562),
    (&[51], 4_317_404),
    (&[52], 5_320_092),
    (&[53], 5_325_566),
    (&[61], 5_414_390),
    (&[62], 2_669_969),
    (&[63], 4_073_584),
    (&[64], 3_766_039),
    (&[65], 701_814),
    (&[71], 2_621_923),
    (&[72], 2_985_734),
    (&[73], 9_073_509),
    (&[74], 2_624_875),
    (&[75], 1_171_681),
    (&[76], 1_419_229),
    (&[81], 1_848_923),
    (&[82], 1_282_937),
    (&[92, 96], 1_134_068),
    (&[91, 93, 94, 95], 4_303_707),
];

/// The units of a weighted table: enough that the smallest district has one.
const UNITS: u64 = 1 << 17;

/// Districts in ascending order, each with as many units as it has weight.
#[derive(Debug)]
pub(crate) struct Districts {
    codes: Vec<u32>,
    /// The first unit of each district, and behind the last one their number.
    firsts: Vec<u32>,
    /// The district of each unit.
    units: Vec<u16>,
    widest: u64,
}

impl Districts {
    /// The districts for `regions`, by the census, or each with one unit.
    pub(crate) fn of(regions: Regions, weighted: bool) -> &'static Districts {
        static TABLES: [LazyLock<Districts>; 4] = [
            LazyLock::new(|| Districts::weighted(&codes(Regions::Synthetic))),
            LazyLock::new(|| Districts::even(codes(Regions::Synthetic))),
            LazyLock::new(|| Districts::weighted(&codes(Regions::Real))),
            LazyLock::new(|| Districts::even(codes(Regions::Real))),
        ];
        &TABLES[usize::from(regions == Regions::Real) * 2 + usize::from(!weighted)]
    }

    /// The districts that were withdrawn, all of them in Papua, each with one unit.
    pub(crate) fn withdrawn() -> &'static Districts {
        static TABLE: LazyLock<Districts> =
            LazyLock::new(|| Districts::even(region::withdrawn_districts().collect()));
        &TABLE
    }

    /// How many units there are.
    pub(crate) fn units(&self) -> u64 {
        self.units.len() as u64
    }

    /// The most units that one district has.
    pub(crate) const fn widest(&self) -> u64 {
        self.widest
    }

    /// The district of `unit`, which is under the number of units: its place among the districts.
    pub(crate) fn at_unit(&self, unit: u64) -> usize {
        usize::from(self.units[usize::try_from(unit).expect("a unit is an index")])
    }

    /// Where `code` stands among the districts, if it is one of them.
    pub(crate) fn find(&self, code: u32) -> Option<usize> {
        self.codes.binary_search(&code).ok()
    }

    /// The code of a district.
    pub(crate) fn code(&self, district: usize) -> u32 {
        self.codes[district]
    }

    /// The first unit of a district, and how many it has.
    pub(crate) fn units_of(&self, district: usize) -> (u64, u64) {
        let [first, end] = [self.firsts[district], self.firsts[district + 1]];
        (u64::from(first), u64::from(end - first))
    }

    fn even(codes: Vec<u32>) -> Districts {
        let count = u32::try_from(codes.len()).expect("there are some thousand districts");
        Districts::with(codes, (0..=count).collect())
    }

    /// Each province's units are cut from the whole at the sums of people, so that what is rounded off one goes to the next.
    fn weighted(codes: &[u32]) -> Districts {
        let groups: Vec<usize> = codes.iter().map(|&code| group_of(code)).collect();
        let mut districts_of = [0u64; CENSUS_2020.len()];
        groups.iter().for_each(|&group| districts_of[group] += 1);
        let all = CENSUS_2020.iter().map(|(_, people)| people).sum::<u64>() as f64;
        let (mut sum, mut firsts) = (0.0, vec![0]);
        for &group in &groups {
            sum += CENSUS_2020[group].1 as f64 / districts_of[group] as f64;
            // Sums are rounded up to the whole at the end, and stay under it before.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to UNITS")]
            firsts.push((sum / all * UNITS as f64).round() as u32);
        }
        Districts::with(codes.to_vec(), firsts)
    }

    fn with(codes: Vec<u32>, firsts: Vec<u32>) -> Districts {
        let widths = firsts.windows(2).map(|pair| pair[1] - pair[0]);
        let widest = u64::from(widths.clone().max().expect("there are districts"));
        let units = (0u16..).zip(widths).flat_map(|(at, width)| std::iter::repeat_n(at, width as usize));
        Districts { units: units.collect(), codes, firsts, widest }
    }
}

/// The province whose ways the people of district `code` have: its own, or the one that a synthetic regency stands for.
pub(crate) fn province_of(code: u32) -> u16 {
    CENSUS_2020[group_of(code)].0[0]
}

/// The serial before the first that a number of district `code` may have: behind it, no real number of a real district has one.
pub(crate) const fn serial_base(code: u32) -> u16 {
    if is_real(code) { UNREAL_SERIALS - 1 } else { 0 }
}

/// Whether a number of district `code` with `serial` could be that of somebody who lives.
pub(crate) const fn could_be_real(code: u32, serial: u16) -> bool {
    is_real(code) && serial < UNREAL_SERIALS
}

const fn is_real(code: u32) -> bool {
    code / 10_000 != 99
}

/// Real serials are nearly always under some tens; nobody has one from here on.
const UNREAL_SERIALS: u16 = 9_000;

/// Where the province of `code` stands in the census.
fn group_of(code: u32) -> usize {
    static GROUPS: LazyLock<[u8; 100]> = LazyLock::new(|| {
        let mut groups = [0; 100];
        for (at, (provinces, _)) in (0u8..).zip(&CENSUS_2020) {
            provinces.iter().for_each(|&province| groups[usize::from(province)] = at);
        }
        groups
    });
    match region::synthetic_region_index(code) {
        // 99 districts each: the regency's number among the 78, and the provinces over and over.
        Some(index) => (index / 99) as usize % CENSUS_2020.len(),
        None => usize::from(GROUPS[(code / 10_000) as usize % 100]),
    }
}

fn codes(regions: Regions) -> Vec<u32> {
    match regions {
        Regions::Synthetic => (0..SYNTHETIC_REGION_COUNT).map(synthetic_region).collect(),
        Regions::Real => region::real_districts().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum that BPS published with the figures: a figure that was copied wrongly is found here.
    #[test]
    fn the_census_adds_up() {
        assert_eq!(CENSUS_2020.iter().map(|(_, people)| people).sum::<u64>(), 270_203_917);
    }

    #[test]
    fn tables() {
        let check = |table: &Districts, districts: usize, units: u64| {
            assert_eq!((table.codes.len(), table.units()), (districts, units));
            assert!(table.codes.is_sorted());
            for (at, &code) in table.codes.iter().enumerate() {
                let (first, width) = table.units_of(at);
                assert!(width > 0 && width <= table.widest(), "{code} has {width}");
                assert_eq!((table.find(code), table.code(at)), (Some(at), code));
                assert!((first..first + width).all(|unit| table.at_unit(unit) == at), "{code}");
            }
        };
        check(Districts::of(Regions::Synthetic, true), 7_722, UNITS);
        check(Districts::of(Regions::Synthetic, false), 7_722, 7_722);
        check(Districts::of(Regions::Real, true), 7_285, UNITS);
        check(Districts::of(Regions::Real, false), 7_285, 7_285);
        check(Districts::withdrawn(), 594, 594);
        assert_eq!(Districts::withdrawn().find(317_101), None);
    }

    #[test]
    fn provinces_have_their_share() {
        for regions in [Regions::Synthetic, Regions::Real] {
            let table = Districts::of(regions, true);
            for (provinces, people) in CENSUS_2020 {
                let units = (0..table.units())
                    .filter(|&unit| province_of(table.code(table.at_unit(unit))) == provinces[0]);
                let (share, expect) = (units.count() as f64 / UNITS as f64, people as f64 / 270_203_917.0);
                assert!(
                    (share - expect).abs() < 0.001,
                    "{provinces:?} of {regions:?}: {share}, not {expect}"
                );
            }
        }
    }
}

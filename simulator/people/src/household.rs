//! Households: people of one block who share a family card, and in some regions a family's name.

use crate::keyed::{Purpose, Stream, stream};
use crate::names::{self, FamilyName};
use crate::population::Population;
use crate::regions::{Regions, serial_base};
use crate::zone::{SLOTS, Spot};
use chrono::{Datelike, Days};
use domain::region::{SYNTHETIC_REGION_COUNT, synthetic_region};
use domain::{Date, Kk};
use fake::Fake;
use rand::{Rng, RngExt};
use std::sync::LazyLock;

/// Who lives together in a block: equal numbers do. How many applicants share a card is an assumption; they are brothers, sisters
/// and couples of the ages that may apply.
const BLOCKS: [[u8; SLOTS]; 10] = [
    [0, 1, 2, 3],
    [0, 1, 2, 3],
    [0, 1, 2, 3],
    [0, 0, 1, 2],
    [0, 1, 1, 2],
    [0, 1, 2, 2],
    [0, 0, 1, 1],
    [0, 1, 1, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
];

/// A household.
pub(crate) struct Household {
    /// A last name that its members may bear.
    pub(crate) family: &'static str,
    rng: Stream,
    region: u32,
}

impl Household {
    /// Of whoever stands at `spot`.
    pub(crate) fn of(seed: u64, spot: &Spot) -> Household {
        // Blocks of the two zones of a population are told apart by where they lie.
        let block = spot.block << 20 | u64::from(spot.nik.region());
        let mut rng = stream(seed, Purpose::Household, block);
        let within = names::pick(&mut rng, &BLOCKS)[spot.slot];
        let mut rng = stream(seed, Purpose::Household, block ^ (u64::from(within) + 1) << 60);
        let region = spot.nik.region();
        Household { family: FamilyName { region }.fake_with_rng(&mut rng), rng, region }
    }

    /// The number of its card.
    pub(crate) fn card(mut self, population: &Population) -> Kk {
        population.card(&mut self.rng, self.region)
    }
}

/// District, date of record, serial. Mostly it is of the regency where its people were registered; who moved has another's.
pub(crate) fn card(rng: &mut impl Rng, region: u32, regions: Regions, reference: Date) -> Kk {
    static REAL: LazyLock<Vec<u32>> = LazyLock::new(|| domain::region::real_districts().collect());
    let region = match regions {
        _ if rng.random_bool(0.75) => region,
        Regions::Synthetic => synthetic_region(rng.random_range(0..SYNTHETIC_REGION_COUNT)),
        Regions::Real => names::pick(rng, &REAL),
    };
    // Cards in the form of today have been issued since about 2006; a household keeps its card until it changes.
    let issued = reference - Days::new(rng.random_range(30..20 * 365));
    let date = issued.day() * 10_000 + issued.month() * 100 + issued.year().unsigned_abs() % 100;
    let serial = (1..40).find(|_| rng.random_bool(0.25)).unwrap_or(40) + u64::from(serial_base(region));
    let number = u64::from(region) * 10_000_000_000 + u64::from(date) * 10_000 + serial;
    Kk::from_u64(number).expect("a region has six digits")
}

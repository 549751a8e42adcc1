//! A part of a population with districts of its own: from a place in it to a NIK and back.
//!
//! Places are cut into levels by serial ([`crate::serials`]). Within each level, and in the same order, they go through blocks of
//! four: each block is of one district, drawn by the districts' units, and its four slots are four cells (day of birth and sex) of
//! that district. So people of neighbouring places may be of one household, whatever cells they have.

use crate::cells::Cells;
use crate::keyed::{Permutation, Purpose, Spread};
use crate::regions::{Districts, serial_base};
use crate::serials;
use domain::{Date, Nik, RegionSet};

/// A part of a population.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zone {
    districts: &'static Districts,
    size: u64,
    /// The serial before the first.
    serial_base: u16,
    cells: Cells,
    unit_order: Spread,
    cell_order: Permutation,
    /// Moves each district's cells, so that not all begin with the same ones.
    shift: u64,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// The number.
    pub(crate) nik: Nik,
    /// The date in it.
    pub(crate) date: Date,
    /// Which block of which level; unique in the zone.
    pub(crate) block: u64,
    /// Their place in the block.
    pub(crate) slot: usize,
}

/// People of a block.
pub(crate) const SLOTS: usize = 4;

const SLOTS_U64: u64 = SLOTS as u64;

/// A person's second number has a serial so much higher. Levels end far below.
const SECOND_SERIAL: u16 = 500;

impl Zone {
    /// `size` people in `districts`; the caller has asked [`Zone::size_max`].
    pub(crate) fn new(seed: u64, size: u64, districts: &'static Districts, cells: Cells) -> Zone {
        let serial_base = serial_base(districts.code(0));
        Zone {
            districts,
            size,
            serial_base,
            cells,
            unit_order: Spread::new(seed, Purpose::UnitOrder, districts.units()),
            cell_order: Permutation::new(seed, Purpose::CellOrder, cells.per_district()),
            shift: crate::keyed::draw(seed, Purpose::CellOrder, u64::from(serial_base)),
        }
    }

    /// How many people `districts` have room for.
    pub(crate) fn size_max(districts: &Districts, cells: &Cells) -> u64 {
        let rounds = cells.per_district() / (districts.widest() * SLOTS_U64);
        serials::size_max(rounds * districts.units() * SLOTS_U64)
    }

    /// Whoever stands at `place`, which is under the size.
    pub(crate) fn at(&self, place: u64) -> Spot {
        let (serial, offset) = serials::at_place(self.size, place);
        let (block, slot) = (offset / SLOTS_U64, offset % SLOTS_U64);
        let (round, turn) = (block / self.districts.units(), block % self.districts.units());
        let unit = self.unit_order.at(turn);
        let district = self.districts.at_unit(unit);
        let (first, width) = self.districts.units_of(district);
        let code = self.districts.code(district);
        let number = (round * width + unit - first) * SLOTS_U64 + slot;
        let cell = self.cell_order.forward((number + self.shift_of(code)) % self.cells.per_district());
        let (nik, date) = self.cells.nik(code, cell, self.serial_base + serial);
        let slot = usize::try_from(slot).expect("a slot is under four");
        Spot { nik, date, block: block * 1_000 + u64::from(serial), slot }
    }

    /// The place of whoever has `nik` as their first or second number; `None` where nobody of the zone does.
    pub(crate) fn place_of(&self, nik: Nik) -> Option<u64> {
        let district = self.districts.find(nik.region())?;
        let (first, width) = self.districts.units_of(district);
        let count = self.cells.per_district();
        let shifted = self.cell_order.backward(self.cells.of(nik)?);
        let number = (shifted + count - self.shift_of(nik.region())) % count;
        let (block, slot) = (number / SLOTS_U64, number % SLOTS_U64);
        let turn = self.unit_order.place_of(first + block % width);
        let offset = (block / width * self.districts.units() + turn) * SLOTS_U64 + slot;
        let serial = nik.serial().checked_sub(self.serial_base)?;
        let serial = if serial > SECOND_SERIAL { serial - SECOND_SERIAL } else { serial };
        if serial == 0 || serial >= SECOND_SERIAL {
            return None;
        }
        serials::place_of(self.size, serial, offset)
    }

    fn shift_of(&self, code: u32) -> u64 {
        self.shift.wrapping_mul(2 * u64::from(code) + 1) % self.cells.per_district()
    }
}

/// The second number of whoever has `nik`: the same but for its serial.
pub(crate) fn second_of(nik: Nik, date: Date) -> Nik {
    Nik::compose(nik.region(), date, nik.sex(), nik.serial() + SECOND_SERIAL, RegionSet::RealAndSynthetic)
        .expect("first serials are under 500, or from 9000 to under 9500")
}

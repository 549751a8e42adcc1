//! Cells of a district: every day of birth and sex. Within a cell people differ by their serial alone.

use chrono::{Datelike, Days, Months};
use domain::{Date, Limits, Nik, RegionSet, Sex};

/// The days of birth of a population, and with them its cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells {
    first: Date,
    days: u32,
}

/// A run may last past midnight, and its reference date may have been yesterday's: everybody is of the right age also so many days
/// before and after it.
pub(crate) const MARGIN_DAYS: u64 = 7;

impl Cells {
    /// The cells of everybody who is of the right age around `reference`; `None` where the calendar doesn't reach that far.
    pub(crate) fn around(reference: Date, limits: &Limits) -> Option<Cells> {
        // Two-digit years of birth stay unique, and NIKs are for 1900 to 2099.
        if !(1950..=2090).contains(&reference.year()) {
            return None;
        }
        let before = reference.checked_sub_days(Days::new(MARGIN_DAYS))?;
        let after = reference.checked_add_days(Days::new(MARGIN_DAYS))?;
        let eligible =
            |birth: Date| limits.age_is_eligible(birth, before) && limits.age_is_eligible(birth, after);
        // Subtracting months holds a date at the end of a shorter month, so the bounds are looked for, from just outside.
        let oldest = years_before(after, limits.age_years_max)?.checked_sub_days(Days::new(2))?;
        let youngest = years_before(before, limits.age_years_min)?.checked_add_days(Days::new(2))?;
        let first = oldest.iter_days().take(5).find(|&birth| eligible(birth))?;
        let last =
            std::iter::successors(Some(youngest), Date::pred_opt).take(5).find(|&birth| eligible(birth))?;
        let days = u32::try_from((last - first).num_days()).ok()? + 1;
        Some(Cells { first, days })
    }

    /// How many a district has.
    pub(crate) fn per_district(&self) -> u64 {
        u64::from(self.days) * 2
    }

    /// The NIK of the person with `serial` in `cell` of district `code`, and the date that it holds.
    pub(crate) fn nik(&self, code: u32, cell: u64, serial: u16) -> (Nik, Date) {
        let sex = if cell.is_multiple_of(2) { Sex::Male } else { Sex::Female };
        let date = self.day(cell / 2);
        let nik = Nik::compose(code, date, sex, serial, RegionSet::RealAndSynthetic);
        (nik.expect("region, date and serial are all in range"), date)
    }

    /// The cell of `nik` in its district; `None` for a date that this population doesn't have.
    pub(crate) fn of(&self, nik: Nik) -> Option<u64> {
        Some(self.day_of(nik)? * 2 + u64::from(nik.sex() == Sex::Female))
    }

    /// Whether `birth` is one of the days.
    pub(crate) fn contains(&self, birth: Date) -> bool {
        self.day_index(birth).is_some()
    }

    /// How many days of birth there are.
    pub(crate) fn days(&self) -> u64 {
        u64::from(self.days)
    }

    /// Day of birth number `day`, from 0.
    pub(crate) fn day(&self, day: u64) -> Date {
        self.first + Days::new(day)
    }

    /// The century is the one in which the date is one of the days.
    fn day_of(&self, nik: Nik) -> Option<u64> {
        let (month, day) = (u32::from(nik.month()), u32::from(nik.day()));
        [1900, 2000].into_iter().find_map(|century| {
            let date = Date::from_ymd_opt(century + i32::from(nik.year_of_century()), month, day)?;
            self.day_index(date)
        })
    }

    fn day_index(&self, date: Date) -> Option<u64> {
        u64::try_from((date - self.first).num_days()).ok().filter(|&day| day < u64::from(self.days))
    }
}

fn years_before(date: Date, years: i32) -> Option<Date> {
    date.checked_sub_months(Months::new(u32::try_from(years).ok()? * 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(reference: &str) -> Cells {
        Cells::around(reference.parse().unwrap(), &Limits::default()).unwrap()
    }

    #[test]
    fn everybody_is_of_the_right_age_around_the_reference() {
        let limits = Limits::default();
        for reference in ["2026-11-21", "2024-02-29", "2025-03-01", "2026-02-22", "2026-03-07", "2000-01-01"]
        {
            let today: Date = reference.parse().unwrap();
            let cells = cells(reference);
            let margin = Days::new(MARGIN_DAYS);
            let whole = |birth| {
                limits.age_is_eligible(birth, today - margin) && limits.age_is_eligible(birth, today + margin)
            };
            assert!((0..cells.days()).all(|day| whole(cells.day(day))), "{reference}");
            // And nobody of that age is missing.
            assert!(!whole(cells.first.pred_opt().unwrap()), "{reference}");
            assert!(!whole(cells.day(cells.days())), "{reference}");
        }
    }

    #[test]
    fn cells_and_back() {
        let cells = cells("2026-11-21");
        for cell in 0..cells.per_district() {
            let (nik, date) = cells.nik(990_101, cell, 3);
            assert_eq!(cells.of(nik), Some(cell));
            assert!(nik.agrees_with(date) && cells.contains(date));
        }
    }

    #[test]
    fn others_have_no_cell() {
        let cells = cells("2026-11-21");
        let check = |nik: &str| {
            assert_eq!(cells.of(Nik::parse(nik, RegionSet::RealAndSynthetic).unwrap()), None, "{nik}");
        };
        check("9901011705600001");
        check("9901011705150001");
        assert!(Cells::around("1949-12-31".parse().unwrap(), &Limits::default()).is_none());
    }
}

//! `GET /regencies`: the reference list of birthplaces.

use crate::region::{self, RegionSet};
use serde::{Deserialize, Serialize};

/// The regencies and cities that somebody may be born in, by code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regencies {
    /// Every one.
    pub regencies: Vec<Regency>,
}

/// A regency or city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regency {
    /// Four digits: what goes into `birth_regency`.
    pub code: String,
    /// As Kemendagri writes it, beginning with "Kabupaten" or "Kota".
    pub name: String,
}

impl Regencies {
    /// The list for `regions`.
    pub fn of(regions: RegionSet) -> Regencies {
        let regency =
            |(code, name): (u16, &str)| Regency { code: format!("{code:04}"), name: name.to_owned() };
        let synthetic = match regions {
            RegionSet::Real => None,
            RegionSet::RealAndSynthetic => Some(region::synthetic_regencies()),
        };
        Regencies {
            regencies: region::regencies().chain(synthetic.into_iter().flatten()).map(regency).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_ones_and_synthetic_ones_where_set() {
        let check = |regions, count, last: &str| {
            let list = Regencies::of(regions).regencies;
            assert_eq!(list.len(), count);
            assert!(list.is_sorted_by(|a, b| a.code < b.code), "each code once, in order");
            assert_eq!(list.last().unwrap().name, last);
        };
        check(RegionSet::Real, 514, "Kota Sorong");
        check(RegionSet::RealAndSynthetic, 592, "Kota Sintetis 79");
    }
}

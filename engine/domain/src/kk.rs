//! KK, the number of a family card: sixteen digits that begin with the region of issue.
//!
//! Only its length is checked. The card changes on marriage, move or a death, its region may differ from the NIK's, and its further
//! layout is not published; whether it is the person's is for the population registry to say.

use crate::nik::{mask, parse_sixteen_digits};
use crate::region::RegionSet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Sixteen digits that may be the number of a family card. It never prints in full.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kk(u64);

/// The text is not sixteen ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not sixteen digits")]
pub struct KkMalformed;

impl Kk {
    /// Checks `text` as the number of a family card.
    ///
    /// # Errors
    /// [`KkMalformed`] where it is not sixteen ASCII digits.
    pub fn parse(text: &str) -> Result<Kk, KkMalformed> {
        parse_sixteen_digits(text).map(Kk).ok_or(KkMalformed)
    }

    /// The card with this number below 10^16, `None` above.
    pub fn from_u64(number: u64) -> Option<Kk> {
        (number < 10_000_000_000_000_000).then_some(Kk(number))
    }

    /// Whether its first six digits are a district of `regions`. An unknown one is worth a warning, never a refusal: the table
    /// may be older than the card.
    pub fn region_is_known(self, regions: RegionSet) -> bool {
        u32::try_from(self.0 / 10_000_000_000).is_ok_and(|region| regions.contains(region))
    }

    /// All sixteen digits, for the wire and the store.
    pub fn expose(self) -> String {
        format!("{:016}", self.0)
    }
}

impl fmt::Debug for Kk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kk({})", mask(&self.expose()))
    }
}

impl Serialize for Kk {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for Kk {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Kk, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Kk::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_digits_only() {
        let check = |text: &str, expect: Result<bool, KkMalformed>| {
            let found = Kk::parse(text).map(|kk| kk.region_is_known(RegionSet::RealAndSynthetic));
            assert_eq!(found, expect, "{text}");
        };
        check("9901011705900001", Ok(true));
        check("0000000000000000", Ok(false));
        check("990101170590000", Err(KkMalformed));
        check("990101170590000x", Err(KkMalformed));
        check("9901 0117 0590 00", Err(KkMalformed));
    }

    #[test]
    fn it_never_prints_in_full() {
        assert_eq!(format!("{:?}", Kk::parse("9901011705900001").unwrap()), "Kk(9901**********01)");
    }
}

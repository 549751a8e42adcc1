//! NIK and KK: whatever is taken reads back as it was typed, is spelt by its parts, and never prints in full.

#![no_main]

use domain::kk::Kk;
use domain::{Nik, RegionSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let digits = text.trim();
    if let Ok(nik) = Nik::parse(text, RegionSet::RealAndSynthetic) {
        assert_eq!(nik.expose(), digits);
        assert!(!format!("{nik:?}{}", nik.masked()).contains(digits));
        assert_eq!(Nik::parse(&nik.expose(), RegionSet::RealAndSynthetic), Ok(nik));
        // A number of the synthetic province is none of a real one.
        assert_eq!(Nik::parse(text, RegionSet::Real).is_err(), digits.starts_with("99"));
    }
    if let Ok(kk) = Kk::parse(text) {
        assert_eq!(kk.expose(), digits);
        assert!(!format!("{kk:?}").contains(digits));
    }
});

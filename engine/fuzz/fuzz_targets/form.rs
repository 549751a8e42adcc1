//! Step 1 from the bytes of a body to an identity: what is taken holds, and goes to the registry and the store and comes back the same.

#![no_main]

use domain::identity::{self, Identity, Rules};
use domain::wire::{OpenDraft, RegistryQuestion};
use domain::{Limits, RegionSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(form) = serde_json::from_slice::<OpenDraft>(body) else { return };
    let limits = Limits::default();
    let today = "2026-11-21".parse().expect("a date of the calendar");
    let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today };
    match identity::check(form, &rules) {
        Err(faults) => assert!(!faults.is_empty()),
        Ok((identity, _)) => {
            let stored = serde_json::to_vec(&identity).expect("an identity has no failing serialiser");
            assert_eq!(serde_json::from_slice::<Identity>(&stored).expect("it was stored so"), identity);
            serde_json::to_vec(&RegistryQuestion::about(&identity)).expect("a question has no failing serialiser");
            assert!(!format!("{identity:?}").contains(&identity.nik.expose()));
        }
    }
});

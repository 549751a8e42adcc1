//! Step 2, Lengkapi Data: the rules for what is chosen there.

use crate::failure::Failure;
use crate::identity::Fault;
use crate::name::{Name, NameFault};
use crate::region::{self, RegionSet};
use crate::wire::Profile;

/// Checks the form of step 2; a birthplace has to be on the reference list, to which `regions` may add the synthetic regencies.
///
/// # Errors
/// The first fault, in the order of the form: [`Failure::NameHasTitle`] or [`Failure::IdentityMismatch`] for the name,
/// [`Failure::BirthplaceUnknown`] for the place.
pub fn check(profile: &Profile, regions: RegionSet) -> Result<(), Fault> {
    Name::parse(&profile.certificate_name).map_err(|fault| {
        let failure = match fault {
            NameFault::Title => Failure::NameHasTitle,
            NameFault::Malformed => Failure::IdentityMismatch,
        };
        Fault { field: "certificate_name", failure }
    })?;
    if is_regency(&profile.birth_regency, regions) {
        Ok(())
    } else {
        Err(Fault { field: "birth_regency", failure: Failure::BirthplaceUnknown })
    }
}

fn is_regency(code: &str, regions: RegionSet) -> bool {
    let Ok(code) = code.parse::<u16>() else { return false };
    region::regencies().any(|(known, _)| known == code)
        || (regions == RegionSet::RealAndSynthetic
            && region::synthetic_regencies().any(|(known, _)| known == code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sex;
    use crate::wire::Category;

    #[test]
    fn names_and_places() {
        let check =
            |certificate_name: &str, birth_regency: &str, regions, expect: Result<(), (&str, Failure)>| {
                let profile = Profile {
                    certificate_name: certificate_name.to_owned(),
                    birth_regency: birth_regency.to_owned(),
                    sex: Sex::Female,
                    category: Category::Cpns,
                };
                let found = check(&profile, regions).map_err(|fault| (fault.field, fault.failure));
                assert_eq!(found, expect, "{certificate_name}, {birth_regency}");
            };
        let (real, all) = (RegionSet::Real, RegionSet::RealAndSynthetic);
        let unknown = Err(("birth_regency", Failure::BirthplaceUnknown));
        check("Siti Aminah", "3171", real, Ok(()));
        check("Siti Aminah", "9901", all, Ok(()));
        check("Siti Aminah", "9901", real, unknown);
        check("Siti Aminah", "9970", all, unknown);
        check("Siti Aminah", "", all, unknown);
        check("Siti Aminah", "luar negeri", all, unknown);
        // Renumbered in 2022: the place is on the list under its code of today.
        check("Siti Aminah", "9101", real, unknown);
        check("Dr. Siti Aminah", "3171", real, Err(("certificate_name", Failure::NameHasTitle)));
        check("", "3171", real, Err(("certificate_name", Failure::IdentityMismatch)));
    }
}

//! What the engine asks the population registry, and what it hears. The registry compares; its records never leave it.

use crate::identity::Identity;
use crate::kk::Kk;
use crate::nik::Nik;
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// One look-up: does the register know this person as they describe themselves?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryQuestion {
    /// Number of the person.
    pub nik: Nik,
    /// Number of the family card, as typed.
    pub kk: Kk,
    /// Name, as typed.
    pub full_name: String,
    /// Date of birth, as typed.
    pub birth_date: Date,
}

/// What agrees with the register. Where nobody was found, nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryAnswer {
    /// The register has the NIK.
    pub found: bool,
    /// The card is the current one.
    pub kk_agrees: bool,
    /// The name is the same (see [`crate::name::Name::is_same_as`]).
    pub name_agrees: bool,
    /// The date of birth is the same.
    pub birth_date_agrees: bool,
}

impl RegistryQuestion {
    /// The question about somebody who gave this identity.
    pub fn about(identity: &Identity) -> RegistryQuestion {
        RegistryQuestion {
            nik: identity.nik,
            kk: identity.kk,
            full_name: identity.full_name.as_str().to_owned(),
            birth_date: identity.birth_date,
        }
    }
}

impl RegistryAnswer {
    /// The register doesn't have the NIK.
    pub const UNKNOWN: RegistryAnswer =
        RegistryAnswer { found: false, kk_agrees: false, name_agrees: false, birth_date_agrees: false };
}

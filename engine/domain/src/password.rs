//! The password policy. SSCASN never published one, so ours follows NIST SP 800-63B: length first, common ones refused, no rules
//! about kinds of characters; and never anything made of the NIK.

use crate::nik::Nik;
use crate::{Failure, Limits};

/// Most characters: argon2 would take more, a form should not.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// Judges a password and its repetition for the person with `nik`.
///
/// # Errors
/// [`Failure::PasswordWeak`] against the policy, else [`Failure::PasswordMismatch`] where the two differ.
pub fn check(password: &str, repetition: &str, nik: Nik, limits: &Limits) -> Result<(), Failure> {
    let chars = password.chars().count();
    if !(limits.password_chars_min..=PASSWORD_CHARS_MAX).contains(&chars)
        || is_common(password)
        || is_of_nik(password, nik)
    {
        return Err(Failure::PasswordWeak);
    }
    if password != repetition {
        return Err(Failure::PasswordMismatch);
    }
    Ok(())
}

fn is_of_nik(password: &str, nik: Nik) -> bool {
    let digits = nik.expose();
    password.contains(&digits) || digits.contains(password)
}

/// One character over and over, a run up or down, or on the list, whatever the case.
fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let chars: Vec<u32> = lower.chars().map(u32::from).collect();
    let steps = |step: u32| chars.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    steps(0) || steps(1) || steps(1u32.wrapping_neg()) || common().any(|word| word == lower)
}

fn common() -> impl Iterator<Item = &'static str> {
    include_str!("../data/common_passwords.txt").lines()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RegionSet;

    #[test]
    fn policy() {
        let nik = Nik::parse("9901011705900001", RegionSet::RealAndSynthetic).unwrap();
        let check_pair = |password: &str, repetition: &str, expect| {
            assert_eq!(check(password, repetition, nik, &Limits::default()), expect, "{password:?}");
        };
        let check = |password: &str, expect| check_pair(password, password, expect);
        check("kuda-laut-47", Ok(()));
        check("tujuh kata saja", Ok(()));
        check("pendek7", Err(Failure::PasswordWeak));
        check(&"x7".repeat(65), Err(Failure::PasswordWeak));
        check("Password123", Err(Failure::PasswordWeak));
        check("abcdefgh", Err(Failure::PasswordWeak));
        check("87654321", Err(Failure::PasswordWeak));
        check("zzzzzzzzz", Err(Failure::PasswordWeak));
        check("9901011705900001", Err(Failure::PasswordWeak));
        check("my9901011705900001", Err(Failure::PasswordWeak));
        check("17059000", Err(Failure::PasswordWeak));
        check_pair("kuda-laut-47", "kuda-laut-48", Err(Failure::PasswordMismatch));
        check_pair("pendek7", "pendek8", Err(Failure::PasswordWeak));
    }

    #[test]
    fn the_list_is_lower_case_and_could_be_typed() {
        for word in common() {
            assert_eq!(word, word.to_lowercase());
            assert!(!word.trim().is_empty());
        }
        assert!(common().count() > 80);
    }
}

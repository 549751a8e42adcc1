//! E-mail addresses and phone numbers, each in the one form in which two spellings of the same are equal.

use email_address::EmailAddress;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// An e-mail address, kept as typed, with the form in which it is unique.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email(String);

/// An Indonesian mobile number, kept as digits that begin with 62.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone(String);

/// Indonesia's country code, and the digits of a mobile number behind it.
const COUNTRY: &str = "62";
const NATIONAL_DIGITS_MIN: usize = 9;
const NATIONAL_DIGITS_MAX: usize = 12;

impl Email {
    /// The address in `text`, without surrounding space; `None` where it can't be one (RFC 5321) or its host has no dot.
    pub fn parse<'a>(text: impl Into<Cow<'a, str>>) -> Option<Email> {
        let text = trimmed(text.into());
        let (local, host) = text.rsplit_once('@')?;
        // Each part by itself: a name beside the address, as in `Siti <siti@...>`, is in neither, and need not be looked for.
        let is_one = host.contains('.')
            && EmailAddress::is_valid_local_part(local)
            && EmailAddress::is_valid_domain(host);
        is_one.then_some(Email(text))
    }

    /// The form in which it is unique: lower case, and nothing from a `+` to the `@`.
    pub fn key(&self) -> String {
        let lower = self.0.to_lowercase();
        match lower.rsplit_once('@') {
            Some((local, host)) => {
                let local = local.split_once('+').map_or(local, |(name, _)| name);
                format!("{local}@{host}")
            }
            None => lower,
        }
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first character and its host, enough for the holder to know which one it is.
    pub fn masked(&self) -> String {
        let (local, host) = self.0.rsplit_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}***@{host}")
    }
}

/// `text` without surrounding space; copied only where there is some, or it is borrowed.
pub(crate) fn trimmed(text: Cow<'_, str>) -> String {
    let inner = text.trim();
    if inner.len() == text.len() { text.into_owned() } else { inner.to_owned() }
}

impl Phone {
    /// The mobile number in `text`, written 08…, 62 8… or +62 8…, with spaces, dots or hyphens where people put them; `None` where
    /// it isn't one (after 62: an 8 and eight to eleven further digits).
    pub fn parse(text: &str) -> Option<Phone> {
        let mut number = String::with_capacity(COUNTRY.len() + NATIONAL_DIGITS_MAX);
        number.push_str(COUNTRY);
        let mut written = text.trim().bytes().filter(|byte| !b" -.()".contains(byte)).peekable();
        // 0, 62 and +62 lead into the country; what comes after them is the same.
        match written.next()? {
            b'0' => {}
            b'6' => written.next_if_eq(&b'2').map(drop)?,
            b'+' => written.next_if_eq(&b'6').and_then(|_| written.next_if_eq(&b'2')).map(drop)?,
            _ => return None,
        }
        written.next_if_eq(&b'8')?;
        number.push('8');
        for digit in written {
            if !digit.is_ascii_digit() || number.len() == COUNTRY.len() + NATIONAL_DIGITS_MAX {
                return None;
            }
            number.push(char::from(digit));
        }
        (number.len() >= COUNTRY.len() + NATIONAL_DIGITS_MIN).then_some(Phone(number))
    }

    /// The form in which it is unique: digits that begin with 62.
    pub fn key(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    /// Shows the host alone: an address is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email(***@{})", self.0.rsplit_once('@').map_or("", |(_, host)| host))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({}***)", self.0.get(..5).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(Email::parse(text).map(|e| e.key()).as_deref(), expect, "{text:?}");
        };
        check("siti@contoh.example", Some("siti@contoh.example"));
        check(" Siti.Aminah+cpns@Contoh.Example ", Some("siti.aminah@contoh.example"));
        check("+x@contoh.example", Some("@contoh.example"));
        check("siti", None);
        check("siti@", None);
        check("siti@localhost", None);
        check("a b@contoh.example", None);
        check("Siti <siti@contoh.example>", None);
        check("<siti@contoh.example>", None);
        check("a@b@contoh.example", None);
        check("@contoh.example", None);
        check("siti@contoh..example", None);
        check("", None);
    }

    #[test]
    fn phones() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(Phone::parse(text).as_ref().map(Phone::key), expect, "{text:?}");
        };
        check("081234567890", Some("6281234567890"));
        check("+62 812-3456-7890", Some("6281234567890"));
        check("62812.3456.7890", Some("6281234567890"));
        check("(+62)812345678", Some("62812345678"));
        check("0812345678901", Some("62812345678901"));
        check("08123456789012", None);
        check("812345678", None);
        check("+0812345678", None);
        check("62", None);
        check("6", None);
        check("08123456", None);
        check("0812345678901234", None);
        check("0215551234", None);
        check("+6581234567", None);
        check("08１2345678", None);
        check("", None);
    }

    #[test]
    fn they_print_masked() {
        assert_eq!(Email::parse("Siti@contoh.example").unwrap().masked(), "S***@contoh.example");
        assert_eq!(
            format!("{:?}", Email::parse("siti@contoh.example").unwrap()),
            "Email(***@contoh.example)"
        );
        assert_eq!(format!("{:?}", Phone::parse("081234567890").unwrap()), "Phone(62812***)");
    }
}

//! Keyed hashes of people and addresses, and tags for tokens: HMAC-SHA-256 under one secret, apart by
//! purpose.
//!
//! A policy never sees a NIK or an address, only a hash that nobody without the key can make, aim at or turn
//! back.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::net::IpAddr;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// Bytes of a token's tag.
pub(crate) const TAG_BYTES: usize = 16;

/// The secret of a gate. The same key after a restart finds the same people, orders and tokens.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// One person, as far as a gate tells people apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    hash: u64,
    last_digit: Option<u8>,
}

/// Where a request comes from: an IPv4 address, or the /64 network of an IPv6 address (what one household or
/// one device gets).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address(u64);

/// What a hash is for. The numbers are part of tokens and orders that outlive a process: never renumber.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Nik = 1,
    Visitor = 2,
    Address = 3,
    RoomOrder = 4,
    RoomToken = 5,
    Cohort = 6,
    Spread = 7,
}

impl Key {
    /// A key of 32 random bytes.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Key {
        Key(Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"))
    }

    /// The person with this NIK. The text is taken as it is: give the checked 16 digits.
    pub fn person(&self, nik: &str) -> Person {
        let last = nik.bytes().last().filter(u8::is_ascii_digit);
        Person {
            hash: self.number(Purpose::Nik, &[nik.as_bytes()]),
            last_digit: last.map(|digit| digit - b'0'),
        }
    }

    /// Somebody whose NIK is not known yet, told apart by a cookie that the server itself has set and
    /// verified.
    pub fn visitor(&self, cookie: &[u8]) -> Person {
        Person { hash: self.number(Purpose::Visitor, &[cookie]), last_digit: None }
    }

    /// The address that budgets count by.
    pub fn address(&self, ip: IpAddr) -> Address {
        let hash = match ip.to_canonical() {
            IpAddr::V4(ip) => self.number(Purpose::Address, &[&ip.octets()]),
            IpAddr::V6(ip) => self.number(Purpose::Address, &[&ip.octets()[..8]]),
        };
        Address(hash)
    }

    /// A number that is uniform over people, and another for each purpose and `salt`.
    pub(crate) fn draw(&self, purpose: Purpose, salt: u64, person: Person) -> u64 {
        self.number(purpose, &[&salt.to_be_bytes(), &person.hash.to_be_bytes()])
    }

    /// A tag that nobody without the key can make.
    pub(crate) fn tag(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; TAG_BYTES] {
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&self.digest(purpose, parts)[..TAG_BYTES]);
        tag
    }

    fn number(&self, purpose: Purpose, parts: &[&[u8]]) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.digest(purpose, parts)[..8]);
        u64::from_be_bytes(first)
    }

    /// Every part has a fixed length for its purpose or is the only one, so parts cannot be read as others.
    fn digest(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(&[purpose as u8]);
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Person {
    /// The keyed hash, for a log or a map.
    pub const fn hash(self) -> u64 {
        self.hash
    }

    /// The last digit of the NIK, where it is known.
    pub const fn last_digit(self) -> Option<u8> {
        self.last_digit
    }
}

impl Address {
    /// The keyed hash, for a log or a map.
    pub const fn hash(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people() {
        let key = Key::new(&[1; KEY_BYTES]);
        let other = Key::new(&[2; KEY_BYTES]);
        let nik = "9901010101900017";
        assert_eq!(key.person(nik), key.person(nik));
        assert_ne!(key.person(nik).hash(), other.person(nik).hash());
        assert_ne!(key.person(nik).hash(), key.visitor(nik.as_bytes()).hash());
        assert_ne!(key.person(nik).hash(), key.person("9901010101900018").hash());
        let check = |nik: &str, digit| assert_eq!(key.person(nik).last_digit(), digit, "{nik}");
        check(nik, Some(7));
        check("9901010101900010", Some(0));
        check("", None);
        check("99010101019000x", None);
        assert_eq!(key.visitor(b"7").last_digit(), None);
        assert!(!format!("{key:?}").contains('1'));
    }

    #[test]
    fn addresses() {
        let key = Key::new(&[1; KEY_BYTES]);
        let check = |a: &str, b: &str, same| {
            let of = |text: &str| key.address(text.parse().unwrap());
            assert_eq!(of(a) == of(b), same, "{a} {b}");
        };
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("192.0.2.1", "::ffff:192.0.2.1", true);
        check("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true);
        check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
    }

    #[test]
    fn draws_differ_by_purpose_and_salt() {
        let key = Key::new(&[1; KEY_BYTES]);
        let person = key.visitor(b"a");
        let draw = |purpose, salt| key.draw(purpose, salt, person);
        assert_eq!(draw(Purpose::Cohort, 1), draw(Purpose::Cohort, 1));
        assert_ne!(draw(Purpose::Cohort, 1), draw(Purpose::Cohort, 2));
        assert_ne!(draw(Purpose::Cohort, 1), draw(Purpose::RoomOrder, 1));
    }
}

//! Captcha challenges without state: the answer follows from the challenge's id and the engine's key.
//!
//! The answer is taken from HMAC-SHA-256 of the id, so the engine stores nothing until an answer comes in (then the id, once,
//! so that it cannot be used again). An id carries its end and a tag, so nobody else can make one. A load generator that was given the key computes the answer; nobody else can.

use crate::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What answers consist of: no letter or digit that looks like another.
pub const ALPHABET: &[u8] = b"ACDEFGHJKLMNPQRTUVWXY34679";

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// Longest answer that a challenge can ask for, in characters.
pub const LENGTH_MAX: usize = 16;

/// The secret from which answers follow.
#[derive(Clone)]
pub struct CaptchaKey([u8; KEY_BYTES]);

/// What an answer turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Right, and within its time. The id still has to be marked as used.
    Right,
    /// Mistyped.
    Wrong,
    /// The id is none of ours.
    Unknown,
    /// Right or wrong, its time is over.
    Expired,
}

impl CaptchaKey {
    /// A key of 32 random bytes.
    pub const fn new(bytes: [u8; KEY_BYTES]) -> CaptchaKey {
        CaptchaKey(bytes)
    }

    /// The id of a challenge that ends at `expires_at`; `nonce` comes from the system's random generator.
    pub fn challenge(&self, nonce: u64, expires_at: Timestamp) -> String {
        let body = format!("{:016x}{nonce:016x}", expires_at.as_ms());
        let tag = self.tag(&body);
        body + &tag
    }

    /// The answer to challenge `id`: `length` characters of [`ALPHABET`] (at most [`LENGTH_MAX`]).
    pub fn answer(&self, id: &str, length: usize) -> String {
        // Two bytes a character keep the bias of the remainder under a thousandth.
        self.digest("answer", id)
            .chunks_exact(2)
            .take(length.min(LENGTH_MAX))
            .map(|pair| {
                ALPHABET[usize::from(u16::from_be_bytes([pair[0], pair[1]])) % ALPHABET.len()] as char
            })
            .collect()
    }

    /// Judges `typed` as the answer to challenge `id` at `now`. Case and surrounding space don't matter.
    pub fn check(&self, id: &str, typed: &str, length: usize, now: Timestamp) -> Checked {
        let Some(expires_at) = self.expiry(id) else { return Checked::Unknown };
        if now >= expires_at {
            return Checked::Expired;
        }
        let typed = typed.trim().to_ascii_uppercase();
        // Constant time, so that the time taken doesn't tell how much of a guess was right.
        let same = typed.as_bytes().ct_eq(self.answer(id, length).as_bytes());
        if bool::from(same) { Checked::Right } else { Checked::Wrong }
    }

    /// When challenge `id` ends; `None` where the id is none of ours.
    fn expiry(&self, id: &str) -> Option<Timestamp> {
        let (body, tag) = (id.get(..BODY_CHARS)?, id.get(BODY_CHARS..)?);
        let ours: bool = self.tag(body).as_bytes().ct_eq(tag.as_bytes()).into();
        let ms = i64::from_str_radix(body.get(..16)?, 16).ok()?;
        ours.then_some(Timestamp::from_ms(ms))
    }

    fn tag(&self, body: &str) -> String {
        self.digest("id", body)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn digest(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Characters of an id before its tag.
const BODY_CHARS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_000);
    const END: Timestamp = Timestamp::from_ms(2_000);

    #[test]
    fn answers() {
        let key = CaptchaKey::new([7; KEY_BYTES]);
        let other = CaptchaKey::new([8; KEY_BYTES]);
        let id = key.challenge(99, END);
        let right = key.answer(&id, 4);
        let check = |key: &CaptchaKey, id: &str, typed: &str, now, expect| {
            assert_eq!(key.check(id, typed, 4, now), expect, "{id} {typed}");
        };
        check(&key, &id, &right, NOW, Checked::Right);
        check(&key, &id, &format!(" {} ", right.to_lowercase()), NOW, Checked::Right);
        check(&key, &id, &right[..3], NOW, Checked::Wrong);
        check(&key, &id, "", NOW, Checked::Wrong);
        check(&key, &id, &right, END, Checked::Expired);
        check(&other, &id, &right, NOW, Checked::Unknown);
        let later = other.challenge(99, Timestamp::from_ms(9_000));
        for forged in [
            "",
            "0",
            &id[1..],
            &id[..32],
            &id.to_uppercase(),
            &format!("{id}0"),
            &later,
            "ä".repeat(24).as_str(),
        ] {
            check(&key, forged, &right, NOW, Checked::Unknown);
        }
    }

    #[test]
    fn answers_use_the_whole_alphabet() {
        let key = CaptchaKey::new([1; KEY_BYTES]);
        let text: String = (0..500).map(|n| key.answer(&key.challenge(n, END), LENGTH_MAX)).collect();
        assert!(ALPHABET.iter().all(|&c| text.contains(c as char)));
        assert_eq!(text.len(), 500 * LENGTH_MAX);
    }
}

//! The waiting room's token: who, which ticket, given out when, and a tag that only this room's key makes.
//!
//! Hexadecimal of 40 bytes: the person's hash, the ticket, microseconds since the epoch (8 bytes each,
//! big-endian), 16 bytes of HMAC-SHA-256 over these and the number of the room.

use crate::key::{Key, Person, Purpose, TAG_BYTES};
use crate::moment::Moment;
use subtle::ConstantTimeEq;

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) person: u64,
    pub(crate) ticket: Ticket,
    pub(crate) issued_at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ticket {
    /// Came before the opening; the number follows from the person's draw.
    Early,
    /// The number given out on arrival.
    Number(u64),
}

/// Why a token is refused. To the client all of them are the one failure `queue-token-invalid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token of this room: damaged, invented, or of another opening.
    #[error("the token is not one of this room")]
    Forged,
    /// It is somebody else's.
    #[error("the token is somebody else's")]
    Foreign,
    /// It was given out too long ago.
    #[error("the token is too old")]
    Expired,
    /// Its person has been through and was signed out after it was given out.
    #[error("the token was used up")]
    UsedUp,
}

const BODY_BYTES: usize = 24;

/// No ticket has this number: it would take five million years at a thousand tickets a second to get there.
const EARLY: u64 = u64::MAX;

impl Token {
    pub(crate) fn write(self, key: &Key, room: u64) -> String {
        let number = match self.ticket {
            Ticket::Early => EARLY,
            Ticket::Number(number) => number,
        };
        let mut bytes = [self.person, number, self.issued_at.as_us()].map(u64::to_be_bytes).concat();
        let tag = tag(key, room, &bytes);
        bytes.extend(tag);
        hex::encode(bytes)
    }

    /// Reads the token that `person` shows.
    pub(crate) fn read(text: &str, person: Person, key: &Key, room: u64) -> Result<Token, TokenError> {
        let mut bytes = [0; BODY_BYTES + TAG_BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| TokenError::Forged)?;
        let (body, shown) = bytes.split_at(BODY_BYTES);
        if !bool::from(tag(key, room, body).ct_eq(shown)) {
            return Err(TokenError::Forged);
        }
        let number = |at: usize| {
            let field = body.get(at..at + 8).and_then(|field| field.try_into().ok());
            u64::from_be_bytes(field.expect("a body has three fields of 8 bytes"))
        };
        let ticket = if number(8) == EARLY { Ticket::Early } else { Ticket::Number(number(8)) };
        let token = Token { person: number(0), ticket, issued_at: Moment::from_us(number(16)) };
        if token.person == person.hash() { Ok(token) } else { Err(TokenError::Foreign) }
    }
}

fn tag(key: &Key, room: u64, body: &[u8]) -> [u8; TAG_BYTES] {
    key.tag(Purpose::RoomToken, &[&room.to_be_bytes(), body])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let (key, other_key) = (Key::new(&[1; 32]), Key::new(&[2; 32]));
        let (ayu, budi) = (key.visitor(b"ayu"), key.visitor(b"budi"));
        let issued_at = Moment::from_us(1_795_000_000_000_000);
        let check = |text: &str, person, key: &Key, room, expect| {
            assert_eq!(Token::read(text, person, key, room), expect, "{text}");
        };
        for ticket in [Ticket::Early, Ticket::Number(0), Ticket::Number(4_000_000)] {
            let token = Token { person: ayu.hash(), ticket, issued_at };
            let text = token.write(&key, 7);
            check(&text, ayu, &key, 7, Ok(token));
            check(&text, budi, &key, 7, Err(TokenError::Foreign));
            check(&text, ayu, &key, 8, Err(TokenError::Forged));
            check(&text, ayu, &other_key, 7, Err(TokenError::Forged));
            check(&text[2..], ayu, &key, 7, Err(TokenError::Forged));
            check(&format!("{text}00"), ayu, &key, 7, Err(TokenError::Forged));
        }
        for text in ["", "x", "ä", &"0".repeat(80), &"g".repeat(80)] {
            check(text, ayu, &key, 7, Err(TokenError::Forged));
        }
    }

    #[test]
    fn every_changed_digit_is_noticed() {
        let key = Key::new(&[1; 32]);
        let person = key.visitor(b"ayu");
        let token = Token { person: person.hash(), ticket: Ticket::Number(5), issued_at: Moment::from_us(9) };
        let text = token.write(&key, 7);
        for at in 0..text.len() {
            let digit = if &text[at..=at] == "0" { "1" } else { "0" };
            let forged = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
            assert_eq!(Token::read(&forged, person, &key, 7), Err(TokenError::Forged), "{at}");
        }
    }
}

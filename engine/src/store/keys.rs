//! Keys of the register's rows. The first byte says what a row is; numbers stand high byte first, so that keys sort as numbers do.

use super::{DraftId, Due, DueItem, TicketId};
use domain::Timestamp;
use domain::draft::AccountNumber;
use domain::ticket::ClaimedNik;

/// Accounts, by number.
pub(super) const ACCOUNT: u8 = b'a';
const DRAFT: u8 = b'd';
/// Tickets, by id.
pub(super) const TICKET: u8 = b'h';
/// What leads to accounts, by place.
pub(super) const INDEX: u8 = b'i';
const LOGIN: u8 = b'l';
/// Messages, by place.
pub(super) const MESSAGE: u8 = b'm';
const TICKETS_OF: u8 = b'q';
/// What is due, by time.
pub(super) const DUE: u8 = b'x';

/// Where the last number is kept.
pub(super) const LAST_NUMBER: [u8; 1] = [b'#'];

pub(super) fn account(number: AccountNumber) -> Vec<u8> {
    [&[ACCOUNT][..], &number.0.to_be_bytes()].concat()
}

pub(super) fn draft(id: DraftId) -> Vec<u8> {
    [&[DRAFT][..], &id.0].concat()
}

pub(super) fn index(place: u64) -> Vec<u8> {
    [&[INDEX][..], &place.to_be_bytes()].concat()
}

/// Reads back what [`index`] wrote.
pub(super) fn read_index(key: &[u8]) -> Option<u64> {
    let (&[INDEX, place @ ..], []) = key.split_first_chunk::<9>()? else { return None };
    Some(u64::from_be_bytes(place))
}

pub(super) fn ticket(id: TicketId) -> Vec<u8> {
    [&[TICKET][..], &id.0].concat()
}

/// When the NIK's tickets were opened.
pub(super) fn tickets_of(nik: ClaimedNik) -> Vec<u8> {
    [&[TICKETS_OF][..], &nik.as_u64().to_be_bytes()].concat()
}

/// What the account may do besides existing.
pub(super) fn access(number: AccountNumber) -> Vec<u8> {
    [&[LOGIN][..], &number.0.to_be_bytes()].concat()
}

pub(super) fn message(place: u64) -> Vec<u8> {
    [&[MESSAGE][..], &place.to_be_bytes()].concat()
}

pub(super) fn due(due: Due) -> Vec<u8> {
    let mut key = due_before(due.at);
    match due.what {
        DueItem::Draft(id) => key.extend(draft(id)),
        DueItem::Account(number) => {
            key.push(ACCOUNT);
            key.extend(number.0.to_be_bytes());
        }
    }
    key
}

/// The row of an account that is due, or of the first of several: how its key begins, whoever that is.
pub(super) fn due_accounts(at: Timestamp) -> Vec<u8> {
    [due_before(at), vec![ACCOUNT]].concat()
}

/// Sorts before everything that is due at `at`, and after everything that is due earlier. No time here is before 1970.
pub(super) fn due_before(at: Timestamp) -> Vec<u8> {
    let ms = u64::try_from(at.as_ms()).unwrap_or(0);
    [&[DUE][..], &ms.to_be_bytes()].concat()
}

/// Reads back what [`due`] wrote.
pub(super) fn read_due(key: &[u8]) -> Option<Due> {
    let (&[DUE, ms @ ..], rest) = key.split_first_chunk::<9>()? else { return None };
    let at = Timestamp::from_ms(i64::try_from(u64::from_be_bytes(ms)).ok()?);
    let (&tag, name) = rest.split_first()?;
    let what = match tag {
        DRAFT => DueItem::Draft(DraftId(name.try_into().ok()?)),
        ACCOUNT => DueItem::Account(AccountNumber(u64::from_be_bytes(name.try_into().ok()?))),
        _ => return None,
    };
    Some(Due { at, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_read_back_and_sorts_by_time() {
        let at = Timestamp::from_ms;
        let all = [
            Due { at: at(0), what: DueItem::Draft(DraftId([0xff; 16])) },
            Due { at: at(255), what: DueItem::Account(AccountNumber(7)) },
            Due { at: at(256), what: DueItem::Draft(DraftId([0; 16])) },
            Due { at: at(1 << 40), what: DueItem::Account(AccountNumber(u64::MAX)) },
        ];
        for pair in all.windows(2) {
            assert!(due(pair[0]) < due(pair[1]));
            assert!(due(pair[0]) < due_before(pair[1].at) && due_before(pair[1].at) < due(pair[1]));
        }
        for one in all {
            assert_eq!(read_due(&due(one)), Some(one));
        }
        for damaged in [&b"x"[..], b"x12345678", b"x12345678q", b"x12345678a123", b"y12345678a12345678"] {
            assert_eq!(read_due(damaged), None);
        }
    }
}

//! What leads to accounts: draft, NIK, e-mail, phone, and name with birth date and KK number. It is held in memory and kept as a log.
//!
//! sled splits a leaf at 17 rows of any size, and writes one anew for ten rows that fall anywhere. Five such rows led to each account; now
//! a group commit adds one row of 48 bytes an account behind the last one. What stands in
//! the log are digests, so whoever finds a number here looks at its account before they believe it.

use super::{Account, Claim, DraftId};
use domain::draft::AccountNumber;
use domain::identity::Identity;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// Accounts by what leads to them. One digest may lead to several: doubles do so on purpose.
pub(super) struct Index {
    shards: Vec<Shard>,
}

/// Numbers behind their digests.
type Shard = RwLock<BTreeSet<(Digest, u64)>>;

/// The first 64 bits of a SHA-256. Among those of ten million accounts two are equal by chance once in ten thousand registers; then one
/// account more is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Digest(u64);

/// What an account adds to the log, or takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    number: AccountNumber,
    digests: [Digest; WAYS],
    is_cancelled: bool,
}

/// What leads to an account: draft, NIK, e-mail, phone, twin.
const WAYS: usize = 5;

/// Bytes of an entry: its number and its digests, high byte first.
pub(super) const ENTRY_BYTES: usize = 8 * (1 + WAYS);

/// Set in the number of an entry that is taken back.
const CANCELLED: u64 = 1 << 63;

/// Shards, by the first byte of a digest: whoever looks something up waits for one insertion at most.
const SHARDS: usize = 256;

impl Index {
    /// Everything that `entries` add, but for what they take back. An account's number is never given again, so their order is nothing.
    pub(super) fn of(entries: impl Iterator<Item = Entry>) -> Index {
        let (mut added, mut cancelled) = (vec![Vec::new(); SHARDS], Vec::new());
        for entry in entries {
            match entry.is_cancelled {
                true => cancelled.push(entry),
                false => entry.pairs().for_each(|pair| added[pair.0.shard()].push(pair)),
            }
        }
        // Sorted first, a set is built from one end to the other.
        let shards = added.into_iter().map(|mut pairs| {
            pairs.sort_unstable();
            RwLock::new(BTreeSet::from_iter(pairs))
        });
        let index = Index { shards: shards.collect() };
        cancelled.into_iter().for_each(|entry| index.apply(entry));
        index
    }

    /// Adds what leads to an account, or takes it back.
    pub(super) fn apply(&self, entry: Entry) {
        for pair in entry.pairs() {
            let mut shard = self.shards[pair.0.shard()].write().unwrap_or_else(PoisonError::into_inner);
            if entry.is_cancelled {
                shard.remove(&pair);
            } else {
                shard.insert(pair);
            }
        }
    }

    /// The accounts to which `digest` leads.
    pub(super) fn numbers(&self, digest: Digest) -> Vec<AccountNumber> {
        let shard = self.shards[digest.shard()].read().unwrap_or_else(PoisonError::into_inner);
        shard.range((digest, 0)..=(digest, u64::MAX)).map(|&(_, number)| AccountNumber(number)).collect()
    }
}

impl Digest {
    pub(super) fn of_draft(id: DraftId) -> Digest {
        Digest::of(b'd', &[&id.0])
    }

    pub(super) fn of_claim(claim: Claim<'_>) -> Digest {
        match claim {
            Claim::Nik(nik) => Digest::of(b'n', &[&nik.as_u64().to_be_bytes()]),
            Claim::Email(key) => Digest::of(b'e', &[key.as_bytes()]),
            Claim::Phone(key) => Digest::of(b'p', &[key.as_bytes()]),
        }
    }

    /// Of all who have this name, birth date and KK number.
    pub(super) fn of_twins(identity: &Identity) -> Digest {
        let (kk, birth_date) = (identity.kk.expose(), identity.birth_date.to_string());
        Digest::of(b't', &[kk.as_bytes(), birth_date.as_bytes(), identity.full_name.key().as_bytes()])
    }

    fn of(kind: u8, parts: &[&[u8]]) -> Digest {
        let mut digest = Sha256::new_with_prefix([kind]);
        parts.iter().for_each(|part| digest.update(part));
        let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = digest.finalize().into();
        Digest(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    fn shard(self) -> usize {
        usize::from(self.0.to_be_bytes()[0])
    }
}

impl Entry {
    /// What leads to `account`.
    pub(super) fn added(account: &Account) -> Entry {
        let identity = &account.draft.identity;
        let digests = [
            Digest::of_draft(account.draft_id),
            Digest::of_claim(Claim::Nik(identity.nik)),
            Digest::of_claim(Claim::Email(&identity.email.key())),
            Digest::of_claim(Claim::Phone(identity.phone.key())),
            Digest::of_twins(identity),
        ];
        Entry { number: account.number, digests, is_cancelled: false }
    }

    /// The same, taken back.
    pub(super) fn cancelled(account: &Account) -> Entry {
        Entry { is_cancelled: true, ..Entry::added(account) }
    }

    pub(super) fn write(&self, log: &mut Vec<u8>) {
        let mark = if self.is_cancelled { CANCELLED } else { 0 };
        log.extend((self.number.0 | mark).to_be_bytes());
        self.digests.iter().for_each(|digest| log.extend(digest.0.to_be_bytes()));
    }

    /// The entries of a row of the log; `None` where it isn't one.
    pub(super) fn read(row: &[u8]) -> Option<impl Iterator<Item = Entry> + '_> {
        let (words, rest) = row.as_chunks::<8>();
        let words = words.as_chunks::<{ 1 + WAYS }>();
        (rest.is_empty() && words.1.is_empty()).then(|| words.0.iter().map(Entry::of_words))
    }

    fn of_words(words: &[[u8; 8]; 1 + WAYS]) -> Entry {
        let [number, digests @ ..] = words.map(u64::from_be_bytes);
        Entry {
            number: AccountNumber(number & !CANCELLED),
            digests: digests.map(Digest),
            is_cancelled: number & CANCELLED != 0,
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (Digest, u64)> {
        let number = self.number.0;
        self.digests.into_iter().map(move |digest| (digest, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, digests: [u64; WAYS]) -> Entry {
        Entry { number: AccountNumber(number), digests: digests.map(Digest), is_cancelled: false }
    }

    #[test]
    fn entries_are_read_back() {
        let added = entry(7, [1, 2, 3, 4, u64::MAX]);
        let cancelled = Entry { is_cancelled: true, ..added };
        let mut row = Vec::new();
        added.write(&mut row);
        cancelled.write(&mut row);
        assert_eq!(row.len(), 2 * ENTRY_BYTES);
        assert_eq!(Entry::read(&row).unwrap().collect::<Vec<_>>(), [added, cancelled]);
        assert!(Entry::read(&row[1..]).is_none());
        assert!(Entry::read(&row[8..]).is_none());
    }

    #[test]
    fn what_is_read_is_what_was_applied() {
        let [first, twin, other] =
            [entry(1, [1, 2, 3, 4, 9]), entry(2, [5, 6, 7, 8, 9]), entry(3, [1 << 60; WAYS])];
        let gone = Entry { is_cancelled: true, ..other };
        let applied = Index::of([].into_iter());
        [first, twin, other, gone].into_iter().for_each(|entry| applied.apply(entry));
        for index in [applied, Index::of([gone, twin, first, other].into_iter())] {
            let check = |digest, expect: &[u64]| {
                let numbers: Vec<u64> = index.numbers(Digest(digest)).iter().map(|number| number.0).collect();
                assert_eq!(numbers, expect, "{digest}");
            };
            check(2, &[1]);
            check(9, &[1, 2]);
            check(10, &[]);
            check(1 << 60, &[]);
        }
    }
}

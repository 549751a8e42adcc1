//! The store against the plainest model of one: random operations, reopened in between.

use domain::draft::{AccountNumber, Draft};
use domain::identity::{self, Rules};
use domain::{Failure, Limits, RegionSet, Timestamp};
use engine::store::{Account, Claim, DraftId, SledStore, Store, UpdateError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, HashMap};
use tempfile::TempDir;

use crate::support::form;
use domain::wire::CaptchaAnswer;

const CACHE_BYTES: u64 = 1_000_000;

#[derive(Default)]
struct Model {
    drafts: HashMap<[u8; 16], Draft>,
    accounts: BTreeMap<AccountNumber, Account>,
}

fn draft(person: u32) -> Draft {
    let form = form(person, CaptchaAnswer { id: String::new(), answer: String::new() });
    let limits = Limits::default();
    let rules =
        Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today: "2026-11-21".parse().unwrap() };
    let (identity, warnings) = identity::check(&form, &rules).unwrap();
    Draft::open(identity, warnings, Timestamp::from_ms(1))
}

/// Everything that the model knows, the store knows; and it knows no further account.
fn check_same(store: &SledStore, model: &Model) {
    for (&id, draft) in &model.drafts {
        assert_eq!(store.draft(DraftId(id)).unwrap().as_ref(), Some(draft));
    }
    let stored: Vec<_> = store.accounts().map(Result::unwrap).collect();
    assert_eq!(stored, model.accounts.values().cloned().collect::<Vec<_>>());
    for account in model.accounts.values() {
        let identity = &account.draft.identity;
        let (email, phone) = (identity.email.key(), identity.phone.key());
        for claim in [Claim::Nik(identity.nik), Claim::Email(&email), Claim::Phone(phone)] {
            assert_eq!(store.holder(claim).unwrap(), Some(account.number));
        }
    }
}

fn check_random_operations(seed: u64) {
    let folder = TempDir::new().unwrap();
    let open = || SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut store, mut model, mut next) = (open(), Model::default(), 1);
    for step in 0..400u32 {
        let id: [u8; 16] = [rng.random_range(0..40); 16];
        match rng.random_range(0..100) {
            0..40 => {
                if let std::collections::hash_map::Entry::Vacant(free) = model.drafts.entry(id) {
                    store.open_draft(DraftId(id), &draft(step)).unwrap();
                    free.insert(draft(step));
                }
            }
            40..80 => {
                let at = Timestamp::from_ms(rng.random_range(0..1_000_000));
                let refuses = rng.random_bool(0.2);
                let found = store.update_draft(DraftId(id), &mut |draft| {
                    draft.expires_at = at;
                    if refuses { Err(Failure::StepOutOfOrder) } else { Ok(()) }
                });
                match (model.drafts.get_mut(&id), refuses) {
                    (None, _) => assert!(matches!(found, Err(UpdateError::Absent))),
                    (Some(_), true) => {
                        assert!(matches!(found, Err(UpdateError::Refused(Failure::StepOutOfOrder))));
                    }
                    // An account's draft is shown to the change and kept as it is.
                    (Some(known), false) if known.account.is_some() => {
                        assert_eq!(found.unwrap().expires_at, at);
                    }
                    (Some(known), false) => {
                        known.expires_at = at;
                        assert_eq!(&found.unwrap(), known);
                    }
                }
            }
            80..97 => {
                let batch: Vec<Account> = model
                    .drafts
                    .iter_mut()
                    .filter(|(_, draft)| draft.account.is_none() && rng.random_bool(0.2))
                    .map(|(&id, draft)| {
                        let number = AccountNumber(next);
                        next += 1;
                        draft.account = Some(number);
                        let registered_at = Timestamp::from_ms(i64::from(step));
                        Account { number, draft_id: DraftId(id), registered_at, draft: draft.clone() }
                    })
                    .collect();
                store.insert_accounts(&batch).unwrap();
                model.accounts.extend(batch.into_iter().map(|account| (account.number, account)));
            }
            _ => {
                drop(store);
                store = open();
            }
        }
        if step % 50 == 0 {
            check_same(&store, &model);
        }
    }
    check_same(&store, &model);
    assert!(model.accounts.len() > 5, "seed {seed} made {} accounts only", model.accounts.len());
}

#[test]
fn random_operations_agree_with_the_model() {
    for seed in 0..12 {
        check_random_operations(seed);
    }
}

#[test]
fn a_register_in_use_is_refused() {
    let folder = TempDir::new().unwrap();
    let _first = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    assert!(SledStore::open(folder.path(), CACHE_BYTES).is_err());
}

#[test]
fn changes_of_one_draft_at_the_same_time_all_count() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    let id = DraftId([1; 16]);
    let mut begun = draft(1);
    begun.expires_at = Timestamp::from_ms(0);
    store.open_draft(id, &begun).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    store
                        .update_draft(id, &mut |draft| {
                            draft.expires_at = Timestamp::from_ms(draft.expires_at.as_ms() + 1);
                            Ok(())
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(store.draft(id).unwrap().unwrap().expires_at, Timestamp::from_ms(1_600));
}

//! The store against the plainest model of one: random operations, reopened in between.

use domain::access::{PasswordHash, Session};
use domain::activation::Activation;
use domain::draft::{AccountNumber, Draft};
use domain::identity::{self, Rules};
use domain::{Failure, Limits, RegionSet, Timestamp};
use engine::measuring::Commits;
use engine::store::{
    Account, Claim, Commit, DraftId, Due, DueItem, Message, Removed, SledStore, Store, UpdateError,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

use crate::support::form;
use domain::access::Access;
use domain::wire::CaptchaAnswer;

const CACHE_BYTES: u64 = 1_000_000;

#[derive(Default)]
struct Model {
    /// In order, so that a seed makes the same operations each time.
    drafts: BTreeMap<[u8; 16], Draft>,
    accounts: BTreeMap<AccountNumber, Account>,
    activations: BTreeMap<AccountNumber, Activation>,
    accesses: BTreeMap<AccountNumber, Access>,
    messages: BTreeMap<u64, Message>,
    /// Each but once.
    due: Vec<Due>,
    last: u64,
    place: u64,
}

impl Model {
    fn expect(&mut self, due: Due) {
        if !self.due.contains(&due) {
            self.due.push(due);
        }
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn draft(person: u32) -> Draft {
    let mut form = form(person, CaptchaAnswer { id: String::new(), answer: String::new() });
    // A few cards and a few spellings of two names, so that doubles come up, and people who only look like them.
    form.kk = format!("99020201021500{:02}", person % 3);
    form.full_name = ["Siti Aminah", "SITI AMINAH.", "Nur'aini", "Nuraini"][person as usize % 4].to_owned();
    let limits = Limits::default();
    let rules =
        Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today: "2026-11-21".parse().unwrap() };
    let (identity, warnings) = identity::check(form, &rules).unwrap();
    Draft::open(identity, warnings, at(1_000 + i64::from(person % 7)))
}

/// Everything that the model knows, the store knows; and it knows no further account.
fn check_same(store: &SledStore, model: &Model) {
    for (&id, draft) in &model.drafts {
        assert_eq!(store.draft(DraftId(id)).unwrap().as_ref(), Some(draft));
        assert!(store.has_draft(DraftId(id)).unwrap());
    }
    assert!(!store.has_draft(DraftId([255; 16])).unwrap());
    let stored: Vec<_> = store.accounts().map(Result::unwrap).collect();
    assert_eq!(stored, model.accounts.values().cloned().collect::<Vec<_>>());
    assert_eq!(store.last_number().unwrap(), AccountNumber(model.last));
    assert_eq!(store.messages(0, 1_000).unwrap(), model.messages.values().copied().collect::<Vec<_>>());
    for number in (0..=model.last + 1).map(AccountNumber) {
        assert_eq!(store.activation(number).unwrap(), model.activations.get(&number).copied());
        assert_eq!(store.access(number).unwrap(), model.accesses.get(&number).cloned().unwrap_or_default());
        assert_eq!(store.account(number).unwrap().as_ref(), model.accounts.get(&number));
    }
    for account in model.accounts.values() {
        check_claims(store, account, Some(account.number));
        let same = |other: &&Account| {
            let (one, other) = (&account.draft.identity, &other.draft.identity);
            one.kk == other.kk
                && one.birth_date == other.birth_date
                && one.full_name.is_same_as(&other.full_name)
        };
        let doubles = model.accounts.values().filter(same).count();
        assert_eq!(store.is_double(account).unwrap(), doubles > 1, "{account:?}");
    }
    check_due(store, model);
}

fn check_claims(store: &SledStore, account: &Account, expect: Option<AccountNumber>) {
    let identity = &account.draft.identity;
    let (email, phone) = (identity.email.key(), identity.phone.key());
    for claim in [Claim::Nik(identity.nik), Claim::Email(&email), Claim::Phone(phone)] {
        assert_eq!(store.holder(claim).unwrap(), expect);
    }
}

fn check_due(store: &SledStore, model: &Model) {
    let order = |mut due: Vec<Due>| {
        due.sort_by_key(|due| (due.at, format!("{:?}", due.what)));
        due
    };
    for now in [0, 1_000, 1_003, 5_000] {
        let expect: Vec<Due> = model.due.iter().copied().filter(|due| due.at <= at(now)).collect();
        let found = store.due(at(now), usize::MAX).unwrap();
        assert!(found.is_sorted_by_key(|due| due.at));
        assert_eq!(order(found), order(expect));
        assert!(store.due(at(now), 3).unwrap().len() <= 3);
    }
}

struct World {
    store: SledStore,
    model: Model,
    rng: StdRng,
    step: u32,
}

impl World {
    fn one_draft(&mut self) -> [u8; 16] {
        [self.rng.random_range(0..40); 16]
    }

    fn one_account(&mut self) -> Option<Account> {
        let count = self.model.accounts.len();
        (count > 0)
            .then(|| self.model.accounts.values().nth(self.rng.random_range(0..count)).cloned().unwrap())
    }

    fn open_draft(&mut self) {
        let id = self.one_draft();
        if let std::collections::btree_map::Entry::Vacant(free) = self.model.drafts.entry(id) {
            let draft = draft(self.step);
            self.store.open_draft(DraftId(id), &draft).unwrap();
            let due = Due { at: draft.expires_at, what: DueItem::Draft(DraftId(id)) };
            free.insert(draft);
            self.model.expect(due);
        }
    }

    fn update_draft(&mut self) {
        let id = self.one_draft();
        let until = at(self.rng.random_range(900..3_000));
        let refuses = self.rng.random_bool(0.2);
        let found = self.store.update_draft(DraftId(id), &mut |draft| {
            draft.expires_at = until;
            if refuses { Err(Failure::StepOutOfOrder) } else { Ok(()) }
        });
        match (self.model.drafts.get_mut(&id), refuses) {
            (None, _) => assert!(matches!(found, Err(UpdateError::Absent))),
            (Some(_), true) => assert!(matches!(found, Err(UpdateError::Refused(Failure::StepOutOfOrder)))),
            // An account's draft is shown to the change and kept as it is.
            (Some(known), false) if known.account.is_some() => {
                assert_eq!(found.unwrap().expires_at, until);
            }
            (Some(known), false) => {
                known.expires_at = until;
                assert_eq!(&found.unwrap(), known);
            }
        }
    }

    /// A commit as the committer makes them: new accounts, some of them waiting; others activated, sent again, or cancelled.
    fn commit(&mut self) {
        let mut commit = Commit::default();
        let waiting: Vec<_> = self.model.activations.iter().map(|(&number, &wait)| (number, wait)).collect();
        for (number, wait) in waiting {
            match self.rng.random_range(0..8) {
                0 => commit.cancelled.push(self.model.accounts[&number].clone()),
                1 => drop(commit.activations.insert(number, None)),
                2 => {
                    let again = Activation { issue: wait.issue + 1, ..wait };
                    commit.activations.insert(number, Some(again));
                    self.model.place += 1;
                    commit.messages.push(Message { place: self.model.place, number, issue: again.issue });
                }
                _ => {}
            }
        }
        let open: Vec<_> = self.model.drafts.iter().filter(|(_, draft)| draft.account.is_none()).collect();
        for (&id, draft) in open {
            if self.rng.random_bool(0.8) {
                continue;
            }
            self.model.last += 1;
            let number = AccountNumber(self.model.last);
            let draft = Draft { account: Some(number), ..draft.clone() };
            let wait = self.rng.random_bool(0.7).then(|| {
                let expires_at = at(self.rng.random_range(1_000..1_010));
                Activation { issue: 1, expires_at, tries_left: 5, resends_left: 3 }
            });
            let (registered_at, activate_before) = (at(i64::from(self.step)), wait.map(|w| w.expires_at));
            if let Some(wait) = wait {
                commit.activations.insert(number, Some(wait));
            }
            commit.made.push(Account {
                number,
                draft_id: DraftId(id),
                registered_at,
                activate_before,
                draft,
            });
        }
        self.store.commit(&commit).unwrap();
        for account in &commit.cancelled {
            check_claims(&self.store, account, None);
            assert_eq!(self.store.draft(account.draft_id).unwrap(), None);
        }
        self.model_commit(commit);
    }

    fn model_commit(&mut self, commit: Commit) {
        let model = &mut self.model;
        for account in commit.cancelled {
            let due = Due { at: account.draft.expires_at, what: DueItem::Draft(account.draft_id) };
            model.due.retain(|other| *other != due);
            model.accounts.remove(&account.number);
            model.activations.remove(&account.number);
            model.accesses.remove(&account.number);
            model.drafts.remove(&account.draft_id.0);
        }
        for account in commit.made {
            assert_eq!(self.store.draft(account.draft_id).unwrap().as_ref(), Some(&account.draft));
            self.store.remove_draft_of(&account).unwrap();
            let due = Due { at: account.draft.expires_at, what: DueItem::Draft(account.draft_id) };
            model.due.retain(|other| *other != due);
            model.drafts.insert(account.draft_id.0, account.draft.clone());
            model.accounts.insert(account.number, account);
        }
        for (number, wait) in commit.activations {
            let Some(wait) = wait else {
                model.activations.remove(&number);
                continue;
            };
            model.activations.insert(number, wait);
            let due = Due { at: wait.expires_at, what: DueItem::Account(number) };
            model.expect(due);
        }
        model.messages.extend(commit.messages.into_iter().map(|message| (message.place, message)));
    }

    /// A NIK goes from an account that is cancelled to one that is made, in one commit.
    fn hand_over(&mut self) {
        let Some((&number, _)) = self.model.activations.first_key_value() else { return };
        let before = self.model.accounts[&number].clone();
        let id = [200 + u8::try_from(self.step % 50).unwrap(); 16];
        if self.model.drafts.contains_key(&id) {
            return;
        }
        self.model.last += 1;
        let after = Account {
            number: AccountNumber(self.model.last),
            draft_id: DraftId(id),
            activate_before: None,
            ..before.clone()
        };
        let commit = Commit { made: vec![after.clone()], cancelled: vec![before], ..Commit::default() };
        self.store.commit(&commit).unwrap();
        check_claims(&self.store, &after, Some(after.number));
        self.model_commit(commit);
    }

    fn update_access(&mut self) {
        let Some(account) = self.one_account() else { return };
        let (number, step) = (account.number, self.step);
        let change = |access: &mut Access| match step % 3 {
            0 => access.open_session(
                Session { digest: step.to_string(), expires_at: at(i64::from(step) + 100) },
                at(i64::from(step)),
                2,
            ),
            1 => access.set_password(PasswordHash(step.to_string())),
            _ => *access = Access::default(),
        };
        let found = self.store.update_access(number, &mut { change }).unwrap();
        let known = self.model.accesses.entry(number).or_default();
        change(known);
        assert_eq!(&found, known);
    }

    fn remove_draft(&mut self) {
        let (id, now) = (self.one_draft(), at(self.rng.random_range(900..3_000)));
        let found = self.store.remove_draft(DraftId(id), now).unwrap();
        let expect = match self.model.drafts.get(&id) {
            Some(draft) if draft.account.is_none() && now < draft.expires_at => {
                Removed::NotBefore(draft.expires_at)
            }
            Some(draft) if draft.account.is_none() => Removed::Gone(Box::new(draft.clone())),
            _ => Removed::Nothing,
        };
        if let Removed::Gone(_) = expect {
            self.model.drafts.remove(&id);
        }
        assert_eq!(found, expect);
    }

    fn put_off(&mut self) {
        if self.model.due.is_empty() {
            return;
        }
        let place = self.rng.random_range(0..self.model.due.len());
        let due = self.model.due.swap_remove(place);
        let again_at = self.rng.random_bool(0.5).then(|| at(self.rng.random_range(1_000..4_000)));
        self.store.put_off(due, again_at).unwrap();
        if let Some(at) = again_at {
            self.model.expect(Due { at, ..due });
        }
    }

    fn remove_message(&mut self) {
        let place = self.rng.random_range(0..=self.model.place);
        self.store.remove_message(place).unwrap();
        self.model.messages.remove(&place);
        let after = self.rng.random_range(0..=self.model.place);
        let expect: Vec<_> = self.model.messages.range(after + 1..).map(|(_, &m)| m).take(2).collect();
        assert_eq!(self.store.messages(after, 2).unwrap(), expect);
    }
}

fn check_random_operations(seed: u64) {
    let folder = TempDir::new().unwrap();
    let open = || SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    let mut world =
        World { store: open(), model: Model::default(), rng: StdRng::seed_from_u64(seed), step: 0 };
    for step in 0..400 {
        world.step = step;
        match world.rng.random_range(0..100) {
            0..35 => world.open_draft(),
            35..55 => world.update_draft(),
            55..68 => world.commit(),
            68..71 => world.hand_over(),
            71..80 => world.update_access(),
            80..86 => world.remove_draft(),
            86..92 => world.put_off(),
            92..97 => world.remove_message(),
            _ => {
                drop(world.store);
                world.store = open();
            }
        }
        if step % 50 == 0 {
            check_same(&world.store, &world.model);
        }
    }
    check_same(&world.store, &world.model);
    let (made, gone) = (world.model.last, world.model.last - world.model.accounts.len() as u64);
    assert!(made > 20 && gone > 3, "seed {seed}: {made} made, {gone} gone");
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

/// One who has `person`'s NIK, with draft and number of the same name.
fn account(person: u32) -> Account {
    let number = AccountNumber(person.into());
    let draft = Draft { account: Some(number), ..draft(person) };
    let draft_id = DraftId([person.to_be_bytes(); 4].concat().try_into().unwrap());
    Account { number, draft_id, registered_at: at(1), activate_before: None, draft }
}

/// Rows of what leads to accounts are put together a hundred accounts at a time: one by one, and many at once.
#[test]
fn what_leads_to_accounts_is_found_after_any_number_of_them() {
    let folder = TempDir::new().unwrap();
    let mut store = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    let (mut standing, mut last) = (BTreeMap::new(), 0);
    for count in [1, 98, 1, 1, 99, 100, 101, 350, 40].into_iter().chain([1; 120]) {
        let made: Vec<Account> = (last + 1..=last + count).map(account).collect();
        let gone = standing.keys().next().copied().filter(|_| count % 2 == 0);
        let cancelled: Vec<Account> = gone.and_then(|gone| standing.remove(&gone)).into_iter().collect();
        store
            .commit(&Commit { made: made.clone(), cancelled: cancelled.clone(), ..Commit::default() })
            .unwrap();
        standing.extend(made.into_iter().map(|account| (account.number, account)));
        if last / 50 != (last + count) / 50 {
            drop(store);
            store = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
            standing.values().for_each(|account| check_claims(&store, account, Some(account.number)));
            cancelled.iter().for_each(|account| check_claims(&store, account, None));
        }
        last += count;
    }
}

/// A crash between an account's coming to disk and its draft's going leaves both.
#[test]
fn a_draft_left_behind_by_its_account_is_the_account() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    // That it was sealed need not have come to disk.
    for (number, sealed) in [(1, true), (2, false)] {
        let account = account(number);
        let id = account.draft_id;
        store.commit(&Commit { made: vec![account.clone()], ..Commit::default() }).unwrap();
        store.open_draft(id, &Draft { sealed, account: None, ..account.draft.clone() }).unwrap();
        assert_eq!(store.draft(id).unwrap().as_ref(), Some(&account.draft));
        let seen = store.update_draft(id, &mut |draft| {
            assert_eq!(draft.account, Some(account.number));
            Err(Failure::AlreadyFinal)
        });
        assert!(matches!(seen, Err(UpdateError::Refused(Failure::AlreadyFinal))));
        // Its documents are the account's: nothing that a sweep may remove.
        assert_eq!(store.remove_draft(id, at(i64::MAX)).unwrap(), Removed::Nothing);
        assert_eq!(store.draft(id).unwrap().as_ref(), Some(&account.draft));
    }
}

/// A crash left its draft's row behind, and its time ran out. The row's documents are gone with it: nobody may confirm them once more.
#[test]
fn a_draft_left_behind_goes_with_its_account() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    let account = account(1);
    store.commit(&Commit { made: vec![account.clone()], ..Commit::default() }).unwrap();
    store.open_draft(account.draft_id, &Draft { account: None, ..account.draft.clone() }).unwrap();
    store.commit(&Commit { cancelled: vec![account.clone()], ..Commit::default() }).unwrap();
    let reopened = SledStore::open(files_of(folder.path()).path(), CACHE_BYTES).unwrap();
    for store in [store, reopened] {
        assert_eq!(store.draft(account.draft_id).unwrap(), None);
        assert!(!store.has_draft(account.draft_id).unwrap());
    }
}

#[test]
fn a_register_of_an_earlier_version_is_refused() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("db"), []).unwrap();
    let refused = SledStore::open(folder.path(), CACHE_BYTES).err().unwrap();
    assert!(refused.to_string().contains("earlier version"), "{refused}");
}

/// What a kill would leave of the register: its files as they are, while it is open.
fn files_of(folder: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    let mut folders = vec![(folder.to_owned(), copy.path().to_owned())];
    while let Some((from, to)) = folders.pop() {
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push((entry.path(), target));
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    copy
}

/// A kill -9 finds an account lost that was acknowledged a moment before only now and then; this does each time.
#[test]
fn what_is_committed_is_in_the_files_by_then() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path(), CACHE_BYTES).unwrap();
    for person in 1..=20 {
        let (number, draft_id) = (AccountNumber(person.into()), DraftId([u8::try_from(person).unwrap(); 16]));
        let draft = Draft { account: Some(number), ..draft(person) };
        let account = Account { number, draft_id, registered_at: at(1), activate_before: None, draft };
        store.commit(&Commit { made: vec![account.clone()], ..Commit::default() }).unwrap();
        let left = files_of(folder.path());
        let opened = SledStore::open(left.path(), CACHE_BYTES).unwrap();
        assert_eq!(opened.account(number).unwrap(), Some(account));
    }
}

/// Found by `just crash` in one of 113 confirmations without an answer: a draft that was acknowledged as complete while others
/// confirmed was not on disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_settled_beside_confirmations_is_in_the_files() {
    let folder = TempDir::new().unwrap();
    let register = folder.path().join("register");
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&register, CACHE_BYTES).unwrap());
    let commits = Commits::start(Arc::clone(&store), folder.path());
    for round in 0..20 {
        let [one, settled, two] = [3 * round + 1, 3 * round + 2, 3 * round + 3].map(|person| {
            let id = account(person).draft_id;
            store.open_draft(id, &draft(person)).unwrap();
            (id, draft(person))
        });
        // Asked for at once, they mostly share a batch.
        tokio::join!(commits.confirm(one.0, one.1), commits.settle(), commits.confirm(two.0, two.1));
        let left = files_of(&register);
        let opened = SledStore::open(left.path(), CACHE_BYTES).unwrap();
        assert_eq!(opened.draft(settled.0).unwrap(), Some(settled.1), "round {round}");
    }
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
                    store.update_access(AccountNumber(1), &mut |access| access.login.failures += 1).unwrap();
                }
            });
        }
    });
    assert_eq!(store.draft(id).unwrap().unwrap().expires_at, Timestamp::from_ms(1_600));
    assert_eq!(store.access(AccountNumber(1)).unwrap().login.failures, 1_600);
}

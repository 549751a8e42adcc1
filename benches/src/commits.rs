//! How many confirmations a second come to disk, with so many waiting at a time?
//!
//! Floor: sled by itself, given the same rows, ready made, by a thread that takes what waits, writes one batch and flushes once.

use crate::form;
use crate::table::{Goal, Row, Unit};
use domain::document::{Dimensions, DocumentKind};
use domain::draft::{AccountNumber, Credentials, Document, Draft, SecurityQuestion};
use domain::identity::{self, Rules};
use domain::wire::{CaptchaAnswer, Category, Profile};
use domain::{Limits, RegionSet, Sex, Timestamp, questions};
use engine::measuring::{self, Commits};
use engine::store::{Account, DraftId, SledStore, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Confirmations by the number of those who wait at a time.
const WAITING: [(usize, usize); 3] = [(1, 300), (64, 12_800), (512, 25_600)];

const CACHE_BYTES: u64 = 128 << 20;

/// Measures each number of waiting.
///
/// # Errors
/// Where a store cannot be opened.
pub fn measure() -> Result<Vec<Row>, Box<dyn Error>> {
    WAITING
        .into_iter()
        .map(|(waiting, count)| {
            let drafts: Vec<_> = (0..count).map(|number| (id(number), complete_draft(number))).collect();
            let floor = bare(&drafts, waiting)?;
            let ours = committed(drafts, waiting)?;
            let row = Row::new("confirmations", format!("{waiting} waiting"), Unit::PerSecond, ours)
                .over("bare sled", floor);
            Ok(if waiting == 64 { row.within(Goal::TimesFloorAtLeast(0.8)) } else { row })
        })
        .collect()
}

fn committed(drafts: Vec<(DraftId, Draft)>, waiting: usize) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Arc::new(SledStore::open(&folder.path().join("register"), CACHE_BYTES)?);
    for (id, draft) in &drafts {
        store.open_draft(*id, draft)?;
    }
    store.flush()?;
    let commits = Arc::new(Commits::start(store, folder.path()));
    let confirm = move |(id, draft)| {
        let commits = Arc::clone(&commits);
        async move { commits.confirm(id, draft).await }
    };
    per_second(drafts, waiting, confirm)
}

fn bare(drafts: &[(DraftId, Draft)], waiting: usize) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let open = |name| {
        let config = sled::Config::new().path(folder.path().join(name));
        config.cache_capacity(CACHE_BYTES / 2).flush_every_ms(Some(500)).open()?.open_tree("register")
    };
    let (accounts, begun) = (open("accounts")?, open("drafts")?);
    for (id, draft) in drafts {
        begun.insert(key(b'x', &id.0), &[])?;
        begun.insert(key(b'd', &id.0), serde_json::to_vec(draft)?)?;
    }
    begun.flush()?;
    let (queue, mut requests) = mpsc::channel::<(Rows, oneshot::Sender<()>)>(4_096);
    let writer = thread::spawn(move || {
        let mut first = 0_u64;
        while let Some(next) = requests.blocking_recv() {
            let mut batch = vec![next];
            while batch.len() < 512
                && let Ok(next) = requests.try_recv()
            {
                batch.push(next);
            }
            let (mut writes, mut gone, mut waiting) = (sled::Batch::default(), Vec::new(), Vec::new());
            let place = first.to_be_bytes();
            writes.insert(key(b'i', &place), vec![b'i'; 48 * batch.len()]);
            writes.insert(key(b'x', &[place, place].concat()), vec![b'x'; 8 * (batch.len() - 1)]);
            writes.insert(&b"#"[..], first.to_string().as_bytes());
            first += batch.len() as u64;
            for (rows, reply) in batch {
                rows.written.into_iter().for_each(|(key, row)| writes.insert(key, row));
                gone.extend(rows.gone);
                waiting.push(reply);
            }
            accounts.apply_batch(writes).and_then(|()| accounts.flush()).expect("the disk takes it");
            waiting.into_iter().for_each(|reply| reply.send(()).unwrap_or(()));
            gone.into_iter().for_each(|key| drop(begun.remove(key).expect("the disk takes it")));
        }
    });
    let accounts = drafts.iter().enumerate().map(|(number, (id, draft))| rows(number, *id, draft)).collect();
    let confirm = move |rows| {
        let queue = queue.clone();
        async move {
            let (reply, answer) = oneshot::channel();
            queue.send((rows, reply)).await.expect("the writer lives");
            answer.await.expect("the writer lives");
        }
    };
    let per_s = per_second(accounts, waiting, confirm)?;
    writer.join().map_err(|_| "the writer ended early")?;
    Ok(per_s)
}

/// `waiting` at a time confirm `work`, each its share of it in turn.
fn per_second<W: Send + 'static, F: Future<Output = ()> + Send + 'static>(
    work: Vec<W>,
    waiting: usize,
    confirm: impl Fn(W) -> F + Clone + Send + 'static,
) -> Result<f64, Box<dyn Error>> {
    let count = work.len();
    let mut shares: Vec<Vec<W>> = (0..waiting).map(|_| Vec::new()).collect();
    work.into_iter().enumerate().for_each(|(at, work)| shares[at % waiting].push(work));
    let runtime = Runtime::new()?;
    let started = Instant::now();
    runtime.block_on(async {
        let mut confirming = JoinSet::new();
        for share in shares {
            let confirm = confirm.clone();
            confirming.spawn(async move {
                for work in share {
                    confirm(work).await;
                }
            });
        }
        drop(confirm);
        confirming.join_all().await;
    });
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// What a confirmation writes for itself, and what goes for it; a batch adds one row that leads to its accounts, and one that says when
/// they are due.
struct Rows {
    written: [(Vec<u8>, Vec<u8>); 2],
    gone: [Vec<u8>; 2],
}

/// Of an account that waits for its activation.
fn rows(number: usize, draft_id: DraftId, draft: &Draft) -> Rows {
    let account_number = AccountNumber(number as u64);
    let account = Account {
        number: account_number,
        draft_id,
        registered_at: Timestamp::from_ms(1_795_000_000_000),
        activate_before: Some(Timestamp::from_ms(1_795_172_800_000)),
        draft: Draft { account: Some(account_number), ..draft.clone() },
    };
    let name = account_number.0.to_be_bytes();
    Rows {
        written: [(key(b'a', &name), measuring::account_row(&account)), (key(b'm', &name), vec![b'm'; 50])],
        gone: [key(b'd', &draft_id.0), key(b'x', &draft_id.0)],
    }
}

fn key(kind: u8, rest: &[u8]) -> Vec<u8> {
    [&[kind][..], rest].concat()
}

/// The name of draft `number`: spread like the digests that the engine takes.
pub fn id(number: usize) -> DraftId {
    let spread = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    DraftId(spread.to_be_bytes())
}

/// Everything that is needed for "Iya", as long as real ones are.
pub fn complete_draft(number: usize) -> Draft {
    let form = form(number, CaptchaAnswer { id: String::new(), answer: String::new() });
    let limits = Limits::default();
    let today = "2026-11-21".parse().expect("21 November 2026 exists");
    let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today };
    let (identity, warnings) = identity::check(form, &rules).expect("the form is right");
    let mut draft = Draft::open(
        identity,
        warnings,
        Timestamp::from_ms(1_795_000_000_000).plus(Duration::from_secs(3_600)),
    );
    draft.profile = Some(Profile {
        certificate_name: "Siti Aminah Rahmawati".to_owned(),
        birth_regency: "9901".to_owned(),
        sex: Sex::Female,
        category: Category::Cpns,
    });
    for kind in [DocumentKind::Ktp, DocumentKind::Swafoto] {
        let blob =
            format!("{:02x}/{}-{kind}-{:x}", id(number).0[0], id(number), 1_795_000_000_000_000 + number);
        let dimensions = Some(Dimensions { width: 1_000, height: 1_400 });
        let document =
            Document { bytes: 165_432, dimensions, sharpness: Some(1_234.567_890_1), blurred: false, blob };
        draft.documents.insert(kind, document);
    }
    // What is drawn or digested differs from account to account, so that no store can make it smaller.
    let mut rng = StdRng::seed_from_u64(number as u64);
    let mut digest = || hex::encode(rng.random::<[u8; 32]>());
    let mut question =
        |question: &str| SecurityQuestion { question: question.to_owned(), answer_digest: digest() };
    let questions =
        [0, 5].map(|further| question(questions::COMMON[(number + further) % questions::COMMON.len()]));
    let (salt, hash) = (digest(), digest());
    let password_hash = format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", &salt[..22], &hash[..43]);
    draft.credentials = Some(Credentials { password_hash, questions: questions.to_vec() });
    draft.sealed = true;
    draft
}

/// Fills a register in `folder` with `count` accounts by the committer, 512 at a time. They wait to be activated, and their messages are
/// sent.
///
/// # Errors
/// Where it cannot be written.
pub fn fill(folder: &Path, count: usize) -> Result<(), Box<dyn Error>> {
    const CHUNK: usize = 4_096;
    let store = Arc::new(SledStore::open(&folder.join("register"), CACHE_BYTES)?);
    let commits = Arc::new(Commits::start(Arc::clone(&store) as Arc<dyn Store>, folder));
    for first in (0..count).step_by(CHUNK) {
        let drafts: Vec<_> =
            (first..count.min(first + CHUNK)).map(|number| (id(number), complete_draft(number))).collect();
        for (id, draft) in &drafts {
            store.open_draft(*id, draft)?;
        }
        let confirm = {
            let commits = Arc::clone(&commits);
            move |(id, draft)| {
                let commits = Arc::clone(&commits);
                async move { commits.confirm(id, draft).await }
            }
        };
        per_second(drafts, 512, confirm)?;
        // They are sent, as the outbox sends them within seconds.
        for message in store.messages(0, usize::MAX)? {
            store.remove_message(message.place)?;
        }
    }
    Ok(())
}

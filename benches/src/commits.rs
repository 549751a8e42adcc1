//! How many confirmations a second come to disk, with so many waiting at a time?
//!
//! Floor: sled by itself, given the same keys and rows by a thread that takes what waits, writes one batch and flushes once.

use crate::form;
use crate::table::{Goal, Row, Unit};
use domain::document::{Dimensions, DocumentKind};
use domain::draft::{AccountNumber, Credentials, Document, Draft, SecurityQuestion};
use domain::identity::{self, Rules};
use domain::wire::{CaptchaAnswer, Category, Profile};
use domain::{Limits, RegionSet, Sex, Timestamp};
use engine::measuring::Commits;
use engine::store::{Account, DraftId, SledStore, Store};
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
    let db = sled::Config::new()
        .path(folder.path())
        .cache_capacity(CACHE_BYTES)
        .flush_every_ms(Some(500))
        .open()?;
    let tree = db.open_tree("register")?;
    for (id, draft) in drafts {
        tree.insert(key(b'd', &id.0), serde_json::to_vec(draft)?)?;
    }
    tree.flush()?;
    let (queue, mut requests) = mpsc::channel::<(Rows, oneshot::Sender<()>)>(4_096);
    let writer = thread::spawn(move || {
        while let Some(first) = requests.blocking_recv() {
            let mut batch = vec![first];
            while let Ok(next) = requests.try_recv() {
                batch.push(next);
            }
            let mut writes = sled::Batch::default();
            let mut waiting = Vec::new();
            for (rows, reply) in batch {
                rows.into_iter().for_each(|(key, row)| writes.insert(key, row));
                waiting.push(reply);
            }
            tree.apply_batch(writes).and_then(|()| tree.flush()).expect("the disk takes it");
            waiting.into_iter().for_each(|reply| reply.send(()).unwrap_or(()));
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

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// As many keys of the same lengths as the register has for an account that waits for its activation, and its row.
fn rows(number: usize, draft_id: DraftId, draft: &Draft) -> Rows {
    let account_number = AccountNumber(number as u64);
    let account = Account {
        number: account_number,
        draft_id,
        registered_at: Timestamp::from_ms(1_795_000_000_000),
        activate_before: Some(Timestamp::from_ms(1_795_172_800_000)),
        draft: Draft { account: Some(account_number), ..draft.clone() },
    };
    let row = serde_json::to_vec(&account).expect("an account has no failing serialiser");
    let (name, small) = (account_number.0.to_be_bytes(), account_number.to_string().into_bytes());
    let id = [&draft_id.0[..], &name].concat();
    vec![
        (key(b'a', &name), row),
        (key(b'd', &draft_id.0), small.clone()),
        (key(b't', &id), Vec::new()),
        (key(b'n', &draft.identity.nik.as_u64().to_be_bytes()), small.clone()),
        (key(b'e', draft.identity.email.key().as_bytes()), small.clone()),
        (key(b'p', draft.identity.phone.key().as_bytes()), small.clone()),
        (key(b'v', &name), vec![b'v'; 80]),
        (key(b'x', &id), Vec::new()),
        (key(b'm', &name), vec![b'm'; 50]),
        (vec![b'#'], small),
    ]
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
    let question =
        |question: &str| SecurityQuestion { question: question.to_owned(), answer_digest: "a".repeat(64) };
    draft.credentials = Some(Credentials {
        password_hash: format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", "s".repeat(22), "h".repeat(43)),
        questions: vec![question("Hewan pertama?"), question("Guru pertama?")],
    });
    draft.sealed = true;
    draft
}

/// Fills a register in `folder` with `count` accounts by the committer, 512 at a time.
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
    }
    Ok(())
}

//! A portal on a free port that says what the contract says, except where a script has it do otherwise.

use bytes::Bytes;
use domain::captcha::{CaptchaKey, KEY_BYTES};
use domain::document::DocumentKind;
use domain::draft::AccountNumber;
use domain::wire::{
    self, AccountMade, CaptchaChallenge, DocumentTaken, DraftOpened, Gate, NikTurn, OpenDraft, Parity,
    Problem, Profile, QueuePlace, QueueState, Review, Status, WaitingRoom,
};
use domain::{Failure, Nik, RegionSet, Timestamp};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, RETRY_AFTER};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use scenario::Step;
use server::{Answer, Bounds};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// What the portal does with one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// What the contract says.
    Honest,
    /// The same, later.
    After(Duration),
    /// The same, and the connection is closed after it.
    Closing,
    /// A problem, with a hint after how many seconds to come again.
    Problem(Failure, Option<u32>),
    /// The same after a while, without a hint.
    ProblemAfter(Duration, Failure),
    /// Nothing, for ever.
    Silent,
    /// A success with this body.
    Garbage(&'static str),
    /// A status that says that the portal will open later.
    NotYetOpen,
    /// A review that shows somebody else's name.
    OtherPerson,
    /// A status that says that there is a waiting room.
    Room,
    /// A place in it that isn't called yet.
    Waits,
    /// A place that is called.
    Called,
    /// A status that says that for so many milliseconds it is the turn of these NIKs.
    Turn(Parity, i64),
}

type Script = Arc<dyn Fn(Step, u32) -> Act + Send + Sync>;

pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    asked: BTreeMap<Step, u32>,
    drafts: Vec<Draft>,
}

#[derive(Clone)]
struct Draft {
    form: OpenDraft,
    profile: Option<Profile>,
    documents: Vec<DocumentTaken>,
    has_credentials: bool,
}

pub(crate) const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];
const LENGTH: usize = 4;
const LATER: Timestamp = Timestamp::from_ms(4_000_000_000_000);

impl Portal {
    /// Opens it. The script is asked with the step and how many of its requests came before.
    pub(crate) async fn open(script: impl Fn(Step, u32) -> Act + Send + Sync + 'static) -> Portal {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let script: Script = Arc::new(script);
        let handler = {
            let state = Arc::clone(&state);
            move |request| answer(Arc::clone(&state), Arc::clone(&script), request)
        };
        tokio::spawn(server::run(listener, Bounds::default(), handler, std::future::pending()));
        Portal { address, state }
    }

    /// Requests of a step so far.
    pub(crate) fn asked(&self, step: Step) -> u32 {
        self.state.lock().unwrap().asked.get(&step).copied().unwrap_or(0)
    }
}

async fn answer(state: Arc<Mutex<State>>, script: Script, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let (step, token) = route(&parts.method, &path);
    let before = {
        let mut state = state.lock().unwrap();
        let asked = state.asked.entry(step).or_default();
        *asked += 1;
        *asked - 1
    };
    let Ok(body) = body.collect().await else { return empty() };
    let body = body.to_bytes();
    let honest = |act| honest(&state, step, token, &body, act);
    let act = script(step, before);
    match act {
        Act::Honest => honest(Act::Honest),
        Act::OtherPerson | Act::NotYetOpen | Act::Room | Act::Turn(..) => honest(act),
        Act::Waits | Act::Called => place(act, &parts.method, &parts.headers),
        Act::After(delay) => {
            tokio::time::sleep(delay).await;
            honest(Act::Honest)
        }
        Act::Closing => {
            let mut answer = honest(Act::Honest);
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            answer
        }
        Act::Problem(failure, retry_after_s) => problem(failure, retry_after_s),
        Act::ProblemAfter(delay, failure) => {
            tokio::time::sleep(delay).await;
            problem(failure, None)
        }
        Act::Garbage(text) => Response::new(Full::from(text)),
        Act::Silent => std::future::pending().await,
    }
}

fn route(method: &Method, path: &str) -> (Step, Option<usize>) {
    let rest = path.strip_prefix(wire::paths::BASE).unwrap();
    match (method.as_str(), rest.split('/').skip(1).collect::<Vec<_>>().as_slice()) {
        ("GET", ["status"]) => (Step::Status, None),
        ("GET" | "POST", ["queue"]) => (Step::Status, None),
        ("POST", ["captchas"]) => (Step::Captcha, None),
        ("POST", ["drafts"]) => (Step::Identity, None),
        ("GET", ["drafts", token]) => (Step::Review, token.parse().ok()),
        ("PUT", ["drafts", token, "profile"]) => (Step::Profile, token.parse().ok()),
        ("PUT", ["drafts", token, "documents", "ktp"]) => (Step::Ktp, token.parse().ok()),
        ("PUT", ["drafts", token, "documents", "swafoto"]) => (Step::Swafoto, token.parse().ok()),
        ("PUT", ["drafts", token, "credentials"]) => (Step::Credentials, token.parse().ok()),
        ("POST", ["drafts", token, "confirmation"]) => (Step::Confirmation, token.parse().ok()),
        other => panic!("no such request: {other:?}"),
    }
}

fn honest(state: &Mutex<State>, step: Step, token: Option<usize>, body: &Bytes, act: Act) -> Answer {
    let mut state = state.lock().unwrap();
    match step {
        Step::Status => json(StatusCode::OK, &status(act)),
        Step::Captcha => json(StatusCode::CREATED, &challenge(state.asked[&Step::Captcha])),
        Step::Identity => {
            let form: OpenDraft = serde_json::from_slice(body).unwrap();
            if CaptchaKey::new(KEY).answer(&form.captcha.id, LENGTH) != form.captcha.answer {
                return problem(Failure::CaptchaWrong, None);
            }
            let token = state.drafts.len().to_string();
            state.drafts.push(Draft { form, profile: None, documents: Vec::new(), has_credentials: false });
            json(StatusCode::CREATED, &DraftOpened { token, expires_at: LATER, warnings: Vec::new() })
        }
        _ => {
            let draft = &mut state.drafts[token.unwrap()];
            match step {
                Step::Profile => {
                    draft.profile = serde_json::from_slice(body).unwrap();
                    empty()
                }
                Step::Ktp => json(StatusCode::OK, &draft.take(DocumentKind::Ktp, body)),
                Step::Swafoto => json(StatusCode::OK, &draft.take(DocumentKind::Swafoto, body)),
                Step::Credentials => {
                    draft.has_credentials = true;
                    empty()
                }
                Step::Review => json(StatusCode::OK, &draft.review(act)),
                _ => confirm(draft, token.unwrap()),
            }
        }
    }
}

fn confirm(draft: &Draft, token: usize) -> Answer {
    if draft.documents.is_empty() {
        return problem(Failure::StepOutOfOrder, None);
    }
    let nik = Nik::parse(&draft.form.nik, RegionSet::RealAndSynthetic).unwrap();
    let account_number = AccountNumber(token as u64);
    let made = AccountMade {
        account_number,
        receipt: format!("{account_number}-0000-0000-0000-0000").parse().unwrap(),
        activate_before: None,
        nik_masked: nik.masked(),
        registered_at: Timestamp::from_ms(0),
    };
    json(StatusCode::CREATED, &made)
}

impl Draft {
    fn take(&mut self, kind: DocumentKind, body: &Bytes) -> DocumentTaken {
        let bytes = u32::try_from(body.len()).unwrap();
        let taken = DocumentTaken { kind, bytes, dimensions: None, blurred: false };
        self.documents.push(taken.clone());
        taken
    }

    fn review(&self, act: Act) -> Review {
        let OpenDraft { nik, kk, full_name, birth_place, birth_date, phone, email, .. } = self.form.clone();
        let full_name = if matches!(act, Act::OtherPerson) { "Orang Lain".to_owned() } else { full_name };
        Review {
            nik,
            kk,
            full_name,
            birth_place,
            birth_date,
            phone,
            email,
            profile: self.profile.clone(),
            documents: self.documents.clone(),
            has_credentials: self.has_credentials,
            warnings: Vec::new(),
            expires_at: LATER,
            account_number: None,
        }
    }
}

fn status(act: Act) -> Status {
    let gate = if matches!(act, Act::NotYetOpen) { Gate::BeforeOpening } else { Gate::Open };
    let room = WaitingRoom { is_open: true, waiting_count: 1, active_count: 1, estimate_s: 1 };
    Status {
        gate,
        waiting_room: matches!(act, Act::Room).then_some(room),
        turn: match act {
            Act::Turn(parity, ms) => Some(NikTurn { parity, until: Timestamp::from_ms(ms) }),
            _ => None,
        },
        ..open_status(Timestamp::from_ms(0))
    }
}

pub(crate) fn open_status(now: Timestamp) -> Status {
    Status {
        gate: Gate::Open,
        now,
        opens_at: None,
        opens_at_local: None,
        closes_at: None,
        closes_at_local: None,
        limits_profile: "seed".to_owned(),
        kilobyte_bytes: 1_000,
        captcha_length: LENGTH,
        documents: Vec::new(),
        announcements: Vec::new(),
        waiting_room: None,
        turn: None,
        form_version: domain::wire::FORM_VERSION,
    }
}

/// Who comes again has kept the cookie.
fn place(act: Act, method: &Method, headers: &HeaderMap) -> Answer {
    const COOKIE: &str = "antrean=place";
    let kept = headers.get("cookie").map(|cookie| cookie.to_str().unwrap());
    assert_eq!(kept, (method == Method::GET).then_some(COOKIE));
    let is_called = matches!(act, Act::Called);
    let mut answer = json(
        StatusCode::OK,
        &QueuePlace {
            state: if is_called { QueueState::Admitted } else { QueueState::Waiting },
            token: "place".to_owned(),
            place: (!is_called).then_some(1),
            estimate_s: 1,
            ask_again_s: 1,
            opens_at: None,
        },
    );
    answer.headers_mut().insert("set-cookie", HeaderValue::from_static("antrean=place; HttpOnly"));
    answer
}

fn challenge(number: u32) -> CaptchaChallenge {
    let id = CaptchaKey::new(KEY).challenge(number.into(), LATER);
    CaptchaChallenge { id, image: "data:image/png;base64,".to_owned(), expires_at: LATER }
}

fn problem(failure: Failure, retry_after_s: Option<u32>) -> Answer {
    let status = StatusCode::from_u16(failure.status()).unwrap();
    let mut answer = json(status, &Problem::of(failure));
    if let Some(seconds) = retry_after_s {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

fn json<T: serde::Serialize>(status: StatusCode, body: &T) -> Answer {
    let mut answer = Response::new(Full::from(serde_json::to_vec(body).unwrap()));
    *answer.status_mut() = status;
    answer
}

fn empty() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

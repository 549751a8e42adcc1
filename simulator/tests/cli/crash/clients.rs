//! Applicants on connections of their own, who write down what they were told until the engine is gone.

use crate::services::CAPTCHA_KEY;
use domain::captcha::CaptchaKey;
use domain::draft::AccountNumber;
use domain::wire::{self, AccountMade, CaptchaAnswer, CaptchaChallenge, DraftOpened, Review, paths};
use domain::{Limits, document::DocumentKind};
use hyper::Method;
use people::{Album, Applicant, Crowd, PhotoSpec};
use serde::Serialize;
use serde::de::DeserializeOwned;
use simulator::client::{Browser, Heard, Outgoing};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Everybody who ever came, and what they know.
pub(crate) struct World {
    pub(crate) crowd: Crowd,
    pub(crate) album: Album,
    pub(crate) next_arrival: AtomicU64,
    pub(crate) book: Mutex<Book>,
}

#[derive(Default)]
pub(crate) struct Book {
    /// Who was told of an account, by arrival.
    pub(crate) acknowledged: BTreeMap<u64, AccountNumber>,
    /// Who said "Iya" and heard nothing: the token of their draft.
    pub(crate) in_doubt: BTreeMap<u64, String>,
}

/// What an alarm waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Event {
    /// A request was answered, whichever it was.
    Answer,
    /// A confirmation is about to be sent.
    Confirming,
}

/// Rings at so many events of a kind.
pub(crate) struct Alarm {
    event: Event,
    left: AtomicU64,
    pub(crate) rung: Notify,
}

impl Alarm {
    pub(crate) fn after(count: u64, event: Event) -> Alarm {
        Alarm { event, left: AtomicU64::new(count), rung: Notify::new() }
    }

    fn hears(&self, event: Event) {
        if self.event == event && self.left.fetch_sub(1, SeqCst) == 1 {
            self.rung.notify_one();
        }
    }
}

/// One applicant's connection.
pub(crate) struct Client<'a> {
    browser: Browser,
    alarm: &'a Alarm,
}

impl Client<'_> {
    pub(crate) fn new(address: SocketAddr, alarm: &Alarm) -> Client<'_> {
        Client { browser: Browser::new(address, 1_000_000), alarm }
    }

    /// `None` when the engine is gone.
    async fn send(&mut self, outgoing: Outgoing) -> Option<Heard> {
        let heard = self.browser.send(&outgoing, Instant::now() + Duration::from_secs(60)).await.ok()?;
        self.alarm.hears(Event::Answer);
        Some(heard)
    }

    /// The same, for a step that has no reason to be refused.
    async fn step<T: DeserializeOwned>(&mut self, outgoing: Outgoing) -> Option<T> {
        let path = outgoing.path.clone();
        let heard = self.send(outgoing).await?;
        assert!(heard.status.is_success(), "{path}: {}", String::from_utf8_lossy(&heard.body));
        let body: &[u8] = if heard.body.is_empty() { b"null" } else { &heard.body };
        Some(serde_json::from_slice(body).unwrap())
    }

    async fn captcha(&mut self) -> Option<CaptchaAnswer> {
        let challenge: CaptchaChallenge = self.step(Outgoing::new(Method::POST, paths::CAPTCHAS)).await?;
        let length = Limits::default().captcha_length;
        let answer = CaptchaKey::new(CAPTCHA_KEY).answer(&challenge.id, length);
        Some(CaptchaAnswer { id: challenge.id, answer })
    }

    /// Everything up to the confirmation; the token of the draft.
    async fn fill(&mut self, album: &Album, applicant: &Applicant) -> Option<String> {
        let captcha = self.captcha().await?;
        let form = json(Method::POST, paths::DRAFTS, &applicant.open_draft(captcha));
        let token = self.step::<DraftOpened>(form).await?.token;
        self.step::<serde_json::Value>(json(Method::PUT, &paths::profile(&token), &applicant.profile))
            .await?;
        self.document(album, &token, applicant.ktp?).await?;
        self.document(album, &token, applicant.swafoto.expect("nobody has a defect")).await?;
        let captcha = self.captcha().await?;
        let form = json(Method::PUT, &paths::credentials(&token), &applicant.credentials(captcha));
        self.step::<serde_json::Value>(form).await?;
        Some(token)
    }

    async fn document(&mut self, album: &Album, token: &str, photo: PhotoSpec) -> Option<()> {
        let put = Outgoing::new(Method::PUT, paths::document(token, photo.kind));
        self.step::<serde_json::Value>(put.with_body("image/jpeg", album.file(photo))).await.map(drop)
    }

    /// "Iya": the status, and the account where there is one.
    pub(crate) async fn confirm(&mut self, token: &str) -> Option<(u16, Option<AccountNumber>)> {
        self.alarm.hears(Event::Confirming);
        let heard = self.send(Outgoing::new(Method::POST, paths::confirmation(token))).await?;
        let made = serde_json::from_slice::<AccountMade>(&heard.body).ok();
        Some((heard.status.as_u16(), made.map(|made| made.account_number)))
    }

    /// Whether the draft shows all that `applicant` handed in, and this account.
    pub(crate) async fn is_whole(
        &mut self,
        token: &str,
        applicant: &Applicant,
        number: AccountNumber,
    ) -> bool {
        let heard = self.send(Outgoing::new(Method::GET, paths::draft(token))).await;
        let review = heard.and_then(|heard| serde_json::from_slice::<Review>(&heard.body).ok());
        review.is_some_and(|review| {
            let has = |kind| review.documents.iter().any(|taken| taken.kind == kind);
            review.nik == applicant.form.nik
                && review.kk == applicant.form.kk
                && review.profile.as_ref() == Some(&applicant.profile)
                && review.has_credentials
                && has(DocumentKind::Ktp)
                && has(DocumentKind::Swafoto)
                && review.account_number == Some(number)
        })
    }
}

/// One person after another registers, every third with a double click on two connections, until the engine is gone.
pub(crate) async fn register_until_gone(world: &World, address: SocketAddr, alarm: &Alarm) {
    loop {
        let arrival = world.next_arrival.fetch_add(1, SeqCst);
        let applicant = world.crowd.applicant(arrival);
        let mut client = Client::new(address, alarm);
        let Some(token) = client.fill(&world.album, &applicant).await else { return };
        world.book.lock().unwrap().in_doubt.insert(arrival, token.clone());
        let heard = if arrival.is_multiple_of(3) {
            let mut second = Client::new(address, alarm);
            let (one, other) = tokio::join!(client.confirm(&token), second.confirm(&token));
            if let (Some(one), Some(other)) = (one, other) {
                assert_eq!((one.1, one.0.min(other.0), one.0.max(other.0)), (other.1, 200, 201));
            }
            one.or(other)
        } else {
            client.confirm(&token).await
        };
        let Some((status, Some(number))) = heard else {
            assert!(heard.is_none(), "a confirmation was answered with {heard:?}");
            return;
        };
        assert!(matches!(status, 200 | 201));
        let mut book = world.book.lock().unwrap();
        book.in_doubt.remove(&arrival);
        book.acknowledged.insert(arrival, number);
    }
}

fn json<T: Serialize>(method: Method, path: &str, form: &T) -> Outgoing {
    Outgoing::new(method, path).with_body(wire::JSON, serde_json::to_vec(form).unwrap())
}

//! The steps of the flow, as an applicant takes them: each sends its request and gives the answer, whatever it is.

use super::cast::Visitor;
use super::exchange::{Ask, Reply, Source};
use super::session::{Session, json};
use super::story::Wrong;
use bytes::Bytes;
use domain::document::DocumentKind;
use domain::draft::AccountNumber;
use domain::wire::{
    AccountMade, CaptchaAnswer, CaptchaChallenge, DraftOpened, JSON, OpenDraft, Review, SessionOpened,
    Status, paths,
};
use hyper::Method;
use people::PhotoMake;

/// Both photographs that there has to be.
pub(crate) const PHOTOS: [DocumentKind; 2] = [DocumentKind::Ktp, DocumentKind::Swafoto];

impl Session {
    /// Somebody who has not come before.
    pub(crate) fn visitor(&mut self) -> Visitor {
        self.came += 1;
        self.cast.visitor(self.came - 1)
    }

    /// What the portal says of itself.
    pub(crate) async fn status(&mut self) -> Result<Status, Wrong> {
        let reply = self.send(Ask::new(Method::GET, paths::STATUS)).await?;
        let status: Status = self.read(&reply, 200)?;
        self.captcha_length = status.captcha_length;
        Ok(status)
    }

    /// A challenge, whatever becomes of it.
    pub(crate) async fn ask_captcha(&mut self) -> Result<Reply, Wrong> {
        self.send(Ask::new(Method::POST, paths::CAPTCHAS)).await
    }

    /// A challenge with its answer.
    pub(crate) async fn captcha(&mut self) -> Result<CaptchaAnswer, Wrong> {
        let reply = self.ask_captcha().await?;
        let challenge: CaptchaChallenge = self.read(&reply, 201)?;
        let answer = self.captcha_key.answer(&challenge.id, self.captcha_length);
        let number = self.capture("CAPTCHA", &challenge.id, Source::Field("id"));
        self.capture("ANSWER", &answer, Source::Captcha(number));
        Ok(CaptchaAnswer { id: challenge.id, answer })
    }

    /// Step 1, with a challenge of its own.
    pub(crate) async fn open(&mut self, visitor: &Visitor) -> Result<Reply, Wrong> {
        let captcha = self.captcha().await?;
        self.open_with(visitor, captcha).await
    }

    /// Step 1, with this answer.
    pub(crate) async fn open_with(
        &mut self,
        visitor: &Visitor,
        captcha: CaptchaAnswer,
    ) -> Result<Reply, Wrong> {
        let ask = self.opening(visitor, captcha);
        self.send(ask).await
    }

    /// The request of step 1.
    pub(crate) fn opening(&self, visitor: &Visitor, captcha: CaptchaAnswer) -> Ask {
        let form = visitor.form.clone();
        let form = OpenDraft {
            nik: form.nik,
            kk: form.kk,
            full_name: form.full_name,
            birth_place: form.birth_place,
            birth_date: form.birth_date,
            phone: form.phone,
            email: form.email,
            captcha,
        };
        Ask::new(Method::POST, paths::DRAFTS).body(JSON, json(&form))
    }

    /// Step 1, which must succeed.
    pub(crate) async fn opened(&mut self, visitor: &mut Visitor) -> Result<DraftOpened, Wrong> {
        let reply = self.open(visitor).await?;
        self.take_draft(visitor, &reply)
    }

    /// The draft that an answer to step 1 opens.
    pub(crate) fn take_draft(&mut self, visitor: &mut Visitor, reply: &Reply) -> Result<DraftOpened, Wrong> {
        let opened: DraftOpened = self.read(reply, 201)?;
        self.capture("TOKEN", &opened.token, Source::Field("token"));
        visitor.token.clone_from(&opened.token);
        self.last_begun = Some((opened.token.clone(), visitor.form.nik.clone()));
        Ok(opened)
    }

    /// Step 1 again and again, until it succeeds; ten seconds at most.
    pub(crate) async fn until_open(&mut self, visitor: &mut Visitor) -> Result<(), Wrong> {
        let begun = std::time::Instant::now();
        loop {
            let reply = self.open(visitor).await?;
            if reply.is_success() || begun.elapsed().as_secs() >= 10 {
                return self.take_draft(visitor, &reply).map(drop);
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }

    pub(crate) async fn profile(&mut self, visitor: &Visitor) -> Result<Reply, Wrong> {
        self.send(profile_of(visitor)).await
    }

    pub(crate) async fn document(
        &mut self,
        visitor: &Visitor,
        kind: DocumentKind,
        file: impl Into<Bytes>,
    ) -> Result<Reply, Wrong> {
        self.send(document_of(visitor, kind, file)).await
    }

    /// A file as it should be.
    pub(crate) fn sound(&self, kind: DocumentKind) -> Bytes {
        self.cast.file(kind, PhotoMake::Sound(0))
    }

    /// Both photographs, which must be taken.
    pub(crate) async fn photos(&mut self, visitor: &Visitor) -> Result<(), Wrong> {
        for kind in PHOTOS {
            let file = self.sound(kind);
            let reply = self.document(visitor, kind, file).await?;
            self.went(&reply, 200)?;
        }
        Ok(())
    }

    /// Password and questions, with a challenge of their own.
    pub(crate) async fn credentials(&mut self, visitor: &Visitor) -> Result<Reply, Wrong> {
        let captcha = self.captcha().await?;
        let ask = credentials_of(visitor, captcha);
        self.send(ask).await
    }

    pub(crate) async fn review(&mut self, visitor: &Visitor) -> Result<Reply, Wrong> {
        self.send(Ask::new(Method::GET, paths::draft(&visitor.token))).await
    }

    /// "Iya".
    pub(crate) async fn confirm(&mut self, visitor: &Visitor) -> Result<Reply, Wrong> {
        self.send(confirmation_of(visitor)).await
    }

    /// Everything from step 1 to just before "Iya".
    pub(crate) async fn complete(&mut self, visitor: &mut Visitor) -> Result<(), Wrong> {
        self.opened(visitor).await?;
        self.fill(visitor).await
    }

    /// Everything between step 1 and "Iya".
    pub(crate) async fn fill(&mut self, visitor: &Visitor) -> Result<(), Wrong> {
        let reply = self.profile(visitor).await?;
        self.went(&reply, 204)?;
        self.photos(visitor).await?;
        let reply = self.credentials(visitor).await?;
        self.went(&reply, 204)
    }

    /// The account that an answer to "Iya" makes, or gives again.
    pub(crate) fn take_account(
        &mut self,
        visitor: &Visitor,
        reply: &Reply,
        status: u16,
    ) -> Result<AccountMade, Wrong> {
        let made: AccountMade = self.read(reply, status)?;
        if made.nik_masked != visitor.nik.masked() {
            return Err(Wrong::grave(format!(
                "the account of {} says {}",
                visitor.nik.masked(),
                made.nik_masked
            )));
        }
        self.capture("ACCOUNT", &made.account_number.to_string(), Source::Field("account_number"));
        self.capture("RECEIPT", &made.receipt.to_string(), Source::Field("receipt"));
        Ok(made)
    }

    /// The whole flow; the account must be made.
    pub(crate) async fn registered(&mut self, visitor: &mut Visitor) -> Result<AccountMade, Wrong> {
        self.complete(visitor).await?;
        let reply = self.confirm(visitor).await?;
        let made = self.take_account(visitor, &reply, 201)?;
        self.told(visitor.nik, made.account_number);
        Ok(made)
    }

    /// Logs in.
    pub(crate) async fn log_in(&mut self, visitor: &Visitor, password: &str) -> Result<Reply, Wrong> {
        let form = serde_json::json!({ "nik": visitor.form.nik, "password": password });
        self.send(Ask::new(Method::POST, paths::SESSIONS).body(JSON, json(&form))).await
    }

    /// Logs in, which must succeed; gives the session's token.
    pub(crate) async fn logged_in(&mut self, visitor: &Visitor, password: &str) -> Result<String, Wrong> {
        let reply = self.log_in(visitor, password).await?;
        let opened: SessionOpened = self.read(&reply, 201)?;
        self.capture("SESSION", &opened.token, Source::Field("token"));
        Ok(opened.token)
    }

    /// The draft is there with everything that was entered, and is theirs.
    pub(crate) async fn draft_is_whole(
        &mut self,
        visitor: &Visitor,
        documents: usize,
    ) -> Result<Review, Wrong> {
        let reply = self.review(visitor).await?;
        let review: Review = self.read(&reply, 200)?;
        self.holds("the draft is there, and is of the person who opened it", review.nik == visitor.form.nik)?;
        self.holds(format!("it has {documents} documents"), review.documents.len() == documents)?;
        Ok(review)
    }

    /// Nobody has an account with this person's NIK. Where the inside can't be looked at, nothing is said.
    pub(crate) async fn has_no_account(&mut self, visitor: &Visitor) -> Result<(), Wrong> {
        if !self.can_look_inside() {
            return Ok(());
        }
        let accounts = self.accounts().await?;
        if accounts.iter().any(|account| account.nik == visitor.nik) {
            return Err(Wrong::grave(format!("{} was refused and has an account", visitor.nik.masked())));
        }
        self.holds("nothing was stored as an account", true)
    }

    /// The refusal was the last word: the same person, without the mistake, gets through.
    pub(crate) async fn gets_through(&mut self, visitor: &mut Visitor) -> Result<AccountNumber, Wrong> {
        self.remark("The same person without the mistake.");
        let made = self.registered(visitor).await?;
        self.holds("without the mistake there is an account", true)?;
        Ok(made.account_number)
    }
}

pub(crate) fn profile_of(visitor: &Visitor) -> Ask {
    Ask::new(Method::PUT, paths::profile(&visitor.token)).body(JSON, json(&visitor.profile))
}

pub(crate) fn document_of(visitor: &Visitor, kind: DocumentKind, file: impl Into<Bytes>) -> Ask {
    Ask::new(Method::PUT, paths::document(&visitor.token, kind)).body("image/jpeg", file)
}

pub(crate) fn credentials_of(visitor: &Visitor, captcha: CaptchaAnswer) -> Ask {
    let mut form = visitor.credentials.clone();
    form.password.clone_from(&visitor.password);
    form.password_repetition.clone_from(&visitor.password_repetition);
    form.captcha = captcha;
    Ask::new(Method::PUT, paths::credentials(&visitor.token)).body(JSON, json(&form))
}

/// With a key that makes it the same "Iya" however often it is said.
pub(crate) fn confirmation_of(visitor: &Visitor) -> Ask {
    let key = format!("qa-{}", &visitor.token.get(..8).unwrap_or_default());
    Ask::new(Method::POST, paths::confirmation(&visitor.token)).header(domain::wire::IDEMPOTENCY_KEY, key)
}

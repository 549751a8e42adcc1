//! A story under way: it sends what the story asks, writes everything down, and searches every answer for what must not be in it.

use super::cast::Cast;
use super::exchange::{Ask, Capture, Delivery, Entry, Exchange, Reply, Side, Source};
use super::inside;
use super::stage::Stage;
use super::story::Wrong;
use super::wire::{self, Sent};
use domain::Nik;
use domain::captcha::CaptchaKey;
use domain::draft::AccountNumber;
use domain::wire::{ExportedAccount, Faults, FaultsShown, paths};
use hyper::Method;
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Where a story takes place, and what has happened so far.
pub(crate) struct Session {
    pub(super) portal: SocketAddr,
    pub(super) operations: Option<SocketAddr>,
    pub(super) captcha_key: CaptchaKey,
    pub(super) captcha_length: usize,
    export_key: Option<String>,
    /// The services, where they are ours.
    stage: Option<Stage>,
    pub(super) cast: Arc<Cast>,
    /// People who have come so far; the next is another.
    pub(super) came: u64,
    pub(super) entries: Vec<Entry>,
    /// Who was told of which account.
    told: Vec<(Nik, AccountNumber)>,
    /// A header that every request of an applicant carries from some moment on.
    standing: Option<(&'static str, String)>,
    /// Captured values so far, for numbering.
    captured: usize,
    /// Whoever began last: their draft's token, and the NIK that opens it on a page.
    pub(super) last_begun: Option<(String, String)>,
}

/// A request under way in the background.
pub(crate) struct Waiting {
    ask: Ask,
    host: String,
    begun_ms: i64,
    sending: JoinHandle<Sent>,
}

impl Waiting {
    /// Whether it was answered, or never will be.
    pub(crate) fn is_over(&self) -> bool {
        self.sending.is_finished()
    }
}

impl Session {
    /// On services of our own.
    pub(crate) fn on_stage(stage: Stage, cast: Arc<Cast>) -> Session {
        let keys = stage.keys();
        let captcha_key = keys.captcha_key().expect("keys of our own are keys");
        let export_key = keys.export.clone();
        let (portal, operations) = (stage.portal(), Some(stage.operations()));
        Session::new(portal, operations, captcha_key, export_key, Some(stage), cast)
    }

    /// On a portal that runs already.
    pub(crate) fn on_target(
        portal: SocketAddr,
        operations: Option<SocketAddr>,
        keys: &crate::keys::Keys,
        cast: Arc<Cast>,
    ) -> Session {
        let captcha_key = keys.captcha_key().expect("keys from files were checked");
        Session::new(portal, operations, captcha_key, keys.export.clone(), None, cast)
    }

    fn new(
        portal: SocketAddr,
        operations: Option<SocketAddr>,
        captcha_key: CaptchaKey,
        export_key: Option<String>,
        stage: Option<Stage>,
        cast: Arc<Cast>,
    ) -> Session {
        let (entries, told) = (Vec::new(), Vec::new());
        let captcha_length = 4;
        let (came, captured, standing) = (0, 0, None);
        Session {
            portal,
            operations,
            captcha_key,
            captcha_length,
            export_key,
            stage,
            cast,
            came,
            entries,
            told,
            standing,
            captured,
            last_begun: None,
        }
    }

    /// Sends `ask`, and writes down what comes of it.
    ///
    /// # Errors
    /// Where there is no answer, or one that shows something of the inside.
    pub(crate) async fn send(&mut self, ask: Ask) -> Result<Reply, Wrong> {
        let what = format!("{} {}", ask.method, ask.path);
        match self.try_send(ask).await? {
            Ok(reply) => Ok(reply),
            Err(why) => Err(Wrong::new(format!("{what}: {why}"))),
        }
    }

    /// The same, where no answer may be the point: then why there is none.
    ///
    /// # Errors
    /// An answer that shows something of the inside.
    pub(crate) async fn try_send(&mut self, ask: Ask) -> Result<Result<Reply, String>, Wrong> {
        let ask = self.as_always(ask);
        let address = self.address(ask.side)?;
        let begun_ms = chrono::Utc::now().timestamp_millis();
        let sent = wire::send(address, &ask).await;
        self.note(ask, address.to_string(), begun_ms, sent)
    }

    /// From now on every request of an applicant carries this header.
    pub(crate) fn always_with(&mut self, name: &'static str, value: &str) {
        self.standing = Some((name, value.to_owned()));
    }

    fn as_always(&self, ask: Ask) -> Ask {
        match &self.standing {
            Some((name, value)) if ask.side == Side::Portal => ask.header(name, value.clone()),
            _ => ask,
        }
    }

    /// Sends it while others are served; [`Session::back`] takes the answer.
    ///
    /// # Errors
    /// Where there is nobody to send it to.
    pub(crate) fn in_background(&mut self, ask: Ask) -> Result<Waiting, Wrong> {
        let ask = self.as_always(ask);
        let address = self.address(ask.side)?;
        let begun_ms = chrono::Utc::now().timestamp_millis();
        let sent = ask.clone();
        let sending = tokio::spawn(async move { wire::send(address, &sent).await });
        Ok(Waiting { ask, host: address.to_string(), begun_ms, sending })
    }

    /// The answer to what was sent in the background; it stands in the record where it came.
    ///
    /// # Errors
    /// Where there is none, or one that shows something of the inside.
    pub(crate) async fn back(&mut self, waiting: Waiting) -> Result<Reply, Wrong> {
        let Waiting { ask, host, begun_ms, sending } = waiting;
        let what = format!("{} {}", ask.method, ask.path);
        let sent = sending.await.map_err(|error| Wrong::new(format!("{what}: {error}")))?;
        self.note(ask, host, begun_ms, sent)?.map_err(|why| Wrong::new(format!("{what}: {why}")))
    }

    /// Why what was sent in the background was never answered.
    ///
    /// # Errors
    /// Where it was.
    pub(crate) async fn lost(&mut self, waiting: Waiting) -> Result<String, Wrong> {
        let Waiting { ask, host, begun_ms, sending } = waiting;
        let sent = sending.await.map_err(|error| Wrong::new(error.to_string()))?;
        match self.note(ask, host, begun_ms, sent)? {
            Ok(reply) => Err(Wrong::new(format!("answered with {} although nobody was there", reply.status))),
            Err(why) => Ok(why),
        }
    }

    /// Sends a part of it, and drops the connection.
    ///
    /// # Errors
    /// Where the portal can't be asked at all.
    pub(crate) async fn dropped_midway(&mut self, ask: Ask) -> Result<(), Wrong> {
        let mut waiting = self.in_background(ask)?;
        let sent = tokio::time::timeout(Duration::from_millis(100), &mut waiting.sending).await;
        if sent.is_ok() {
            return Err(Wrong::new("half an upload was answered"));
        }
        waiting.sending.abort();
        let Waiting { ask, host, begun_ms, .. } = waiting;
        let (wait, receive) = (Duration::from_millis(100), Duration::ZERO);
        let reply = Err("the connection is dropped in the middle of the upload".to_owned());
        self.note(ask, host, begun_ms, Sent { reply, wait, receive }).map(drop)
    }

    /// Leaves the last exchange out of the record: it was one of many that say the same.
    pub(crate) fn forget_last(&mut self) {
        if let Some(at) = self.entries.iter().rposition(|entry| matches!(entry, Entry::Exchange(_))) {
            self.entries.remove(at);
        }
    }

    /// Starts the engine again on the same store.
    ///
    /// # Errors
    /// Where it doesn't start.
    pub(crate) async fn restarted(&mut self, change: &str) -> Result<(), Wrong> {
        self.stage()?.start_engine(change).await?;
        self.moved();
        self.deed("The engine is started again, on the same store.");
        Ok(())
    }

    fn note(
        &mut self,
        ask: Ask,
        host: String,
        begun_ms: i64,
        sent: Sent,
    ) -> Result<Result<Reply, String>, Wrong> {
        let microseconds = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let side = ask.side;
        let exchange = Exchange {
            ask,
            host,
            begun_ms,
            wait_us: microseconds(sent.wait),
            receive_us: microseconds(sent.receive),
            reply: sent.reply.clone(),
            captures: Vec::new(),
        };
        self.entries.push(Entry::Exchange(Box::new(exchange)));
        if let (Side::Portal, Ok(reply)) = (side, &sent.reply) {
            inside::check(reply, &self.secrets())?;
        }
        Ok(sent.reply)
    }

    /// How long the last exchange took, to the answer's head.
    pub(crate) fn last_wait(&self) -> Duration {
        let last = self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Exchange(exchange) => Some(exchange.wait_us),
            _ => None,
        });
        Duration::from_micros(last.unwrap_or(0))
    }

    /// Every value that was captured.
    pub(crate) fn captured_values(&self) -> impl Iterator<Item = String> + '_ {
        let exchanges = self.entries.iter().filter_map(|entry| match entry {
            Entry::Exchange(exchange) => Some(exchange),
            _ => None,
        });
        exchanges.flat_map(|exchange| exchange.captures.iter().map(|capture| capture.value.clone()))
    }

    /// Sends it and drops the connection before the answer is read, as a telephone in a tunnel does.
    ///
    /// # Errors
    /// Where the portal can't be asked at all.
    pub(crate) async fn send_unheard(&mut self, ask: Ask) -> Result<(), Wrong> {
        self.try_send(ask.delivered(Delivery::Unheard)).await.map(drop)
    }

    /// What the last answer brought is used by later requests under a name: `TOKEN_1`.
    pub(crate) fn capture(&mut self, kind: &str, value: &str, source: Source) -> usize {
        self.captured += 1;
        let capture = Capture { name: format!("{kind}_{}", self.captured), value: value.to_owned(), source };
        let last = self.entries.iter_mut().rev().find_map(|entry| match entry {
            Entry::Exchange(exchange) => Some(exchange),
            _ => None,
        });
        if let Some(exchange) = last {
            exchange.captures.push(capture);
        }
        self.captured
    }

    /// What is going on, for a reader.
    pub(crate) fn remark(&mut self, text: impl Into<String>) {
        self.entries.push(Entry::Remark(text.into()));
    }

    /// Something beside HTTP has changed the world.
    pub(crate) fn deed(&mut self, text: impl Into<String>) {
        self.entries.push(Entry::Deed(text.into()));
    }

    /// Writes down that `statement` holds.
    ///
    /// # Errors
    /// Where it doesn't.
    pub(crate) fn holds(&mut self, statement: impl Into<String>, holds: bool) -> Result<(), Wrong> {
        let statement = statement.into();
        if !holds {
            return Err(Wrong::new(format!("not so: {statement}")));
        }
        self.entries.push(Entry::Holds(statement));
        Ok(())
    }

    /// Somebody was told that they have an account.
    pub(crate) fn told(&mut self, nik: Nik, number: AccountNumber) {
        self.told.push((nik, number));
    }

    /// The services.
    ///
    /// # Errors
    /// On a portal that isn't ours: such a story should not have been begun there.
    pub(crate) fn stage(&mut self) -> Result<&mut Stage, Wrong> {
        self.stage.as_mut().ok_or_else(|| Wrong::new("this story needs services of its own"))
    }

    /// Whether the inside can be looked at.
    pub(crate) fn can_look_inside(&self) -> bool {
        self.operations.is_some() && self.export_key.is_some()
    }

    /// The engine was started anew.
    pub(crate) fn moved(&mut self) {
        if let Some(stage) = &self.stage {
            (self.portal, self.operations) = (stage.portal(), Some(stage.operations()));
        }
    }

    /// An operator's request, with the key.
    pub(crate) fn operator(&self, method: Method, path: &str) -> Ask {
        let key = self.export_key.clone().unwrap_or_default();
        Ask::new(method, path).at(Side::Operations).header("authorization", format!("Bearer {key}"))
    }

    /// Breaks what `faults` say, and mends the rest.
    ///
    /// # Errors
    /// Where the engine doesn't do it.
    pub(crate) async fn break_by(&mut self, faults: Faults) -> Result<(), Wrong> {
        let ask = self.operator(Method::PUT, paths::FAULTS).body(domain::wire::JSON, json(&faults));
        let reply = self.send(ask).await?;
        self.holds("the switch is moved", reply.status == 200)
    }

    /// Every account that there is.
    ///
    /// # Errors
    /// Where they cannot be had.
    pub(crate) async fn accounts(&mut self) -> Result<Vec<ExportedAccount>, Wrong> {
        let ask = self.operator(Method::GET, paths::EXPORT);
        let reply = self.send(ask).await?;
        export_of(&reply).ok_or_else(|| Wrong::new("the export of accounts cannot be read"))
    }

    /// How many commits are held back, without a trace in the record, for waiting.
    pub(crate) async fn held_count(&self) -> Option<u32> {
        let ask = self.operator(Method::GET, paths::FAULTS);
        let reply = wire::send(self.operations?, &ask).await.reply.ok()?;
        reply.json::<FaultsShown>().map(|shown| shown.held_count)
    }

    /// Everybody who was told of an account has it, once; and nobody else has one but `others`.
    ///
    /// # Errors
    /// Grave ones.
    pub(crate) async fn audit(&mut self) -> Result<(), Wrong> {
        if !self.can_look_inside() {
            return Ok(());
        }
        let ours = self.stage.is_some();
        let stored: Vec<_> =
            self.accounts().await?.into_iter().map(|account| (account.nik, account.account_number)).collect();
        for (nik, number) in &self.told {
            let found = stored.iter().filter(|(stored, _)| stored == nik).count();
            if found > 1 {
                return Err(Wrong::grave(format!("{} has {found} accounts", nik.masked())));
            }
            if !stored.contains(&(*nik, *number)) {
                return Err(Wrong::grave(format!(
                    "the account of {} was acknowledged and is not there",
                    nik.masked()
                )));
            }
        }
        let strangers = stored.iter().filter(|account| !self.told.contains(account)).count();
        if ours && strangers > 0 {
            return Err(Wrong::grave(format!("{strangers} accounts were made that nobody was told of")));
        }
        let told = self.told.len();
        self.entries.push(Entry::Holds(format!(
            "the register holds the {told} accounts that were acknowledged, and no other"
        )));
        Ok(())
    }

    /// How somebody reaches what the story has left behind: the page first. On the pages of a registration, the link leads to the one that
    /// the story began last, and its NIK has to be typed there.
    pub(crate) fn described(&self, page: &str) -> String {
        let portal = self.portal;
        let mut text = match &self.last_begun {
            Some((token, nik)) if page == "/daftar" => {
                format!(
                    "http://{portal}/daftar/lanjut?kode={token}\nNIK {nik}\nfrom the start http://{portal}{page}\n"
                )
            }
            _ => format!("http://{portal}{page}\n"),
        };
        if let Some(operations) = self.operations {
            text.push_str(&format!("operations http://{operations}\n"));
        }
        text
    }

    /// Ends the services in order.
    pub(crate) async fn end(self) -> Vec<Entry> {
        if let Some(stage) = self.stage {
            stage.end().await;
        }
        self.entries
    }

    /// What no answer may contain: addresses, ports and folders of this very run.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = self.stage.as_ref().map(Stage::secrets).unwrap_or_default();
        secrets.extend(self.operations.map(|address| format!(":{}", address.port())));
        secrets
    }

    fn address(&self, side: Side) -> Result<SocketAddr, Wrong> {
        let missing = || Wrong::new("this story asks a port that the target doesn't show");
        match side {
            Side::Portal => Ok(self.portal),
            Side::Operations => self.operations.ok_or_else(missing),
            Side::Registry => self.stage.as_ref().and_then(Stage::registry).ok_or_else(missing),
        }
    }
}

/// As a body.
pub(crate) fn json<T: Serialize>(form: &T) -> Vec<u8> {
    serde_json::to_vec(form).expect("forms have string keys and no failing serialiser")
}

fn export_of(reply: &Reply) -> Option<Vec<ExportedAccount>> {
    let lines = reply.body.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    (reply.status == 200).then(|| lines.map(|line| serde_json::from_slice(line).ok()).collect())?
}

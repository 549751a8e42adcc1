//! What has no code of its own: what a system does under load and faults, and what it must never do.

mod oddities;
mod storm;

use crate::qa::cast::Visitor;
use crate::qa::exchange::{Ask, Delivery, Reply};
use crate::qa::session::Session;
use crate::qa::steps::{PHOTOS, confirmation_of, credentials_of, document_of, profile_of};
use crate::qa::story::{Needs, Wrong, stories};
use domain::Failure;
use domain::draft::AccountNumber;
use domain::wire::{Faults, Review, StoreFault, paths};
use hyper::Method;
use std::time::Duration;

stories! {
    "double-nik-flag": Needs::INSIDE.registry(oddities::RESIDENTS), "/daftar" => oddities::double_nik_flag;
    "retry-storm": Needs::INSIDE, "/" => storm::retry_storm;
    "shared-browser": Needs::OUTSIDE, "/daftar" => shared_browser;
    "crash-before-answer": Needs::INSIDE, "/daftar" => crash_before_answer;
    "connection-dropped": Needs::OUTSIDE, "/daftar" => connection_dropped;
    "wrongly-refused": Needs::INSIDE.registry(oddities::RESIDENTS), "/daftar" => oddities::wrongly_refused;
    "internals-leaked": Needs::engine("password_threads = 1\nbody_timeout_ms = 600"), "/bantuan" => internals_leaked;
}

/// Two people, one browser: whatever cookies it holds, each draft shows its own person alone.
async fn shared_browser(s: &mut Session) -> Result<(), Wrong> {
    let (mut first, mut second) = (s.visitor(), s.visitor());
    s.opened(&mut first).await?;
    let reply = s.profile(&first).await?;
    s.went(&reply, 204)?;
    let mut jar = jar_of(&reply);
    s.remark("The next person sits down, with whatever the browser kept.");
    let captcha = s.captcha().await?;
    let ask = with_jar(s.opening(&second, captcha), &jar);
    let reply = s.send(ask).await?;
    s.take_draft(&mut second, &reply)?;
    jar.extend(jar_of(&reply));
    for (me, other) in [(&second, &first), (&first, &second)] {
        let reply = s.send(with_jar(Ask::new(Method::GET, paths::draft(&me.token)), &jar)).await?;
        let review: Review = s.read(&reply, 200)?;
        s.holds("the draft is of the person whose link it is", review.nik == me.form.nik)?;
        let text = reply.text();
        let of_other =
            [&other.form.nik, &other.form.kk, &other.form.full_name, &other.form.email, &other.token];
        s.holds(
            "nothing of the other person is in it",
            !of_other.iter().any(|part| text.contains(part.as_str())),
        )?;
    }
    s.remark("The second one's step 2 changes nothing of the first one's.");
    let reply = s.send(with_jar(profile_of(&second), &jar)).await?;
    s.went(&reply, 204)?;
    let review = s.draft_is_whole(&first, 0).await?;
    s.holds("the first one's profile is as it was", review.profile.as_ref() == Some(&first.profile))?;
    for visitor in [&mut first, &mut second] {
        s.gets_through(visitor).await?;
    }
    Ok(())
}

fn jar_of(reply: &Reply) -> Vec<String> {
    let cookies = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
    cookies.filter_map(|(_, value)| value.split(';').next().map(str::to_owned)).collect()
}

fn with_jar(ask: Ask, jar: &[String]) -> Ask {
    if jar.is_empty() { ask } else { ask.header("cookie", jar.join("; ")) }
}

/// The moment that matters: the account is on disk, and nobody has been told.
async fn crash_before_answer(s: &mut Session) -> Result<(), Wrong> {
    for round in [
        "kill -9 when the account is stored and the answer isn't sent",
        "the same again, with others before it",
    ] {
        let mut visitor = s.visitor();
        s.complete(&mut visitor).await?;
        s.remark(format!("{round}."));
        s.break_by(Faults { store: StoreFault::Held, ..Faults::default() }).await?;
        let waiting = s.in_background(confirmation_of(&visitor))?;
        let stored = stored_number(s, &visitor).await?;
        s.holds("nobody has been answered", !waiting.is_over())?;
        s.stage()?.kill_engine().await;
        s.deed("The engine is killed by kill -9.");
        let lost = s.lost(waiting).await?;
        s.holds(format!("the applicant hears nothing: {lost}"), true)?;
        s.restarted("").await?;
        let reply = s.confirm(&visitor).await?;
        if reply.code() == Some(Failure::NikRegistered) {
            return Err(Wrong::grave("the repeat is told that somebody has its NIK"));
        }
        let made = s.take_account(&visitor, &reply, 200)?;
        if made.account_number != stored {
            return Err(Wrong::grave("the repeat gets another account than was stored"));
        }
        s.told(visitor.nik, made.account_number);
        s.holds("the repeat gets the account that was stored", true)?;
    }
    killed_before_storing(s).await
}

/// The other side of it: what was not stored is absent or whole, and the repeat makes it.
async fn killed_before_storing(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.complete(&mut visitor).await?;
    s.remark("kill -9 while nothing is stored yet.");
    s.break_by(Faults { store: StoreFault::Full, ..Faults::default() }).await?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::StorageUnavailable)?;
    s.stage()?.kill_engine().await;
    s.deed("The engine is killed by kill -9.");
    s.restarted("").await?;
    let reply = s.confirm(&visitor).await?;
    if reply.is_success() {
        let made = s.take_account(&visitor, &reply, reply.status.clamp(200, 201))?;
        s.told(visitor.nik, made.account_number);
        return s.holds("the repeat makes the account", true);
    }
    // The last half second of a draft may be lost with the process; nobody was told that it is kept.
    let code = reply.code();
    s.holds("the draft is older or gone", {
        matches!(code, Some(Failure::DraftExpired | Failure::StepOutOfOrder | Failure::CameraMissing))
    })?;
    s.gets_through(&mut visitor).await.map(drop)
}

/// The number under which the account of `visitor` is stored, as soon as it is on disk.
async fn stored_number(s: &mut Session, visitor: &Visitor) -> Result<AccountNumber, Wrong> {
    for _ in 0..500 {
        if s.held_count().await.is_some_and(|count| count > 0) {
            let accounts = s.accounts().await?;
            let account = accounts.iter().find(|account| account.nik == visitor.nik);
            let number = account.map(|account| account.account_number);
            s.holds("an operator sees the account in the register", number.is_some())?;
            return number.ok_or_else(|| Wrong::new("no number"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(Wrong::new("the account was not stored within five seconds"))
}

/// After each step the answer is lost, and a new connection goes on.
async fn connection_dropped(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.remark("The answer to step 1 is lost: the draft's link with it. The person begins anew, which nothing forbids.");
    let captcha = s.captcha().await?;
    let ask = s.opening(&visitor, captcha);
    s.send_unheard(ask).await?;
    s.opened(&mut visitor).await?;
    s.remark("From now on every answer is lost once.");
    s.send_unheard(profile_of(&visitor)).await?;
    let review = s.draft_is_whole(&visitor, 0).await?;
    s.holds("the profile is there", review.profile.as_ref() == Some(&visitor.profile))?;
    for (number, kind) in (1..).zip(PHOTOS) {
        s.remark("An upload breaks off in the middle: nothing of it is kept.");
        let file = s.sound(kind);
        let half = document_of(&visitor, kind, file.slice(..file.len() / 2));
        s.dropped_midway(half.delivered(Delivery::Stalled(file.len() as u64))).await?;
        s.draft_is_whole(&visitor, number - 1).await?;
        s.send_unheard(document_of(&visitor, kind, file)).await?;
        s.draft_is_whole(&visitor, number).await?;
    }
    let captcha = s.captcha().await?;
    s.send_unheard(credentials_of(&visitor, captcha)).await?;
    let review = s.draft_is_whole(&visitor, 2).await?;
    s.holds("the password is set", review.has_credentials)?;
    s.remark("The answer to \"Iya\" is lost: its repeat is given the same account.");
    s.send_unheard(confirmation_of(&visitor)).await?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 200)?;
    s.told(visitor.nik, made.account_number);
    s.holds("the draft resumed after each step", true)
}

/// Every refusal with a 5xx that can be provoked, and answers of every other kind: the search of all answers goes on as always, and
/// finds nothing.
async fn internals_leaked(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.complete(&mut visitor).await?;
    let faults = [
        (Faults { captcha_unavailable: true, ..Faults::default() }, Failure::CaptchaUnavailable),
        (Faults { store: StoreFault::Full, ..Faults::default() }, Failure::StorageUnavailable),
        (Faults { store: StoreFault::Damaged, ..Faults::default() }, Failure::Internal),
    ];
    for (faults, failure) in faults {
        s.break_by(faults).await?;
        let reply = if failure == Failure::CaptchaUnavailable {
            s.ask_captcha().await?
        } else {
            s.confirm(&visitor).await?
        };
        s.refused(&reply, failure)?;
    }
    s.break_by(Faults::default()).await?;
    s.stage()?.kill_registry().await;
    s.deed("The registry's process ends.");
    let other = s.visitor();
    let reply = s.open(&other).await?;
    s.refused(&reply, Failure::RegistryDown)?;
    s.remark("Whatever a program may ask that no page would.");
    let strange: [(Method, &str); 10] = [
        (Method::GET, "/"),
        (Method::GET, "/api/v1"),
        (Method::GET, "/api/v1/drafts/../../etc/passwd"),
        (Method::GET, "/metrics"),
        (Method::GET, "/export/accounts"),
        (Method::GET, "/faults"),
        (Method::PUT, "/gate"),
        (Method::DELETE, "/api/v1/status"),
        (Method::GET, "/api/v1/accounts/0000000001/card"),
        (Method::GET, "/api/v1/receipts/x"),
    ];
    for (method, path) in strange {
        let reply = s.send(Ask::new(method.clone(), path)).await?;
        s.holds(format!("{method} {path} is answered with {}, no 5xx", reply.status), reply.status < 500)?;
    }
    s.holds("no answer said anything of the inside", true)?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, reply.status.clamp(200, 201))?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

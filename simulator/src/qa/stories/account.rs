//! Accounts that are there: taken numbers, activation, login.

use crate::qa::cast::Visitor;
use crate::qa::exchange::{Ask, Source};
use crate::qa::session::{Session, json};
use crate::qa::story::{Needs, Wrong, stories};
use domain::Failure;
use domain::wire::{AccountFlag, AccountMade, Faults, JSON, Me, ResetQuestions, paths};
use hyper::Method;
use std::time::Duration;

stories! {
    "nik-registered": Needs::OUTSIDE, "/daftar" => nik_registered;
    "activation-expired": Needs::engine("activation = \"on\""), "/aktivasi" => activation_expired;
    "login-failed": Needs::INSIDE, "/masuk" => login_failed;
}

/// Devices on which one person says "Iya" at the same moment.
const DEVICES: usize = 6;

async fn nik_registered(s: &mut Session) -> Result<(), Wrong> {
    let visitor = s.visitor();
    s.remark("The same person is in the flow on several devices, and says \"Iya\" on all of them at once.");
    let mut devices = vec![visitor; DEVICES];
    for (number, device) in devices.iter_mut().enumerate() {
        // Each with a mailbox of its own: with the same one a portal could refuse that instead.
        device.form.email = format!("perangkat{number}.{}", device.form.email);
        device.form.phone = format!("{}{number}", device.form.phone.get(..11).unwrap_or_default());
        s.complete(device).await?;
    }
    s.deed("\"Iya\" is said on all devices at the same moment.");
    let mut confirming = Vec::new();
    for device in &devices {
        confirming.push(s.in_background(crate::qa::steps::confirmation_of(device))?);
    }
    let mut made = Vec::new();
    for (device, waiting) in devices.iter().zip(confirming) {
        let reply = s.back(waiting).await?;
        if reply.is_success() {
            made.push((device.clone(), s.take_account(device, &reply, 201)?));
        } else {
            s.refused(&reply, Failure::NikRegistered)?;
        }
    }
    let [(winner, account)] = &made[..] else {
        return Err(Wrong::grave(format!(
            "{} of {DEVICES} were told that they have the account",
            made.len()
        )));
    };
    s.told(winner.nik, account.account_number);
    s.holds(format!("of {DEVICES} simultaneous confirmations one makes the account"), true)?;
    s.remark("Later the same person comes again: step 1 says so at once.");
    let mut again = winner.clone();
    again.form.email = format!("lagi.{}", again.form.email);
    let reply = s.open(&again).await?;
    s.refused_at(&reply, "nik", Failure::NikRegistered)?;
    s.remark("The one who has it hears the same answer again.");
    let reply = s.confirm(winner).await?;
    let repeat = s.take_account(winner, &reply, 200)?;
    s.holds("the same account", repeat == *account)
}

async fn activation_expired(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    let made = s.registered(&mut visitor).await?;
    let first = message(s, 1).await?;
    s.remark("A message is lost, and asked for again: the earlier link counts no more.");
    let form = serde_json::json!({ "receipt": made.receipt });
    let reply = s.send(Ask::new(Method::POST, paths::ACTIVATION_MESSAGES).body(JSON, json(&form))).await?;
    s.went(&reply, 202)?;
    let second = message(s, 2).await?;
    let reply = follow(s, &first).await?;
    s.refused_at(&reply, "token", Failure::ActivationExpired)?;
    let reply = follow(s, &second).await?;
    s.went(&reply, 200)?;
    s.remark("The link is followed a second time, by a nervous finger or by a mail scanner.");
    let again = follow(s, &second).await?;
    s.refused_at(&again, "token", Failure::ActivationExpired)?;
    let account = s.accounts().await?.into_iter().find(|account| account.nik == visitor.nik);
    let active = account.is_some_and(|account| !account.flags.contains(&AccountFlag::AwaitingActivation));
    s.holds("the account is active all the same", active)?;
    lapsed(s).await
}

/// After its time the link is over, the account is cancelled, and the NIK is free again.
async fn lapsed(s: &mut Session) -> Result<(), Wrong> {
    let mut late = s.visitor();
    s.complete(&mut late).await?;
    let reply = s.confirm(&late).await?;
    let made: AccountMade = s.take_account(&late, &reply, 201)?;
    let letter = message(s, 3).await?;
    s.remark("Somebody else follows the link after its 48 hours.");
    s.break_by(Faults { clock_ahead_s: 49 * 3_600, ..Faults::default() }).await?;
    let reply = follow(s, &letter).await?;
    s.refused_at(&reply, "token", Failure::ActivationExpired)?;
    s.remark("Nobody can have the number that was cancelled; the person can have another.");
    let mut again = Visitor { token: String::new(), ..late.clone() };
    let second = s.registered(&mut again).await?;
    s.holds("the new account has a number of its own", second.account_number != made.account_number)?;
    s.break_by(Faults::default()).await
}

async fn follow(s: &mut Session, token: &str) -> Result<crate::qa::exchange::Reply, Wrong> {
    let form = serde_json::json!({ "token": token });
    s.send(Ask::new(Method::POST, paths::ACTIVATIONS).body(JSON, json(&form))).await
}

/// The token of the `number`-th message, once it was delivered.
async fn message(s: &mut Session, number: usize) -> Result<String, Wrong> {
    let mut known = Vec::new();
    for _ in 0..500 {
        let letters = s.stage()?.outbox();
        known = letters.iter().filter_map(|letter| link_of(letter)).collect();
        if known.len() >= number {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seen: Vec<String> = s.captured_values().collect();
    let token = known.into_iter().find(|token| !seen.contains(token));
    let token = token
        .ok_or_else(|| Wrong::new(format!("message number {number} was not delivered in ten seconds")))?;
    s.capture("LINK", &token, Source::Message("token of the link in the newest message"));
    Ok(token)
}

fn link_of(letter: &str) -> Option<String> {
    let (_, rest) = letter.split_once("/aktivasi?token=")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The settings lock after five.
async fn login_failed(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.registered(&mut visitor).await?;
    let password = visitor.password.clone();
    let session = s.logged_in(&visitor, &password).await?;
    let reply =
        s.send(Ask::new(Method::GET, paths::ME).header("authorization", format!("Bearer {session}"))).await?;
    let me: Me = s.read(&reply, 200)?;
    s.holds("the right password opens the right account", me.nik == visitor.form.nik)?;
    s.remark("Somebody who never registered hears the same as one with a wrong password.");
    let stranger = s.visitor();
    let reply = s.log_in(&stranger, "kuda-laut-47").await?;
    s.refused(&reply, Failure::LoginFailed)?;
    for _ in 0..5 {
        let reply = s.log_in(&visitor, "kuda-darat-48").await?;
        s.refused(&reply, Failure::LoginFailed)?;
    }
    s.remark("After five in a row even the right one is refused for a while.");
    let reply = s.log_in(&visitor, &password).await?;
    s.refused(&reply, Failure::LoginFailed)?;
    s.remark("The answers to the security questions set a new password.");
    let new = "gajah-mandi-sore-9";
    reset(s, &visitor, new).await?;
    let reply = s.log_in(&visitor, &password).await?;
    s.refused(&reply, Failure::LoginFailed)?;
    s.logged_in(&visitor, new).await.map(drop)
}

async fn reset(s: &mut Session, visitor: &Visitor, new: &str) -> Result<(), Wrong> {
    let captcha = s.captcha().await?;
    let form = serde_json::json!({ "nik": visitor.form.nik, "captcha": captcha });
    let reply = s.send(Ask::new(Method::POST, paths::RESET_QUESTIONS).body(JSON, json(&form))).await?;
    let asked: ResetQuestions = s.read(&reply, 200)?;
    let chosen = visitor.credentials.questions.each_ref().map(|form| form.question.clone());
    s.holds("the questions are those that were chosen", asked.questions == chosen)?;
    let answers = visitor.credentials.questions.each_ref().map(|form| form.answer.clone());
    let captcha = s.captcha().await?;
    let form = serde_json::json!({
        "nik": visitor.form.nik, "answers": answers, "password": new, "password_repetition": new, "captcha": captcha
    });
    let reply = s.send(Ask::new(Method::POST, paths::PASSWORD_RESETS).body(JSON, json(&form))).await?;
    s.went(&reply, 204)
}

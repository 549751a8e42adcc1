//! The flow itself refuses: order, time, age of the page, what is typed in steps 2 and 3, and what is final.

use crate::qa::cast::Visitor;
use crate::qa::exchange::Ask;
use crate::qa::session::{Session, json};
use crate::qa::steps::{PHOTOS, profile_of};
use crate::qa::story::{Needs, Wrong, stories};
use domain::Failure;
use domain::document::DocumentKind;
use domain::wire::{FORM_VERSION_HEADER, Faults, JSON, Review, paths};
use hyper::Method;

stories! {
    "birthplace-unknown": Needs::OUTSIDE, "/daftar" => birthplace_unknown;
    "password-weak": Needs::OUTSIDE, "/daftar" => password_weak;
    "password-mismatch": Needs::OUTSIDE, "/daftar" => password_mismatch;
    "step-out-of-order": Needs::OUTSIDE, "/daftar" => step_out_of_order;
    "draft-expired": Needs::INSIDE, "/daftar" => draft_expired;
    "form-outdated": Needs::OUTSIDE, "/daftar" => form_outdated;
    "already-final": Needs::OUTSIDE, "/daftar" => already_final;
}

/// "Iya", which must make the account.
async fn confirmed(s: &mut Session, visitor: &Visitor) -> Result<(), Wrong> {
    let reply = s.confirm(visitor).await?;
    let made = s.take_account(visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

async fn birthplace_unknown(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.remark("Step 1 asks for a place, whatever it is called.");
    let mut typed = visitor.clone();
    typed.form.birth_place = " ".to_owned();
    let reply = s.open(&typed).await?;
    s.refused_at(&reply, "birth_place", Failure::BirthplaceUnknown)?;
    s.opened(&mut visitor).await?;
    for (what, code) in [
        ("Born abroad: no regency of the list.", "0000"),
        ("The name is typed in place of the code.", "Kuala Lumpur"),
        ("A former code that is no regency.", "5401"),
    ] {
        s.remark(what);
        let mut typed = visitor.clone();
        code.clone_into(&mut typed.profile.birth_regency);
        let reply = s.profile(&typed).await?;
        s.refused_at(&reply, "birth_regency", Failure::BirthplaceUnknown)?;
    }
    s.draft_is_whole(&visitor, 0).await?;
    s.fill(&visitor).await?;
    confirmed(s, &visitor).await
}

/// Refuses the credentials at `field`; nothing of them is kept.
async fn credentials_refused(
    s: &mut Session,
    visitor: &Visitor,
    field: &str,
    failure: Failure,
) -> Result<(), Wrong> {
    let reply = s.credentials(visitor).await?;
    s.refused_at(&reply, field, failure)?;
    let review = s.draft_is_whole(visitor, 2).await?;
    s.holds("no password is set", !review.has_credentials)
}

async fn before_credentials(s: &mut Session) -> Result<Visitor, Wrong> {
    let mut visitor = s.visitor();
    s.opened(&mut visitor).await?;
    let reply = s.profile(&visitor).await?;
    s.went(&reply, 204)?;
    s.photos(&visitor).await?;
    Ok(visitor)
}

async fn password_weak(s: &mut Session) -> Result<(), Wrong> {
    let visitor = before_credentials(s).await?;
    let nik = visitor.form.nik.clone();
    let check = [
        ("Too short", "pendek7".to_owned()),
        ("The NIK", nik.clone()),
        ("A part of the NIK", nik.chars().skip(6).collect()),
        ("A common one", "Password123".to_owned()),
        ("A row of letters", "abcdefgh".to_owned()),
    ];
    for (what, password) in check {
        s.remark(format!("{what}."));
        let typed = Visitor { password: password.clone(), password_repetition: password, ..visitor.clone() };
        credentials_refused(s, &typed, "password", Failure::PasswordWeak).await?;
    }
    let reply = s.credentials(&visitor).await?;
    s.went(&reply, 204)?;
    confirmed(s, &visitor).await
}

async fn password_mismatch(s: &mut Session) -> Result<(), Wrong> {
    let visitor = before_credentials(s).await?;
    let typed = Visitor { password_repetition: format!("{}x", visitor.password), ..visitor.clone() };
    credentials_refused(s, &typed, "password_repetition", Failure::PasswordMismatch).await?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::StepOutOfOrder)?;
    let reply = s.credentials(&visitor).await?;
    s.went(&reply, 204)?;
    confirmed(s, &visitor).await
}

async fn step_out_of_order(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.opened(&mut visitor).await?;
    s.remark("Photographs, password and \"Iya\" before the profile.");
    let reply = s.document(&visitor, DocumentKind::Ktp, s.sound(DocumentKind::Ktp)).await?;
    s.refused(&reply, Failure::StepOutOfOrder)?;
    let reply = s.credentials(&visitor).await?;
    s.refused(&reply, Failure::StepOutOfOrder)?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::StepOutOfOrder)?;
    s.remark("\"Iya\" before the photographs, and before the password.");
    let reply = s.profile(&visitor).await?;
    s.went(&reply, 204)?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::StepOutOfOrder)?;
    s.photos(&visitor).await?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::StepOutOfOrder)?;
    s.has_no_account(&visitor).await?;
    s.draft_is_whole(&visitor, 2).await?;
    let reply = s.credentials(&visitor).await?;
    s.went(&reply, 204)?;
    confirmed(s, &visitor).await
}

async fn draft_expired(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.complete(&mut visitor).await?;
    s.remark("Within its hour it is there, also over a new connection.");
    s.break_by(Faults { clock_ahead_s: 3_500, ..Faults::default() }).await?;
    s.draft_is_whole(&visitor, 2).await?;
    s.remark("After its hour it is not, at any step.");
    s.break_by(Faults { clock_ahead_s: 3_700, ..Faults::default() }).await?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::DraftExpired)?;
    let reply = s.review(&visitor).await?;
    s.refused(&reply, Failure::DraftExpired)?;
    let reply = s.profile(&visitor).await?;
    s.refused(&reply, Failure::DraftExpired)?;
    let reply = s.document(&visitor, DocumentKind::Ktp, s.sound(DocumentKind::Ktp)).await?;
    s.refused(&reply, Failure::DraftExpired)?;
    s.has_no_account(&visitor).await?;
    s.remark("A draft that never was is answered the same: nobody learns which there were.");
    let stranger = Visitor { token: "0123456789abcdef0123456789abcdef".to_owned(), ..visitor.clone() };
    let reply = s.review(&stranger).await?;
    s.refused(&reply, Failure::DraftExpired)?;
    s.break_by(Faults::default()).await?;
    s.remark("The person begins again.");
    s.gets_through(&mut visitor).await.map(drop)
}

/// A page of another release sends another form.
async fn form_outdated(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    let captcha = s.captcha().await?;
    let whole = s.opening(&visitor, captcha);
    let mut form: serde_json::Value = serde_json::from_slice(&whole.body).unwrap_or_default();
    s.remark("The page says which version of the forms it has, and it is an older one.");
    let older = (domain::wire::FORM_VERSION - 1).to_string();
    let reply = s.send(whole.clone().header(FORM_VERSION_HEADER, older)).await?;
    s.refused(&reply, Failure::FormOutdated)?;
    s.remark("A field that was there once.");
    form["npwp"] = "0".into();
    let reply = s.send(Ask::new(Method::POST, paths::DRAFTS).body(JSON, json(&form))).await?;
    s.refused(&reply, Failure::FormOutdated)?;
    s.remark("A field that is missing.");
    if let Some(form) = form.as_object_mut() {
        form.remove("npwp");
        form.remove("kk");
    }
    let reply = s.send(Ask::new(Method::POST, paths::DRAFTS).body(JSON, json(&form))).await?;
    s.refused(&reply, Failure::FormOutdated)?;
    s.remark("No form at all.");
    let reply = s.send(Ask::new(Method::POST, paths::DRAFTS).body(JSON, "nik=1")).await?;
    s.refused(&reply, Failure::FormOutdated)?;
    s.has_no_account(&visitor).await?;
    s.remark("The page of this release; its captcha was not used up by what came before.");
    let current = s.status().await?.form_version;
    let reply = s.send(whole.header(FORM_VERSION_HEADER, current.to_string())).await?;
    s.take_draft(&mut visitor, &reply)?;
    let old = serde_json::json!({ "certificate_name": visitor.form.full_name, "sex": "male" });
    let reply = s.send(Ask::new(Method::PUT, paths::profile(&visitor.token)).body(JSON, json(&old))).await?;
    s.refused(&reply, Failure::FormOutdated)?;
    s.fill(&visitor).await?;
    confirmed(s, &visitor).await
}

async fn already_final(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    let made = s.registered(&mut visitor).await?;
    s.remark("Every change after \"Iya\".");
    let mut changed = visitor.clone();
    changed.profile.certificate_name = "Nama Baru".to_owned();
    let reply = s.send(profile_of(&changed)).await?;
    s.refused(&reply, Failure::AlreadyFinal)?;
    for kind in PHOTOS {
        let reply = s.document(&visitor, kind, s.sound(kind)).await?;
        s.refused(&reply, Failure::AlreadyFinal)?;
    }
    let reply = s.credentials(&visitor).await?;
    s.refused(&reply, Failure::AlreadyFinal)?;
    let reply = s.review(&visitor).await?;
    let review: Review = s.read(&reply, 200)?;
    s.holds("everything is as it was confirmed", {
        review.profile.as_ref() == Some(&visitor.profile)
            && review.account_number == Some(made.account_number)
    })?;
    s.remark("\"Iya\" again is no change: it gives the first answer.");
    let reply = s.confirm(&visitor).await?;
    let again = s.take_account(&visitor, &reply, 200)?;
    s.holds("the same account", again == made)
}

//! Step 1 refuses: numbers, names, dates, contacts and captchas.

use crate::qa::cast::Visitor;
use crate::qa::exchange::Ask;
use crate::qa::session::{Session, json};
use crate::qa::story::{Needs, Wrong, stories};
use chrono::{Datelike as _, Days};
use domain::wire::{Faults, JSON, Validated, ValidationForm, paths};
use domain::{Date, Failure, Limits};
use hyper::Method;

stories! {
    "nik-malformed": Needs::OUTSIDE, "/daftar" => nik_malformed;
    "nik-invalid": Needs::OUTSIDE, "/daftar" => nik_invalid;
    "kk-malformed": Needs::OUTSIDE, "/daftar" => kk_malformed;
    "nik-not-found": Needs::OUTSIDE, "/daftar" => nik_not_found;
    "nik-kk-mismatch": Needs::OUTSIDE, "/daftar" => nik_kk_mismatch;
    "identity-mismatch": Needs::OUTSIDE, "/daftar" => identity_mismatch;
    "contact-in-use": Needs::OUTSIDE, "/daftar" => contact_in_use;
    "contact-invalid": Needs::OUTSIDE, "/daftar" => contact_invalid;
    "captcha-wrong": Needs::INSIDE, "/daftar" => captcha_wrong;
    "captcha-unavailable": Needs::INSIDE, "/daftar" => captcha_unavailable;
    "name-has-title": Needs::OUTSIDE, "/daftar" => name_has_title;
    "age-ineligible": Needs::OUTSIDE, "/daftar" => age_ineligible;
}

/// What is changed, in words, and the change.
type Change<'a> = (&'a str, &'a (dyn Fn(&mut Visitor) + Sync));

/// Each change of the form is refused at `field`; afterwards the same person gets through.
async fn refuses(
    s: &mut Session,
    field: &str,
    failure: Failure,
    changes: &[Change<'_>],
) -> Result<(), Wrong> {
    let visitor = s.visitor();
    for (what, change) in changes {
        s.remark(format!("Now {what}."));
        let mut typed = visitor.clone();
        change(&mut typed);
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, field, failure)?;
    }
    s.has_no_account(&visitor).await?;
    let mut visitor = visitor;
    s.gets_through(&mut visitor).await.map(drop)
}

async fn nik_malformed(s: &mut Session) -> Result<(), Wrong> {
    refuses(
        s,
        "nik",
        Failure::NikMalformed,
        &[
            ("a digit is missing", &|v| v.form.nik.truncate(15)),
            ("there is a digit too many", &|v| v.form.nik.push('1')),
            ("a letter O stands for a zero", &|v| v.form.nik.replace_range(15..16, "O")),
            ("it is pasted with full stops", &|v| v.form.nik.insert(6, '.')),
            ("it is pasted with a no-break space in place of a digit", &|v| {
                v.form.nik.replace_range(6..7, "\u{a0}");
            }),
            ("its digits are of full width", &|v| v.form.nik = full_width(&v.form.nik)),
            ("the field is empty", &|v| v.form.nik.clear()),
        ],
    )
    .await
}

fn full_width(digits: &str) -> String {
    digits.chars().filter_map(|digit| char::from_u32(0xff10 + digit.to_digit(10)?)).collect()
}

async fn nik_invalid(s: &mut Session) -> Result<(), Wrong> {
    refuses(
        s,
        "nik",
        Failure::NikInvalid,
        &[
            ("its date is 31 February", &|v| v.form.nik.replace_range(6..10, "3102")),
            ("its date is 29 February 2001", &|v| v.form.nik.replace_range(6..12, "290201")),
            ("its day is 32", &|v| v.form.nik.replace_range(6..8, "32")),
            ("its day is 40", &|v| v.form.nik.replace_range(6..8, "40")),
            ("its day is 72", &|v| v.form.nik.replace_range(6..8, "72")),
            ("its day is 99", &|v| v.form.nik.replace_range(6..8, "99")),
            ("its month is 13", &|v| v.form.nik.replace_range(8..10, "13")),
            ("its district exists nowhere", &|v| v.form.nik.replace_range(0..6, "000000")),
            ("its serial is 0000", &|v| v.form.nik.replace_range(12..16, "0000")),
        ],
    )
    .await
}

async fn kk_malformed(s: &mut Session) -> Result<(), Wrong> {
    refuses(
        s,
        "kk",
        Failure::KkMalformed,
        &[
            ("a digit is missing", &|v| v.form.kk.truncate(15)),
            ("there is a digit too many", &|v| v.form.kk.push('1')),
            ("a letter stands in it", &|v| v.form.kk.replace_range(3..4, "x")),
            ("its digits are of full width", &|v| v.form.kk = full_width(&v.form.kk)),
        ],
    )
    .await
}

/// Nobody has a serial that high: in real numbers they seldom pass some tens.
async fn nik_not_found(s: &mut Session) -> Result<(), Wrong> {
    refuses(
        s,
        "nik",
        Failure::NikNotFound,
        &[
            ("one digit is mistyped, and the number stays a possible one", &|v| {
                v.form.nik.replace_range(12..13, "9");
            }),
            ("the serial is another", &|v| v.form.nik.replace_range(12..16, "8765")),
        ],
    )
    .await
}

async fn nik_kk_mismatch(s: &mut Session) -> Result<(), Wrong> {
    refuses(
        s,
        "kk",
        Failure::NikKkMismatch,
        &[
            ("the card is an old one, of another day", &|v| v.form.kk.replace_range(6..12, "010105")),
            ("one digit of the card's number is mistyped", &|v| {
                let last = if v.form.kk.ends_with('7') { "8" } else { "7" };
                v.form.kk.replace_range(15..16, last);
            }),
        ],
    )
    .await
}

/// How a name is changed, in words, and the change.
type Renaming<'a> = (&'a str, &'a (dyn Fn(&str) -> String + Sync));

async fn identity_mismatch(s: &mut Session) -> Result<(), Wrong> {
    let visitor = s.visitor();
    let names: [Renaming<'_>; 2] = [
        ("a further name is added", &|name| format!("{name} Kusumawardhani")),
        ("the name is somebody else's", &|_| "Orang Lain".to_owned()),
    ];
    for (what, change) in names {
        s.remark(format!("Now {what}."));
        let mut typed = visitor.clone();
        typed.form.full_name = change(&typed.form.full_name);
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, "full_name", Failure::IdentityMismatch)?;
    }
    s.remark("Now the date of birth is the one on which the ijazah was issued, or so.");
    let mut typed = visitor.clone();
    typed.form.birth_date = typed.form.birth_date + Days::new(1);
    let reply = s.open(&typed).await?;
    s.refused_at(&reply, "birth_date", Failure::IdentityMismatch)?;
    s.has_no_account(&visitor).await?;
    s.remark("Capital letters are no difference.");
    let mut visitor = visitor;
    visitor.form.full_name = visitor.form.full_name.to_uppercase();
    s.gets_through(&mut visitor).await.map(drop)
}

async fn contact_in_use(s: &mut Session) -> Result<(), Wrong> {
    let mut first = s.visitor();
    s.registered(&mut first).await?;
    let taken = first.form.clone();
    let second = s.visitor();
    let (local, host) = taken.email.split_once('@').unwrap_or_default();
    let emails = [taken.email.to_uppercase(), format!("{local}+cpns@{host}"), taken.email.clone()];
    for email in emails {
        s.remark("Somebody else types the same e-mail address, perhaps in another spelling.");
        let mut typed = second.clone();
        typed.form.email = email;
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, "email", Failure::ContactInUse)?;
    }
    let national = taken.phone.trim_start_matches('0').to_owned();
    for phone in [format!("+62 {national}"), format!("62{national}"), taken.phone.clone()] {
        s.remark("Somebody else types the same number, perhaps in another spelling.");
        let mut typed = second.clone();
        typed.form.phone = phone;
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, "phone", Failure::ContactInUse)?;
    }
    s.has_no_account(&second).await?;
    let mut second = second;
    s.gets_through(&mut second).await.map(drop)
}

async fn contact_invalid(s: &mut Session) -> Result<(), Wrong> {
    let visitor = s.visitor();
    for email in ["siti", "siti@", "siti@localhost", "a b@contoh.example", ""] {
        s.remark(format!("The e-mail address is {email:?}."));
        let mut typed = visitor.clone();
        email.clone_into(&mut typed.form.email);
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, "email", Failure::ContactInvalid)?;
    }
    for phone in ["0217654321", "08123", "0812345678901234", "+1 202 555 0100", ""] {
        s.remark(format!("The number is {phone:?}."));
        let mut typed = visitor.clone();
        phone.clone_into(&mut typed.form.phone);
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, "phone", Failure::ContactInvalid)?;
    }
    s.has_no_account(&visitor).await?;
    let mut visitor = visitor;
    s.gets_through(&mut visitor).await.map(drop)
}

async fn captcha_wrong(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.remark("Mistyped: no captcha has a 2.");
    let mut captcha = s.captcha().await?;
    let right = std::mem::replace(&mut captcha.answer, "2222".to_owned());
    let reply = s.open_with(&visitor, captcha.clone()).await?;
    s.refused_at(&reply, "captcha", Failure::CaptchaWrong)?;
    s.remark("A wrong answer uses it up: the right one comes too late.");
    captcha.answer = right;
    let reply = s.open_with(&visitor, captcha).await?;
    s.refused_at(&reply, "captcha", Failure::CaptchaWrong)?;
    s.remark("From another tab: the picture of the one, the answer of the other.");
    let (mut first, second) = (s.captcha().await?, s.captcha().await?);
    first.answer = second.answer;
    let reply = s.open_with(&visitor, first).await?;
    s.refused_at(&reply, "captcha", Failure::CaptchaWrong)?;
    s.remark("Used twice.");
    let captcha = s.captcha().await?;
    let reply = s.open_with(&visitor, captcha.clone()).await?;
    s.take_draft(&mut visitor, &reply)?;
    let other = s.visitor();
    let reply = s.open_with(&other, captcha).await?;
    s.refused_at(&reply, "captcha", Failure::CaptchaWrong)?;
    s.remark("After its five minutes.");
    let captcha = s.captcha().await?;
    s.break_by(Faults { clock_ahead_s: 301, ..Faults::default() }).await?;
    let reply = s.open_with(&other, captcha).await?;
    s.refused_at(&reply, "captcha", Failure::CaptchaWrong)?;
    s.break_by(Faults::default()).await?;
    s.has_no_account(&other).await?;
    let mut other = other;
    s.gets_through(&mut other).await.map(drop)
}

async fn captcha_unavailable(s: &mut Session) -> Result<(), Wrong> {
    let mut begun = s.visitor();
    s.opened(&mut begun).await?;
    s.break_by(Faults { captcha_unavailable: true, ..Faults::default() }).await?;
    let reply = s.ask_captcha().await?;
    s.refused(&reply, Failure::CaptchaUnavailable)?;
    s.remark("Steps that need no captcha go on.");
    let reply = s.profile(&begun).await?;
    s.went(&reply, 204)?;
    s.photos(&begun).await?;
    s.break_by(Faults::default()).await?;
    let reply = s.credentials(&begun).await?;
    s.went(&reply, 204)?;
    let reply = s.confirm(&begun).await?;
    let made = s.take_account(&begun, &reply, 201)?;
    s.told(begun.nik, made.account_number);
    Ok(())
}

async fn name_has_title(s: &mut Session) -> Result<(), Wrong> {
    let visitor = s.visitor();
    let name = visitor.form.full_name.clone();
    let titled = [
        format!("{name}, S.Kom."),
        format!("Dr. {name}"),
        format!("H. {name}"),
        format!("Hj. {name}"),
        format!("{name}, M.Pd."),
    ];
    for name in &titled {
        let mut typed = visitor.clone();
        typed.form.full_name.clone_from(name);
        let reply = s.open(&typed).await?;
        s.refused_at(&reply, "full_name", Failure::NameHasTitle)?;
    }
    s.remark("The name on the ijazah comes in step 2, and has no title either.");
    let mut visitor = visitor;
    s.opened(&mut visitor).await?;
    let mut typed = visitor.clone();
    typed.profile.certificate_name = format!("{name}, S.Kom.");
    let reply = s.profile(&typed).await?;
    s.refused_at(&reply, "certificate_name", Failure::NameHasTitle)?;
    s.has_no_account(&visitor).await?;
    s.fill(&visitor).await?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

/// The rule is checked field by field, where no registry is asked; the refusal in step 1.
async fn age_ineligible(s: &mut Session) -> Result<(), Wrong> {
    let limits = Limits::default();
    let today = s.cast.today();
    let youngest = today_minus_years(today, limits.age_years_min, today - Days::new(1));
    let oldest = today_minus_years(today, limits.age_years_max, today + Days::new(1));
    let check = [
        ("18 years old today", youngest, true),
        ("18 years old tomorrow", youngest + Days::new(1), false),
        ("18 years old yesterday", youngest - Days::new(1), true),
        ("35 years old today", oldest, true),
        ("35 years old yesterday", oldest - Days::new(1), false),
        ("35 years old tomorrow", oldest + Days::new(1), true),
    ];
    for (what, birth_date, eligible) in check {
        s.remark(format!("{what}."));
        let form = ValidationForm { birth_date: Some(birth_date), ..ValidationForm::default() };
        let reply = s.send(Ask::new(Method::POST, paths::VALIDATIONS).body(JSON, json(&form))).await?;
        let validated: Validated = s.read(&reply, 200)?;
        let refused = validated.faults.iter().any(|fault| fault.code == Failure::AgeIneligible);
        s.holds(if eligible { "may apply" } else { "may not apply" }, refused != eligible)?;
    }
    refuses(
        s,
        "birth_date",
        Failure::AgeIneligible,
        &[
            ("the applicant is too young", &|v| v.form.birth_date = v.form.birth_date + Days::new(40 * 365)),
            ("the applicant is too old", &|v| v.form.birth_date = v.form.birth_date - Days::new(40 * 365)),
        ],
    )
    .await
}

/// The birth date with which somebody completes `years` today. On 29 February, where there was none then, it is that of the day
/// `otherwise`, which is on the same side of the bound.
fn today_minus_years(today: Date, years: i32, otherwise: Date) -> Date {
    let in_that_year = |day: Date| day.with_year(today.year() - years);
    in_that_year(today).or_else(|| in_that_year(otherwise)).unwrap_or(today)
}

//! Valid people whom portals have refused, and one person under two numbers.

use crate::qa::cast::Visitor;
use crate::qa::session::Session;
use crate::qa::story::Wrong;
use domain::wire::{AccountFlag, Warning};
use domain::{Date, Nik, RegionSet};

/// People whom the stand-in knows beside its population: those whom no drawn population would surely have. A withdrawn district is one
/// of Papua, since only there were any; its serial is one of those that nobody has.
pub(super) const RESIDENTS: &str = r#"
residents = [
    { nik = "9101011705999010", kk = "9901010101100001", full_name = "Yosina Wonda", birth_date = "1999-05-17" },
    { nik = "9901015705990010", kk = "9901010101100002", full_name = "Siti Aminah", birth_date = "1999-05-17" },
    { nik = "9901011805990020", kk = "9901010101100003", full_name = "Budi", birth_date = "1999-05-17" },
    { nik = "9901012902000003", kk = "9901010101100004", full_name = "M. Ridwan", birth_date = "2000-02-29" },
    { nik = "9901010112040004", kk = "9901010101100005", full_name = "I Gede Ma'ruf", birth_date = "2004-12-01" },
    { nik = "9901011705990005", kk = "3100000101100006", full_name = "Ni Made Sari", birth_date = "1999-05-17" },
    { nik = "9901021705990006", kk = "9901010101100007", full_name = "Agus Salim", birth_date = "1999-05-17" },
    { nik = "9902031705990007", kk = "9901010101100007", full_name = "Agus Salim", birth_date = "1999-05-17" },
]
"#;

/// What is odd, NIK, KK, name, birth date, and what is remarked.
type Odd = (&'static str, &'static str, &'static str, &'static str, &'static str, Option<Warning>);

/// The people of the register above.
const ODD: [Odd; 6] = [
    (
        "a district of Papua whose code was withdrawn",
        "9101011705999010",
        "9901010101100001",
        "Yosina Wonda",
        "1999-05-17",
        None,
    ),
    (
        "a woman, whose day is 40 higher; a serial that ends in 0",
        "9901015705990010",
        "9901010101100002",
        "Siti Aminah",
        "1999-05-17",
        None,
    ),
    (
        "a date in the NIK unlike the birth date, which is never corrected; a name of one word",
        "9901011805990020",
        "9901010101100003",
        "Budi",
        "1999-05-17",
        Some(Warning::BirthDateUnlikeNik),
    ),
    (
        "born on 29 February 2000; an abbreviated name",
        "9901012902000003",
        "9901010101100004",
        "M. Ridwan",
        "2000-02-29",
        None,
    ),
    (
        "a year of two digits that means this century; an apostrophe",
        "9901010112040004",
        "9901010101100005",
        "I Gede Ma'ruf",
        "2004-12-01",
        None,
    ),
    (
        "a family card of a district that no table has",
        "9901011705990005",
        "3100000101100006",
        "Ni Made Sari",
        "1999-05-17",
        Some(Warning::KkRegionUnknown),
    ),
];

fn becomes(visitor: &mut Visitor, nik: &str, kk: &str, name: &str, birth_date: Date) -> Result<(), Wrong> {
    visitor.nik = Nik::parse(nik, RegionSet::RealAndSynthetic)
        .map_err(|fault| Wrong::new(format!("the rules refuse a valid NIK: {fault}")))?;
    visitor.form.nik = nik.to_owned();
    visitor.form.kk = kk.to_owned();
    visitor.form.full_name = name.to_owned();
    visitor.form.birth_date = birth_date;
    visitor.profile.certificate_name = name.to_owned();
    Ok(())
}

pub(super) async fn wrongly_refused(s: &mut Session) -> Result<(), Wrong> {
    for (what, nik, kk, name, birth_date, warning) in ODD {
        s.remark(format!("Valid: {what}."));
        let mut visitor = s.visitor();
        becomes(&mut visitor, nik, kk, name, date(birth_date)?)?;
        let opened = s.opened(&mut visitor).await?;
        s.holds("warned at most, and of what is odd", opened.warnings == Vec::from_iter(warning))?;
        s.fill(&visitor).await?;
        let reply = s.confirm(&visitor).await?;
        let made = s.take_account(&visitor, &reply, 201)?;
        s.told(visitor.nik, made.account_number);
    }
    s.holds("nobody was refused wrongly", true)
}

pub(super) async fn double_nik_flag(s: &mut Session) -> Result<(), Wrong> {
    for nik in ["9901021705990006", "9902031705990007"] {
        s.remark("One name, one birth date, one family card, under two numbers: each is accepted.");
        let mut visitor = s.visitor();
        becomes(&mut visitor, nik, "9901010101100007", "Agus Salim", date("1999-05-17")?)?;
        s.registered(&mut visitor).await?;
    }
    s.remark("Somebody else is nobody's double.");
    let mut other = s.visitor();
    s.registered(&mut other).await?;
    let accounts = s.accounts().await?;
    for account in &accounts {
        let flagged = account.flags.contains(&AccountFlag::DoubleIdentity);
        let is_other = account.nik == other.nik;
        s.holds(
            if is_other { "the other isn't flagged" } else { "the double is flagged for operators" },
            flagged != is_other,
        )?;
    }
    s.holds("all three have their account", accounts.len() == 3)
}

fn date(text: &str) -> Result<Date, Wrong> {
    text.parse().map_err(|_| Wrong::new(format!("{text} is no date")))
}

//! `/daftar/…/data`: step 2, Lengkapi Data, its first page.

use super::drafts::Opened;
use super::fields::{Choice, Faults, Input, described_by, fault_of};
use super::forms::{self, Fields};
use super::layout::{Page, Step, facts, notice, steps};
use super::target::Stage;
use super::texts::{self, CHECK_NAME};
use super::visit::{Refused, Visit, see_other};
use crate::api::answer::ApiError;
use crate::api::{check_gate, profile as api};
use domain::draft::{Draft, Step as DraftStep};
use domain::region::{regencies, synthetic_regencies};
use domain::wire::{Category, Profile};
use domain::zone::date_text;
use domain::{Failure, RegionSet, Sex};
use hyper::body::Incoming;
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use server::Answer;

const SEXES: [(&str, &str); 2] = [("male", "Laki-laki"), ("female", "Perempuan")];
const CATEGORIES: [(&str, &str); 2] = [
    ("cpns", "CPNS (calon pegawai negeri sipil)"),
    ("pppk", "PPPK (pegawai pemerintah dengan perjanjian kerja)"),
];

pub(super) fn show(visit: &Visit<'_>, opened: &Opened) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    opened.draft.admit(DraftStep::Profile, visit.app.clock.now())?;
    Ok(visit.shown(&form(visit, opened, &written(&opened.draft), Faults::default())))
}

pub(super) async fn take(visit: &Visit<'_>, opened: Opened, body: Incoming) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    let fields = forms::read(visit, body).await?;
    let kept = match read(&fields) {
        Ok(profile) => api::keep(visit.app, opened.id, &profile).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => Ok(see_other(&opened.handle.path(Stage::Documents))),
        Err(error) => Err(visit.again(error, |problem| form(visit, &opened, &fields, Faults(Some(problem))))),
    }
}

fn read(fields: &Fields) -> Result<Profile, ApiError> {
    Ok(Profile {
        certificate_name: fields.text("certificate_name"),
        birth_regency: fields.text("birth_regency"),
        sex: chosen::<Sex>(fields, "sex")?,
        category: chosen::<Category>(fields, "category")?,
    })
}

/// What was chosen of a list, by its name on the wire.
fn chosen<T: DeserializeOwned>(fields: &Fields, name: &'static str) -> Result<T, ApiError> {
    let value = serde_json::Value::from(fields.get(name));
    serde_json::from_value(value).map_err(|_| ApiError::of_field(name, Failure::FormOutdated))
}

/// The form as it was kept; before that with the name of step 1, and nothing chosen.
fn written(draft: &Draft) -> Fields {
    let Some(profile) = &draft.profile else {
        return Fields::of(&[("certificate_name", draft.identity.full_name.as_str())]);
    };
    Fields::of(&[
        ("certificate_name", &profile.certificate_name),
        ("birth_regency", &profile.birth_regency),
        ("sex", sex_name(profile.sex)),
        ("category", category_name(profile.category)),
    ])
}

fn sex_name(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => SEXES[0].0,
        Sex::Female => SEXES[1].0,
    }
}

fn category_name(category: Category) -> &'static str {
    match category {
        Category::Cpns => CATEGORIES[0].0,
        Category::Pppk => CATEGORIES[1].0,
    }
}

/// What step 2 holds, as it is shown for review.
pub(super) fn rows(profile: &Profile, regions: RegionSet) -> [(&'static str, Markup); 4] {
    let place = places(regions).find(|(code, _)| *code == profile.birth_regency).map(|(_, name)| name);
    let text = |table: [(&'static str, &'static str); 2], name: &str| {
        table.into_iter().find(|(value, _)| *value == name).map_or("", |(_, text)| text)
    };
    [
        ("Nama sesuai ijazah", html! { (profile.certificate_name) }),
        ("Kabupaten/kota lahir", html! { (place.unwrap_or_default()) }),
        ("Jenis kelamin", html! { (text(SEXES, sex_name(profile.sex))) }),
        ("Melamar sebagai", html! { (text(CATEGORIES, category_name(profile.category))) }),
    ]
}

/// What step 1 holds; it can't change any more.
pub(super) fn identity_rows(draft: &Draft) -> [(&'static str, Markup); 7] {
    let identity = &draft.identity;
    [
        ("NIK", html! { (identity.nik.expose()) }),
        ("Nomor KK", html! { (identity.kk.expose()) }),
        ("Nama", html! { (identity.full_name.as_str()) }),
        ("Tempat lahir", html! { (identity.birth_place) }),
        ("Tanggal lahir", html! { (date_text(identity.birth_date)) }),
        ("Nomor HP", html! { (identity.phone.key()) }),
        ("Email", html! { (identity.email.as_str()) }),
    ]
}

/// What was remarked in step 1.
pub(super) fn remarks(draft: &Draft) -> Markup {
    html! {
        @if !draft.warnings.is_empty() {
            (notice(&html! { @for warning in &draft.warnings { p { (texts::warning(*warning)) } } }))
        }
    }
}

fn places(regions: RegionSet) -> impl Iterator<Item = (String, &'static str)> {
    let synthetic = (regions == RegionSet::RealAndSynthetic).then(synthetic_regencies);
    regencies().chain(synthetic.into_iter().flatten()).map(|(code, name)| (format!("{code:04}"), name))
}

fn form(visit: &Visit<'_>, opened: &Opened, fields: &Fields, faults: Faults<'_>) -> Page {
    let places: Vec<_> = places(visit.app.config.regions).collect();
    let options = places.iter().map(|(code, name)| (code.as_str(), *name));
    let name = Input::text("certificate_name", "Nama sesuai ijazah", fields.get("certificate_name"));
    let body = html! {
        (steps(Step::Data))
        (remarks(&opened.draft))
        section { h2 { "Data identitas" } p { "Data ini tidak dapat diubah lagi." } (facts(&identity_rows(&opened.draft))) }
        (notice(&html! { p { (CHECK_NAME) } }))
        form method="post" action=(opened.handle.path(Stage::Profile)) novalidate data-lancar {
            (faults.summary())
            (visit.token.fields())
            (name.hint("Tanpa gelar.").drawn(faults))
            (Choice {
                name: "birth_regency", label: "Kabupaten/kota tempat lahir sesuai ijazah", value: fields.get("birth_regency"),
                hint: Some("Pilih nama yang berlaku sekarang."), options,
            }.drawn(faults))
            (radios(fields.get("sex"), faults))
            (Choice {
                name: "category", label: "Melamar sebagai", hint: None, value: fields.get("category"), options: CATEGORIES,
            }.drawn(faults))
            p.tombol { button.utama type="submit" { "Simpan dan lanjutkan" } }
        }
        (leave(visit, opened))
    };
    Page::new("Buat Akun: Lengkapi Data", body)
}

/// Nothing is chosen for anybody.
fn radios(value: &str, faults: Faults<'_>) -> Markup {
    let fault = faults.at("sex");
    html! {
        fieldset.isian id="sex" tabindex="-1" aria-describedby=[described_by("sex", false, fault.is_some())] {
            legend { "Jenis kelamin" }
            @for (name, text) in SEXES {
                label.pilihan { input type="radio" name="sex" value=(name) required checked[name == value]; (text) }
            }
            (fault_of("sex", fault))
        }
    }
}

/// For whoever shares the device: the browser forgets the registration, which stays where it is.
pub(super) fn leave(visit: &Visit<'_>, opened: &Opened) -> Markup {
    html! {
        form.tutup method="post" action=(opened.handle.path(Stage::Leave)) {
            (visit.token.fields())
            button.tautan type="submit" { "Tutup pendaftaran di perangkat ini" }
        }
    }
}

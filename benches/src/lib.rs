//! Inputs of the measurements: the same for every machine and every day, because their seed is fixed.
//!
//! Each file in `benches/` asks one question and measures its floor beside it, in the same run: figures of a small virtual machine move
//! by a fifth from day to day, their ratio doesn't.

pub mod client;
pub mod commits;
pub mod environment;
pub mod flow;
pub mod memory;
pub mod million;
pub mod process;
pub mod registration;
pub mod serving;
pub mod steps;
pub mod table;

use chrono::Days;
use domain::wire::{CaptchaAnswer, OpenDraft};
use domain::{Date, Nik, RegionSet, Sex};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The seed of every input.
pub const SEED: u64 = 20_180_926;

/// Inputs a measurement goes through in turn: enough that a branch predictor cannot learn them.
pub const INPUTS: usize = 4_096;

/// A kind of NIK as people type it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NikInput {
    /// Possible in every part.
    Valid,
    /// A letter in place of a digit.
    Letter,
    /// A digit too few.
    Short,
    /// A district that no table has.
    UnknownRegion,
    /// A day that no month has.
    ImpossibleDate,
    /// Serial 0000.
    SerialZero,
    /// Half valid, half of the other kinds in turn, shuffled.
    Mixed,
}

impl NikInput {
    /// Every kind.
    pub const ALL: [NikInput; 7] = [
        NikInput::Valid,
        NikInput::Letter,
        NikInput::Short,
        NikInput::UnknownRegion,
        NikInput::ImpossibleDate,
        NikInput::SerialZero,
        NikInput::Mixed,
    ];

    /// The name of the measurement.
    pub const fn name(self) -> &'static str {
        match self {
            NikInput::Valid => "valid",
            NikInput::Letter => "letter",
            NikInput::Short => "short",
            NikInput::UnknownRegion => "unknown-region",
            NikInput::ImpossibleDate => "impossible-date",
            NikInput::SerialZero => "serial-zero",
            NikInput::Mixed => "mixed",
        }
    }

    /// [`INPUTS`] texts of this kind.
    pub fn texts(self) -> Vec<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        (0..INPUTS).map(|_| self.text(&mut rng)).collect()
    }

    fn text(self, rng: &mut ChaCha8Rng) -> String {
        let mut text = valid_nik(rng).expose();
        match self {
            NikInput::Valid => {}
            NikInput::Letter => {
                let at = rng.random_range(0..16);
                text.replace_range(at..=at, "x");
            }
            NikInput::Short => text.truncate(15),
            NikInput::UnknownRegion => text.replace_range(2..4, "00"),
            NikInput::ImpossibleDate => text.replace_range(6..8, "32"),
            NikInput::SerialZero => text.replace_range(12..16, "0000"),
            NikInput::Mixed => {
                let kind = if rng.random_bool(0.5) { 0 } else { rng.random_range(1..6) };
                return NikInput::ALL[kind].text(rng);
            }
        }
        text
    }
}

fn valid_nik(rng: &mut ChaCha8Rng) -> Nik {
    let region =
        domain::region::synthetic_region(rng.random_range(0..domain::region::SYNTHETIC_REGION_COUNT));
    let day = rng.random_range(0..6_000);
    let birth = Date::from_ymd_opt(1990, 1, 1).and_then(|first| first.checked_add_days(Days::new(day)));
    let sex = if rng.random_bool(0.5) { Sex::Female } else { Sex::Male };
    let nik = birth.and_then(|birth| {
        Nik::compose(region, birth, sex, rng.random_range(1..40), RegionSet::RealAndSynthetic)
    });
    nik.expect("a synthetic region and a date of this century compose")
}

/// Step 1 of person `number`, that every rule accepts on 2026-11-21: no two have NIK, phone or e-mail in common.
///
/// # Panics
/// Above 70 million.
pub fn form(number: usize, captcha: CaptchaAnswer) -> OpenDraft {
    let regions = domain::region::SYNTHETIC_REGION_COUNT as usize;
    let region =
        domain::region::synthetic_region(u32::try_from(number % regions).expect("it is below the count"));
    let birth_date = Date::from_ymd_opt(2000, 5, 17).expect("17 May 2000 exists");
    let serial = u16::try_from(number / regions + 1).expect("there are 9,999 serials to a district");
    let nik = Nik::compose(region, birth_date, Sex::Female, serial, RegionSet::RealAndSynthetic);
    OpenDraft {
        nik: nik.expect("district, date and serial compose").expose(),
        kk: "9902020102150003".to_owned(),
        full_name: "Siti Aminah Rahmawati".to_owned(),
        birth_place: "Kabupaten Sintetis 01".to_owned(),
        birth_date,
        phone: format!("0812{number:08}"),
        email: format!("siti.aminah.{number}@contoh.example"),
        captcha,
    }
}

/// [`INPUTS`] forms of step 1, as JSON of about 400 bytes each.
///
/// # Panics
/// Never: there are few enough.
pub fn forms() -> Vec<Vec<u8>> {
    let captcha = || CaptchaAnswer { id: "0".repeat(48), answer: "ACDE".to_owned() };
    let json =
        |number| serde_json::to_vec(&form(number, captcha())).expect("a form has no failing serialiser");
    (0..INPUTS).map(json).collect()
}

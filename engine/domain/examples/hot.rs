//! The hot functions on fixed inputs, so many times each, for a profiler that counts instructions: `hot NAME TIMES`.
//!
//! `.ci/instructions` runs it under callgrind. What it prints depends on every result, so nothing can be left out by the compiler.

use domain::document::DocumentKind;
use domain::identity::{self, Rules};
use domain::wire::OpenDraft;
use domain::{Date, Kk, Limits, Nik, RegionSet, region};
use std::hint::black_box;
use std::process::ExitCode;

const REGIONS: RegionSet = RegionSet::RealAndSynthetic;

/// Inputs that a function goes through in turn.
const INPUTS: usize = 256;

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, times] = arguments.as_slice() else { return ExitCode::from(2) };
    let Ok(times) = times.parse() else { return ExitCode::from(2) };
    let Some(found) = run(name, times) else { return ExitCode::from(2) };
    println!("{found}");
    ExitCode::SUCCESS
}

/// How many of `times` inputs were right; `None` where there is no function `name`.
fn run(name: &str, times: usize) -> Option<usize> {
    match name {
        "nik-valid" => Some(count(times, &niks(|_| Kind::Valid), |text| Nik::parse(text, REGIONS).is_ok())),
        "nik-mixed" => Some(count(times, &niks(Kind::mixed), |text| Nik::parse(text, REGIONS).is_ok())),
        "kk" => Some(count(times, &niks(Kind::mixed), |text| {
            Kk::parse(text).is_ok_and(|kk| kk.region_is_known(REGIONS))
        })),
        "form" => {
            let limits = Limits::default();
            let today = Date::from_ymd_opt(2026, 11, 21)?;
            let rules = Rules { regions: REGIONS, limits: &limits, today };
            Some(count(times, &forms(), |bytes| {
                let form: Option<OpenDraft> = serde_json::from_slice(bytes).ok();
                form.is_some_and(|form| identity::check(form, &rules).is_ok())
            }))
        }
        "photo-gate" => {
            let limits = Limits::default().document(DocumentKind::Ktp)?;
            let files = [jpeg(150_000), jpeg(200_001), b"%PDF-1.7".to_vec(), vec![0xff, 0xd8, 0xff, 0xd9]];
            Some(count(times, &files, |file| limits.check(file).is_ok()))
        }
        _ => None,
    }
}

fn count<T>(times: usize, inputs: &[T], is_right: impl Fn(&T) -> bool) -> usize {
    inputs.iter().cycle().take(times).filter(|input| is_right(black_box(input))).count()
}

/// What is wrong with a NIK.
#[derive(Clone, Copy)]
enum Kind {
    Valid,
    Letter,
    Short,
    Region,
    Date,
    Serial,
}

impl Kind {
    /// Half are valid.
    fn mixed(number: usize) -> Kind {
        let faults = [Kind::Letter, Kind::Short, Kind::Region, Kind::Date, Kind::Serial];
        if number.is_multiple_of(2) { Kind::Valid } else { faults[number / 2 % faults.len()] }
    }
}

fn niks(kind: impl Fn(usize) -> Kind) -> Vec<String> {
    let nik = |number| {
        let mut text = nik(number);
        match kind(number) {
            Kind::Valid => {}
            Kind::Letter => text.replace_range(number % 16..=number % 16, "x"),
            Kind::Short => text.truncate(15),
            Kind::Region => text.replace_range(2..4, "00"),
            Kind::Date => text.replace_range(6..8, "32"),
            Kind::Serial => text.replace_range(12..16, "0000"),
        }
        text
    };
    (0..INPUTS).map(nik).collect()
}

fn nik(number: usize) -> String {
    let district = u32::try_from(number).unwrap_or(0) * 31 % region::SYNTHETIC_REGION_COUNT;
    format!("{}1705{:02}{:04}", region::synthetic_region(district), number % 100, number % 9_999 + 1)
}

fn forms() -> Vec<Vec<u8>> {
    let form = |number: usize| {
        format!(
            "{{\"nik\":\"{}\",\"kk\":\"9902020102150003\",\"full_name\":\"Siti Aminah Rahmawati\",\
             \"birth_place\":\"Kabupaten Sintetis 01\",\"birth_date\":\"2000-05-17\",\"phone\":\"0812{number:08}\",\
             \"email\":\"siti.aminah.{number}@contoh.example\",\"captcha\":{{\"id\":\"{number:048}\",\"answer\":\"ACDE\"}}}}",
            nik(number)
        )
    };
    (0..INPUTS).map(|number| form(number).into_bytes()).collect()
}

/// The markers of a JPEG of 1000 by 1400, with `len` bytes in all.
fn jpeg(len: usize) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    file.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    file.extend([0xff, 0xc0, 0, 11, 8, 0x05, 0x78, 0x03, 0xe8, 1, 1, 0x11, 0]);
    file.resize(len - 2, 0);
    file.extend([0xff, 0xd9]);
    file
}

//! Names and status of regions, read once from the committed table when somebody first asks for one.

use std::sync::OnceLock;

use super::{SYNTHETIC_PROVINCE, SYNTHETIC_REGENCY_COUNT, synthetic_regency, synthetic_region_index};

/// Whether a code is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In the table of 2025.
    Current,
    /// Given once, renumbered since; NIKs that begin with it stay valid.
    Withdrawn,
}

/// The names that belong to a district's code, as Kemendagri writes them ("Kabupaten Aceh Selatan").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionName {
    /// Province, without the word.
    pub province: &'static str,
    /// Regency or city, beginning with "Kabupaten" or "Kota".
    pub regency: &'static str,
    /// District, without the word.
    pub district: &'static str,
}

/// Names of the district `code`, real or synthetic; `None` where no such district ever was.
#[must_use]
pub fn name(code: u32) -> Option<RegionName> {
    if let Some(index) = synthetic_region_index(code) {
        let at = usize::try_from(index).ok()?;
        let synthetic = synthetic_names();
        let districts = synthetic.districts.len();
        return Some(RegionName {
            province: "Sintetis",
            regency: &synthetic.regencies[at / districts].1,
            district: &synthetic.districts[at % districts],
        });
    }
    let real = real_names();
    Some(RegionName {
        province: find(&real.provinces, code / 10_000)?.name,
        regency: find(&real.regencies, code / 100)?.name,
        district: find(&real.districts, code)?.name,
    })
}

/// Whether the real district `code` is in force; `None` where no such district ever was. Synthetic districts
/// have no status: no decree made them.
#[must_use]
pub fn status(code: u32) -> Option<Status> {
    Some(find(&real_names().districts, code)?.status)
}

/// The 514 regencies and cities in force, by code (four digits) in ascending order: the reference list of
/// birthplaces. Withdrawn ones are left out, since each lives on under its name with another code.
pub fn regencies() -> impl Iterator<Item = (u16, &'static str)> {
    current(&real_names().regencies)
        .map(|entry| (u16::try_from(entry.code).expect("regency codes have four digits"), entry.name))
}

/// The 78 regencies and cities of province 99 in the manner of [`regencies`], "Kabupaten Sintetis 01" to
/// "Kota Sintetis 79".
pub fn synthetic_regencies() -> impl Iterator<Item = (u16, &'static str)> {
    synthetic_names().regencies.iter().map(|(code, name)| (*code, name.as_str()))
}

/// The 7,285 districts in force, in ascending order.
pub fn real_districts() -> impl Iterator<Item = u32> {
    current(&real_names().districts).map(|entry| entry.code)
}

/// The 594 districts that were renumbered, in ascending order. All are of Papua.
pub fn withdrawn_districts() -> impl Iterator<Item = u32> {
    let districts = real_names().districts.iter();
    districts.filter(|entry| entry.status == Status::Withdrawn).map(|entry| entry.code)
}

pub(super) struct Entry {
    pub(super) code: u32,
    pub(super) name: &'static str,
    pub(super) status: Status,
}

/// Each level sorted by code.
#[derive(Default)]
pub(super) struct RealNames {
    pub(super) provinces: Vec<Entry>,
    pub(super) regencies: Vec<Entry>,
    pub(super) districts: Vec<Entry>,
}

pub(super) fn real_names() -> &'static RealNames {
    static NAMES: OnceLock<RealNames> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = RealNames::default();
        let rows = include_str!("../../data/regions.csv").lines().filter(|line| !line.starts_with('#'));
        for row in rows.skip(1) {
            let (level, entry) =
                parse(row).expect("the generator writes code,name,status and tests read it all");
            match level {
                2 => names.provinces.push(entry),
                4 => names.regencies.push(entry),
                _ => names.districts.push(entry),
            }
        }
        names
    })
}

/// Digits of the code, and the row itself.
fn parse(row: &'static str) -> Option<(usize, Entry)> {
    let (code, rest) = row.split_once(',')?;
    let (name, status) = rest.split_once(',')?;
    let status = match status {
        "current" => Status::Current,
        "withdrawn" => Status::Withdrawn,
        _ => return None,
    };
    Some((code.len(), Entry { code: code.parse().ok()?, name, status }))
}

fn find(entries: &'static [Entry], code: u32) -> Option<&'static Entry> {
    entries.binary_search_by_key(&code, |entry| entry.code).ok().map(|at| &entries[at])
}

fn current(entries: &'static [Entry]) -> impl Iterator<Item = &'static Entry> {
    entries.iter().filter(|entry| entry.status == Status::Current)
}

/// Regencies by code, and the names that the districts have in each of them.
struct SyntheticNames {
    regencies: Vec<(u16, String)>,
    districts: Vec<String>,
}

fn synthetic_names() -> &'static SyntheticNames {
    static NAMES: OnceLock<SyntheticNames> = OnceLock::new();
    NAMES.get_or_init(|| SyntheticNames {
        regencies: (0..SYNTHETIC_REGENCY_COUNT).map(synthetic_regency).map(synthetic_regency_name).collect(),
        districts: (1..=99).map(|district| format!("Sintetis {district:02}")).collect(),
    })
}

fn synthetic_regency_name(code: u32) -> (u16, String) {
    let number = code - SYNTHETIC_PROVINCE * 100;
    let kind = if number < 70 { "Kabupaten" } else { "Kota" };
    let code = u16::try_from(code).expect("regency codes have four digits");
    (code, format!("{kind} Sintetis {number:02}"))
}

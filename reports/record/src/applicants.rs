//! `outcomes.csv`: what became of each applicant, for whoever wants to look behind the sums. NIKs are masked.

use std::fs::File;
use std::io::{self, BufWriter};

use serde::{Deserialize, Serialize};

/// One applicant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplicantRow {
    /// Their place in the order of arrivals, from 0.
    pub arrival: u64,
    /// When the schedule meant them to come, in microseconds since its zero.
    pub intended_us: u64,
    /// When they were done, likewise; absent for who never came, and for who was still under way at the end.
    pub done_us: Option<u64>,
    /// Their number, masked: `9901**********07`.
    pub nik: String,
    /// The region code that it begins with.
    pub region: String,
    /// What they did wrong, by the scenario's name for it.
    pub defect: Option<String>,
    /// Code of the answer that their truth demands.
    pub expected: String,
    /// Code of the answer that they got, or `not-sent`, `unfinished`; empty for who never came.
    pub observed: String,
}

pub(crate) fn write(file: &mut BufWriter<File>, rows: impl Iterator<Item = ApplicantRow>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush()
}

//! What runs are compared by.

use record::Unit;
use serde::Serialize;

use super::windows::Latency;

/// A figure that can be computed over any choice of windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Registrations completed a second.
    RegistrationsPerS,
    /// Registered, of those whose way ended.
    RegisteredShare,
    /// Failed, gave up or not sent, of those whose way ended.
    UnservedShare,
    /// Response of the whole registration, median.
    RegistrationResponseP50,
    /// The same, 99th percentile.
    RegistrationResponseP99,
    /// Service of the whole registration, median.
    RegistrationServiceP50,
    /// The same, 99th percentile.
    RegistrationServiceP99,
    /// Response of single requests, 99th percentile.
    RequestResponseP99,
    /// Service of single requests, 99th percentile.
    RequestServiceP99,
    /// Requests for each applicant who started.
    RequestsPerApplicant,
    /// CPU of the engine, in cores.
    EngineCpu,
}

/// How a measure is computed.
pub(super) enum Recipe {
    /// One sum over another, by column.
    Ratio(Column, Column),
    /// A quantile of added histograms.
    Quantile(Latency, f64),
}

/// What is added up over seconds.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Seconds,
    Registered,
    Unserved,
    Ended,
    Started,
    Requests,
    EngineCpuS,
    EngineCpuKnownS,
}

impl Measure {
    /// In the order in which they are shown.
    pub const ALL: [Measure; 11] = [
        Measure::RegistrationsPerS,
        Measure::RegisteredShare,
        Measure::UnservedShare,
        Measure::RegistrationResponseP50,
        Measure::RegistrationResponseP99,
        Measure::RegistrationServiceP50,
        Measure::RegistrationServiceP99,
        Measure::RequestResponseP99,
        Measure::RequestServiceP99,
        Measure::RequestsPerApplicant,
        Measure::EngineCpu,
    ];

    pub(super) fn unit(self) -> Unit {
        match self {
            Measure::RegistrationsPerS => Unit::PerS,
            Measure::RegisteredShare | Measure::UnservedShare | Measure::EngineCpu => Unit::Share,
            Measure::RequestsPerApplicant => Unit::Count,
            _ => Unit::Us,
        }
    }

    pub(super) fn recipe(self) -> Recipe {
        match self {
            Measure::RegistrationsPerS => Recipe::Ratio(Column::Registered, Column::Seconds),
            Measure::RegisteredShare => Recipe::Ratio(Column::Registered, Column::Ended),
            Measure::UnservedShare => Recipe::Ratio(Column::Unserved, Column::Ended),
            Measure::RequestsPerApplicant => Recipe::Ratio(Column::Requests, Column::Started),
            Measure::EngineCpu => Recipe::Ratio(Column::EngineCpuS, Column::EngineCpuKnownS),
            Measure::RegistrationResponseP50 => Recipe::Quantile(Latency::WholeResponse, 0.5),
            Measure::RegistrationResponseP99 => Recipe::Quantile(Latency::WholeResponse, 0.99),
            Measure::RegistrationServiceP50 => Recipe::Quantile(Latency::WholeService, 0.5),
            Measure::RegistrationServiceP99 => Recipe::Quantile(Latency::WholeService, 0.99),
            Measure::RequestResponseP99 => Recipe::Quantile(Latency::RequestResponse, 0.99),
            Measure::RequestServiceP99 => Recipe::Quantile(Latency::RequestService, 0.99),
        }
    }
}

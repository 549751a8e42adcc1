//! `GET /regencies`: the reference list of birthplaces, written once for each set of regions.

use super::fixed::Fixed;
use crate::app::App;
use domain::RegionSet;
use domain::wire::Regencies;
use hyper::HeaderMap;
use server::Answer;
use std::sync::LazyLock;

static REAL: LazyLock<Fixed> = LazyLock::new(|| Fixed::json(&Regencies::of(RegionSet::Real)));
static WITH_SYNTHETIC: LazyLock<Fixed> =
    LazyLock::new(|| Fixed::json(&Regencies::of(RegionSet::RealAndSynthetic)));

pub(super) fn show(app: &App, headers: &HeaderMap) -> Answer {
    let list = match app.config.regions {
        RegionSet::Real => &REAL,
        RegionSet::RealAndSynthetic => &WITH_SYNTHETIC,
    };
    list.answer(headers)
}

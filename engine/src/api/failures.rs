//! `GET /failures`: the failure catalogue, read once.

use super::fixed::Fixed;
use domain::failure::CATALOGUE_TOML;
use domain::wire::Catalogue;
use hyper::HeaderMap;
use server::Answer;
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Fixed> = LazyLock::new(|| {
    let catalogue: Catalogue =
        toml::from_str(CATALOGUE_TOML).expect("a test reads the catalogue, which is part of the program");
    Fixed::json(&catalogue)
});

pub(super) fn show(headers: &HeaderMap) -> Answer {
    CATALOGUE.answer(headers)
}

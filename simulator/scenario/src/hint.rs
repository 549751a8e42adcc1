//! What somebody may have meant.

use crate::keys;
use crate::schema::Table;
use strsim::damerau_levenshtein;

/// The candidate nearest to `text`, if any is near enough to have been meant.
pub(crate) fn nearest<S: AsRef<str>>(text: &str, candidates: impl IntoIterator<Item = S>) -> Option<S> {
    let near_enough = (text.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|candidate| (damerau_levenshtein(text, candidate.as_ref()), candidate))
        .filter(|(distance, _)| *distance <= near_enough)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to do about the key `name`, which `table` does not have.
pub(crate) fn hint_for_unknown(table: &Table, name: &str) -> String {
    let known: Vec<&str> = table.fields.iter().map(|field| field.name).chain(keys::children(table)).collect();
    if let Some(home) = home_of(name) {
        return match home.path {
            "" => format!("{name} belongs to the top level, above the first table"),
            path => format!("{name} belongs into [{path}]"),
        };
    }
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// The first table that has a key of exactly this name.
fn home_of(name: &str) -> Option<&'static Table> {
    keys::TABLES.iter().find(|table| table.fields.iter().any(|field| field.name == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_a_slip_and_no_more() {
        let check =
            |text, expect| assert_eq!(nearest(text, ["seed", "name", "objectives"]), expect, "{text}");
        check("sede", Some("seed"));
        check("objectifs", Some("objectives"));
        check("nmae", Some("name"));
        check("behaviour", None);
        check("", None);
    }

    #[test]
    fn hints() {
        let check = |path, name, expect: &str| assert_eq!(hint_for_unknown(keys::table(path), name), expect);
        check("arrivals", "peek_per_s", "did you mean peak_per_s?");
        check("generator", "objectives", "objectives belongs to the top level, above the first table");
        check("people", "kk_stale", "kk_stale belongs into [people.defects]");
        check("people", "defect", "did you mean defects?");
        check(
            "people",
            "colour",
            "known here: population, reference_date, regions, withdrawn_share, nik_date_differs_share, second_defect_share, defects",
        );
    }
}

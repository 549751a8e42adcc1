//! The crate as others use it: files in, plans, instants and problems out.

// Marked as tests so that clippy grants their helpers the freedoms of tests.
#[cfg(test)]
mod broken;
#[cfg(test)]
mod files;
#[cfg(test)]
mod parsing;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod temper;
#[cfg(test)]
mod thinking;

/// A text with everything that has to be there, and `rest` behind it.
fn minimal(rest: &str) -> String {
    format!(
        "format = 1\nseed = 7\n{rest}\n[arrivals]\nshape = \"constant\"\nspacing = \"even\"\nper_s = 10\nduration_s = 5\n"
    )
}

/// The problems of `text`, one a line.
fn problems(text: &str) -> String {
    match scenario::parse("test.toml", text) {
        Ok(_) => "none".to_owned(),
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
    }
}

//! What is hidden from readers: numbers of people, keys, and values that are other ones next time.

use crate::qa::exchange::{Capture, Entry, Exchange};
use domain::nik::mask;

/// Values captured up to an exchange, the newest first.
#[derive(Default)]
pub(super) struct Names(Vec<Capture>);

impl Names {
    /// Takes note of what an exchange brought.
    pub(super) fn learn(&mut self, exchange: &Exchange) {
        for capture in &exchange.captures {
            self.0.insert(0, capture.clone());
        }
    }

    /// `text` with `write(name)` in place of each known value. Values of a few characters stand for themselves too often.
    pub(super) fn named(&self, text: &str, write: impl Fn(&str) -> String) -> String {
        let known = self.0.iter().filter(|capture| capture.value.len() >= 4);
        known.fold(text.to_owned(), |text, capture| text.replace(&capture.value, &write(&capture.name)))
    }
}

/// Every run of exactly sixteen digits is the number of a person or of a family: its middle is hidden.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    for character in text.chars().map(Some).chain([None]) {
        match character {
            Some(digit) if digit.is_ascii_digit() => digits.push(digit),
            other => {
                if digits.len() == 16 {
                    out.push_str(&mask(&digits));
                } else {
                    out.push_str(&digits);
                }
                digits.clear();
                out.extend(other);
            }
        }
    }
    out
}

/// The value of a header as a reader may see it.
pub(super) fn header(name: &str, value: &str) -> String {
    match name {
        "authorization" => "Bearer ***".to_owned(),
        _ => masked(value),
    }
}

/// How many exchanges there are.
pub(super) fn exchanges(entries: &[Entry]) -> impl Iterator<Item = &Exchange> {
    entries.iter().filter_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange.as_ref()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_masked() {
        let check = |text: &str, expect: &str| assert_eq!(masked(text), expect);
        check("\"nik\":\"9901011705000010\"", "\"nik\":\"9901**********10\"");
        check("9901011705000010 and 9901011705000011", "9901**********10 and 9901**********11");
        check("123456789012345", "123456789012345");
        check("12345678901234567", "12345678901234567");
        check("", "");
    }
}

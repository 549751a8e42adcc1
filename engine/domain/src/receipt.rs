//! The receipt number of an account: the account's number and a keyed code, in a form that people can read out and type.
//!
//! The key stays with the engine, so this file only writes and reads the form: `0000000001-7KQF-2M9D-XH4T-PV3A`.

use crate::crockford;
use crate::draft::AccountNumber;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Digits of an account's number.
const NUMBER_CHARS: usize = 10;

/// What a receipt says, whether it is genuine or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptNumber {
    /// Whose it says it is.
    pub account: AccountNumber,
    /// What only the engine can make.
    pub code: [u8; crockford::BYTES],
}

/// The text is no receipt number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt number")]
pub struct ReceiptMalformed;

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.account, crockford::write(self.code))
    }
}

impl FromStr for ReceiptNumber {
    type Err = ReceiptMalformed;

    /// Reads what somebody typed: hyphens and spaces don't matter, nor does case, nor O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<ReceiptNumber, ReceiptMalformed> {
        let typed: Vec<char> = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let (number, code) = typed.split_at_checked(NUMBER_CHARS).ok_or(ReceiptMalformed)?;
        let digit = |c: &char| c.to_digit(10).map(u64::from).ok_or(ReceiptMalformed);
        let account = number.iter().try_fold(0, |sum, c| Ok(sum * 10 + digit(c)?))?;
        let code = crockford::read(code).ok_or(ReceiptMalformed)?;
        Ok(ReceiptNumber { account: AccountNumber(account), code })
    }
}

impl Serialize for ReceiptNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReceiptNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ReceiptNumber, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn forms() {
        let check = |text: &str, expect: Option<&str>| {
            let read = text.parse::<ReceiptNumber>().ok().map(|receipt| receipt.to_string());
            assert_eq!(read.as_deref(), expect, "{text:?}");
        };
        let zeros = "0000000001-0000-0000-0000-0000";
        check(zeros, Some(zeros));
        check("0000000001-ZZZZ-ZZZZ-ZZZZ-ZZZZ", Some("0000000001-ZZZZ-ZZZZ-ZZZZ-ZZZZ"));
        check("0000000012 7kqf2m9dxh4tpv3a", Some("0000000012-7KQF-2M9D-XH4T-PV3A"));
        check("0000000012-IlOo-0000-0000-0000", Some("0000000012-1100-0000-0000-0000"));
        for none in [
            "",
            "1",
            "0000000001-0000-0000-0000-000",
            "0000000001-0000-0000-0000-00000",
            "0000000001-0000-0000-0000-000U",
            "00000000O1-0000-0000-0000-0000",
            "+000000001-0000-0000-0000-0000",
            "٠000000001-0000-0000-0000-0000",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn every_code_is_read_back() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..2_000 {
            let account = AccountNumber(rng.random_range(0..10_000_000_000));
            let receipt = ReceiptNumber { account, code: rng.random() };
            assert_eq!(receipt.to_string().parse(), Ok(receipt));
            let json = serde_json::to_string(&receipt).unwrap();
            assert_eq!(serde_json::from_str::<ReceiptNumber>(&json).unwrap(), receipt);
        }
    }
}

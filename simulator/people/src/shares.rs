//! How many of the applicants have which defect.

use crate::defect::Defect;
use std::collections::BTreeMap;

/// The share of the applicants that has each defect. Nobody has two; the rest has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares(BTreeMap<Defect, f64>);

/// Why shares cannot be.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SharesError {
    /// A share isn't a number from 0 to 1.
    #[error("a share of {share} for {defect} is outside of 0 to 1")]
    Share {
        /// Whose.
        defect: Defect,
        /// As given.
        share: f64,
    },
    /// Together they are over 1.
    #[error("the shares add up to {sum}, which is over 1")]
    Sum {
        /// What they add up to.
        sum: f64,
    },
}

/// Sums of decimal fractions are off by this much at most.
const ROUNDING: f64 = 1e-9;

impl Shares {
    /// The shares given; of a defect named twice the last one holds, of one not named it is 0.
    ///
    /// # Errors
    /// [`SharesError`] where one is outside of 0 to 1, or all together are over 1.
    pub fn new(shares: impl IntoIterator<Item = (Defect, f64)>) -> Result<Shares, SharesError> {
        let shares: BTreeMap<Defect, f64> = shares.into_iter().collect();
        for (&defect, &share) in &shares {
            if !(0.0..=1.0).contains(&share) {
                return Err(SharesError::Share { defect, share });
            }
        }
        let sum = shares.values().sum();
        if sum > 1.0 + ROUNDING { Err(SharesError::Sum { sum }) } else { Ok(Shares(shares)) }
    }

    /// The share that has `defect`, 0 to 1.
    pub fn of(&self, defect: Defect) -> f64 {
        self.0.get(&defect).copied().unwrap_or(0.0)
    }

    /// The share that has none, 0 to 1.
    pub fn faultless(&self) -> f64 {
        let rest = 1.0 - self.0.values().sum::<f64>();
        if rest < ROUNDING { 0.0 } else { rest }
    }

    /// Every defect with a share over 0, in the order of [`Defect::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Defect, f64)> {
        self.0.iter().map(|(&defect, &share)| (defect, share)).filter(|&(_, share)| share > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let check = |shares: &[f64], expect: Result<f64, &str>| {
            let found = Shares::new(Defect::ALL.iter().copied().zip(shares.iter().copied()));
            let found = found.map(|shares| shares.faultless()).map_err(|error| error.to_string());
            assert_eq!(found, expect.map_err(str::to_owned), "{shares:?}");
        };
        check(&[], Ok(1.0));
        check(&[0.25, 0.5], Ok(0.25));
        check(&[0.1; 10], Ok(0.0));
        check(&[1.0], Ok(0.0));
        check(&[0.5, 0.75], Err("the shares add up to 1.25, which is over 1"));
        check(&[-0.1], Err("a share of -0.1 for captcha_wrong is outside of 0 to 1"));
        check(&[f64::NAN], Err("a share of NaN for captcha_wrong is outside of 0 to 1"));
        check(&[0.0, 1.5], Err("a share of 1.5 for nik_malformed is outside of 0 to 1"));
    }

    #[test]
    fn of_and_iter_agree() {
        let shares =
            Shares::new([(Defect::Duplicate, 0.1), (Defect::KkStale, 0.2), (Defect::NikUnknown, 0.0)])
                .unwrap();
        assert_eq!(shares.iter().collect::<Vec<_>>(), [(Defect::KkStale, 0.2), (Defect::Duplicate, 0.1)]);
        assert_eq!(shares.of(Defect::KkStale), 0.2);
        assert_eq!(shares.of(Defect::NikInvalid), 0.0);
    }
}

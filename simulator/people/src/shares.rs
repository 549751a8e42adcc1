//! How many of the applicants have which defect.

use crate::defect::Defect;
use std::collections::BTreeMap;

/// The share of the applicants that has each defect; the rest has none. Of those who have one, a further share may have a second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    of: BTreeMap<Defect, f64>,
    second: f64,
}

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
    /// The share of second defects isn't a number from 0 to 1.
    #[error("a share of {share} for second defects is outside of 0 to 1")]
    Second {
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
        if sum > 1.0 + ROUNDING {
            Err(SharesError::Sum { sum })
        } else {
            Ok(Shares { of: shares, second: 0.0 })
        }
    }

    /// The same, and `share` of those who have a defect draw a second one by the same shares. Where the two don't go together they
    /// keep the first alone.
    ///
    /// # Errors
    /// [`SharesError::Second`] outside of 0 to 1.
    pub fn with_second(self, share: f64) -> Result<Shares, SharesError> {
        if (0.0..=1.0).contains(&share) {
            Ok(Shares { second: share, ..self })
        } else {
            Err(SharesError::Second { share })
        }
    }

    /// Of those who have a defect, the share that draws a second one, 0 to 1.
    pub const fn second(&self) -> f64 {
        self.second
    }

    /// The share that has `defect`, 0 to 1.
    pub fn of(&self, defect: Defect) -> f64 {
        self.of.get(&defect).copied().unwrap_or(0.0)
    }

    /// The share that has none, 0 to 1.
    pub fn faultless(&self) -> f64 {
        let rest = 1.0 - self.of.values().sum::<f64>();
        if rest < ROUNDING { 0.0 } else { rest }
    }

    /// Every defect with a share over 0, in the order of [`Defect::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Defect, f64)> {
        self.of.iter().map(|(&defect, &share)| (defect, share)).filter(|&(_, share)| share > 0.0)
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
        check(&[0.0, 1.5], Err("a share of 1.5 for captcha_expired is outside of 0 to 1"));
        assert_eq!(
            Shares::default().with_second(1.5).unwrap_err().to_string(),
            "a share of 1.5 for second defects is outside of 0 to 1"
        );
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

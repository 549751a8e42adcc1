//! The two proofs that somebody got the message: a link's token, and a code of six digits. Both follow from a random issue and the
//! engine's key, so neither stands in the store: whoever reads the register alone cannot activate anything.

use crate::secret::Secret;
use crate::store::StoreError;
use domain::draft::AccountNumber;
use subtle::ConstantTimeEq;

/// Makes and checks proofs.
#[derive(Clone)]
pub(crate) struct Proofs(Secret);

/// Hexadecimal digits of a token behind its account's number: 128 bits.
const TOKEN_DIGITS: usize = 32;

impl Proofs {
    pub(crate) fn new(secret: Secret) -> Proofs {
        Proofs(secret)
    }

    /// A new issue.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub(crate) fn issue(&self) -> Result<u64, StoreError> {
        let mut issue = [0; 8];
        getrandom::fill(&mut issue).map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
        Ok(u64::from_be_bytes(issue))
    }

    /// What the link of account `number` carries.
    pub(crate) fn token(&self, number: AccountNumber, issue: u64) -> String {
        let digest = self.0.digest(&["activation token", &number.to_string(), &issue.to_string()]);
        format!("{number}-{}", &digest[..TOKEN_DIGITS])
    }

    /// The code of account `number`: six digits.
    pub(crate) fn code(&self, number: AccountNumber, issue: u64) -> String {
        let digest = self.0.digest_bytes(&["activation code", &number.to_string(), &issue.to_string()]);
        let [a, b, c, d, e, f, g, h, ..] = digest;
        format!("{:06}", u64::from_be_bytes([a, b, c, d, e, f, g, h]) % 1_000_000)
    }

    pub(crate) fn token_holds(&self, number: AccountNumber, issue: u64, token: &str) -> bool {
        self.token(number, issue).as_bytes().ct_eq(token.as_bytes()).into()
    }

    pub(crate) fn code_holds(&self, number: AccountNumber, issue: u64, code: &str) -> bool {
        self.code(number, issue).as_bytes().ct_eq(code.trim().as_bytes()).into()
    }
}

/// The account that `token` says it is for; `None` where it can be none of ours.
pub(crate) fn account_of(token: &str) -> Option<AccountNumber> {
    let (number, digest) = token.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(number) && digest.len() == TOKEN_DIGITS).then(|| number.parse().ok().map(AccountNumber))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_of_one_account_and_one_issue() {
        let folder = tempfile::tempdir().unwrap();
        let proofs = Proofs::new(Secret::open(folder.path()).unwrap());
        let number = AccountNumber(12);
        let (token, code) = (proofs.token(number, 7), proofs.code(number, 7));
        assert_eq!(account_of(&token), Some(number));
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
        let check = |number, issue, expect| {
            assert_eq!(proofs.token_holds(number, issue, &token), expect);
            assert_eq!(proofs.code_holds(number, issue, &format!(" {code} ")), expect);
        };
        check(number, 7, true);
        check(number, 8, false);
        check(AccountNumber(13), 7, false);
        assert!(!proofs.token_holds(number, 7, &token.to_uppercase()));
        for none in [
            "",
            "-",
            "12",
            "x-0123456789abcdef0123456789abcdef",
            "12-01",
            "+1-0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(account_of(none), None, "{none}");
        }
    }
}

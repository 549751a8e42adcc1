//! Secrets of one run: fresh from the system's generator for services that we start, or read from files for a
//! portal that runs.

use domain::captcha::{CaptchaKey, KEY_BYTES};
use std::fs;
use std::path::Path;

/// The secrets that a load generator needs. They are never printed.
#[derive(Clone)]
pub(crate) struct Keys {
    /// Solves captchas, in hexadecimal.
    pub(crate) captcha: String,
    /// Opens the export of accounts, where there is one.
    pub(crate) export: Option<String>,
    /// Opens the control of a registry stand-in that we start.
    pub(crate) control: Option<String>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error("cannot read the key in {file}: {reason}")]
    File { file: String, reason: std::io::Error },
    #[error("{file}: a captcha key consists of 64 hexadecimal digits")]
    Captcha { file: String },
}

impl Keys {
    /// New ones.
    pub(crate) fn fresh() -> Result<Keys, KeyError> {
        Ok(Keys { captcha: random_hex()?, export: Some(random_hex()?), control: Some(random_hex()?) })
    }

    /// Those of a portal, from files that hold a key each.
    pub(crate) fn read(captcha: &Path, export: Option<&Path>) -> Result<Keys, KeyError> {
        let keys = Keys { captcha: read(captcha)?, export: export.map(read).transpose()?, control: None };
        keys.captcha_key().ok_or_else(|| KeyError::Captcha { file: captcha.display().to_string() })?;
        Ok(keys)
    }

    /// The captcha key as the flow uses it; `None` for what isn't one.
    pub(crate) fn captcha_key(&self) -> Option<CaptchaKey> {
        let bytes: [u8; KEY_BYTES] = hex::decode(&self.captcha).ok()?.try_into().ok()?;
        Some(CaptchaKey::new(bytes))
    }
}

fn read(file: &Path) -> Result<String, KeyError> {
    let text = fs::read_to_string(file)
        .map_err(|reason| KeyError::File { file: file.display().to_string(), reason })?;
    Ok(text.trim().to_owned())
}

fn random_hex() -> Result<String, KeyError> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_keys_are_keys_and_differ() {
        let (one, other) = (Keys::fresh().unwrap(), Keys::fresh().unwrap());
        assert!(one.captcha_key().is_some() && one.export.is_some());
        assert_ne!(one.captcha, other.captcha);
        assert_ne!(Some(&one.captcha), one.export.as_ref());
    }

    #[test]
    fn files() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let good = file("good", &format!("{}\n", "ab".repeat(KEY_BYTES)));
        let short = file("short", "abcd");
        let missing = folder.path().join("missing");
        let check = |captcha: &Path, export: Option<&Path>, expect: Result<Option<&str>, &str>| {
            let found = Keys::read(captcha, export);
            let found = found.map(|keys| keys.export).map_err(|error| error.to_string());
            let expect = expect.map(|export| export.map(str::to_owned)).map_err(str::to_owned);
            assert_eq!(found, expect);
        };
        check(&good, None, Ok(None));
        check(&good, Some(&short), Ok(Some("abcd")));
        check(
            &short,
            None,
            Err(&format!("{}: a captcha key consists of 64 hexadecimal digits", short.display())),
        );
        let gone =
            format!("cannot read the key in {}: No such file or directory (os error 2)", missing.display());
        check(&missing, None, Err(&gone));
    }
}

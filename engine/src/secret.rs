//! The engine's own key, made at first start and kept beside the register, readable by its owner alone.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const KEY_BYTES: usize = 32;

/// A key that never leaves the engine.
#[derive(Clone)]
pub(crate) struct Secret([u8; KEY_BYTES]);

impl Secret {
    /// Reads the key in `folder`, or makes one.
    ///
    /// # Errors
    /// Where it cannot be read, made or kept, or isn't a key.
    pub(crate) fn open(folder: &Path) -> io::Result<Secret> {
        let path = folder.join("secret.key");
        match fs::read(&path) {
            Ok(bytes) => {
                let key =
                    bytes.try_into().map_err(|_| io::Error::other("secret.key is not a key of 32 bytes"))?;
                Ok(Secret(key))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                getrandom::fill(&mut key).map_err(io::Error::other)?;
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                file.write_all(&key)?;
                file.sync_all()?;
                Ok(Secret(key))
            }
            Err(error) => Err(error),
        }
    }

    /// A key of its own for `purpose`.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; KEY_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(b"derive\0");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// A digest of `parts` that nobody without the key can make, in hexadecimal.
    pub(crate) fn digest(&self, parts: &[&str]) -> String {
        hex::encode(self.digest_bytes(parts))
    }

    /// The same, as it is.
    pub(crate) fn digest_bytes(&self, parts: &[&str]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secret::open(folder.path()).unwrap();
        let again = Secret::open(folder.path()).unwrap();
        assert_eq!(first.digest(&["a", "b"]), again.digest(&["a", "b"]));
        assert_ne!(first.digest(&["a", "b"]), first.digest(&["ab", ""]));
        fs::write(folder.path().join("secret.key"), b"short").unwrap();
        assert!(Secret::open(folder.path()).is_err());
    }
}

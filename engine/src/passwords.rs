//! Passwords: argon2id on a bounded pool, never on the threads that serve requests.
//!
//! Parameters by OWASP's Password Storage Cheat Sheet (19 MiB, two passes, one lane) unless set otherwise. It is the largest cost of a
//! registration, by intent; so its memory is kept from hash to hash, and its queue is bounded.

use crate::config::PasswordConfig;
use crate::metrics::PoolMetrics;
use crate::overload::Line;
use crate::pool::{Pool, PoolError};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::io;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Bytes of salt, and of the hash.
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Hashes passwords.
pub(crate) struct Passwords {
    pool: Pool<Vec<Block>>,
    params: Params,
    decoy: String,
}

impl Passwords {
    /// # Errors
    /// Where no thread or no random bytes can be had.
    pub(crate) fn start(
        config: &PasswordConfig,
        line: Option<Arc<Line>>,
        metrics: PoolMetrics,
    ) -> io::Result<Passwords> {
        let blocks = config.params.block_count();
        let pool = Pool::start("password", config.threads, config.queue_max, metrics, move || {
            vec![Block::new(); blocks]
        })?;
        let pool = pool.behind(line);
        Ok(Passwords { pool, params: config.params.clone(), decoy: decoy(&config.params)? })
    }

    /// The hash of `password` with a fresh salt, in PHC string form.
    ///
    /// # Errors
    /// [`PoolError`].
    pub(crate) async fn hash(&self, password: String) -> Result<String, PoolError> {
        let params = self.params.clone();
        self.pool.run(move |memory| hash(password.as_bytes(), &params, memory)).await?.ok_or(PoolError::Lost)
    }

    /// Whether `password` is the one of `hash`. Where there is no hash to compare with, it costs the same time and is no.
    ///
    /// # Errors
    /// [`PoolError`]; [`PoolError::Lost`] also where `hash` is none of ours.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, PoolError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let verified = self.pool.run(move |memory| verify(password.as_bytes(), &hash, memory)).await?;
        Ok(verified.ok_or(PoolError::Lost)? && known)
    }
}

/// What nobody's password hashes to: random bytes in place of a hash. It costs what a new hash costs.
fn decoy(params: &Params) -> io::Result<String> {
    let (mut salt, mut hash) = ([0; SALT_BYTES], [0; HASH_BYTES]);
    getrandom::fill(&mut salt).map_err(io::Error::other)?;
    getrandom::fill(&mut hash).map_err(io::Error::other)?;
    Ok(phc(params, &salt, &hash))
}

/// By the parameters that stand in `hash`: those of the settings may have changed since.
fn verify(password: &[u8], hash: &str, memory: &mut Vec<Block>) -> Option<bool> {
    let parsed = PasswordHash::new(hash).ok()?;
    let (salt, expected) = (parsed.salt?, parsed.hash?);
    let params = Params::try_from(&parsed.params).ok()?;
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let mut found = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into_with_memory(password, salt.as_ref(), &mut found, memory).ok()?;
    Some(found.ct_eq(expected.as_ref()).into())
}

fn hash(password: &[u8], params: &Params, memory: &mut [Block]) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    argon2.hash_password_into_with_memory(password, &salt, &mut hash, memory).ok()?;
    Some(phc(params, &salt, &hash))
}

fn phc(params: &Params, salt: &[u8], hash: &[u8]) -> String {
    let (memory_kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use argon2::PasswordVerifier;

    #[test]
    fn argon2_itself_verifies_what_we_write() {
        let params = Params::new(64, 2, 1, None).unwrap();
        let mut memory = vec![Block::new(); params.block_count()];
        let first = hash(b"kuda-laut-47", &params, &mut memory).unwrap();
        let second = hash(b"kuda-laut-47", &params, &mut memory).unwrap();
        assert_ne!(first, second, "a salt of its own each time");
        for text in [first, second] {
            let parsed = PasswordHash::new(&text).unwrap();
            assert!(Argon2::default().verify_password(b"kuda-laut-47", &parsed).is_ok());
            assert!(Argon2::default().verify_password(b"kuda-laut-48", &parsed).is_err());
        }
    }

    #[test]
    fn we_verify_what_we_wrote_by_its_own_parameters() {
        let check = |memory_kib, blocks, password: &[u8], expect| {
            let params = Params::new(memory_kib, 1, 1, None).unwrap();
            let mut memory = vec![Block::new(); params.block_count()];
            let hash = hash(b"kuda-laut-47", &params, &mut memory).unwrap();
            let mut scratch = vec![Block::new(); blocks];
            assert_eq!(verify(password, &hash, &mut scratch), Some(expect), "{memory_kib} KiB");
        };
        check(64, 64, b"kuda-laut-47", true);
        check(64, 64, b"kuda-laut-4", false);
        check(64, 64, b"", false);
        // A pool whose memory was made for other settings.
        check(64, 8, b"kuda-laut-47", true);
        check(8, 64, b"kuda-laut-47", true);
        for none in ["", "$argon2id$", "kuda-laut-47", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$"] {
            assert_eq!(verify(b"kuda-laut-47", none, &mut Vec::new()), None, "{none}");
        }
    }

    #[tokio::test]
    async fn without_a_hash_nothing_is_right() {
        let params = Params::new(64, 1, 1, None).unwrap();
        let config = PasswordConfig { params, threads: 1, queue_max: 8 };
        let passwords = Passwords::start(&config, None, Metrics::new().pool("password")).unwrap();
        let hash = passwords.hash("kuda-laut-47".to_owned()).await.unwrap();
        assert_eq!(passwords.verify("kuda-laut-47".to_owned(), Some(hash)).await, Ok(true));
        assert_eq!(passwords.verify("kuda-laut-47".to_owned(), None).await, Ok(false));
        assert_eq!(
            passwords.verify("kuda-laut-47".to_owned(), Some("x".to_owned())).await,
            Err(PoolError::Lost)
        );
    }
}

//! Passwords: argon2id on a bounded pool, never on the threads that serve requests.
//!
//! Parameters by OWASP's Password Storage Cheat Sheet (19 MiB, two passes, one lane) unless set otherwise. It is the largest cost of a
//! registration, by intent; so its memory is kept from hash to hash, and its queue is bounded.

use crate::config::PasswordConfig;
use crate::metrics::PoolMetrics;
use crate::pool::{Pool, PoolError};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::io;

/// Bytes of salt, and of the hash.
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Hashes passwords.
pub(crate) struct Passwords {
    pool: Pool<Vec<Block>>,
    params: Params,
}

impl Passwords {
    /// # Errors
    /// Where no thread can be had.
    pub(crate) fn start(config: &PasswordConfig, metrics: PoolMetrics) -> io::Result<Passwords> {
        let blocks = config.params.block_count();
        let pool = Pool::start("password", config.threads, config.queue_max, metrics, move || {
            vec![Block::new(); blocks]
        })?;
        Ok(Passwords { pool, params: config.params.clone() })
    }

    /// The hash of `password` with a fresh salt, in PHC string form.
    ///
    /// # Errors
    /// [`PoolError`].
    pub(crate) async fn hash(&self, password: String) -> Result<String, PoolError> {
        let params = self.params.clone();
        self.pool.run(move |memory| hash(password.as_bytes(), &params, memory)).await?.ok_or(PoolError::Lost)
    }
}

fn hash(password: &[u8], params: &Params, memory: &mut [Block]) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    argon2.hash_password_into_with_memory(password, &salt, &mut hash, memory).ok()?;
    let (memory_kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Some(format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;
    use argon2::password_hash::phc::PasswordHash;

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
}

//! Rows as they stand on disk: JSON, legible in an emergency, and a key may be added without rewriting the others. Rows of accounts
//! are squeezed, because there are millions of them and most of each is the same.

use super::StoreError;
use serde::{Serialize, de::DeserializeOwned};

/// What rows of accounts are squeezed against: one of them. Rows lean on its bytes, so it never changes; a better one is another mark.
const SAMPLE: &[u8] = include_bytes!("sample.json");

/// The first byte of a row that is LZ4 against [`SAMPLE`]; two bytes follow, low byte first, with the length of the JSON. JSON itself
/// begins with a brace.
const SQUEEZED: u8 = 1;

pub(super) fn write<T: Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows have string keys and no failing serialiser")
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Damaged(error.to_string()))
}

/// [`write`], in about 40 % of the bytes where `row` is an account.
pub(super) fn write_squeezed<T: Serialize>(row: &T) -> Vec<u8> {
    let json = write(row);
    // Nobody types as much as 64 KB, so nothing is lost by that bound.
    let Ok(length) = u16::try_from(json.len()) else { return json };
    let [low, high] = length.to_le_bytes();
    let mut squeezed = vec![SQUEEZED, low, high];
    squeezed.extend(lz4_flex::block::compress_with_dict(&json, SAMPLE));
    squeezed
}

pub(super) fn read_squeezed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    let &[SQUEEZED, low, high, ref squeezed @ ..] = bytes else { return read(bytes) };
    let length = usize::from(u16::from_le_bytes([low, high]));
    let json = lz4_flex::block::decompress_with_dict(squeezed, length, SAMPLE)
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    read(&json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn squeezed_rows_are_read_back() {
        let check = |text: &str, expect: std::ops::Range<usize>| {
            let row = write_squeezed(&text);
            assert_eq!(read_squeezed::<String>(&row).unwrap(), text);
            assert!(expect.contains(&row.len()), "{}", row.len());
            let plain = write(&text);
            assert_eq!(read_squeezed::<String>(&plain).unwrap(), text);
        };
        check("", 1..10);
        // Quoted, it is another text.
        check(str::from_utf8(SAMPLE).unwrap(), 300..900);
        check(&"0123456789".repeat(6_500), 100..1_000);
        check(&"0123456789".repeat(7_000), 70_002..70_003);
    }

    /// Whoever changes it makes every register unreadable.
    #[test]
    fn the_sample_is_what_it_was() {
        const SHA_256: &str = "6ec86ccc7bdbb2848b86de3665033dea84d31a39e34c2ebecbe624021ae8e964";
        assert_eq!(hex::encode(Sha256::digest(SAMPLE)), SHA_256);
    }

    #[test]
    fn damaged_rows_are_told() {
        let row = write_squeezed(&"Siti Aminah");
        for damaged in [&row[..row.len() - 1], &row[..2], &[], &[2, 0, 0]] {
            assert!(matches!(read_squeezed::<String>(damaged), Err(StoreError::Damaged(_))), "{damaged:?}");
        }
    }
}

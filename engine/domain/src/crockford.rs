//! Eighty bits as sixteen characters that people can read out and type: Crockford's base 32, in groups of four.

/// Bytes that are written.
pub const BYTES: usize = 10;

/// Characters without hyphens: five bits each.
pub(crate) const CHARS: usize = BYTES * 8 / 5;

/// Without I, L, O and U, which are taken for other characters or make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `bytes` as `7KQF-2M9D-XH4T-PV3A`.
pub(crate) fn write(bytes: [u8; BYTES]) -> String {
    let bits = bytes.iter().fold(0u128, |bits, &byte| bits << 8 | u128::from(byte));
    let mut text = String::with_capacity(CHARS + 3);
    for at in 0..CHARS {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        let five = bits >> (5 * (CHARS - 1 - at)) & 31;
        text.push(char::from(ALPHABET[five as usize]));
    }
    text
}

/// Reads characters without hyphens. Case doesn't matter, nor does O for 0 and I or L for 1; `None` for anything else.
pub(crate) fn read(chars: &[char]) -> Option<[u8; BYTES]> {
    if chars.len() != CHARS {
        return None;
    }
    let bits = chars.iter().try_fold(0u128, |bits, &c| Some(bits << 5 | five_bits(c)?))?;
    let bytes = bits.to_be_bytes();
    Some(std::array::from_fn(|at| bytes[bytes.len() - BYTES + at]))
}

fn five_bits(c: char) -> Option<u128> {
    let meant = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|&known| char::from(known) == meant).map(|at| at as u128)
}

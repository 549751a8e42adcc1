//! A photo from its bytes to its sharpness: the gate, then the decoder, as for an upload.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(Some(sharpness)) = engine::fuzzing::photo(file) {
        assert!(sharpness.is_finite() && sharpness >= 0.0);
    }
});

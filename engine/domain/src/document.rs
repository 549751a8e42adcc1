//! Documents: which there are, and the gate that refuses a file on its length and first bytes, before any of it is decoded.

use crate::failure::Failure;
use crate::limits::DocumentLimits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A document that an applicant hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// The identity card, photographed.
    Ktp,
    /// A photograph of the applicant, taken by themselves.
    Swafoto,
    /// The certificate of education.
    Ijazah,
    /// Its list of marks.
    Transkrip,
    /// Proof of work done.
    Pengalaman,
    /// The family card.
    Kk,
}

/// A file format, as told by the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JFIF or Exif JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// PDF.
    Pdf,
}

/// Most pixels that a photo may have: those of a usual phone at its full resolution, 4000 x 3000. Decoding costs by the pixel, and a file of
/// some kilobytes may claim any number of them; at this bound a file of 200 KB has an
/// eighth of a bit for each, and is a blur already.
pub const PIXELS_MAX: u64 = 12_000_000;

/// Least variance of the Laplacian of a photo that counts as sharp: over a luma plane of 8 bits, at an eighth, a quarter or half of
/// its size, the smallest whose shorter side has 250 pixels. Drawn cards and portraits of 1,000 x 1,400 pixels have 430 and more; a
/// Gaussian blur of 3.5 pixels (portrait) to 5.5 pixels (card) brings them under it.
pub const SHARPNESS_MIN: f64 = 60.0;

/// Bytes that suffice to tell the format.
pub const MAGIC_BYTES: usize = 8;

impl DocumentKind {
    /// Every kind.
    pub const ALL: [DocumentKind; 6] = [
        DocumentKind::Ktp,
        DocumentKind::Swafoto,
        DocumentKind::Ijazah,
        DocumentKind::Transkrip,
        DocumentKind::Pengalaman,
        DocumentKind::Kk,
    ];

    /// The name in paths and answers.
    pub const fn name(self) -> &'static str {
        match self {
            DocumentKind::Ktp => "ktp",
            DocumentKind::Swafoto => "swafoto",
            DocumentKind::Ijazah => "ijazah",
            DocumentKind::Transkrip => "transkrip",
            DocumentKind::Pengalaman => "pengalaman",
            DocumentKind::Kk => "kk",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<DocumentKind> {
        DocumentKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether there is no confirmation without it.
    pub const fn is_required(self) -> bool {
        matches!(self, DocumentKind::Ktp | DocumentKind::Swafoto)
    }
}

impl Format {
    /// The media type, as IANA has it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Pdf => "application/pdf",
        }
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl DocumentLimits {
    /// Judges a length that was declared or reached: the cheapest refusal comes first.
    ///
    /// # Errors
    /// [`Failure::FileTooLarge`] over the limit. Too small can only be told at the end: see [`DocumentLimits::check`].
    pub const fn check_length(&self, bytes: u64) -> Result<(), Failure> {
        if bytes > self.bytes_max as u64 { Err(Failure::FileTooLarge) } else { Ok(()) }
    }

    /// Judges the first [`MAGIC_BYTES`] of a file, or all of a shorter one.
    ///
    /// # Errors
    /// [`Failure::FileType`] where no allowed format begins so.
    pub fn check_magic(&self, start: &[u8]) -> Result<Format, Failure> {
        format_of(start).filter(|format| self.formats.contains(format)).ok_or(Failure::FileType)
    }

    /// Judges a whole file by everything that can be told without decoding it. Photos give their dimensions in pixels.
    ///
    /// # Errors
    /// [`Failure::FileTooLarge`], [`Failure::FileTooSmall`], or [`Failure::FileType`] for another format, a file cut short, bytes
    /// after its end, or dimensions beyond [`PIXELS_MAX`].
    pub fn check(&self, file: &[u8]) -> Result<Option<Dimensions>, Failure> {
        self.check_length(file.len() as u64)?;
        let format = self.check_magic(file)?;
        if file.len() < self.bytes_min as usize {
            return Err(Failure::FileTooSmall);
        }
        match format {
            Format::Jpeg => jpeg_dimensions(file).map(Some),
            Format::Png | Format::Pdf => Ok(None),
        }
    }
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimensions {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

fn format_of(start: &[u8]) -> Option<Format> {
    match start {
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Format::Png),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(Format::Pdf),
        _ => None,
    }
}

/// A JPEG ends with its end marker: a file that was cut short, or that hides another behind it, does not.
fn jpeg_dimensions(file: &[u8]) -> Result<Dimensions, Failure> {
    if !file.ends_with(&[0xff, 0xd9]) {
        return Err(Failure::FileType);
    }
    let size = imagesize::blob_size(file).map_err(|_| Failure::FileType)?;
    let (width, height) = (size.width as u64, size.height as u64);
    if width == 0 || height == 0 || width * height > PIXELS_MAX {
        return Err(Failure::FileType);
    }
    // Both fit: their product is at most PIXELS_MAX.
    Ok(Dimensions {
        width: u32::try_from(width).unwrap_or(u32::MAX),
        height: u32::try_from(height).unwrap_or(u32::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Limits, LimitsProfile};

    /// The markers of a JPEG without a picture in it, padded by a comment to `len` bytes.
    fn jpeg(width: u16, height: u16, len: usize) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8];
        file.extend(height.to_be_bytes());
        file.extend(width.to_be_bytes());
        file.extend([1, 1, 0x11, 0]);
        file.resize(len - 2, 0);
        file.extend([0xff, 0xd9]);
        file
    }

    fn check(profile: LimitsProfile, file: &[u8], expect: Result<(u32, u32), Failure>) {
        let limits = profile.limits(1_000).document(DocumentKind::Ktp).unwrap();
        let found = limits.check(file).map(|size| size.map_or((0, 0), |size| (size.width, size.height)));
        assert_eq!(found, expect, "{} bytes", file.len());
    }

    #[test]
    fn sizes() {
        check(LimitsProfile::Seed, &jpeg(1000, 1400, 150_000), Ok((1000, 1400)));
        check(LimitsProfile::Seed, &jpeg(1000, 1400, 200_000), Ok((1000, 1400)));
        check(LimitsProfile::Seed, &jpeg(1000, 1400, 200_001), Err(Failure::FileTooLarge));
        check(LimitsProfile::Y2021, &jpeg(1000, 1400, 100_000), Ok((1000, 1400)));
        check(LimitsProfile::Y2021, &jpeg(1000, 1400, 83_000), Err(Failure::FileTooSmall));
    }

    #[test]
    fn types() {
        let whole = jpeg(1000, 1400, 5_000);
        check(LimitsProfile::Seed, &whole, Ok((1000, 1400)));
        check(LimitsProfile::Seed, &whole[..4_000], Err(Failure::FileType));
        check(LimitsProfile::Seed, &[&whole[..], b"PK\x03\x04"].concat(), Err(Failure::FileType));
        check(LimitsProfile::Seed, &jpeg(65_535, 65_535, 5_000), Err(Failure::FileType));
        check(LimitsProfile::Seed, &jpeg(4_000, 3_000, 5_000), Ok((4_000, 3_000)));
        check(LimitsProfile::Seed, &jpeg(4_001, 3_000, 5_000), Err(Failure::FileType));
        check(LimitsProfile::Seed, &jpeg(0, 10, 5_000), Err(Failure::FileType));
        check(LimitsProfile::Seed, b"\x89PNG\r\n\x1a\n", Err(Failure::FileType));
        check(LimitsProfile::Seed, b"%PDF-1.7", Err(Failure::FileType));
        check(LimitsProfile::Seed, b"RIFF\x10\0\0\0WEBP", Err(Failure::FileType));
        check(LimitsProfile::Seed, b"", Err(Failure::FileType));
        check(LimitsProfile::Seed, &[0xff, 0xd8, 0xff, 0xd9], Err(Failure::FileType));
    }

    #[test]
    fn papers_take_what_their_profile_says() {
        let limits = Limits::default();
        let check = |kind, start: &[u8], expect| {
            assert_eq!(limits.document(kind).unwrap().check_magic(start), expect, "{kind}");
        };
        check(DocumentKind::Ijazah, b"%PDF-1.4", Ok(Format::Pdf));
        check(DocumentKind::Ijazah, b"\xff\xd8\xff\xe0", Err(Failure::FileType));
        check(DocumentKind::Kk, b"\x89PNG\r\n\x1a\n", Ok(Format::Png));
    }
}

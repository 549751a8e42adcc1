//! The photographs that applicants hand in: real JPEG files, drawn and encoded once, of which all applicants share the bytes.
//!
//! Nothing is taken from a photograph of anybody. The pictures have the dimensions, sizes and detail of what people hand in, so that
//! an engine has as much to do with them.

mod drawing;
mod files;

use crate::keyed::{Purpose, generator};
use bytes::Bytes;
use domain::Failure;
use domain::document::DocumentKind;
use domain::limits::{Blurred, DocumentLimits, Limits};
use drawing::{Motif, Picture};
use serde::Serialize;
use std::sync::OnceLock;

/// Which file of an [`Album`] somebody hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PhotoSpec {
    /// What it is handed in as: [`DocumentKind::Ktp`] or [`DocumentKind::Swafoto`].
    pub kind: DocumentKind,
    /// What it is.
    pub make: PhotoMake,
}

/// What a photograph is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoMake {
    /// As it should be. The number chooses one of the pictures; any will do.
    Sound(u8),
    /// Sound as well: as large as the limit, to the byte.
    AtLimit,
    /// One byte over the limit.
    OverByOne,
    /// As the camera of a telephone makes them: some 3 MB.
    FromPhone,
    /// Of 20 MB.
    TwentyMegabytes,
    /// As from a telephone, and sent without its length being declared.
    Chunked,
    /// Whole and sharp, and under the least size of the year, where there is one.
    TooSmall,
    /// A PNG.
    Png,
    /// A PNG that says it is a JPEG.
    Renamed,
    /// A HEIC by its boxes. What lies in them is noise: no encoder for it is free.
    Heic,
    /// A WebP.
    Webp,
    /// A PDF.
    Pdf,
    /// A JPEG that was cut short.
    Truncated,
    /// A JPEG with a ZIP behind its end: each program reads the part that it knows.
    Trailing,
    /// A JPEG that says it has over four thousand million pixels.
    HugeDimensions,
    /// A JPEG out of focus.
    Blurred,
}

/// Every file that applicants hand in.
#[derive(Clone, Debug)]
pub struct Album {
    ktp: Pages,
    swafoto: Pages,
}

/// The files of one kind of document.
#[derive(Clone, Debug)]
struct Pages {
    sound: Vec<Bytes>,
    at_limit: Bytes,
    over_by_one: Bytes,
    from_phone: Bytes,
    /// Made when somebody hands it in for the first time: it is as large as all others together.
    twenty_megabytes: OnceLock<Bytes>,
    too_small: Bytes,
    png: Bytes,
    heic: Bytes,
    webp: Bytes,
    pdf: Bytes,
    truncated: Bytes,
    trailing: Bytes,
    huge_dimensions: Bytes,
    blurred: Bytes,
}

/// Different pictures of each kind.
pub(crate) const PICTURES: u8 = 6;

/// Grain and JPEG quality of each picture of a motif, so that their sizes spread over what people hand in: 90 to 195 KB.
const fn takes(motif: Motif) -> [(i16, u8); PICTURES as usize] {
    match motif {
        Motif::Card => [(2, 40), (3, 55), (3, 65), (3, 72), (2, 82), (5, 72)],
        Motif::Portrait => [(2, 82), (2, 85), (3, 83), (3, 86), (4, 85), (5, 85)],
    }
}

/// The size that sound pictures have at least, where the limits don't ask for more or allow less, in bytes.
const SOUND_BYTES_MIN: u32 = 90_000;

/// How much sound pictures stay under the limit, so that a comment can fill the rest, in bytes.
const SOUND_BYTES_SPARE: u32 = 1_000;

/// An untreated photo of a telephone, in bytes.
const FROM_PHONE_BYTES: usize = 3_000_000;

/// What somebody sends who photographs a card for print, in bytes.
const TWENTY_MEGABYTES: usize = 20_000_000;

impl PhotoMake {
    /// The media type that a browser declares: by the name of the file, never by what is in it.
    pub const fn media_type(self) -> &'static str {
        match self {
            PhotoMake::Png => "image/png",
            PhotoMake::Heic => "image/heic",
            PhotoMake::Webp => "image/webp",
            PhotoMake::Pdf => "application/pdf",
            _ => "image/jpeg",
        }
    }

    /// Whether its length is declared before it is sent.
    pub const fn declares_length(self) -> bool {
        !matches!(self, PhotoMake::Chunked)
    }
}

impl PhotoSpec {
    /// What the rules make of the file, without making it. A test holds this against the rules and the file.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn judge(self, limits: &Limits) -> Result<(), Failure> {
        let least = limits.document(self.kind).map_or(0, |limits| limits.bytes_min);
        match self.make {
            PhotoMake::Sound(_) | PhotoMake::AtLimit => Ok(()),
            PhotoMake::OverByOne | PhotoMake::FromPhone | PhotoMake::TwentyMegabytes | PhotoMake::Chunked => {
                Err(Failure::FileTooLarge)
            }
            PhotoMake::TooSmall if least == 0 => Ok(()),
            PhotoMake::TooSmall => Err(Failure::FileTooSmall),
            PhotoMake::Png
            | PhotoMake::Renamed
            | PhotoMake::Heic
            | PhotoMake::Webp
            | PhotoMake::Pdf
            | PhotoMake::Truncated
            | PhotoMake::Trailing
            | PhotoMake::HugeDimensions => Err(Failure::FileType),
            PhotoMake::Blurred if limits.blurred == Blurred::Flag => Ok(()),
            PhotoMake::Blurred => Err(Failure::PhotoBlurred),
        }
    }
}

impl Album {
    /// Draws and encodes the pictures that belong to `seed`, of sizes that `limits` allow and forbid. Takes about half a second.
    pub fn new(seed: u64, limits: &Limits) -> Album {
        let pages = |kind, motif| {
            let limits = limits.document(kind).expect("every profile asks for both photographs");
            Pages::new(seed, motif, limits)
        };
        Album {
            ktp: pages(DocumentKind::Ktp, Motif::Card),
            swafoto: pages(DocumentKind::Swafoto, Motif::Portrait),
        }
    }

    /// The file that `spec` names; its bytes are shared, not copied.
    pub fn file(&self, spec: PhotoSpec) -> Bytes {
        let pages = if spec.kind == DocumentKind::Swafoto { &self.swafoto } else { &self.ktp };
        let file = match spec.make {
            PhotoMake::Sound(number) => &pages.sound[usize::from(number % PICTURES)],
            PhotoMake::AtLimit => &pages.at_limit,
            PhotoMake::OverByOne => &pages.over_by_one,
            PhotoMake::FromPhone | PhotoMake::Chunked => &pages.from_phone,
            PhotoMake::TwentyMegabytes => pages.twenty_megabytes(),
            PhotoMake::TooSmall => &pages.too_small,
            PhotoMake::Png | PhotoMake::Renamed => &pages.png,
            PhotoMake::Heic => &pages.heic,
            PhotoMake::Webp => &pages.webp,
            PhotoMake::Pdf => &pages.pdf,
            PhotoMake::Truncated => &pages.truncated,
            PhotoMake::Trailing => &pages.trailing,
            PhotoMake::HugeDimensions => &pages.huge_dimensions,
            PhotoMake::Blurred => &pages.blurred,
        };
        file.clone()
    }
}

impl Pages {
    fn new(seed: u64, motif: Motif, limits: DocumentLimits) -> Pages {
        let sound: Vec<Vec<u8>> = (0..PICTURES).map(|number| sound(seed, motif, number, limits)).collect();
        let (first, bytes_max) = (&sound[0], limits.bytes_max as usize);
        // Cut short of its own length, yet not so short that it would be refused for its size.
        let largest = sound.iter().max_by_key(|file| file.len()).expect("there are several pictures");
        let cut = (largest.len() / 2).max(limits.bytes_min as usize);
        let rng = &mut generator(seed, Purpose::Album, motif.number(PICTURES));
        let small = drawing::thumbnail(rng, motif);
        let picture = drawing::draw(rng, motif, 2);
        Pages {
            at_limit: files::padded(first, bytes_max).into(),
            over_by_one: files::padded(first, bytes_max + 1).into(),
            from_phone: files::padded(first, FROM_PHONE_BYTES.max(bytes_max * 2)).into(),
            twenty_megabytes: OnceLock::new(),
            too_small: files::jpeg_under(&picture, 20, too_small_bytes(limits)).into(),
            png: files::png(&small).into(),
            heic: files::heic(rng, bytes_max / 2).into(),
            webp: files::webp(&small).into(),
            pdf: files::pdf().into(),
            truncated: largest[..cut].to_vec().into(),
            trailing: [first.as_slice(), files::EMPTY_ZIP].concat().into(),
            huge_dimensions: files::with_huge_dimensions(first).into(),
            blurred: blurred(&picture, limits).into(),
            sound: sound.into_iter().map(Bytes::from).collect(),
        }
    }

    fn twenty_megabytes(&self) -> &Bytes {
        self.twenty_megabytes.get_or_init(|| files::padded(&self.sound[0], TWENTY_MEGABYTES).into())
    }
}

/// 83 KB, of which people told under the rules of 2021, or less where the limits ask for that.
fn too_small_bytes(limits: DocumentLimits) -> usize {
    const REPORTED: u32 = 83_000;
    let under_least = if limits.bytes_min > 0 { limits.bytes_min - 1 } else { REPORTED };
    REPORTED.min(under_least).min(limits.bytes_max) as usize
}

/// `picture` out of focus, of a size that passes: only somebody who opens it can tell.
fn blurred(picture: &Picture, limits: DocumentLimits) -> Vec<u8> {
    let file = files::jpeg_under(&drawing::blurred(picture), 85, limits.bytes_max as usize);
    let len = limits.bytes_min.max(SOUND_BYTES_MIN).min(limits.bytes_max) as usize;
    files::padded(&file, len.max(file.len()))
}

/// Picture `number`.
fn sound(seed: u64, motif: Motif, number: u8, limits: DocumentLimits) -> Vec<u8> {
    let (grain, quality) = takes(motif)[usize::from(number)];
    let picture = drawing::draw(&mut generator(seed, Purpose::Album, motif.number(number)), motif, grain);
    let bytes_max = limits.bytes_max.saturating_sub(SOUND_BYTES_SPARE);
    let bytes_min = SOUND_BYTES_MIN.max(limits.bytes_min).min(bytes_max);
    let file = files::jpeg_under(&picture, quality, bytes_max as usize);
    let len = file.len().max(bytes_min as usize);
    files::padded(&file, len)
}

//! The photographs that applicants hand in: real JPEG files, drawn and encoded once, of which all applicants share the bytes.
//!
//! Nothing is taken from a photograph of anybody. The pictures have the dimensions, sizes and detail of what people hand in, so that
//! an engine has as much to do with them.

mod drawing;
mod files;

use crate::keyed::{Purpose, generator};
use bytes::Bytes;
use domain::document::DocumentKind;
use domain::limits::{DocumentLimits, Limits};
use drawing::Motif;
use serde::Serialize;

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
    /// A PNG.
    Png,
    /// A PDF.
    Pdf,
    /// A JPEG that was cut short.
    Truncated,
    /// A JPEG with a ZIP behind its end.
    Trailing,
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
    png: Bytes,
    pdf: Bytes,
    truncated: Bytes,
    trailing: Bytes,
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
            PhotoMake::FromPhone => &pages.from_phone,
            PhotoMake::Png => &pages.png,
            PhotoMake::Pdf => &pages.pdf,
            PhotoMake::Truncated => &pages.truncated,
            PhotoMake::Trailing => &pages.trailing,
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
        let small = drawing::thumbnail(&mut generator(seed, Purpose::Album, motif.number(PICTURES)), motif);
        Pages {
            at_limit: files::padded(first, bytes_max).into(),
            over_by_one: files::padded(first, bytes_max + 1).into(),
            from_phone: files::padded(first, FROM_PHONE_BYTES.max(bytes_max * 2)).into(),
            png: files::png(&small).into(),
            pdf: files::pdf().into(),
            truncated: largest[..cut].to_vec().into(),
            trailing: [first.as_slice(), files::EMPTY_ZIP].concat().into(),
            sound: sound.into_iter().map(Bytes::from).collect(),
        }
    }
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

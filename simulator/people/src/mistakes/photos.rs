//! Files that are not what was asked for.

use crate::album::{PhotoMake, PhotoSpec};
use crate::applicant::Applicant;
use crate::defect::Defect;
use crate::names::pick;
use domain::document::DocumentKind;
use rand::{Rng, RngExt};

/// What may be handed in by `defect`; nothing where it isn't about a file.
pub(crate) const fn makes_of(defect: Defect) -> &'static [PhotoMake] {
    match defect {
        Defect::PhotoTooLarge => &[PhotoMake::OverByOne, PhotoMake::FromPhone],
        Defect::PhotoOverByOne => &[PhotoMake::OverByOne],
        Defect::PhotoFromPhone => &[PhotoMake::FromPhone],
        Defect::PhotoTwentyMegabytes => &[PhotoMake::TwentyMegabytes],
        Defect::PhotoChunked => &[PhotoMake::Chunked],
        Defect::PhotoTooSmall => &[PhotoMake::TooSmall],
        Defect::PhotoWrongType => {
            &[PhotoMake::Png, PhotoMake::Pdf, PhotoMake::Truncated, PhotoMake::Trailing]
        }
        Defect::PhotoPng => &[PhotoMake::Png],
        Defect::PhotoHeic => &[PhotoMake::Heic],
        Defect::PhotoWebp => &[PhotoMake::Webp],
        Defect::PhotoPdf => &[PhotoMake::Pdf],
        Defect::PhotoRenamed => &[PhotoMake::Renamed],
        Defect::PhotoTruncated => &[PhotoMake::Truncated],
        Defect::PhotoPolyglot => &[PhotoMake::Trailing],
        Defect::PhotoHugeDimensions => &[PhotoMake::HugeDimensions],
        Defect::PhotoBlurred => &[PhotoMake::Blurred],
        _ => &[],
    }
}

/// One of the two photographs is one of `makes`.
pub(crate) fn hand_in(rng: &mut impl Rng, applicant: &mut Applicant, makes: &[PhotoMake]) {
    let make = pick(rng, makes);
    if rng.random() {
        applicant.ktp = Some(PhotoSpec { kind: DocumentKind::Ktp, make });
    } else {
        applicant.swafoto = Some(PhotoSpec { kind: DocumentKind::Swafoto, make });
    }
}

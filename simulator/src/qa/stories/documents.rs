//! Files that are refused: too large, too small, of another kind, blurred, missing, or never coming to an end.

use crate::qa::cast::Visitor;
use crate::qa::exchange::Delivery;
use crate::qa::session::Session;
use crate::qa::steps::document_of;
use crate::qa::story::{Needs, Wrong, stories};
use bytes::Bytes;
use domain::Failure;
use domain::document::DocumentKind;
use domain::wire::DocumentTaken;
use people::PhotoMake;

stories! {
    "file-too-large": Needs::OUTSIDE, "/daftar" => file_too_large;
    "file-too-small": Needs::engine("limits_profile = \"2021\""), "/daftar" => file_too_small;
    "file-type": Needs::OUTSIDE, "/daftar" => file_type;
    "photo-blurred": Needs::engine("blurred_photos = \"refuse\""), "/daftar" => photo_blurred;
    "camera-missing": Needs::OUTSIDE, "/daftar" => camera_missing;
    "upload-too-slow": Needs::engine("body_timeout_ms = 600"), "/daftar" => upload_too_slow;
}

const KTP: DocumentKind = DocumentKind::Ktp;
const SWAFOTO: DocumentKind = DocumentKind::Swafoto;

/// Somebody who is about to hand in photographs.
async fn at_photos(s: &mut Session) -> Result<Visitor, Wrong> {
    let mut visitor = s.visitor();
    s.opened(&mut visitor).await?;
    let reply = s.profile(&visitor).await?;
    s.went(&reply, 204)?;
    Ok(visitor)
}

/// Nothing of what was refused is kept; with sound photographs the same draft becomes an account.
async fn goes_on(s: &mut Session, visitor: &Visitor, documents_so_far: usize) -> Result<(), Wrong> {
    s.draft_is_whole(visitor, documents_so_far).await?;
    if let Ok(stage) = s.stage() {
        let kept = stage.documents();
        s.holds(format!("{documents_so_far} files are kept"), kept == documents_so_far)?;
    }
    s.remark("The same draft goes on with sound photographs.");
    s.photos(visitor).await?;
    let reply = s.credentials(visitor).await?;
    s.went(&reply, 204)?;
    let reply = s.confirm(visitor).await?;
    let made = s.take_account(visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

async fn file_too_large(s: &mut Session) -> Result<(), Wrong> {
    let visitor = at_photos(s).await?;
    s.remark("As large as the limit, to the byte: it is taken.");
    let reply = s.document(&visitor, KTP, s.cast.file(KTP, PhotoMake::AtLimit)).await?;
    let taken: DocumentTaken = s.read(&reply, 200)?;
    s.remark("One byte more.");
    let reply = s.document(&visitor, KTP, s.cast.file(KTP, PhotoMake::OverByOne)).await?;
    s.refused(&reply, Failure::FileTooLarge)?;
    s.remark("As a telephone's camera makes it.");
    let reply = s.document(&visitor, SWAFOTO, s.cast.file(SWAFOTO, PhotoMake::FromPhone)).await?;
    s.refused(&reply, Failure::FileTooLarge)?;
    s.remark("The same in chunks, without a declared length.");
    let from_phone = document_of(&visitor, SWAFOTO, s.cast.file(SWAFOTO, PhotoMake::FromPhone));
    let reply = s.send(from_phone.delivered(Delivery::Chunked)).await?;
    s.refused(&reply, Failure::FileTooLarge)?;
    s.remark("Of 20 MB: refused on its declared length, before any of it has come.");
    let ask = document_of(&visitor, KTP, Bytes::new()).delivered(Delivery::Stalled(20_000_000));
    let reply = s.send(ask).await?;
    s.refused(&reply, Failure::FileTooLarge)?;
    let review = s.draft_is_whole(&visitor, 1).await?;
    s.holds("the one that was taken is there as it was", review.documents.contains(&taken))?;
    goes_on(s, &visitor, 1).await
}

/// 83 KB were reported under the rules of 2021, which ask for 100.
async fn file_too_small(s: &mut Session) -> Result<(), Wrong> {
    let visitor = at_photos(s).await?;
    for kind in [KTP, SWAFOTO] {
        let reply = s.document(&visitor, kind, s.cast.file(kind, PhotoMake::TooSmall)).await?;
        s.refused(&reply, Failure::FileTooSmall)?;
    }
    let review = s.draft_is_whole(&visitor, 0).await?;
    s.holds("nothing is kept of them", review.documents.is_empty())?;
    s.remark("A photograph of the right size is taken.");
    let reply = s.document(&visitor, KTP, s.cast.file(KTP, PhotoMake::AtLimit)).await?;
    s.went(&reply, 200)?;
    let reply = s.document(&visitor, SWAFOTO, s.cast.file(SWAFOTO, PhotoMake::AtLimit)).await?;
    s.went(&reply, 200)?;
    let reply = s.credentials(&visitor).await?;
    s.went(&reply, 204)?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

async fn file_type(s: &mut Session) -> Result<(), Wrong> {
    let visitor = at_photos(s).await?;
    let check = [
        ("A PNG", PhotoMake::Png),
        ("A PDF", PhotoMake::Pdf),
        ("A HEIC, as newer telephones make it", PhotoMake::Heic),
        ("A WebP", PhotoMake::Webp),
        ("A PNG that was renamed", PhotoMake::Renamed),
        ("A JPEG that was cut short", PhotoMake::Truncated),
        ("A JPEG with a ZIP behind its end", PhotoMake::Trailing),
        ("A JPEG that says it has four thousand million pixels", PhotoMake::HugeDimensions),
    ];
    for (what, make) in check {
        s.remark(format!("{what}."));
        let mut ask = document_of(&visitor, KTP, s.cast.file(KTP, make));
        if let Some(kind) = ask.headers.iter_mut().find(|(name, _)| *name == "content-type") {
            make.media_type().clone_into(&mut kind.1);
        }
        let reply = s.send(ask).await?;
        s.refused(&reply, Failure::FileType)?;
    }
    s.remark("Nothing at all, and a text.");
    for file in ["", "Ini bukan foto."] {
        let reply = s.document(&visitor, KTP, file).await?;
        s.refused(&reply, Failure::FileType)?;
    }
    goes_on(s, &visitor, 0).await
}

async fn photo_blurred(s: &mut Session) -> Result<(), Wrong> {
    let visitor = at_photos(s).await?;
    for kind in [KTP, SWAFOTO] {
        let reply = s.document(&visitor, kind, s.cast.file(kind, PhotoMake::Blurred)).await?;
        s.refused(&reply, Failure::PhotoBlurred)?;
    }
    goes_on(s, &visitor, 0).await
}

async fn camera_missing(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.opened(&mut visitor).await?;
    let reply = s.profile(&visitor).await?;
    s.went(&reply, 204)?;
    let reply = s.document(&visitor, KTP, s.sound(KTP)).await?;
    s.went(&reply, 200)?;
    let reply = s.credentials(&visitor).await?;
    s.went(&reply, 204)?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::CameraMissing)?;
    s.has_no_account(&visitor).await?;
    s.draft_is_whole(&visitor, 1).await?;
    s.remark("Another device has a camera: the draft goes on there.");
    let reply = s.document(&visitor, SWAFOTO, s.sound(SWAFOTO)).await?;
    s.went(&reply, 200)?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

async fn upload_too_slow(s: &mut Session) -> Result<(), Wrong> {
    let visitor = at_photos(s).await?;
    let whole = s.sound(KTP);
    let some = whole.slice(..10_000);
    s.remark("The upload stalls after 10 KB. The engine waits as long as its settings say.");
    let stalled = document_of(&visitor, KTP, some).delivered(Delivery::Stalled(whole.len() as u64));
    let others = s.visitor();
    let waiting = s.in_background(stalled)?;
    s.remark("Others are served meanwhile.");
    let reply = s.open(&others).await?;
    s.went(&reply, 201)?;
    let reply = s.back(waiting).await?;
    s.refused(&reply, Failure::UploadTooSlow)?;
    goes_on(s, &visitor, 0).await
}

//! The store can't keep what it is given, or what was kept is damaged.

use crate::qa::session::Session;
use crate::qa::story::{Needs, Wrong, stories};
use domain::Failure;
use domain::document::DocumentKind;
use domain::wire::{Faults, StoreFault};

stories! {
    "storage-unavailable": Needs::INSIDE, "/daftar" => unavailable;
    "internal": Needs::INSIDE, "/daftar" => internal;
}

fn store(store: StoreFault) -> Faults {
    Faults { store, ..Faults::default() }
}

async fn unavailable(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.complete(&mut visitor).await?;
    s.remark("The disk is full when \"Iya\" is said.");
    s.break_by(store(StoreFault::Full)).await?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::StorageUnavailable)?;
    s.has_no_account(&visitor).await?;
    s.remark("Nor can anybody begin.");
    let mut other = s.visitor();
    let reply = s.open(&other).await?;
    s.refused(&reply, Failure::StorageUnavailable)?;
    s.remark("There is room again: what was said with \"Iya\" stands, and its repeat makes the account.");
    s.break_by(Faults::default()).await?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    s.remark("For the next person everything is on disk, and the disk says that it isn't.");
    s.complete(&mut other).await?;
    s.break_by(store(StoreFault::Unsure)).await?;
    for _ in 0..2 {
        let reply = s.confirm(&other).await?;
        s.refused(&reply, Failure::StorageUnavailable)?;
    }
    s.break_by(Faults::default()).await?;
    let reply = s.confirm(&other).await?;
    let made = s.take_account(&other, &reply, 200)?;
    s.told(other.nik, made.account_number);
    s.holds("its repeat finds what was stored, and makes no second account", true)
}

async fn internal(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.complete(&mut visitor).await?;
    s.remark("A row of the register isn't what was written. What the log says of it, nobody else may hear.");
    s.break_by(store(StoreFault::Damaged)).await?;
    let reply = s.review(&visitor).await?;
    s.refused(&reply, Failure::Internal)?;
    let reply = s.profile(&visitor).await?;
    s.refused(&reply, Failure::Internal)?;
    let reply = s.document(&visitor, DocumentKind::Ktp, s.sound(DocumentKind::Ktp)).await?;
    s.refused(&reply, Failure::Internal)?;
    let reply = s.credentials(&visitor).await?;
    s.refused(&reply, Failure::Internal)?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::Internal)?;
    s.has_no_account(&visitor).await?;
    s.break_by(Faults::default()).await?;
    s.draft_is_whole(&visitor, 2).await?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

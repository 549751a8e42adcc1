//! The population registry doesn't answer: slow, out of quota, down. None of it becomes "NIK tidak ditemukan", and nobody is stopped
//! who doesn't need it.

use crate::qa::cast::Visitor;
use crate::qa::exchange::{Ask, Side};
use crate::qa::session::{Session, json};
use crate::qa::stage::CONTROL_KEY;
use crate::qa::story::{Needs, Wrong, stories};
use domain::Failure;
use domain::wire::JSON;
use hyper::Method;
use serde_json::{Value, json as value};

/// Opens the switches of the stand-in.
const CONTROLLED: &str = "control_key = \"switches-of-the-registry\"";

stories! {
    "registry-slow": Needs::engine("registry_timeout_ms = 400\nregistry_failures_max = 100").registry(CONTROLLED), "/daftar" => slow;
    "registry-quota": Needs::engine("").registry("quota_per_day = 2\ncontrol_key = \"switches-of-the-registry\""), "/daftar" => quota;
    "registry-down": Needs::engine("registry_failures_max = 3\nregistry_pause_ms = 200").registry(CONTROLLED), "/daftar" => down;
}

/// Moves the stand-in's switches.
async fn switch(s: &mut Session, change: Value) -> Result<(), Wrong> {
    let ask = Ask::new(Method::PATCH, "/control").at(Side::Registry);
    let ask = ask.header("authorization", format!("Bearer {CONTROL_KEY}")).body(JSON, json(&change));
    let reply = s.send(ask).await?;
    s.went(&reply, 200)
}

/// Whoever has passed step 1 gets to an account while the registry is away.
async fn others_go_on(s: &mut Session, begun: &Visitor) -> Result<(), Wrong> {
    s.remark("Somebody who is past step 1 needs no registry.");
    s.fill(begun).await?;
    let reply = s.confirm(begun).await?;
    let made = s.take_account(begun, &reply, 201)?;
    s.told(begun.nik, made.account_number);
    s.holds("they have their account", true)
}

async fn slow(s: &mut Session) -> Result<(), Wrong> {
    let mut begun = s.visitor();
    s.opened(&mut begun).await?;
    s.remark("Look-ups take five seconds from now on; the engine waits for 0.4 s.");
    switch(s, value!({ "latency": { "law": "constant", "ms": 5_000 } })).await?;
    let mut visitor = s.visitor();
    let reply = s.open(&visitor).await?;
    s.refused(&reply, Failure::RegistrySlow)?;
    let waited = s.last_wait();
    s.holds("nobody waits for as long as the registry takes", waited.as_millis() < 4_000)?;
    s.remark("It falls silent altogether.");
    switch(s, value!({ "outage": "silent" })).await?;
    let reply = s.open(&visitor).await?;
    s.refused(&reply, Failure::RegistrySlow)?;
    others_go_on(s, &begun).await?;
    s.has_no_account(&visitor).await?;
    switch(s, value!({ "outage": "none", "latency": { "law": "constant", "ms": 1 } })).await?;
    s.gets_through(&mut visitor).await.map(drop)
}

async fn quota(s: &mut Session) -> Result<(), Wrong> {
    let mut begun = s.visitor();
    s.remark("Two look-ups a day: the first of them.");
    s.opened(&mut begun).await?;
    s.remark("The second is a mistake, and counts as well.");
    let mut mistaken = s.visitor();
    mistaken.form.full_name = "Orang Lain".to_owned();
    let reply = s.open(&mistaken).await?;
    s.refused(&reply, Failure::IdentityMismatch)?;
    let visitor = s.visitor();
    let reply = s.open(&visitor).await?;
    s.refused(&reply, Failure::RegistryQuota)?;
    s.remark("Somebody whom the registry doesn't know hears the same: nobody was asked.");
    let mut unknown = s.visitor();
    unknown.form.nik.replace_range(12..16, "8765");
    let reply = s.open(&unknown).await?;
    s.refused(&reply, Failure::RegistryQuota)?;
    others_go_on(s, &begun).await?;
    s.has_no_account(&visitor).await
}

async fn down(s: &mut Session) -> Result<(), Wrong> {
    let mut begun = s.visitor();
    s.opened(&mut begun).await?;
    let mut visitor = s.visitor();
    for outage in ["error", "reset"] {
        s.remark(format!("The registry answers every look-up with: {outage}."));
        switch(s, value!({ "outage": outage })).await?;
        let reply = s.open(&visitor).await?;
        s.refused(&reply, Failure::RegistryDown)?;
    }
    s.remark("Flapping: it is back, and goes again.");
    switch(s, value!({ "outage": "none" })).await?;
    let mut between = s.visitor();
    s.gets_through(&mut between).await?;
    s.stage()?.kill_registry().await;
    s.deed("The registry's process ends: connections are refused.");
    let mut unknown = visitor.clone();
    unknown.form.nik.replace_range(12..16, "8765");
    for _ in 0..2 {
        let reply = s.open(&unknown).await?;
        s.refused(&reply, Failure::RegistryDown)?;
    }
    s.remark("After some failures the engine asks no more for a while, and says the same.");
    for _ in 0..3 {
        let reply = s.open(&visitor).await?;
        s.refused(&reply, Failure::RegistryDown)?;
    }
    others_go_on(s, &begun).await?;
    s.has_no_account(&visitor).await?;
    s.stage()?.start_registry().await?;
    s.deed("The registry's process is started again, at the same address.");
    s.until_open(&mut visitor).await?;
    s.fill(&visitor).await?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    s.holds("without anybody's doing the engine finds the registry again", true)
}

//! The tables about people's behaviour, key by key. Everything is read before anything is given up, so that each problem is found.

use crate::behaviour::Behaviour;
use crate::reader::{Reader, Section};
use crate::retries::{Devices, Leaving, Policy, Retries, Waits};

pub(super) fn behaviour<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<Behaviour> {
    let section = reader.table(top, "behaviour");
    let mut number = |name| reader.number(&section, name);
    let [reading, identity, profile, photo, credentials, review] = [
        "reading_s_median",
        "identity_s_median",
        "profile_s_median",
        "photo_s_median",
        "credentials_s_median",
        "review_s_median",
    ]
    .map(&mut number);
    let [think_sigma, captcha, captcha_sigma, slip] =
        ["think_sigma", "captcha_s_median", "captcha_sigma", "captcha_slip_share"].map(&mut number);
    let [compression, timeout, patience] =
        ["time_compression", "step_timeout_s", "patience_s"].map(&mut number);
    let [double_click, opening_poll, opening_patience, pollers, queue_patience] = [
        "double_click_share",
        "opening_poll_s",
        "opening_patience_s",
        "pollers_per_s",
        "queue_patience_s_median",
    ]
    .map(&mut number);
    let captcha_tries_max = reader.small(&section, "captcha_tries_max");
    let retries = retries(reader, &section);
    let leaving = leaving(reader, &section);
    if let (Some(retries), Some(leaving)) = (&retries, &leaving)
        && *retries == Retries::NONE
        && leaving.share > 0.0
    {
        let right = "nobody leaves without having tried; choose another behaviour.retries.policy than none";
        let section = reader.table(&section, "leaving");
        reader.contradiction(&section, "share", right.to_owned());
    }
    let devices = devices(reader, &section);
    Some(Behaviour {
        reading_s_median: reading?,
        identity_s_median: identity?,
        profile_s_median: profile?,
        photo_s_median: photo?,
        credentials_s_median: credentials?,
        review_s_median: review?,
        think_sigma: think_sigma?,
        captcha_s_median: captcha?,
        captcha_sigma: captcha_sigma?,
        time_compression: compression?,
        step_timeout_s: timeout?,
        patience_s: patience?,
        captcha_slip_share: slip?,
        captcha_tries_max: captcha_tries_max?,
        double_click_share: double_click?,
        opening_poll_s: opening_poll?,
        opening_patience_s: opening_patience?,
        pollers_per_s: pollers?,
        queue_patience_s_median: queue_patience?,
        retries: retries?,
        leaving: leaving?,
        devices: devices?,
    })
}

fn retries<'t>(reader: &mut Reader<'t>, behaviour: &Section<'t>) -> Option<Retries> {
    let section = reader.table(behaviour, "retries");
    let policy = match reader.choice(&section, "policy")? {
        "none" => return Some(Retries::NONE),
        "reload" => {
            let [first, later, sigma, reaction] =
                ["attention_s_first", "attention_s_later", "attention_sigma", "reaction_s"]
                    .map(|name| reader.number(&section, name));
            Policy::Reload {
                attention_s_first: first?,
                attention_s_later: later?,
                attention_sigma: sigma?,
                reaction_s: reaction?,
            }
        }
        waiting => Policy::Waits(waits(reader, &section, waiting)?),
    };
    Some(Retries { policy, tries_max: reader.small(&section, "tries_max")? })
}

fn waits<'t>(reader: &mut Reader<'t>, section: &Section<'t>, policy: &str) -> Option<Waits> {
    let wait_s = reader.number(section, "wait_s");
    let honours_retry_after = reader.choice(section, "retry_after").map(|word| word == "honoured");
    if policy == "fixed" {
        return Some(Waits::Fixed { wait_s: wait_s?, honours_retry_after: honours_retry_after? });
    }
    let (jitters, wait_s_max) = (policy == "backoff-jitter", reader.number(section, "wait_s_max"));
    let (wait_s, wait_s_max) = (wait_s?, wait_s_max?);
    if wait_s_max < wait_s {
        let right = format!("the longest wait is under the first; write at least {wait_s}");
        reader.contradiction(section, "wait_s_max", right);
        return None;
    }
    Some(Waits::Backoff { wait_s, wait_s_max, jitters, honours_retry_after: honours_retry_after? })
}

fn leaving<'t>(reader: &mut Reader<'t>, behaviour: &Section<'t>) -> Option<Leaving> {
    let section = reader.table(behaviour, "leaving");
    let [share, give_up, median, sigma] = ["share", "give_up_share", "return_s_median", "return_sigma"]
        .map(|name| reader.number(&section, name));
    Some(Leaving { share: share?, give_up_share: give_up?, return_s_median: median?, return_sigma: sigma? })
}

fn devices<'t>(reader: &mut Reader<'t>, behaviour: &Section<'t>) -> Option<Devices> {
    let section = reader.table(behaviour, "devices");
    let [phone, slowness, uplink, kbit, shared] =
        ["phone_share", "phone_slowness", "slow_uplink_share", "slow_uplink_kbit_per_s", "shared_share"]
            .map(|name| reader.number(&section, name));
    let people_behind_address = reader.whole(&section, "people_behind_address");
    Some(Devices {
        people_behind_address: people_behind_address?,
        phone_share: phone?,
        phone_slowness: slowness?,
        slow_uplink_share: uplink?,
        slow_uplink_kbit_per_s: kbit?,
        shared_share: shared?,
    })
}

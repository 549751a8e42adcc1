//! How long after a disturbance the portal is as it was before. By this figure what clients do in trouble is compared: after the
//! same outage people who reload keep it out of step for longer than people who wait.
//!
//! What is measured is people under way: they pile up while nobody gets an answer, and until the pile is gone somebody still
//! suffers, whatever each request looks like by then.

use crate::observe::SecondCounts;
use record::Recovery;
use scenario::Plan;
use std::collections::BTreeMap;

/// So long before a disturbance is what was usual, in seconds.
const BEFORE_S: usize = 15;

/// It is over once it has been for so long, in seconds: one good second may be chance.
const STEADY_S: usize = 3;

/// Every disturbance that the scenario brought about within the run, in order.
pub(crate) fn recoveries(plan: &Plan, seconds: &BTreeMap<u32, SecondCounts>) -> Vec<Recovery> {
    let outages = plan.registry.outages.iter().map(|outage| ("registry-outage", outage.at_s, outage.for_s));
    let kills = plan.faults.engine_kills.iter().map(|kill| ("engine-kill", kill.at_s, kill.down_s));
    let under_way = under_way(seconds, plan.arrivals.duration_s);
    let mut found: Vec<Recovery> = outages
        .chain(kills)
        .filter(|&(_, at_s, for_s)| at_s + for_s < plan.arrivals.duration_s)
        .map(|(cause, at_s, for_s)| recovery(cause, at_s, at_s + for_s, &under_way))
        .collect();
    found.sort_by(|one, other| one.from_s.total_cmp(&other.from_s));
    found
}

/// People under way at the end of each second, as long as people come: when nobody comes any more, a pile goes by itself.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length is over 0, in days")]
fn under_way(seconds: &BTreeMap<u32, SecondCounts>, duration_s: f64) -> Vec<u64> {
    let mut under_way: u64 = 0;
    (0..duration_s.ceil() as u32)
        .map(|second| {
            let counts = seconds.get(&second).copied().unwrap_or_default();
            let left = counts.registered + counts.refused + counts.failed + counts.abandoned;
            under_way = (under_way + counts.started).saturating_sub(left);
            under_way
        })
        .collect()
}

fn recovery(cause: &str, from_s: f64, until_s: f64, under_way: &[u64]) -> Recovery {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "instants are from 0 on")]
    let second = |at_s: f64| (at_s as usize).min(under_way.len());
    let (from, until) = (second(from_s), second(until_s));
    let usual = under_way[from.saturating_sub(BEFORE_S)..from].iter().copied().max().unwrap_or(0);
    let calm = |window: &[u64]| window.iter().all(|&count| count <= usual);
    // A second is one after which so many are under way: the first that ends after the disturbance.
    let after = under_way[until..].windows(STEADY_S).position(calm);
    Recovery {
        cause: cause.to_owned(),
        from_s,
        until_s,
        under_way_before: usual,
        under_way_max: under_way[from..].iter().copied().max().unwrap_or(usual),
        recovered_after_s: after.map(|seconds| (until + seconds + 1) as f64 - until_s),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten come a second and stay for one; from `from` to `until` nobody leaves, and then `leaving` a second.
    fn counts(from: u32, until: u32, leaving: u64) -> BTreeMap<u32, SecondCounts> {
        let mut waiting = 0;
        let second = |second| {
            waiting += 10;
            let registered = match second {
                second if second < from => waiting - 10,
                second if second < until => 0,
                _ => leaving.min(waiting - 10),
            };
            waiting -= registered;
            (second, SecondCounts { started: 10, registered, ..SecondCounts::default() })
        };
        (0..60).map(second).collect()
    }

    fn plan(outages: &str) -> Plan {
        let text = format!(
            "format = 1\nseed = 1\n[arrivals]\nshape = \"constant\"\nper_s = 10\nduration_s = 60\n{outages}\n"
        );
        scenario::parse("t.toml", &text).unwrap()
    }

    fn check(
        plan_text: &str,
        counts: &BTreeMap<u32, SecondCounts>,
        expect: &[(&str, u64, u64, Option<f64>)],
    ) {
        let found: Vec<_> = recoveries(&plan(plan_text), counts)
            .into_iter()
            .map(|found| (found.cause, found.under_way_before, found.under_way_max, found.recovered_after_s))
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|&(cause, before, most, after)| (cause.to_owned(), before, most, after))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_pile_of_eighty_that_shrinks_by_ten_a_second_is_gone_after_eight() {
        const OUTAGE: &str = "[registry]\noutages = [{ at_s = 20, for_s = 8, kind = \"error\" }]";
        check(OUTAGE, &counts(20, 28, 20), &[("registry-outage", 10, 90, Some(8.0))]);
        check(OUTAGE, &counts(20, 28, 90), &[("registry-outage", 10, 90, Some(1.0))]);
        // Twelve leave for ten who come: the arrivals end before the pile does.
        check(OUTAGE, &counts(20, 28, 12), &[("registry-outage", 10, 90, None)]);
        check("", &counts(20, 28, 20), &[]);
    }

    #[test]
    fn a_kill_is_a_disturbance_and_what_never_came_is_none() {
        const KILLS: &str = "[faults]\nengine_kills = [{ at_s = 20, down_s = 2.5 }]\n\
            [registry]\noutages = [{ at_s = 50, for_s = 30, kind = \"error\" }]";
        check(KILLS, &counts(20, 22, 30), &[("engine-kill", 10, 30, Some(0.5))]);
    }
}

use super::*;
use std::collections::BTreeSet;

const LEAST: &str = "seed = 1\npopulation = 100\nreference_date = \"2026-11-21\"\n";

#[track_caller]
fn check(text: &str, expect: &str) {
    let found = Config::parse("dukcapil.toml", text).err().map(|error| error.to_string());
    assert_eq!(found.as_deref().unwrap_or("fine"), expect, "{text}");
}

#[test]
fn problems_are_told_all_at_once() {
    check(LEAST, "fine");
    check(
        "",
        "dukcapil.toml: seed is missing: it must be that of the applicants; population is missing: it must be that of \
         the applicants; reference_date is missing: it must be that of the applicants",
    );
    check(
        &format!(
            "{LEAST}concurrency_max = 0\nworker_threads = 65\nlatency = {{ law = \"constant\", ms = -1 }}\n"
        ),
        "dukcapil.toml: concurrency_max = 0 is out of range: 1 to 100000; worker_threads = 65 is out of range: 1 to 64; \
         latency.ms = -1 is out of range: 0 to 600000",
    );
    check(
        "seed = 1\npopulation = 0\nreference_date = \"2026-11-21\"\n",
        "dukcapil.toml: a population of 0 has nobody",
    );
    check(
        "seed = 1\npopulation = 5\nreference_date = \"21 November\"\n",
        "dukcapil.toml: reference_date = \"21 November\" is no date like 2026-08-20",
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let check = |text: &str, expect: &str| {
        let error = Config::parse("d.toml", text).unwrap_err().to_string();
        assert!(error.starts_with(expect) && !error.contains('\n'), "{error} does not begin with {expect}");
    };
    check(&format!("{LEAST}quotum = 5\n"), "d.toml:4:1: unknown field `quotum`");
    check("seed = \"a\"\n", "d.toml:1:8: invalid type: string \"a\"");
    check(&format!("{LEAST}latency = {{ law = \"constant\", sec = 1 }}\n"), "d.toml:4:");
    check(&format!("{LEAST}latency = {{ law = \"gamma\" }}\n"), "d.toml:4:");
    check("seed = \n", "d.toml:1:");
}

#[test]
fn both_laws_are_read() {
    let law = |text: &str| Config::parse("d.toml", &format!("{LEAST}{text}")).unwrap().state.latency;
    assert_eq!(law("latency = { law = \"constant\", ms = 5 }"), LatencyLaw::Constant { ms: 5.0 });
    let lognormal = LatencyLaw::Lognormal { ms_median: 20.0, sigma: 0.5 };
    assert_eq!(law(""), lognormal);
    assert_eq!(law("[latency]\nlaw = \"lognormal\"\nms_median = 20\nsigma = 0.5"), lognormal);
}

/// A key that the reference lacks, or has too many, is found here: serde names all keys when one is wrong.
#[test]
fn the_reference_has_every_key() {
    let error = Config::parse("d.toml", "nonsense = 1").unwrap_err().to_string();
    let keys = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let mut read = keys(&error);
    read.remove("nonsense");
    let lines = CONFIG_REFERENCE.lines().filter(|line| !line.starts_with(' '));
    let documented: BTreeSet<_> =
        lines.filter_map(|line| line.split(' ').next().map(str::to_owned)).collect();
    assert_eq!(documented, read);
}

#[test]
fn limits_outages_and_changes_are_checked_where_they_stand() {
    check(
        &format!(
            "{LEAST}rate_per_s = 0\nstale_share = 0.7\nwrong_person_share = 0.4\ncontrol_key = \"short\"\n\
             outages = [{{ at_s = 1, for_s = 2, kind = \"reset\" }}, {{ at_s = 1, for_s = 0, kind = \"error\" }}]\n\
             changes = [{{ at_s = 5, set = {{ link_bits_per_s = 0 }} }}]\n"
        ),
        "dukcapil.toml: unsynchronised_share, stale_share and wrong_person_share are over 1 together; control_key is too \
         short: 16 characters at least; rate_per_s = 0 is out of range: 0.001 to 1e12; outages[1]: for_s must be over 0, \
         and 864000 at most; changes[0].set: link_bits_per_s = 0 is out of range: 0.001 to 1e12",
    );
    let error = Config::parse("d.toml", &format!("{LEAST}changes = [{{ at_s = 5, set = {{ rate = 1 }} }}]"));
    assert!(error.unwrap_err().to_string().contains("unknown field `rate`"));
}

#[test]
fn changes_are_put_in_order() {
    let text = "changes = [{ at_s = 5, set = { rate_per_s = 1 } }, { at_s = 9, set = {} }, { at_s = 5, set = { rate_per_s = 2 } }]";
    let state = Config::parse("d.toml", &format!("{LEAST}{text}")).unwrap().state;
    let order: Vec<_> = state.changes.iter().map(|change| (change.at_s, change.set.rate_per_s)).collect();
    assert_eq!(order, [(9.0, None), (5.0, Some(2.0)), (5.0, Some(1.0))]);
}

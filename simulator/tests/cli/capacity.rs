//! `lonjakan capacity` with real trials, as few as bring it to an end.

use crate::harness::{Desk, lonjakan};
use record::{CAPACITY_JSON, CapacityEnding, CapacityVerdict, read_capacity};
use std::fs;

#[test]
fn a_search_goes_on_where_it_was_cut_short_and_gives_its_page_again() {
    let desk = Desk::new();
    let scenario = desk.scenario(10, 1, 1_000, "").display().to_string();
    let text = fs::read_to_string(&scenario).unwrap();
    fs::write(&scenario, text.replace("seed = 3", "seed = 3\nobjectives = [\"audit.lost == 0\"]")).unwrap();
    let out = desk.path("search");
    let search = |further: &[&str]| {
        let args = ["capacity", &scenario, "--quiet", "--cool-down-s", "0.001", "--rate-max", "20"];
        lonjakan(&[&args, ["--out", out.to_str().unwrap()].as_slice(), further].concat())
    };
    let first = search(&[]);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    assert!(first.stdout.contains("objectives are met at the highest rate allowed"), "{first:?}");
    let whole = read_capacity(&out).unwrap();
    let tried: Vec<_> = whole.trials.iter().map(|trial| (trial.rate_per_s, trial.verdict)).collect();
    assert_eq!(tried, [(10.0, CapacityVerdict::Met), (20.0, CapacityVerdict::Met)]);
    assert_eq!(whole.ending, Some(CapacityEnding::NeverMissed));

    let mut cut = whole.clone();
    cut.trials.pop();
    cut.ending = None;
    fs::write(out.join(CAPACITY_JSON), serde_json::to_string(&cut).unwrap()).unwrap();
    let other = search(&["--resume", "--seed", "4"]);
    other.complains(2, "another scenario, seed, start");
    assert_eq!(search(&["--resume"]).code, Some(0));
    let resumed = read_capacity(&out).unwrap();
    assert_eq!(resumed.trials[0], whole.trials[0]);
    assert_eq!((resumed.trials.len(), resumed.ending), (2, Some(CapacityEnding::NeverMissed)));

    // The page comes from the record alone.
    let page = fs::read(out.join("capacity.html")).unwrap();
    fs::remove_file(out.join("capacity.html")).unwrap();
    let again = lonjakan(&["report", out.to_str().unwrap()]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.stdout.contains("capacity.html"), "{again:?}");
    assert_eq!(fs::read(out.join("capacity.html")).unwrap(), page);
}

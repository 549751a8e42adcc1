//! Same seed, same bytes: also after a change of this crate, of a list of names or of a library.

use crate::crowd;
use people::{Applicant, Defect};
use serde_json::Value;

/// What of an applicant a defect may change, on one line.
fn line(applicant: &Applicant) -> String {
    let json = serde_json::to_value(applicant).unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let form = json["form"].as_object().unwrap().values().map(text).collect::<Vec<_>>().join(" | ");
    let [ktp, swafoto] = ["ktp", "swafoto"].map(|kind| text(&json[kind]["make"]).replace('"', ""));
    let flags = ["skips", "wrong_captcha", "clicks_twice", "twin_of"].map(|key| text(&json[key]));
    format!(
        "{} ({}) {}: {form} | {} | {ktp} | {swafoto} | {} {} | {}\n",
        text(&json["defect"]),
        applicant.arrival,
        applicant.expected,
        applicant.profile.birth_regency,
        applicant.password,
        applicant.password_repetition,
        flags.join(" ")
    )
}

/// The first applicant of each fate: the faultless, then as `Defect::ALL` has them.
#[test]
fn one_applicant_of_each_defect() {
    let shares: Vec<_> = Defect::ALL.iter().map(|&defect| (defect, 0.012)).collect();
    let crowd = crowd(2026, 10_000, &shares);
    let applicants: Vec<Applicant> = (0..2_000).map(|arrival| crowd.applicant(arrival)).collect();
    let first = |fate| applicants.iter().find(|applicant| applicant.defect == fate).expect("each occurs");
    let lines: String = Defect::ALL.iter().map(|&defect| line(first(Some(defect)))).collect();
    insta::assert_snapshot!(lines);
    insta::assert_json_snapshot!(first(None));
}

//! Same seed, same bytes: also after a change of this crate, of a list of names or of a library.

use crate::crowd;
use people::{Applicant, Defect};

/// The first applicant of each fate: the faultless, then as `Defect::ALL` has them.
#[test]
fn one_applicant_of_each_defect() {
    let shares: Vec<_> = Defect::ALL.iter().map(|&defect| (defect, 0.014)).collect();
    let crowd = crowd(2026, 10_000, &shares);
    let applicants: Vec<Applicant> = (0..2_000).map(|arrival| crowd.applicant(arrival)).collect();
    let first = |fate| applicants.iter().find(|applicant| applicant.defect == fate).expect("each occurs");
    let fates = std::iter::once(None).chain(Defect::ALL.iter().copied().map(Some));
    let shown: Vec<&Applicant> = fates.map(first).collect();
    insta::assert_json_snapshot!(shown);
}

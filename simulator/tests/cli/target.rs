//! A portal that runs already.

use crate::harness::{Desk, Finished, lonjakan, run_in};
use crate::services::{EXPORT_KEY, Services, services};
use record::AuditVerdict;
use simulator::today;
use std::path::{Path, PathBuf};

struct Portal {
    desk: Desk,
    services: Services,
    scenario: PathBuf,
}

fn portal() -> Portal {
    let desk = Desk::new();
    let services = services(&desk, 11, 1_000);
    desk.file("captcha", &format!("{}\n", "ab".repeat(32)));
    desk.file("export", EXPORT_KEY);
    let people = format!("[people]\npopulation = 1000\nreference_date = {}\n", today());
    let scenario = desk.scenario(20, 1, 1_000, &people);
    Portal { desk, services, scenario }
}

impl Portal {
    fn surge(&self, out: &Path, audited: bool) -> Finished {
        let addresses = self.services.addresses;
        let (target, operations) =
            (format!("http://{}", addresses.listen), format!("http://{}", addresses.operations));
        let (captcha, export) = (self.desk.path("captcha"), self.desk.path("export"));
        let mut args = vec!["surge", self.scenario.to_str().unwrap(), "--seed", "11", "--quiet"];
        args.extend([
            "--out",
            out.to_str().unwrap(),
            "--target",
            &target,
            "--captcha-key",
            captcha.to_str().unwrap(),
        ]);
        if audited {
            args.extend(["--operations", &operations, "--export-key", export.to_str().unwrap()]);
        }
        lonjakan(&args)
    }
}

#[test]
fn it_is_loaded_and_audited_and_who_comes_again_is_found() {
    let portal = portal();
    let first = portal.desk.path("first");
    let finished = portal.surge(&first, true);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let record = run_in(&first).record;
    assert_eq!((record.applicants.registered, record.audit.stored), (20, Some(20)));
    assert_eq!(record.verdict.audit, AuditVerdict::Clean);
    assert!(record.engine.is_none() && record.target.is_some());
    assert!(!record.command.contains(EXPORT_KEY));

    // The same people at the same store: their truth demands accounts, and they are refused.
    let second = portal.desk.path("second");
    let finished = portal.surge(&second, true);
    assert_eq!(finished.code, Some(5), "{finished:?}");
    let record = run_in(&second).record;
    assert_eq!((record.audit.unexpected_outcomes, record.audit.lost), (20, Some(0)));
    assert!(record.notes.iter().any(|note| note.contains("expected registered, was told nik-registered")));
}

#[test]
fn without_an_export_the_audit_says_so() {
    let portal = portal();
    let out = portal.desk.path("run");
    let finished = portal.surge(&out, false);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let record = run_in(&out).record;
    assert_eq!((record.verdict.audit, record.audit.stored), (AuditVerdict::Unavailable, None));
    assert!(record.audit.unavailable_because.is_some());
}

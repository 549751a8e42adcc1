//! The audit: what each applicant was told, against who they are and what the store holds. Pure.
//!
//! An applicant and whoever comes with the same number or contact are judged as a pair: exactly one of the two
//! is registered, whichever was first.

use crate::told::{REGISTERED, Told, Trouble};
use domain::draft::AccountNumber;
use domain::wire::ExportedAccount;
use domain::{Failure, Nik};
use people::Expected;
use record::{Audit, Outcome};
use std::collections::{BTreeMap, HashMap};

/// Who came as one arrival, and what must become of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    /// Number of the person.
    pub(crate) nik: Nik,
    /// What an honest portal answers in the end.
    pub(crate) expected: Expected,
    /// The earlier arrival that was the same person, or had the same contact.
    pub(crate) twin_of: Option<u64>,
}

/// What the audit found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Findings {
    /// For the record.
    pub(crate) audit: Audit,
    /// Final answers by code, `registered` first, then in the order of the catalogue.
    pub(crate) outcomes: Vec<Outcome>,
    /// Of the unexpected outcomes: whose truth demands an account, and who were refused.
    pub(crate) refused_wrongly: u64,
    /// Of the unexpected outcomes: whose truth demands a refusal, and who got an account.
    pub(crate) registered_wrongly: u64,
    /// The first violations in words, NIKs masked.
    pub(crate) examples: Vec<String>,
}

/// Violations that are told in words.
const EXAMPLES_MAX: usize = 5;

/// Judges a run. `told` is by arrival, `None` for one that never came; `stored` is the export, or why there
/// is none.
pub(crate) fn audit(
    told: &[Option<Told>],
    truth: impl Fn(u64) -> Truth,
    stored: Result<Vec<ExportedAccount>, String>,
) -> Findings {
    let cases: Vec<Case> =
        (0u64..).zip(told).map(|(arrival, &told)| Case { arrival, truth: truth(arrival), told }).collect();
    let (store, unavailable_because) = match stored {
        Ok(accounts) => (Some(Store::new(accounts)), None),
        Err(reason) => (None, Some(reason)),
    };
    let mut ledger = Ledger::default();
    judge_answers(&cases, store.as_ref(), &mut ledger);
    let acknowledged =
        cases.iter().filter(|case| matches!(case.told, Some(Told::Registered(_)))).count() as u64;
    let lost = store.as_ref().map(|store| judge_acknowledgements(&cases, store, &mut ledger));
    let audit = Audit {
        acknowledged,
        stored: store.as_ref().map(|store| store.0.len() as u64),
        lost,
        duplicated: store.as_ref().map(|store| store.count_duplicated(&mut ledger)),
        unacknowledged_stored: store.as_ref().map(|store| store.count_unacknowledged(&cases)),
        unexpected_outcomes: ledger.unexpected,
        refused_wrongly: ledger.refused_wrongly,
        registered_wrongly: ledger.registered_wrongly,
        unavailable_because,
    };
    Findings {
        audit,
        outcomes: count_outcomes(&cases),
        refused_wrongly: ledger.refused_wrongly,
        registered_wrongly: ledger.registered_wrongly,
        examples: ledger.examples,
    }
}

#[derive(Clone, Copy)]
struct Case {
    arrival: u64,
    truth: Truth,
    told: Option<Told>,
}

#[derive(Default)]
struct Ledger {
    unexpected: u64,
    refused_wrongly: u64,
    registered_wrongly: u64,
    examples: Vec<String>,
}

impl Ledger {
    fn unexpected(&mut self, case: &Case, because: &str) {
        self.unexpected += 1;
        match (case.truth.expected, case.told) {
            (Expected::Registered, Some(Told::Refused(_))) => self.refused_wrongly += 1,
            (Expected::Refused(_), Some(Told::Registered(_))) => self.registered_wrongly += 1,
            _ => {}
        }
        let told = case.told.and_then(Told::code).unwrap_or("nothing");
        self.example(case, &format!("expected {}, was told {told}{because}", case.truth.expected));
    }

    fn example(&mut self, case: &Case, what: &str) {
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(format!("arrival {} (NIK {}): {what}", case.arrival, case.truth.nik.masked()));
        }
    }
}

/// The export, in the order of NIKs.
struct Store(Vec<(Nik, AccountNumber)>);

impl Store {
    fn new(accounts: Vec<ExportedAccount>) -> Store {
        let mut accounts: Vec<_> =
            accounts.into_iter().map(|account| (account.nik, account.account_number)).collect();
        accounts.sort_unstable();
        Store(accounts)
    }

    fn has(&self, nik: Nik) -> bool {
        self.0.binary_search_by_key(&nik, |&(stored, _)| stored).is_ok()
    }

    fn has_account(&self, nik: Nik, number: AccountNumber) -> bool {
        self.0.binary_search(&(nik, number)).is_ok()
    }

    fn count_duplicated(&self, ledger: &mut Ledger) -> u64 {
        let twice = self.0.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        let mut duplicated = 0;
        for pair in twice {
            duplicated += 1;
            if ledger.examples.len() < EXAMPLES_MAX {
                ledger.examples.push(format!("NIK {}: stored more than once", pair[0].0.masked()));
            }
        }
        duplicated
    }

    fn count_unacknowledged(&self, cases: &[Case]) -> u64 {
        let mut acknowledged: Vec<_> = cases
            .iter()
            .filter_map(|case| match case.told {
                Some(Told::Registered(number)) => Some((case.truth.nik, number)),
                _ => None,
            })
            .collect();
        acknowledged.sort_unstable();
        self.0.iter().filter(|account| acknowledged.binary_search(account).is_err()).count() as u64
    }
}

/// An acknowledged account must be there under its number and its NIK.
fn judge_acknowledgements(cases: &[Case], store: &Store, ledger: &mut Ledger) -> u64 {
    let mut lost = 0;
    for case in cases {
        if let Some(Told::Registered(number)) = case.told
            && !store.has_account(case.truth.nik, number)
        {
            lost += 1;
            ledger.example(case, &format!("account {number} was acknowledged and is not stored"));
        }
    }
    lost
}

fn judge_answers(cases: &[Case], store: Option<&Store>, ledger: &mut Ledger) {
    let duplicate_of: HashMap<u64, usize> =
        cases.iter().enumerate().filter_map(|(at, case)| case.truth.twin_of.map(|twin| (twin, at))).collect();
    for case in cases {
        if case.truth.twin_of.is_some() {
            continue; // Judged with their twin.
        }
        match duplicate_of.get(&case.arrival) {
            Some(&duplicate) => judge_pair(case, &cases[duplicate], store, ledger),
            None => judge_single(case, store, ledger),
        }
    }
}

fn judge_single(case: &Case, store: Option<&Store>, ledger: &mut Ledger) {
    match (case.truth.expected, case.told) {
        (_, Some(Told::Failed(Trouble::WrongAnswer))) => ledger.unexpected(case, ""),
        (Expected::Registered, Some(Told::Refused(_))) => ledger.unexpected(case, ""),
        (Expected::Refused(_), Some(Told::Registered(_))) => ledger.unexpected(case, ""),
        (Expected::Refused(expected), Some(Told::Refused(failure))) if failure != expected => {
            ledger.unexpected(case, "");
        }
        (_, Some(Told::Refused(_))) if store.is_some_and(|store| store.has(case.truth.nik)) => {
            ledger.unexpected(case, ", and yet is stored");
        }
        _ => {}
    }
}

/// Both want the same number or the same contact, for which whoever comes too late is refused.
fn judge_pair(first: &Case, second: &Case, store: Option<&Store>, ledger: &mut Ledger) {
    let Expected::Refused(contested) = second.truth.expected else {
        judge_single(first, store, ledger);
        return judge_single(second, store, ledger);
    };
    let taken = Some(Told::Refused(contested));
    for case in [first, second] {
        let foreign = match case.told {
            Some(Told::Refused(failure)) => failure != contested,
            Some(Told::Failed(trouble)) => trouble == Trouble::WrongAnswer,
            _ => false,
        };
        if foreign {
            return ledger.unexpected(case, "");
        }
    }
    // The other's account may have been stored without their hearing of it.
    let stored = |case: &Case| store.is_none_or(|store| store.has(case.truth.nik));
    let may_hold_it = |case: &Case| match case.told {
        Some(Told::Registered(_)) => true,
        Some(Told::Failed(_) | Told::Abandoned(_) | Told::Unfinished) => stored(case),
        Some(Told::Refused(_) | Told::NotSent) | None => false,
    };
    if matches!((first.told, second.told), (Some(Told::Registered(_)), Some(Told::Registered(_)))) {
        ledger.unexpected(second, ", and so was their twin");
    } else if first.told == taken && !may_hold_it(second) {
        ledger.unexpected(first, ", but nobody holds the account");
    } else if second.told == taken && !may_hold_it(first) {
        ledger.unexpected(second, ", but nobody holds the account");
    }
}

/// Only arrivals count. Who was cut off by the end of the run counts nowhere: nobody knows what they would
/// have been told. Who was not sent was expected, and is missing.
fn count_outcomes(cases: &[Case]) -> Vec<Outcome> {
    let mut counts: BTreeMap<(usize, &'static str), (u64, u64)> = BTreeMap::new();
    for case in cases {
        let Some(told) = case.told.filter(|&told| told != Told::Unfinished) else { continue };
        counts.entry(keyed(case.truth.expected.code())).or_default().0 += 1;
        if let Some(code) = told.code() {
            counts.entry(keyed(code)).or_default().1 += 1;
        }
    }
    let outcome = |((_, code), (expected, observed)): ((_, &str), _)| Outcome {
        code: code.to_owned(),
        expected,
        observed,
    };
    counts.into_iter().map(outcome).collect()
}

fn keyed(code: &'static str) -> (usize, &'static str) {
    let place = match Failure::ALL.iter().position(|failure| failure.code() == code) {
        Some(at) => at + 1,
        None if code == REGISTERED => 0,
        None => usize::MAX,
    };
    (place, code)
}

#[cfg(test)]
mod tests;

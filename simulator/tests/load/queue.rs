//! Applicants who wait for their turn.

use crate::applicant::{crowd, go_with, thoughtless};
use crate::portal::Act;
use domain::Failure;
use domain::wire::Parity;
use record::{REGISTERED, TURNED_AWAY};
use scenario::{Behaviour, Step};
use simulator::told::{Told, Trouble};
use std::time::{Duration, Instant};

/// What the portal does with the first requests that ask whether one may begin.
fn begins_with(acts: &'static [Act]) -> impl Fn(Step, u32) -> Act + Send + Sync + 'static {
    move |step, before| {
        let act = acts.get(usize::try_from(before).unwrap()).copied();
        if step == Step::Status { act.unwrap_or(Act::Honest) } else { Act::Honest }
    }
}

fn patient(queue_patience_s_median: f64) -> Behaviour {
    Behaviour { queue_patience_s_median, ..thoughtless() }
}

#[tokio::test]
async fn in_the_room_they_ask_again_when_told_to_until_they_are_called() {
    let began = Instant::now();
    let walked = go_with(None, patient(60.0), begins_with(&[Act::Room, Act::Waits, Act::Called])).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!((walked.portal.asked(Step::Status), walked.count(REGISTERED)), (3, 1));
    assert_eq!((walked.totals.requests, walked.totals.repeats), (12, 0));
}

#[tokio::test]
async fn they_do_not_wait_for_ever() {
    let walked = go_with(None, patient(0.5), begins_with(&[Act::Room, Act::Waits])).await;
    assert_eq!(walked.told, Told::Failed(Trouble::TurnedAway(Failure::Busy)).abandoned());
    assert_eq!((walked.portal.asked(Step::Status), walked.portal.asked(Step::Captcha)), (2, 0));
    assert_eq!((walked.count(REGISTERED), walked.count(TURNED_AWAY)), (0, 0));
}

#[tokio::test]
async fn they_come_back_in_the_turn_of_their_nik() {
    const OTHERS: [&[Act]; 2] = [&[Act::Turn(Parity::Odd, 300)], &[Act::Turn(Parity::Even, 300)]];
    let nik = crowd(None).applicant(3).form.nik;
    let digit = usize::try_from(nik.chars().last().unwrap().to_digit(10).unwrap()).unwrap();
    let began = Instant::now();
    let walked = go_with(None, patient(60.0), begins_with(OTHERS[digit % 2])).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert_eq!(walked.portal.asked(Step::Status), 2);
    // In their own turn they begin at once.
    let walked = go_with(None, patient(60.0), begins_with(OTHERS[(digit + 1) % 2])).await;
    assert_eq!(walked.portal.asked(Step::Status), 1);
}

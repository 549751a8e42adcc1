//! One applicant's way, what is written down of it, and how it ends when the portal does something else than
//! it should.

use crate::portal::{Act, KEY, Portal};
use domain::captcha::CaptchaKey;
use domain::{Failure, Limits};
use people::{Album, Crowd, Defect, Population, Shares};
use record::{Histograms, Kind, WHOLE};
use scenario::{Behaviour, Connections, Faults, Idle, Kill, Leaving, Policy, Retries, Step};
use simulator::browsers::Browsers;
use simulator::journey::{CaptchaKeyHeld, Seen, World, walk};
use simulator::metronome::Metronome;
use simulator::observe::{Observer, Totals, steps};
use simulator::told::{Told, Trouble};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

static ALBUM: LazyLock<Album> = LazyLock::new(|| Album::new(1, &Limits::default()));

pub(crate) const STEP_TIMEOUT: Duration = Duration::from_millis(400);

pub(crate) fn crowd(defect: Option<Defect>) -> Crowd {
    let population = Population::new(5, 1_000, "2026-11-21".parse().unwrap()).unwrap();
    let shares = Shares::new(defect.map(|defect| (defect, 1.0))).unwrap();
    Crowd::new(population, shares, Limits::default())
}

pub(crate) fn world(portal: &Portal, stop: watch::Receiver<Option<Instant>>) -> World {
    world_at(portal.address, stop)
}

pub(crate) fn world_at(address: SocketAddr, stop: watch::Receiver<Option<Instant>>) -> World {
    World {
        browsers: Browsers::new(address, Connections::Own),
        captcha_key: CaptchaKeyHeld(CaptchaKey::new(KEY)),
        seed: 5,
        behaviour: thoughtless(),
        faults: Faults::default(),
        metronome: Metronome::new(Idle::Sleep).unwrap(),
        album: ALBUM.clone(),
        observer: Observer::new(),
        stop,
    }
}

pub(crate) struct Walked {
    pub(crate) told: Told,
    pub(crate) totals: Totals,
    histograms: Histograms,
    seen: Vec<Seen>,
    pub(crate) portal: Portal,
}

impl Walked {
    pub(crate) fn count(&self, step: &str) -> u64 {
        self.histograms.quantiles(step, Kind::Service).count
    }
}

async fn go(
    defect: Option<Defect>,
    repeats: u32,
    script: impl Fn(Step, u32) -> Act + Send + Sync + 'static,
) -> Walked {
    let retries = Retries::as_told(repeats);
    go_with(defect, Behaviour { retries, ..thoughtless() }, script).await
}

pub(crate) async fn go_with(
    defect: Option<Defect>,
    behaviour: Behaviour,
    script: impl Fn(Step, u32) -> Act + Send + Sync + 'static,
) -> Walked {
    go_among(defect, behaviour, Faults::default(), script).await
}

async fn go_among(
    defect: Option<Defect>,
    behaviour: Behaviour,
    faults: Faults,
    script: impl Fn(Step, u32) -> Act + Send + Sync + 'static,
) -> Walked {
    let portal = Portal::open(script).await;
    let (_stop, stopped) = watch::channel(None);
    let world = World { behaviour, faults, ..world(&portal, stopped) };
    let zero = Instant::now();
    world.observer.start(zero);
    let arrival = 3;
    let seen = walk(&world, &crowd(defect), 0, arrival, zero).await;
    let totals = world.observer.totals(arrival + 1);
    assert_eq!(totals.told[..3], [None, None, None]);
    let mut histograms = Histograms::new(&steps());
    for interval in world.observer.recorder().take_all() {
        histograms.add(&interval.histograms);
    }
    Walked { told: totals.told[3].expect("the walk is over"), totals, histograms, seen, portal }
}

#[tokio::test]
async fn a_faultless_applicant_gets_an_account_by_ten_requests() {
    let walked = go(None, 0, |_, _| Act::Honest).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!((walked.totals.requests, walked.totals.repeats, walked.seen.len()), (10, 0, 10));
    for step in Step::ALL {
        let expect = if step == Step::Captcha { 2 } else { 1 };
        assert_eq!(walked.portal.asked(step), expect, "{step}");
        assert_eq!(walked.count(step.name()), u64::from(expect), "{step}");
    }
    assert_eq!(walked.count(WHOLE), 1);
    assert!(
        walked.totals.funnel.iter().all(|step| (step.entered, step.passed) == (1, 1)),
        "{:?}",
        walked.totals.funnel
    );
    assert!(walked.totals.failures.is_empty());
}

/// What the portal does at one step, and what becomes of the applicant.
async fn check(act: Act, at: Step, expect: Told, requests: usize) -> Walked {
    let walked = go(None, 0, move |step, _| if step == at { act } else { Act::Honest }).await;
    assert_eq!(walked.told, expect, "{act:?} at {at}");
    assert_eq!(walked.seen.len(), requests, "{act:?} at {at}");
    let failed = walked.seen.last().unwrap();
    assert_eq!((failed.step, failed.failure), (at, expect.code()), "{act:?} at {at}");
    let stuck: Vec<_> = walked.totals.funnel.iter().filter(|step| step.entered > step.passed).collect();
    assert_eq!(stuck.len(), 1);
    assert_eq!((stuck[0].step.as_str(), stuck[0].refused + stuck[0].failed), (at.name(), 1));
    walked
}

#[tokio::test]
async fn refusals_and_failures_end_the_way() {
    let failed = Told::Failed;
    check(Act::Problem(Failure::NikNotFound, None), Step::Identity, Told::Refused(Failure::NikNotFound), 3)
        .await;
    check(Act::Problem(Failure::FileTooLarge, None), Step::Swafoto, Told::Refused(Failure::FileTooLarge), 6)
        .await;
    check(Act::Problem(Failure::Busy, Some(1)), Step::Status, failed(Trouble::TurnedAway(Failure::Busy)), 1)
        .await;
    check(
        Act::Problem(Failure::Closed, None),
        Step::Profile,
        failed(Trouble::TurnedAway(Failure::Closed)),
        4,
    )
    .await;
}

#[tokio::test]
async fn a_success_that_says_something_else_is_none() {
    let told = |walked: Walked| walked.told;
    let at = |wanted: Step, act: Act| move |step, _| if step == wanted { act } else { Act::Honest };
    let garbage = Act::Garbage("<html>selamat datang</html>");
    for step in [Step::Status, Step::Captcha, Step::Identity, Step::Ktp, Step::Review, Step::Confirmation] {
        assert_eq!(told(go(None, 0, at(step, garbage)).await), Told::Failed(Trouble::Unreadable), "{step}");
    }
    let other = go(None, 0, at(Step::Review, Act::OtherPerson)).await;
    assert_eq!(told(other), Told::Failed(Trouble::WrongAnswer));
}

#[tokio::test]
async fn a_timeout_is_recorded_at_its_timeout() {
    let walked = check(Act::Silent, Step::Ktp, Told::Failed(Trouble::Timeout), 5).await;
    let service = walked.histograms.quantiles("ktp", Kind::Service);
    let timeout_us = u64::try_from(STEP_TIMEOUT.as_micros()).unwrap();
    // The histogram rounds to three digits.
    assert!(service.max.abs_diff(timeout_us) <= timeout_us / 500, "{service:?}");
    assert!(walked.histograms.quantiles(WHOLE, Kind::Response).max >= timeout_us * 998 / 1_000);
    assert_eq!(walked.totals.failures[0].code, "timeout");
}

#[tokio::test]
async fn steps_that_could_not_be_served_are_repeated_as_often_as_allowed() {
    let busy_twice = |_, before| if before < 2 { Act::Problem(Failure::Busy, Some(0)) } else { Act::Honest };
    let walked = go(None, 2, busy_twice).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    // Nine steps twice in vain, and of the two with a captcha one more challenge for each.
    let asked: u32 = Step::ALL.iter().map(|&step| walked.portal.asked(step)).sum();
    assert_eq!(
        (walked.totals.requests, u64::from(asked)),
        (walked.seen.len() as u64, walked.totals.requests)
    );
    assert_eq!(walked.totals.requests - walked.totals.repeats, 10);
    assert_eq!(walked.portal.asked(Step::Profile), 3);
    assert_eq!(walked.totals.failures.len(), 1);
    assert_eq!(walked.totals.failures[0].code, "busy");

    let given_up = go(None, 1, busy_twice).await;
    assert_eq!(given_up.told, Told::Failed(Trouble::TurnedAway(Failure::Busy)));
    // What is decided about the person is not asked twice.
    let refused = go(None, 5, |step, _| match step {
        Step::Identity => Act::Problem(Failure::NikNotFound, None),
        _ => Act::Honest,
    });
    assert_eq!(refused.await.portal.asked(Step::Identity), 1);
}

#[tokio::test]
async fn a_confirmation_without_an_answer_is_repeated() {
    let walked = go(None, 1, |step, before| match (step, before) {
        (Step::Confirmation, 0) => Act::Silent,
        _ => Act::Honest,
    })
    .await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!(walked.portal.asked(Step::Confirmation), 2);
}

#[tokio::test]
async fn a_closed_connection_is_opened_again() {
    let walked = go(None, 0, |_, _| Act::Closing).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!((walked.totals.requests, walked.totals.repeats), (10, 0));
}

#[tokio::test]
async fn nobody_listening_is_a_broken_connection() {
    let portal = Portal::open(|_, _| Act::Honest).await;
    let (_stop, stopped) = watch::channel(None);
    let mut world = world(&portal, stopped);
    // A port that was free a moment ago, and is closed again.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    world.browsers = Browsers::new(listener.local_addr().unwrap(), Connections::Own);
    drop(listener);
    let zero = Instant::now();
    world.observer.start(zero);
    walk(&world, &crowd(None), 0, 0, zero).await;
    assert_eq!(world.observer.totals(1).told, [Some(Told::Failed(Trouble::Connection))]);
}

#[tokio::test]
async fn defects_are_acted_out() {
    let check = async |defect: Defect, expect: Failure, missing: &[Step]| {
        let walked = go(Some(defect), 0, |_, _| Act::Honest).await;
        for step in Step::ALL {
            let asked = walked.portal.asked(step) > 0;
            assert_eq!(asked, !missing.contains(&step), "{defect} {step}");
        }
        if defect != Defect::SwafotoMissing {
            assert_eq!(walked.told, Told::Refused(expect), "{defect}");
        }
    };
    check(Defect::CaptchaWrong, Failure::CaptchaWrong, &Step::ALL[3..]).await;
    let skipped = [Step::Ktp, Step::Swafoto, Step::Credentials, Step::Review];
    check(Defect::StepsSkipped, Failure::StepOutOfOrder, &skipped).await;
    check(Defect::SwafotoMissing, Failure::CameraMissing, &[Step::Swafoto]).await;
}

#[tokio::test]
async fn a_run_that_is_cut_short_ends_thinking_and_no_request() {
    let portal = Portal::open(|_, _| Act::After(Duration::from_millis(50))).await;
    let (stop, stopped) = watch::channel(None);
    let mut world = world(&portal, stopped);
    world.behaviour.profile_s_median = 3_600.0;
    let zero = Instant::now();
    world.observer.start(zero);
    let world = Arc::new(world);
    let walking = tokio::spawn({
        let world = Arc::clone(&world);
        async move { walk(&world, &crowd(None), 0, 0, zero).await }
    });
    // The applicant has had the answer to step 1, or is about to: either way an hour of typing follows.
    while portal.asked(Step::Identity) == 0 {
        tokio::task::yield_now().await;
    }
    stop.send_replace(Some(Instant::now()));
    let seen = walking.await.unwrap();
    assert_eq!(seen.last().map(|seen| (seen.step, seen.failure)), Some((Step::Identity, None)));
    let totals = world.observer.totals(1);
    assert_eq!(totals.told, [Some(Told::Unfinished)]);
    assert_eq!(totals.funnel[Step::Profile.index()].entered, 1);
}

async fn behaving(behaviour: Behaviour, script: impl Fn(Step, u32) -> Act + Send + Sync + 'static) -> Walked {
    go_with(None, behaviour, script).await
}

pub(crate) fn thoughtless() -> Behaviour {
    Behaviour::thoughtless(STEP_TIMEOUT.as_secs_f64(), 5.0)
}

#[tokio::test]
async fn impatient_people_reload_at_any_step() {
    let policy = Policy::Reload {
        attention_s_first: 0.1,
        attention_s_later: 0.05,
        attention_sigma: 0.0,
        reaction_s: 0.0,
    };
    let behaviour = Behaviour { retries: Retries { policy, tries_max: 3 }, ..thoughtless() };
    let walked = behaving(behaviour.clone(), |step, before| match (step, before) {
        (Step::Captcha, _) => Act::Honest,
        (_, 0) => Act::Silent,
        _ => Act::Honest,
    })
    .await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!(walked.totals.failures[0].code, "reloaded");
    // Eight steps twice, and with the two forms a captcha that was used up.
    assert_eq!((walked.totals.requests, walked.totals.repeats), (20, 10));
    let service = walked.histograms.quantiles("ktp", Kind::Service);
    assert!((99_000..102_000).contains(&service.max), "{service:?}");

    let given_up = behaving(behaviour, |_, _| Act::Silent).await;
    assert_eq!(given_up.told, Told::Failed(Trouble::Impatience));
    assert_eq!(given_up.portal.asked(Step::Status), 3);
}

#[tokio::test]
async fn who_gives_up_is_told_so() {
    let leaving = Leaving { share: 1.0, give_up_share: 1.0, return_s_median: 0.0, return_sigma: 0.0 };
    let behaviour = Behaviour { retries: Retries::as_told(5), leaving, ..thoughtless() };
    let busy = |step, _| match step {
        Step::Profile => Act::Problem(Failure::Busy, Some(0)),
        _ => Act::Honest,
    };
    let walked = behaving(behaviour.clone(), busy).await;
    assert_eq!(walked.told, Told::Abandoned(Trouble::TurnedAway(Failure::Busy)));
    assert_eq!(walked.portal.asked(Step::Profile), 1);
    // Away for no time at all, they try again as often as they ever do.
    let coming_back = Leaving { give_up_share: 0.0, ..leaving };
    let walked = behaving(Behaviour { leaving: coming_back, ..behaviour }, busy).await;
    assert_eq!(walked.told, Told::Failed(Trouble::TurnedAway(Failure::Busy)));
    assert_eq!(walked.portal.asked(Step::Profile), 6);
}

#[tokio::test]
async fn slips_are_mended_with_another_captcha() {
    let walked =
        behaving(Behaviour { captcha_slip_share: 1.0, captcha_tries_max: 3, ..thoughtless() }, |_, _| {
            Act::Honest
        })
        .await;
    assert_eq!(walked.told, Told::Abandoned(Trouble::TurnedAway(Failure::CaptchaWrong)));
    assert_eq!((walked.portal.asked(Step::Captcha), walked.portal.asked(Step::Identity)), (3, 3));
}

#[tokio::test]
async fn a_double_click_makes_two_requests_and_one_account() {
    let walked = behaving(Behaviour { double_click_share: 1.0, ..thoughtless() }, |_, _| Act::Honest).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!((walked.totals.requests, walked.totals.repeats, walked.seen.len()), (11, 1, 11));
    assert_eq!(walked.portal.asked(Step::Confirmation), 2);
    // One of the two may be turned away.
    let busy_once = |step, before| match (step, before) {
        (Step::Confirmation, 0) => Act::Problem(Failure::Busy, None),
        _ => Act::Honest,
    };
    let walked = behaving(Behaviour { double_click_share: 1.0, ..thoughtless() }, busy_once).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
}

#[tokio::test]
async fn a_crowd_waits_for_the_opening() {
    let behaviour = Behaviour { opening_poll_s: 0.01, opening_patience_s: 1.0, ..thoughtless() };
    let opens = |step, before| match (step, before) {
        (Step::Status, 0..3) => Act::NotYetOpen,
        _ => Act::Honest,
    };
    let walked = behaving(behaviour.clone(), opens).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!((walked.portal.asked(Step::Status), walked.totals.repeats), (4, 3));
    let shut = behaving(Behaviour { opening_patience_s: 0.02, ..behaviour }, |_, _| Act::NotYetOpen).await;
    assert_eq!(shut.told, Told::Abandoned(Trouble::TurnedAway(Failure::NotOpen)));
    let nobody_waits = behaving(thoughtless(), |_, _| Act::NotYetOpen).await;
    assert_eq!(nobody_waits.told, Told::Failed(Trouble::TurnedAway(Failure::NotOpen)));
}

#[tokio::test]
async fn an_expired_draft_is_begun_anew() {
    let expired = |step, before| match (step, before) {
        (Step::Credentials, 0) => Act::Problem(Failure::DraftExpired, None),
        _ => Act::Honest,
    };
    let behaviour = Behaviour { retries: Retries::as_told(1), ..thoughtless() };
    let walked = behaving(behaviour, expired).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!(walked.totals.requests - walked.totals.repeats, 8);
    let walked = behaving(thoughtless(), expired).await;
    assert_eq!(walked.told, Told::Failed(Trouble::TurnedAway(Failure::DraftExpired)));
}

/// The profile was acknowledged, and the kill came before it was on disk.
#[tokio::test]
async fn a_step_that_a_kill_has_cost_is_begun_anew_by_those_who_took_it() {
    let go = async |defect, kills: &[Kill]| {
        let behaviour = Behaviour { retries: Retries::as_told(1), ..thoughtless() };
        let faults = Faults { engine_kills: kills.to_vec(), ..Faults::default() };
        let forgets = |step, before| match (step, before) {
            (Step::Ktp, 0) => Act::Problem(Failure::StepOutOfOrder, None),
            _ => Act::Honest,
        };
        go_among(defect, behaviour, faults, forgets).await
    };
    let kill = Kill { at_s: 1.0, down_s: 0.3 };
    let walked = go(None, &[kill]).await;
    assert!(matches!(walked.told, Told::Registered(_)), "{:?}", walked.told);
    assert_eq!(walked.totals.requests - walked.totals.repeats, 5);
    // Where nothing was killed, or who left a step out, hears what they hear.
    assert_eq!(go(None, &[]).await.told, Told::Refused(Failure::StepOutOfOrder));
    let skipped = go(Some(Defect::StepsSkipped), &[kill]).await;
    assert_eq!(skipped.told, Told::Refused(Failure::StepOutOfOrder));
}

async fn mishap(faults: Faults, retries: u32) -> Walked {
    let behaviour = Behaviour { retries: Retries::as_told(retries), ..thoughtless() };
    go_among(None, behaviour, faults, |_, _| Act::Honest).await
}

#[tokio::test]
async fn faults_between_applicant_and_portal() {
    let dropped = mishap(Faults { connection_dropped_share: 1.0, ..Faults::default() }, 0).await;
    assert!(matches!(dropped.told, Told::Registered(_)), "{:?}", dropped.told);
    assert_eq!((dropped.totals.requests, dropped.totals.repeats), (10, 0));

    let lost = mishap(Faults { answer_lost_share: 1.0, ..Faults::default() }, 2).await;
    assert_eq!(lost.told, Told::Failed(Trouble::Connection));
    assert_eq!(lost.portal.asked(Step::Status), 3);
    // Somebody who keeps trying gets through where half of all answers are lost.
    let some_lost = mishap(Faults { answer_lost_share: 0.5, ..Faults::default() }, 60).await;
    assert!(matches!(some_lost.told, Told::Registered(_)), "{:?}", some_lost.told);
    assert!(some_lost.totals.repeats > 0);

    let stalled = mishap(Faults { upload_stalled_share: 1.0, ..Faults::default() }, 0).await;
    assert_eq!(stalled.told, Told::Failed(Trouble::Timeout));
    let service = stalled.histograms.quantiles("identity", Kind::Service);
    assert!(service.max >= u64::try_from(STEP_TIMEOUT.as_micros()).unwrap() * 998 / 1_000, "{service:?}");
}

//! What it says about people, and to what is no question.

use crate::support::{Client, Standin, about, population};
use chrono::Days;
use domain::wire::{CaptchaAnswer, RegistryAnswer, RegistryQuestion, paths};
use domain::{Kk, Limits, Nik, RegionSet, identity};
use hyper::{Method, StatusCode};
use people::{Crowd, Defect, Expected, Shares};

const FAST: &str = "latency = { law = \"constant\", ms = 0 }";

/// Found, card, name, date of birth.
async fn check(client: &mut Client, change: impl FnOnce(&mut RegistryQuestion), expect: [bool; 4]) {
    let mut question = about(&population().person(7));
    change(&mut question);
    let [found, kk_agrees, name_agrees, birth_date_agrees] = expect;
    let expect = RegistryAnswer { found, kk_agrees, name_agrees, birth_date_agrees };
    assert_eq!(client.ask(&question).await.answer(), expect, "{question:?}");
}

#[tokio::test]
async fn compares_with_the_person() {
    let standin = Standin::start(FAST).await;
    let client = &mut standin.client().await;
    check(client, |_| (), [true; 4]).await;
    check(client, |q| q.full_name = q.full_name.to_uppercase(), [true; 4]).await;
    check(client, |q| q.kk = Kk::from_u64(9_901_010_101_010_001).unwrap(), [true, false, true, true]).await;
    check(client, |q| q.full_name = "Orang Lain".to_owned(), [true, true, false, true]).await;
    check(client, |q| q.full_name = "<script>".to_owned(), [true, true, false, true]).await;
    check(client, |q| q.birth_date = q.birth_date + Days::new(1), [true, true, true, false]).await;
    let nobody = format!("{}9999", &population().nik_of(7).expose()[..12]);
    let nobody = Nik::parse(&nobody, RegionSet::RealAndSynthetic).unwrap();
    check(client, |q| q.nik = nobody, [false; 4]).await;
    let elsewhere = Nik::parse("3171011705909001", RegionSet::RealAndSynthetic).unwrap();
    check(client, |q| q.nik = elsewhere, [false; 4]).await;
}

/// Everybody who comes gets the answer that is expected of an honest portal that asks here.
#[tokio::test]
async fn agrees_with_what_applicants_expect() {
    let standin = Standin::start(FAST).await;
    let client = &mut standin.client().await;
    let defects = [Defect::NikUnknown, Defect::KkStale, Defect::NameDiffers, Defect::BirthDateDiffers];
    let shares = Shares::new(defects.map(|defect| (defect, 0.2))).unwrap();
    let limits = Limits::default();
    let crowd = Crowd::new(population(), shares, limits.clone());
    let rules = identity::Rules {
        regions: RegionSet::RealAndSynthetic,
        limits: &limits,
        today: population().reference(),
    };
    for applicant in (0..500).map(|arrival| crowd.applicant(arrival)) {
        let form = applicant.open_draft(CaptchaAnswer { id: String::new(), answer: String::new() });
        let (identity, _) = identity::check(form, &rules).unwrap();
        let answer = client.ask(&RegistryQuestion::about(&identity)).await.answer();
        let judged =
            identity::judge_registry_answer(answer).map_or_else(Expected::Refused, |()| Expected::Registered);
        assert_eq!(judged, applicant.expected, "{applicant:?}");
    }
}

#[tokio::test]
async fn what_is_no_question_is_refused_without_reasons() {
    let standin = Standin::start(FAST).await;
    let client = &mut standin.client().await;
    let good = serde_json::to_string(&about(&population().person(7))).unwrap();
    let nik = population().nik_of(7).expose();
    for body in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        good.replace(&nik, "9901013102900001"),
        good.replace("birth_date", "born"),
        good[..good.len() - 1].to_owned(),
    ] {
        let heard = client.send(Method::POST, paths::VERIFICATIONS, body.clone()).await;
        assert_eq!((heard.status, heard.text.as_str()), (StatusCode::BAD_REQUEST, "malformed\n"), "{body}");
    }
    let heard = client.send(Method::POST, paths::VERIFICATIONS, vec![b' '; 5_000]).await;
    assert_eq!((heard.status, heard.text.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too large\n"));
    standin.until(&["dukcapil_requests_total{outcome=\"malformed\"} 7"]).await;
}

#[tokio::test]
async fn paths_and_methods() {
    let standin = Standin::start(FAST).await;
    let client = &mut standin.client().await;
    let heard = client.get("/healthz").await;
    assert_eq!((heard.status, heard.text.as_str()), (StatusCode::OK, "ok\n"));
    assert_eq!(client.get("/").await.status, StatusCode::NOT_FOUND);
    let heard = client.get(paths::VERIFICATIONS).await;
    assert_eq!(
        (heard.status, &heard.headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    let heard = client.send(Method::PUT, "/metrics", "").await;
    assert_eq!(
        (heard.status, &heard.headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET".parse().unwrap())
    );
}

/// People whom no drawn population would surely have are told to the register by name.
#[tokio::test]
async fn knows_residents_beside_the_population() {
    let resident = "residents = [{ nik = \"9901011705990010\", kk = \"9901010101100002\", full_name = \"Siti Aminah\", \
                    birth_date = \"1999-05-17\" }]";
    let standin = Standin::start(&format!("{FAST}\n{resident}")).await;
    let client = &mut standin.client().await;
    let mut question = RegistryQuestion {
        nik: Nik::parse("9901011705990010", RegionSet::RealAndSynthetic).unwrap(),
        kk: Kk::parse("9901010101100002").unwrap(),
        full_name: "SITI AMINAH".to_owned(),
        birth_date: "1999-05-17".parse().unwrap(),
    };
    let mut found = async |question: &RegistryQuestion| client.ask(question).await.answer();
    let all = RegistryAnswer { found: true, kk_agrees: true, name_agrees: true, birth_date_agrees: true };
    assert_eq!(found(&question).await, all);
    question.kk = Kk::parse("9901010101100003").unwrap();
    assert_eq!(found(&question).await, RegistryAnswer { kk_agrees: false, ..all });
}

//! Accounts that wait to be activated: by link, by code, in time, too late, and what becomes of those that never are.

use crate::flow::check_refused;
use crate::support::{Client, Engine, Letter, NOON, nik, until};
use domain::Failure;
use domain::wire::{AccountMade, paths};
use hyper::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;

const LIFE: Duration = Duration::from_secs(48 * 3_600);

async fn activate_by_link(client: &mut Client, letter: &Letter) -> crate::support::Answer {
    client.post(paths::ACTIVATIONS, json!({"token": letter.token()})).await
}

async fn activate_by_code(client: &mut Client, account: &AccountMade, code: &str) -> crate::support::Answer {
    let form = json!({"account_number": account.account_number, "code": code});
    client.post(paths::ACTIVATIONS, form).await
}

async fn login(client: &mut Client, person: u32) -> crate::support::Answer {
    client.post(paths::SESSIONS, json!({"nik": nik(person), "password": "kuda-laut-47"})).await
}

async fn flags(engine: &Engine) -> Vec<String> {
    engine.export().await.iter().map(|line| line["flags"].to_string()).collect()
}

/// Another code than `code`, different for each `turn` below a million.
fn wrong(code: &str, turn: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1 + turn) % 1_000_000)
}

#[tokio::test]
async fn by_link() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let made = client.register(1).await;
    assert_eq!(made.activate_before, Some(NOON.plus(LIFE)));
    assert_eq!(flags(&engine).await, ["[\"awaiting-activation\"]"]);
    check_refused(&login(&mut client, 1).await, Failure::LoginFailed);

    let letter = engine.message().await;
    let answer = activate_by_link(&mut client, &letter).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json(), json!({"account_number": 1, "nik_masked": made.nik_masked}));
    assert_eq!(flags(&engine).await, ["[]"]);
    assert_eq!(login(&mut client, 1).await.status, StatusCode::CREATED);
    // Once is enough, and the code of the same message is used up with it.
    check_refused(&activate_by_link(&mut client, &letter).await, Failure::ActivationExpired);
    check_refused(&activate_by_code(&mut client, &made, letter.code()).await, Failure::ActivationExpired);
}

#[tokio::test]
async fn by_code_which_cannot_be_guessed() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let (first, second) = (client.register(1).await, client.register(2).await);
    until("both messages", || engine.outbox().len() == 2).await;
    let [to_first, to_second] = <[String; 2]>::try_from(engine.outbox()).unwrap().map(Letter);
    // Somebody else's code and another account's number are as wrong as any.
    check_refused(&activate_by_code(&mut client, &first, to_second.code()).await, Failure::ActivationExpired);
    let answer = activate_by_code(&mut client, &first, &format!(" {} ", to_first.code())).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");

    for turn in 0..5 {
        let answer = activate_by_code(&mut client, &second, &wrong(to_second.code(), turn)).await;
        check_refused(&answer, Failure::ActivationExpired);
        assert_eq!(answer.json()["fields"][0]["field"], "code");
    }
    check_refused(
        &activate_by_code(&mut client, &second, to_second.code()).await,
        Failure::ActivationExpired,
    );
    // The link cannot be guessed at, so it goes on.
    assert_eq!(activate_by_link(&mut client, &to_second).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_learns_which_accounts_wait() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let (active, waiting) = (client.register(1).await, client.register(2).await);
    until("both messages", || engine.outbox().len() == 2).await;
    activate_by_link(&mut client, &Letter(engine.outbox().remove(0))).await;
    let mut texts = Vec::new();
    for number in [active.account_number.0, waiting.account_number.0, 77] {
        let answer =
            client.post(paths::ACTIVATIONS, json!({"account_number": number, "code": "0000000"})).await;
        check_refused(&answer, Failure::ActivationExpired);
        texts.push(answer.text);
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
    for token in [
        "",
        "1",
        "0000000002-00000000000000000000000000000000",
        "0000000077-0123456789abcdef0123456789abcdef",
    ] {
        let answer = client.post(paths::ACTIVATIONS, json!({"token": token})).await;
        check_refused(&answer, Failure::ActivationExpired);
    }
    for form in
        [json!({}), json!({"token": "a", "code": "b"}), json!({"account_number": 1}), json!({"token": 1})]
    {
        check_refused(&client.post(paths::ACTIVATIONS, form).await, Failure::FormOutdated);
    }
}

#[tokio::test]
async fn to_the_millisecond() {
    let engine = Engine::start("activation_hours = 1").await;
    let mut client = engine.client().await;
    let mut letters = Vec::new();
    for person in [1, 2] {
        client.register(person).await;
        until("a message", || engine.outbox().len() == person as usize).await;
        letters.push(Letter(engine.outbox().remove(person as usize - 1)));
    }
    engine.set_clock(NOON.plus(Duration::from_millis(3_599_999)));
    assert_eq!(activate_by_link(&mut client, &letters[0]).await.status, StatusCode::OK);
    engine.set_clock(NOON.plus(Duration::from_millis(3_600_000)));
    check_refused(&activate_by_link(&mut client, &letters[1]).await, Failure::ActivationExpired);
    assert_eq!(engine.exported().await, [nik(1)], "and it is cancelled there and then");
}

#[tokio::test]
async fn the_message_again_makes_the_earlier_one_worthless() {
    let engine = Engine::start("activation_resends = 2\nactivation_tries = 1").await;
    let mut client = engine.client().await;
    let (made, other) = (client.register(1).await, client.register(2).await);
    let resend = json!({"receipt": made.receipt});
    let mut letters = Vec::new();
    for resends_left in [1, 0] {
        let sent = engine.outbox().len();
        until("its messages", || engine.outbox().len() >= sent.max(2)).await;
        letters = engine.outbox();
        let answer = client.post(paths::ACTIVATION_MESSAGES, resend.clone()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        assert_eq!(
            answer.json(),
            json!({"email_masked": "s***@contoh.example", "activate_before": made.activate_before, "resends_left": resends_left})
        );
        until("one more message", || engine.outbox().len() > letters.len()).await;
    }
    check_refused(&client.post(paths::ACTIVATION_MESSAGES, resend.clone()).await, Failure::TooManyRequests);
    let earlier: Vec<Letter> =
        letters.into_iter().filter(|text| text.contains("Nomor akun: 0000000001")).map(Letter).collect();
    assert_eq!(earlier.len(), 2);
    for letter in &earlier {
        check_refused(&activate_by_link(&mut client, letter).await, Failure::ActivationExpired);
    }
    let known: Vec<&str> = earlier.iter().map(Letter::token).collect();
    let latest = engine
        .outbox()
        .into_iter()
        .map(Letter)
        .find(|letter| letter.0.contains("Nomor akun: 0000000001") && !known.contains(&letter.token()));
    assert_eq!(activate_by_code(&mut client, &made, latest.unwrap().code()).await.status, StatusCode::OK);

    // Who doesn't have the receipt gets nothing sent, and learns nothing.
    let forged = made.receipt.to_string().replace("0000000001-", "0000000002-");
    for receipt in [made.receipt.to_string(), forged, "2".to_owned(), String::new()] {
        let answer = client.post(paths::ACTIVATION_MESSAGES, json!({"receipt": receipt})).await;
        check_refused(&answer, Failure::ActivationExpired);
    }
    let spoken = other.receipt.to_string().to_lowercase().replace('-', " ");
    let answer = client.post(paths::ACTIVATION_MESSAGES, json!({"receipt": spoken})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_is_not_activated_frees_nik_email_and_phone() {
    for swept in [false, true] {
        // Without a sweep the same happens on the next occasion.
        let engine = Engine::start(if swept { "sweep_ms = 10" } else { "sweep_ms = 600000" }).await;
        let mut client = engine.client().await;
        let token = client.complete(1).await;
        let first = client.confirm(&token).await;
        assert_eq!(engine.files(), 2);
        check_refused(&client.open(1, |_| ()).await, Failure::NikRegistered);
        engine.set_clock(NOON.plus(LIFE));
        if swept {
            until("the sweep", || engine.files() == 0).await;
            assert_eq!(engine.exported().await, Vec::<String>::new());
            check_refused(&client.confirm(&token).await, Failure::DraftExpired);
        }
        // The same e-mail and phone under another NIK, and the same NIK under another e-mail and phone.
        let other = client.open(2, |form| {
            form.email = "SITI1@contoh.example".to_owned();
            form.phone = "0812 0000 0001".to_owned();
        });
        assert_eq!(other.await.code(), "ok");
        let again = client.complete(1).await;
        let answer = client.confirm(&again).await;
        assert_eq!((answer.status, &answer.json()["account_number"]), (StatusCode::CREATED, &json!(2)));
        assert_eq!(engine.exported().await, [nik(1)]);
        // The first draft is over for good.
        let late = client.confirm(&token).await;
        check_refused(&late, Failure::DraftExpired);
        assert_eq!(first.json()["account_number"], 1);
    }
}

#[tokio::test]
async fn the_repeat_of_a_confirmation_that_lapsed_says_so() {
    let engine = Engine::start("sweep_ms = 600000").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    engine.set_clock(NOON.plus(LIFE));
    check_refused(&client.confirm(&token).await, Failure::ActivationExpired);
    check_refused(&client.confirm(&token).await, Failure::DraftExpired);
    assert_eq!(engine.exported().await, Vec::<String>::new());
}

#[tokio::test]
async fn where_accounts_need_not_be_activated_nothing_is_sent() {
    for settings in ["activation = \"off\"", "limits_profile = \"2024\""] {
        let engine = Engine::start(settings).await;
        let mut client = engine.client().await;
        let token = client.complete(1).await;
        let answer = client.confirm(&token).await;
        assert_eq!(answer.json().get("activate_before"), None);
        assert_eq!(login(&mut client, 1).await.status, StatusCode::CREATED);
        engine.set_clock(NOON.plus(LIFE * 100));
        assert_eq!(client.confirm(&token).await.status, StatusCode::OK);
        assert_eq!(engine.outbox(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn it_outlives_the_engine_and_its_settings() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    client.register(1).await;
    let letter = engine.message().await;
    drop(client);
    let folder = engine.stop().await;
    // Whoever was told to activate their account still has to, and can.
    let engine = Engine::start_in(folder, "activation = \"off\"").await;
    let mut client = engine.client().await;
    check_refused(&login(&mut client, 1).await, Failure::LoginFailed);
    assert_eq!(activate_by_link(&mut client, &letter).await.status, StatusCode::OK);
    drop(client);
    let engine = Engine::start_in(engine.stop().await, "").await;
    assert_eq!(login(&mut engine.client().await, 1).await.status, StatusCode::CREATED);
}

/// Activation, cancellation by the sweep, and confirmations of the same NIK, all let go at the instant at which the account lapses:
/// there is one account afterwards, and it is the one that somebody was told of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nik_that_is_freed_goes_to_one() {
    const AT_A_TIME: u32 = 16;
    let engine = Engine::start("sweep_ms = 10\nactivation_hours = 1\ndraft_minutes = 120").await;
    let mut client = engine.client().await;
    for round in 0..6 {
        let now = NOON.plus(Duration::from_secs(round * 7_200));
        engine.set_clock(now);
        let person = u32::try_from(round).unwrap();
        // The drafts are there first: once the NIK is taken, step 1 would tell.
        let mut tokens = Vec::new();
        for contact in 0..AT_A_TIME {
            let other = crate::support::form(1_000 * (person + 1) + contact, client.captcha().await);
            let opened =
                client.open(person, |form| (form.phone, form.email) = (other.phone, other.email)).await;
            let token = opened.json()["token"].as_str().unwrap().to_owned();
            client.fill(&token, "pksc").await;
            tokens.push(token);
        }
        let number = client.register(person).await.account_number;
        let mine = |text: &String| text.contains(&format!("Nomor akun: {number}"));
        until("its message", || engine.outbox().iter().any(mine)).await;
        let letter = Letter(engine.outbox().into_iter().find(mine).unwrap());
        // The clock reaches the end before everything, during it, or when the activation is done.
        let (almost, end) =
            (now.plus(Duration::from_millis(3_599_999)), now.plus(Duration::from_secs(3_600)));
        let when = round % 3;
        engine.set_clock(if when == 0 { end } else { almost });
        let barrier = Arc::new(Barrier::new(tokens.len() + 1));
        let mut waiting = tokio::task::JoinSet::new();
        for token in tokens {
            let (barrier, mut client) = (Arc::clone(&barrier), engine.client().await);
            waiting.spawn(async move {
                barrier.wait().await;
                client.confirm(&token).await.status.as_u16()
            });
        }
        barrier.wait().await;
        let activating = activate_by_link(&mut client, &letter);
        let activated = if when == 1 {
            let (activated, ()) = tokio::join!(activating, async { engine.set_clock(end) });
            activated
        } else {
            activating.await
        };
        engine.set_clock(end);
        let activated = activated.status.as_u16();
        assert!(when == 1 || activated == if when == 0 { 410 } else { 200 }, "round {round}: {activated}");
        let counts = waiting.join_all().await.into_iter().fold(BTreeMap::new(), |mut counts, status| {
            *counts.entry(status).or_insert(0) += 1;
            counts
        });
        let taken = BTreeMap::from([(409, AT_A_TIME)]);
        let freed = BTreeMap::from([(201, 1), (409, AT_A_TIME - 1)]);
        // While the clock moves, everybody may be told 409 before the end, and the activation come after it.
        let fits = match (when, activated) {
            (_, 200) => counts == taken,
            (1, _) => counts == freed || counts == taken,
            _ => counts == freed,
        };
        assert!(fits, "round {round}: activation answered {activated}, confirmations {counts:?}");
        let holds = activated == 200 || counts == freed;
        let count = async || engine.exported().await.into_iter().filter(|one| *one == nik(person)).count();
        while !holds && count().await > 0 {
            // The sweep has yet to come by.
            tokio::task::yield_now().await;
        }
        assert_eq!(count().await, usize::from(holds), "round {round}");
    }
}

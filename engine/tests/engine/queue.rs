//! The waiting room over sockets: places, tokens, the opening, and what a restart leaves of it.

use crate::support::{Answer, Client, Engine, NOON, form};
use domain::Failure;
use domain::wire::{QUEUE_COOKIE, QUEUE_TOKEN, QueuePlace, QueueState, WaitingRoom, paths};
use hyper::{Method, StatusCode};
use std::time::Duration;

/// Calls a person in each 10 s, one at once, two of them inside.
const ROOM: &str = "admission = \"waiting-room\"\npassword_threads = 1\nadmission_calls_per_s = 0.1\nadmission_active_max = 2\n";

/// The same with more space inside.
fn wide_room(settings: &str) -> String {
    format!("{}{settings}", ROOM.replace("active_max = 2", "active_max = 4"))
}

fn place(answer: &Answer) -> QueuePlace {
    serde_json::from_value(answer.json()).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

fn refused(answer: &Answer, failure: Failure) {
    assert_eq!(
        (answer.code().as_str(), answer.status.as_u16()),
        (failure.code(), failure.status()),
        "{answer:?}"
    );
}

/// Somebody with a token, or without.
struct Guest {
    client: Client,
    token: String,
}

impl Guest {
    async fn come(engine: &Engine) -> (Guest, QueuePlace) {
        let mut client = engine.client().await;
        let answer = client.call(Method::POST, paths::QUEUE, "").await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let place = place(&answer);
        (Guest { client, token: place.token.clone() }, place)
    }

    async fn with(&mut self, method: Method, path: &str, body: impl Into<bytes::Bytes>) -> Answer {
        self.client.ask(method, path, &[(QUEUE_TOKEN, &self.token)], body).await
    }

    async fn ask(&mut self) -> QueuePlace {
        let answer = self.with(Method::GET, paths::QUEUE, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        place(&answer)
    }

    /// Asks, and gives the state, the place and the time until the next question.
    async fn stands(&mut self) -> (QueueState, Option<u64>, u32) {
        let place = self.ask().await;
        (place.state, place.place, place.ask_again_s)
    }
}

async fn room(engine: &Engine) -> Option<WaitingRoom> {
    let status = engine.client().await.call(Method::GET, paths::STATUS, "").await;
    serde_json::from_value(status.json()["waiting_room"].clone()).unwrap()
}

fn at(engine: &Engine, s: u64) {
    engine.set_clock(NOON.plus(Duration::from_secs(s)));
}

#[tokio::test]
async fn without_a_room_there_is_nothing_to_wait_for() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let answer = client.call(method, paths::QUEUE, "").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NO_CONTENT, ""));
    }
    assert_eq!(room(&engine).await, None);
}

#[tokio::test]
async fn who_comes_first_is_first() {
    let engine = Engine::start(ROOM).await;
    let (_, first) = Guest::come(&engine).await;
    assert_eq!((first.state, first.place, first.ask_again_s), (QueueState::Admitted, None, 0));
    let (mut second, waits) = Guest::come(&engine).await;
    assert_eq!(
        (waits.state, waits.place, waits.estimate_s, waits.opens_at),
        (QueueState::Waiting, Some(1), 10, None)
    );
    let (mut third, waits) = Guest::come(&engine).await;
    assert_eq!((waits.place, waits.estimate_s, waits.ask_again_s), (Some(2), 20, 10));
    let expect = WaitingRoom { is_open: true, waiting_count: 2, active_count: 1, estimate_s: 30 };
    assert_eq!(room(&engine).await, Some(expect));

    // Whoever isn't called yet doesn't get into the flow, and is told when to come again.
    let busy = second.with(Method::POST, paths::CAPTCHAS, "").await;
    refused(&busy, Failure::Busy);
    assert_eq!(busy.headers["retry-after"], "5");
    at(&engine, 10);
    assert_eq!(second.stands().await, (QueueState::Admitted, None, 0));
    assert_eq!(second.with(Method::POST, paths::CAPTCHAS, "").await.status, StatusCode::CREATED);
    assert_eq!(third.stands().await, (QueueState::Waiting, Some(1), 5));
    // Two are inside: however long it takes, the third has to wait for one of them.
    at(&engine, 20);
    assert_eq!(third.stands().await.0, QueueState::Waiting);
    assert_eq!(second.with(Method::DELETE, paths::QUEUE, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(third.stands().await.0, QueueState::Admitted);
}

#[tokio::test]
async fn an_account_frees_its_place_and_uses_the_token_up() {
    let engine = Engine::start(&ROOM.replace("active_max = 2", "active_max = 1")).await;
    let (mut guest, _) = Guest::come(&engine).await;
    let (mut next, _) = Guest::come(&engine).await;
    at(&engine, 20);
    assert_eq!(next.stands().await.0, QueueState::Waiting);
    let token = guest.client.queue_with(&guest.token).complete(1).await;
    let made = guest.client.confirm(&token).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(next.stands().await.0, QueueState::Admitted);
    // The first answer is given again, as it has to be, and nothing else.
    let again = guest.client.confirm(&token).await;
    assert_eq!((again.status, again.text), (StatusCode::OK, made.text));
    assert_eq!(guest.client.call(Method::GET, &paths::draft(&token), "").await.status, StatusCode::OK);
    refused(&guest.with(Method::POST, paths::CAPTCHAS, "").await, Failure::QueueTokenInvalid);
    refused(&guest.with(Method::GET, paths::QUEUE, "").await, Failure::QueueTokenInvalid);
    refused(&guest.with(Method::POST, paths::QUEUE, "").await, Failure::QueueTokenInvalid);
    refused(&guest.with(Method::DELETE, paths::QUEUE, "").await, Failure::QueueTokenInvalid);
}

#[tokio::test]
async fn tokens_that_do_not_count() {
    let engine = Engine::start(ROOM).await;
    let (ayu, _) = Guest::come(&engine).await;
    let (budi, _) = Guest::come(&engine).await;
    let elsewhere = Guest::come(&Engine::start(ROOM).await).await.0.token;
    let parts = |token: &str| {
        let (visitor, ticket) = token.split_once('.').unwrap();
        (visitor.to_owned(), ticket.to_owned())
    };
    let ((ayu_visitor, ayu_ticket), (budi_visitor, _)) = (parts(&ayu.token), parts(&budi.token));
    let flipped = if ayu_ticket.starts_with('0') { "1" } else { "0" };
    let bad = [
        String::new(),
        "x".to_owned(),
        ayu_visitor.clone(),
        format!("{ayu_visitor}."),
        format!("{ayu_visitor}.{flipped}{}", &ayu_ticket[1..]),
        format!("{budi_visitor}.{ayu_ticket}"),
        elsewhere,
    ];
    let mut client = engine.client().await;
    for token in &bad {
        for (method, path) in
            [(Method::POST, paths::QUEUE), (Method::GET, paths::QUEUE), (Method::POST, paths::CAPTCHAS)]
        {
            let answer = client.ask(method, path, &[(QUEUE_TOKEN, token)], "").await;
            refused(&answer, Failure::QueueTokenInvalid);
            assert_eq!(answer.json()["contact"], "self");
            assert!(!answer.headers.contains_key("retry-after"), "{answer:?}");
        }
    }
    // Without any: the flow is shut, what is not the flow is open.
    refused(&client.call(Method::POST, paths::CAPTCHAS, "").await, Failure::QueueTokenInvalid);
    refused(&client.call(Method::GET, paths::QUEUE, "").await, Failure::QueueTokenInvalid);
    for path in [paths::STATUS, paths::FAILURES, paths::REGENCIES] {
        assert_eq!(client.call(Method::GET, path, "").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_browser_keeps_its_place_as_a_cookie() {
    let engine = Engine::start(ROOM).await;
    Guest::come(&engine).await;
    let mut client = engine.client().await;
    let come = client.call(Method::POST, paths::QUEUE, "").await;
    let cookie = come.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=86400"] {
        assert!(cookie.split("; ").any(|found| found == part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(cookie, format!("{QUEUE_COOKIE}={}", place(&come).token));
    // Loaded again, also by another POST, it is the same place.
    for method in [Method::POST, Method::GET] {
        let again = client.ask(method, paths::QUEUE, &[("cookie", &cookie)], "").await;
        assert_eq!((again.status, place(&again).place), (StatusCode::OK, Some(1)));
    }
    assert_eq!(room(&engine).await.unwrap().waiting_count, 1);
    // Given up, it is worth nothing; the browser gets another one behind the others.
    Guest::come(&engine).await;
    at(&engine, 1);
    let left = client.ask(Method::DELETE, paths::QUEUE, &[("cookie", &cookie)], "").await;
    assert!(left.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "{left:?}");
    let anew = client.ask(Method::POST, paths::QUEUE, &[("cookie", &cookie)], "").await;
    assert_eq!((anew.status, place(&anew).place), (StatusCode::CREATED, Some(3)));
}

/// Who comes before the opening has no place until it; then all of them have different ones, and in another order than they came.
#[tokio::test]
async fn the_early_are_drawn_at_the_opening() {
    let settings = format!("{ROOM}admission_heartbeat_s = 600\nopens_at = \"2026-11-18T11:07:40Z\"");
    let engine = Engine::start(&settings).await;
    let mut early = Vec::new();
    for _ in 0..12 {
        let (guest, waits) = Guest::come(&engine).await;
        assert_eq!((waits.state, waits.place), (QueueState::Waiting, None));
        assert_eq!(waits.opens_at, Some(NOON.plus(Duration::from_secs(60))));
        early.push(guest);
    }
    assert!(!room(&engine).await.unwrap().is_open);
    refused(&early[0].with(Method::POST, paths::CAPTCHAS, "").await, Failure::Busy);
    at(&engine, 60);
    let mut places = Vec::new();
    for guest in &mut early {
        places.push(guest.ask().await.place.unwrap_or(0));
    }
    let (late, waits) = Guest::come(&engine).await;
    drop(late);
    assert!(places.iter().all(|&place| Some(place) < waits.place), "{places:?} {waits:?}");
    assert!(places.iter().filter(|&&place| place == 0).count() == 1, "one is called at once: {places:?}");
    assert!(!places.is_sorted(), "in the order in which they came: {places:?}");
    assert!(room(&engine).await.unwrap().is_open);
}

/// Operators put the opening back while people wait: nobody is called, and nobody loses anything.
#[tokio::test]
async fn an_opening_that_is_put_back() {
    let engine = Engine::start(&format!("{ROOM}opens_at = \"2026-11-18T11:07:40Z\"")).await;
    let (mut guest, _) = Guest::come(&engine).await;
    let schedule = r#"{"schedule":{"opens_at":"2026-11-18T11:08:40.000Z","closes_at":null,"formations_ready":true,"maintenance":false,"maintenance_hours":null,"announcements":[]}}"#;
    let changed = engine.operate(Method::PUT, paths::GATE, schedule).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    at(&engine, 61);
    let waits = guest.ask().await;
    assert_eq!(
        (waits.state, waits.opens_at),
        (QueueState::Waiting, Some(NOON.plus(Duration::from_secs(120))))
    );
    at(&engine, 120);
    assert_eq!(guest.stands().await.0, QueueState::Admitted);
}

#[tokio::test]
async fn a_restart_keeps_places_and_counters() {
    let settings = wide_room("admission_heartbeat_s = 30");
    let engine = Engine::start(&settings).await;
    let (mut inside, _) = Guest::come(&engine).await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(Guest::come(&engine).await.0);
    }
    drop(inside.client);
    let folder = engine.stop().await;
    let engine = Engine::start_in(folder, &settings).await;
    inside.client = engine.client().await;
    // They come back in another order, and stand where they stood. Who was inside is inside.
    for (at, guest) in waiting.iter_mut().enumerate().rev() {
        guest.client = engine.client().await;
        let place = guest.ask().await;
        // The first call of a room costs no time, after a restart neither.
        assert_eq!(place.place, (at > 0).then_some(at as u64 + 1), "{place:?}");
    }
    assert_eq!(inside.stands().await.0, QueueState::Admitted);
    let (_, newcomer) = Guest::come(&engine).await;
    assert_eq!(newcomer.place, Some(4));
    at(&engine, 10);
    assert_eq!(waiting[1].stands().await.0, QueueState::Admitted);
    let next = waiting[2].ask().await;
    assert_eq!((next.state, next.place), (QueueState::Waiting, Some(1)));
}

/// Who isn't heard of has left, and holds nobody up; coming back with the token, they stand at their number.
#[tokio::test]
async fn who_left_holds_nobody_up() {
    let engine = Engine::start(&wide_room("admission_heartbeat_s = 6")).await;
    Guest::come(&engine).await;
    let (mut left, _) = Guest::come(&engine).await;
    let (mut stays, _) = Guest::come(&engine).await;
    for s in [2, 4, 6, 8] {
        at(&engine, s);
        stays.ask().await;
    }
    assert_eq!(room(&engine).await.unwrap().waiting_count, 1);
    at(&engine, 10);
    assert_eq!(stays.stands().await.0, QueueState::Admitted);
    at(&engine, 12);
    assert_eq!(left.stands().await.0, QueueState::Admitted, "called before, and there is room");
}

/// A token that is handed round lets in the one who begins with it first; the draft of another is none of its holder's either.
#[tokio::test]
async fn a_shared_token_lets_one_person_in() {
    let engine = Engine::start(&wide_room("")).await;
    let (mut ayu, _) = Guest::come(&engine).await;
    let mut budi = Guest { client: engine.client().await, token: ayu.token.clone() };
    // Until somebody has begun the place is nobody's: whose form is refused has not.
    ayu.client.queue_with(&ayu.token);
    assert_eq!(ayu.client.open(1, |form| form.kk = "12".to_owned()).await.code(), "kk-malformed");
    let draft = ayu.client.opened(2).await;
    budi.client.queue_with(&budi.token);
    let lookups = engine.lookups();
    refused(&budi.client.open(3, |_| ()).await, Failure::QueueTokenInvalid);
    assert_eq!(engine.lookups(), lookups, "nobody was asked about them");
    // The same person may begin anew, and goes on.
    ayu.client.opened(2).await;
    assert_eq!(ayu.client.call(Method::GET, &paths::draft(&draft), "").await.status, StatusCode::OK);

    // Two places, and drafts in exchange.
    at(&engine, 10);
    let (mut citra, _) = Guest::come(&engine).await;
    citra.client.queue_with(&citra.token);
    citra.client.opened(4).await;
    refused(&citra.client.call(Method::GET, &paths::draft(&draft), "").await, Failure::QueueTokenInvalid);
}

#[tokio::test]
async fn an_address_has_so_many_places() {
    let engine = Engine::start(&wide_room("admission_places_per_address = 2")).await;
    let (mut first, _) = Guest::come(&engine).await;
    let (mut second, _) = Guest::come(&engine).await;
    let mut third = engine.client().await;
    let answer = third.call(Method::POST, paths::QUEUE, "").await;
    refused(&answer, Failure::TooManyRequests);
    assert_eq!(answer.headers["retry-after"], "60");
    // Who has a place keeps it, and one that is given up is the next one's.
    assert_eq!(second.stands().await.0, QueueState::Waiting);
    assert_eq!(first.with(Method::DELETE, paths::QUEUE, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(third.call(Method::POST, paths::QUEUE, "").await.status, StatusCode::CREATED);
}

/// A program with a form of somebody else's draft is nobody's guest, and a form without a place is not even read.
#[tokio::test]
async fn the_place_is_judged_before_the_form() {
    let engine = Engine::start(ROOM).await;
    let (mut guest, _) = Guest::come(&engine).await;
    let captcha = guest.client.queue_with(&guest.token).captcha().await;
    let form = serde_json::to_vec(&form(1, captcha)).unwrap();
    let mut stranger = engine.client().await;
    refused(&stranger.call(Method::POST, paths::DRAFTS, form.clone()).await, Failure::QueueTokenInvalid);
    assert_eq!(engine.lookups(), 0);
    assert_eq!(guest.with(Method::POST, paths::DRAFTS, form).await.status, StatusCode::CREATED);
}

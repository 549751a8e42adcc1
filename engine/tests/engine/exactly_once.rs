//! One NIK, one account, whatever comes at the same time.

use crate::support::{Client, Engine, nik};
use hyper::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Barrier;

const AT_A_TIME: u32 = 64;
const ROUNDS: u32 = 8;

/// Confirms every token on a connection of its own, all let go at once, and counts the answers by status.
async fn confirm_together(engine: &Engine, tokens: Vec<String>) -> BTreeMap<u16, usize> {
    let barrier = Arc::new(Barrier::new(tokens.len()));
    let mut waiting = tokio::task::JoinSet::new();
    for token in tokens {
        let (barrier, mut client) = (Arc::clone(&barrier), engine.client().await);
        waiting.spawn(async move {
            barrier.wait().await;
            client.confirm(&token).await.status.as_u16()
        });
    }
    waiting.join_all().await.into_iter().fold(BTreeMap::new(), |mut counts, status| {
        *counts.entry(status).or_default() += 1;
        counts
    })
}

/// `person`'s data in a draft of its own. Phone and e-mail differ, so that only the NIK can tell that it is the same person.
async fn complete_as(client: &mut Client, person: u32, contact: u32) -> String {
    let other = crate::support::form(contact, client.captcha().await);
    let answer = client.open(person, |form| (form.phone, form.email) = (other.phone, other.email)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    client.fill(&token, "pksc").await;
    token
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_drafts_of_one_nik_make_one_account() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    for round in 0..ROUNDS {
        let mut tokens = Vec::new();
        for contact in 0..AT_A_TIME {
            tokens.push(complete_as(&mut client, round, round * 1_000 + contact).await);
        }
        let counts = confirm_together(&engine, tokens).await;
        assert_eq!(counts, BTreeMap::from([(201, 1), (409, AT_A_TIME as usize - 1)]), "round {round}");
    }
    let expect: Vec<_> = (0..ROUNDS).map(nik).collect();
    assert_eq!(engine.exported().await, expect);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clicks_on_one_draft_make_one_account() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    for round in 0..ROUNDS {
        let token = client.complete(round).await;
        let counts = confirm_together(&engine, vec![token; AT_A_TIME as usize]).await;
        assert_eq!(counts, BTreeMap::from([(200, AT_A_TIME as usize - 1), (201, 1)]), "round {round}");
    }
    assert_eq!(engine.exported().await.len(), ROUNDS as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_makes_one_account() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let mut tokens = Vec::new();
    for person in 0..16 {
        let answer = client.open(person, |form| form.email = "Bersama@contoh.example".to_owned()).await;
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        client.fill(&token, "pksc").await;
        tokens.push(token);
    }
    assert_eq!(confirm_together(&engine, tokens).await, BTreeMap::from([(201, 1), (409, 15)]));
}

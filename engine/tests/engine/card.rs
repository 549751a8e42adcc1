//! Kartu Informasi Akun and its receipt: who gets to see them, and what they show.

use crate::flow::check_refused;
use crate::support::{Client, Engine, NOON, nik, until};
use domain::Failure;
use domain::draft::AccountNumber;
use domain::wire::paths;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

async fn page(client: &mut Client, number: u64, query: &str) -> crate::support::Answer {
    client.call(Method::GET, &format!("{}?{query}", paths::card(AccountNumber(number))), "").await
}

#[tokio::test]
async fn a_page_and_a_pdf() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let made = client.register(1).await;
    let query = format!("receipt={}", made.receipt);
    let answer = page(&mut client, 1, &query).await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].as_bytes()),
        (StatusCode::OK, &b"text/html; charset=utf-8"[..])
    );
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for shown in [
        "Siti Aminah",
        &nik(1),
        "0000000001",
        &made.receipt.to_string(),
        " WIB",
        "Menunggu aktivasi sampai ",
        "Sudah diunggah",
        "Anda tidak bisa melakukan perubahan data akun",
        "Pendaftaran tidak dipungut biaya",
        "Pastikan nama, tanggal lahir, dan ijazah sesuai dengan ijazah yang akan digunakan dalam pendaftaran",
    ] {
        assert!(answer.text.contains(shown), "{shown} is not in {}", answer.text);
    }
    for hidden in ["siti1@contoh.example", "0812", "9902020102150003", "argon2", "ktp-"] {
        assert!(!answer.text.contains(hidden), "{hidden} is in {}", answer.text);
    }

    let by_query = page(&mut client, 1, &format!("{query}&format=pdf")).await;
    let path = format!("{}?{query}", paths::card(made.account_number));
    let by_accept = client.ask(Method::GET, &path, &[("accept", "application/pdf")], "").await;
    assert_eq!(by_query.text, by_accept.text);
    assert_eq!(by_query.headers["content-type"], "application/pdf");
    assert_eq!(by_query.headers["content-disposition"], "inline; filename=\"kartu-akun-0000000001.pdf\"");
    assert!(by_query.text.starts_with("%PDF-1.") && by_query.text.trim_end().ends_with("%%EOF"));
    for shown in ["(Siti Aminah)", &nik(1), &made.receipt.to_string()] {
        assert!(by_query.text.contains(shown), "{shown} is not in the PDF");
    }
}

#[tokio::test]
async fn only_for_whoever_has_receipt_or_session() {
    let engine = Engine::start("activation = \"off\"").await;
    let mut client = engine.client().await;
    let (first, second) = (client.register(1).await, client.register(2).await);
    let mut texts = Vec::new();
    let swapped = second.receipt.to_string().replace("0000000002-", "0000000001-");
    for (number, query) in [
        (1, String::new()),
        (1, "receipt=".to_owned()),
        (1, format!("receipt={}", second.receipt)),
        (1, format!("receipt={swapped}")),
        (77, format!("receipt={}", first.receipt)),
        (77, String::new()),
    ] {
        let answer = page(&mut client, number, &query).await;
        check_refused(&answer, Failure::LoginFailed);
        texts.push(answer.text);
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");

    let login = client.post(paths::SESSIONS, json!({"nik": nik(1), "password": "kuda-laut-47"})).await;
    let session = format!("Bearer {}", login.json()["token"].as_str().unwrap());
    let headers = [("authorization", session.as_str())];
    let own = client.ask(Method::GET, &paths::card(first.account_number), &headers, "").await;
    assert!(own.text.contains("Aktif") && own.text.contains(&nik(1)));
    let other = client.ask(Method::GET, &paths::card(second.account_number), &headers, "").await;
    check_refused(&other, Failure::LoginFailed);
}

async fn receipt(client: &mut Client, text: &str) -> Value {
    let answer = client.call(Method::GET, &paths::receipt(text), "").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_receipt_is_genuine_or_not() {
    let engine = Engine::start("sweep_ms = 10").await;
    let mut client = engine.client().await;
    let made = client.register(1).await;
    let text = made.receipt.to_string();
    let genuine = json!({"genuine": true, "account": {
        "account_number": 1, "nik_masked": made.nik_masked, "name_masked": "S*** A*****",
        "registered_at": made.registered_at, "active": false
    }});
    assert_eq!(receipt(&mut client, &text).await, genuine);
    assert_eq!(receipt(&mut client, &text.to_lowercase().replace('-', "")).await, genuine);
    let last = if text.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &text[..text.len() - 1]);
    for none in [forged.as_str(), "1", "x", &text.replace("0000000001-", "0000000002-")] {
        assert_eq!(receipt(&mut client, none).await, json!({"genuine": false}), "{none}");
    }
    // The receipt of an account that was cancelled is worth nothing, nor does it open a card.
    engine.set_clock(NOON.plus(Duration::from_secs(48 * 3_600)));
    assert_eq!(receipt(&mut client, &text).await, json!({"genuine": false}));
    check_refused(&page(&mut client, 1, &format!("receipt={text}")).await, Failure::LoginFailed);
    until("the sweep", || engine.files() == 0).await;
    assert_eq!(receipt(&mut client, &text).await, json!({"genuine": false}));
}

#[tokio::test]
async fn double_identities_are_flagged_for_operators_alone() {
    let engine = Engine::start("sweep_ms = 10").await;
    let mut client = engine.client().await;
    // The same name in another spelling, birth date and card under two NIKs; and somebody of the same name on another card.
    client.register(1).await;
    let opened = client.open(2, |form| form.full_name = "SITI AMINAH".to_owned()).await;
    let token = opened.json()["token"].as_str().unwrap().to_owned();
    client.fill(&token, "pksc").await;
    let told = client.confirm(&token).await;
    assert_eq!(told.status, StatusCode::CREATED);
    let opened = client.open(3, |form| form.kk = "9902020102150004".to_owned()).await;
    let other = opened.json()["token"].as_str().unwrap().to_owned();
    client.fill(&other, "pksc").await;
    assert_eq!(client.confirm(&other).await.status, StatusCode::CREATED);

    let doubles = async || {
        let lines = engine.export().await;
        let is_double = |line: &Value| line["flags"].to_string().contains("double-identity");
        lines
            .iter()
            .filter(|line| is_double(line))
            .map(|line| line["account_number"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(doubles().await, [json!(1), json!(2)]);
    let review = client.call(Method::GET, &paths::draft(&token), "").await;
    let receipt = told.json()["receipt"].as_str().unwrap().to_owned();
    let card = page(&mut client, 2, &format!("receipt={receipt}")).await;
    for text in [&told.text, &review.text, &card.text, &opened.text] {
        assert!(!text.to_lowercase().contains("double") && !text.contains("ganda"), "{text}");
    }
}

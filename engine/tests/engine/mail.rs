//! Messages: what they say, that each gets out in the end, and none before its account is on disk.

use crate::faults::{Fault, Faulty};
use crate::support::{Client, Engine, Letter, nik, until};
use domain::wire::paths;
use engine::store::Store;
use hyper::{Method, StatusCode};
use serde_json::json;
use std::fs;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn what_it_says() {
    let engine = Engine::start("public_url = \"https://portal.contoh.example/\"").await;
    let mut client = engine.client().await;
    client.register(1).await;
    let letter = engine.message().await;
    for line in [
        "From: \"Simulasi Portal SSCASN\" <tidak-balas@contoh.example>",
        "To: \"Siti Aminah\" <siti1@contoh.example>",
        "Subject: Aktivasi akun 0000000001",
        "Content-Type: text/plain; charset=utf-8",
        "Yth. Siti Aminah,",
        "Nomor akun: 0000000001",
        &format!("https://portal.contoh.example/aktivasi?token={}", letter.token()),
        letter.code(),
    ] {
        assert!(letter.0.split("\r\n").any(|found| found == line), "{line:?} is not in\n{}", letter.0);
    }
    assert!(!letter.0.contains(&nik(1)) && letter.0.contains("**********"), "{}", letter.0);
    assert!(letter.0.contains("Message-ID: <0000000001."));
    // The register has neither the token nor the code.
    let register = engine.folder().join("store/register");
    drop(client);
    let _folder = engine.stop().await;
    let secret = letter.token().split_once('-').unwrap().1.as_bytes().to_vec();
    for file in files_in(&register) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", file.display());
    }
}

fn files_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_before_its_account_is_on_disk() {
    let store = Faulty::new();
    let engine = Engine::start_on_with(Arc::clone(&store) as Arc<dyn Store>, "outbox_retry_ms = 10").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    // The rows can be read, and the flush hasn't come back.
    store.set(Fault::SlowAfter);
    let address = engine.address;
    let waiting = tokio::spawn(async move { Client::connect(address).await.confirm(&token).await });
    until("the rows", || !store.messages(0, 1).unwrap().is_empty()).await;
    for _ in 0..50 {
        assert_eq!(client.call(Method::GET, paths::STATUS, "").await.status, StatusCode::OK);
        assert_eq!(engine.outbox(), Vec::<String>::new());
    }
    store.set(Fault::None);
    assert_eq!(waiting.await.unwrap().status, StatusCode::CREATED);
    engine.message().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_loses_none() {
    let engine = Engine::start("outbox_retry_ms = 10").await;
    let mut client = engine.client().await;
    let outbox = engine.folder().join("store/outbox");
    fs::remove_dir(&outbox).unwrap();
    for person in [1, 2] {
        client.register(person).await;
    }
    failed_at_least(&engine, 1).await;
    fs::create_dir(&outbox).unwrap();
    until("both messages", || engine.outbox().len() == 2).await;
}

#[tokio::test]
async fn a_restart_loses_none() {
    let engine = Engine::start("outbox_retry_ms = 60000").await;
    let mut client = engine.client().await;
    fs::remove_dir(engine.folder().join("store/outbox")).unwrap();
    client.register(1).await;
    failed_at_least(&engine, 1).await;
    drop(client);
    let engine = Engine::start_in(engine.stop().await, "").await;
    let letter = engine.message().await;
    let answer = engine.client().await.post(paths::ACTIVATIONS, json!({"token": letter.token()})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

async fn failed_at_least(engine: &Engine, times: u32) {
    let mut operator = Client::connect(engine.operations).await;
    loop {
        let metrics = operator.call(Method::GET, "/metrics", "").await.text;
        let line = metrics.lines().find(|line| line.starts_with("engine_messages_total{outcome=\"failed\"}"));
        if line.is_some_and(|line| line.rsplit_once(' ').unwrap().1.parse::<u32>().unwrap() >= times) {
            return;
        }
    }
}

/// What the relay says to the next recipients: then 250 for everybody.
#[derive(Default)]
struct Relay {
    replies: Mutex<Vec<&'static str>>,
    letters: Mutex<Vec<String>>,
}

async fn start_relay(replies: &[&'static str]) -> (SocketAddr, Arc<Relay>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let replies = Mutex::new(replies.iter().rev().copied().collect());
    let relay = Arc::new(Relay { replies, letters: Mutex::default() });
    let serving = Arc::clone(&relay);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(speak(stream, Arc::clone(&serving)));
        }
    });
    (address, relay)
}

/// As much of RFC 5321 as a client needs that sends one message.
async fn speak(stream: TcpStream, relay: Arc<Relay>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 relay\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.get(..4).unwrap_or_default().to_uppercase();
        let reply = match verb.as_str() {
            "RCPT" => match relay.replies.lock().unwrap().pop() {
                Some("hang up") => return None,
                Some(reply) => reply,
                None => "250 fine",
            },
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut letter = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push_str("\r\n");
                }
                relay.letters.lock().unwrap().push(letter);
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        write.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}

#[tokio::test]
async fn by_a_relay_that_says_later_and_hangs_up() {
    let (address, relay) = start_relay(&["450 later", "hang up", "451 later"]).await;
    let engine = Engine::start(&format!("smtp_url = \"smtp://{address}\"\noutbox_retry_ms = 10")).await;
    let mut client = engine.client().await;
    client.register(1).await;
    until("the message", || relay.letters.lock().unwrap().len() == 1).await;
    let letter = Letter(relay.letters.lock().unwrap()[0].clone());
    let answer = client.post(paths::ACTIVATIONS, json!({"token": letter.token()})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(relay.replies.lock().unwrap().is_empty(), "each reply was heard");
}

#[tokio::test]
async fn what_a_relay_refuses_for_good_holds_nobody_up() {
    let (address, relay) = start_relay(&["550 no such person"]).await;
    let engine = Engine::start(&format!("smtp_url = \"smtp://{address}\"\noutbox_retry_ms = 10")).await;
    let mut client = engine.client().await;
    client.register(1).await;
    until("the refusal", || relay.replies.lock().unwrap().is_empty()).await;
    client.register(2).await;
    until("the other message", || relay.letters.lock().unwrap().len() == 1).await;
    assert!(relay.letters.lock().unwrap()[0].contains("Nomor akun: 0000000002"));
}

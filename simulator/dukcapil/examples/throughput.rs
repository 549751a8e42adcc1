//! Look-ups a second of the stand-in without limits, beside the bare listener that answers the same bytes: is the stand-in ever what
//! a run waits for? `cargo run --release -p dukcapil --example throughput`. One thread serves, one asks, over 64 connections.

#![expect(clippy::print_stdout, reason = "an example shows its figures")]

use bytes::Bytes;
use domain::wire::{RegistryQuestion, paths};
use dukcapil::{Clock, Config};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use people::{Person, Population};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: u64 = 64;
const LENGTH: Duration = Duration::from_secs(4);
const PEOPLE: u64 = 4_000_000;

fn main() {
    let bare = measured(|listener| async {
        server::run(listener, server::Bounds::default(), echo, std::future::pending()).await;
    });
    let standin = measured(|listener| async {
        let text = format!(
            "seed = 1\npopulation = {PEOPLE}\nreference_date = \"2026-11-21\"\nconcurrency_max = 256\n\
             latency = {{ law = \"constant\", ms = 0 }}\n"
        );
        let config = Config::parse("dukcapil.toml", &text).expect("these settings are right");
        let _ = dukcapil::run(listener, config, Clock::system(), std::future::pending()).await;
    });
    println!("bare listener  {bare:>8.0} requests/s");
    println!("stand-in       {standin:>8.0} look-ups/s, {:.2} of that", standin / bare);
}

/// The question is read to its end and answered with as many bytes as the stand-in does.
async fn echo(request: Request<Incoming>) -> server::Answer {
    drop(request.into_body().collect().await);
    let answer = r#"{"found":true,"kk_agrees":true,"name_agrees":true,"birth_date_agrees":true}"#;
    Response::new(Full::new(Bytes::from_static(answer.as_bytes())))
}

/// Answers a second of what `serve` serves.
fn measured<F: Future<Output = ()>>(serve: impl FnOnce(TcpListener) -> F + Send + 'static) -> f64 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound port has an address");
    listener.set_nonblocking(true).expect("a port can be asked not to block");
    thread::spawn(move || {
        runtime().block_on(async { serve(TcpListener::from_std(listener).expect("within a runtime")).await });
    });
    let begun = Instant::now();
    let answers = runtime().block_on(async move {
        let askers: Vec<_> = (0..CONNECTIONS).map(|asker| tokio::spawn(ask(address, asker))).collect();
        let mut answers = 0;
        for asker in askers {
            answers += asker.await.expect("an asker does not panic");
        }
        answers
    });
    answers as f64 / begun.elapsed().as_secs_f64()
}

/// Asks about one person after another until the time is up.
async fn ask(address: SocketAddr, asker: u64) -> u64 {
    let date = "2026-11-21".parse().expect("a date");
    let population = Population::new(1, PEOPLE, date).expect("a population");
    let stream = TcpStream::connect(address).await.expect("it listens");
    stream.set_nodelay(true).expect("a socket takes options");
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    let questions: Vec<Bytes> = (0..1_000)
        .map(|index| {
            let Person { nik, kk, full_name, birth_date, .. } = population.person(asker * 1_000 + index);
            let question = RegistryQuestion { nik, kk, full_name, birth_date };
            Bytes::from(serde_json::to_vec(&question).expect("a question has string keys"))
        })
        .collect();
    let begun = Instant::now();
    let mut answers = 0;
    for question in questions.iter().cycle() {
        if begun.elapsed() > LENGTH {
            break;
        }
        let request = Request::post(paths::VERIFICATIONS).header("host", "dukcapil");
        let request = request.body(Full::new(question.clone())).expect("a whole request");
        let answer = sender.send_request(request).await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.into_body().collect().await.expect("a body");
        answers += 1;
    }
    answers
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

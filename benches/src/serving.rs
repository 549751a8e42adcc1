//! The services that are measured: the engine as it is, and hyper alone with answers as long as the engine's.

use crate::process::stay_on;
use bytes::Bytes;
use domain::wire::RegistryAnswer;
use engine::{App, Clock, Config};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// The key by which a client of a measurement solves captchas.
pub const CAPTCHA_KEY: [u8; 32] = [7; 32];

/// Settings of an engine with its store in `folder`, and what else they say.
pub fn settings(folder: &str, registry: SocketAddr, more: &str) -> String {
    format!(
        "store = {folder:?}\nregistry_url = \"http://{registry}\"\nsynthetic_regions = true\ndraft_minutes = 10000\n\
         captcha_key = \"{}\"\n{more}\n",
        "07".repeat(32)
    )
}

/// Runs an engine with `settings` on `cores` until stdin ends.
///
/// # Errors
/// Where it cannot be run.
pub fn engine(settings: &str, cores: &[usize]) -> Result<(), Box<dyn Error>> {
    stay_on(cores)?;
    let config = Config::parse("settings", settings)?;
    let runtime = runtime(config.worker_threads)?;
    runtime.block_on(async {
        let app = App::open(config, Clock::system())?;
        let (listener, operations) = (loopback().await?, loopback().await?);
        announce(&listener)?;
        engine::run(listener, operations, app, stdin_ends()).await;
        Ok(())
    })
}

/// Runs hyper alone on `cores` until stdin ends: each answer has so many bytes, and each request is read to its end.
///
/// # Errors
/// Where it cannot be run.
pub fn echo(answer_bytes: usize, cores: &[usize]) -> Result<(), Box<dyn Error>> {
    stay_on(cores)?;
    let answer = Bytes::from(vec![b'x'; answer_bytes]);
    runtime(1)?.block_on(async {
        let listener = loopback().await?;
        announce(&listener)?;
        tokio::select! {
            () = stdin_ends() => Ok(()),
            ended = serve(&listener, answer) => ended,
        }
    })
}

/// A population registry that says that everything agrees, for as long as it is polled.
///
/// # Errors
/// Where no connection can be taken.
pub async fn registry(listener: &TcpListener) -> Result<(), Box<dyn Error>> {
    let agrees = RegistryAnswer { found: true, kk_agrees: true, name_agrees: true, birth_date_agrees: true };
    let agrees = Bytes::from(serde_json::to_vec(&agrees)?);
    serve(listener, agrees).await
}

async fn serve(listener: &TcpListener, answer: Bytes) -> Result<(), Box<dyn Error>> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = answer.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = answer.clone();
            async move {
                // What is cut off is answered as well: the client is gone.
                request.into_body().collect().await.ok();
                let response = Response::builder().header("content-type", "application/json");
                Ok::<_, Infallible>(response.body(Full::new(answer)).expect("the header is legal"))
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// A port of this machine.
///
/// # Errors
/// Where none is free.
pub async fn loopback() -> io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await
}

fn runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build()
}

#[expect(clippy::print_stdout, reason = "it is how the parent hears of it")]
fn announce(listener: &TcpListener) -> io::Result<()> {
    println!("{}", listener.local_addr()?);
    io::stdout().flush()
}

async fn stdin_ends() {
    let ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin().lock(), &mut io::sink()));
    // However it ends, it has.
    ended.await.ok();
}

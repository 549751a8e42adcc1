//! A target with an address that isn't loopback, in a network namespace of its own: the machine's real network is not touched.

use crate::harness::{Desk, lonjakan};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

/// Reserved for documentation (RFC 5737).
const ADDRESS: &str = "192.0.2.7";

/// Set inside of the namespace.
const INSIDE: &str = "LONJAKAN_TEST_INSIDE_NAMESPACE";

#[test]
fn a_target_elsewhere_is_asked_before_anything_else() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let own = std::env::current_exe().unwrap();
    let script =
        format!("ip link set lo up && ip addr add {ADDRESS}/32 dev lo && exec \"$0\" --exact \"$1\"");
    let name = thread::current().name().unwrap().to_owned();
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "sh", "-c", &script])
        .arg(own)
        .arg(name)
        .env(INSIDE, "1")
        .output();
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("not permitted") => {
            println!("skipped: this machine gives nobody a network namespace");
        }
        Ok(output) => panic!("{output:?}"),
        Err(error) => println!("skipped: no unshare here: {error}"),
    }
}

/// A target that serves `document` and otherwise nothing, and remembers what it was asked for.
fn target(document: &Arc<Mutex<String>>, asked: &Arc<Mutex<Vec<String>>>, ended: &Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind((ADDRESS, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (document, asked, ended) = (Arc::clone(document), Arc::clone(asked), Arc::clone(ended));
    thread::spawn(move || {
        while !ended.load(SeqCst) {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 2048];
            let read = stream.read(&mut head).unwrap();
            let line = String::from_utf8_lossy(&head[..read]).lines().next().unwrap_or_default().to_owned();
            let body =
                if line.contains("/.well-known/") { document.lock().unwrap().clone() } else { String::new() };
            asked.lock().unwrap().push(line);
            let length = body.len();
            let status = if length > 0 { "200 OK" } else { "404 Not Found" };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    url
}

fn inside() {
    let desk = Desk::new();
    let scenario = desk.scenario(20, 1, 1_000, "");
    let key = desk.file("key", &"ab".repeat(32));
    let (document, asked) = (Arc::new(Mutex::new(String::new())), Arc::default());
    let url = target(&document, &asked, &Arc::default());
    let surge = |further: &[&str]| {
        let out = desk.path("run");
        let all =
            ["surge", scenario.to_str().unwrap(), "--target", &url, "--captcha-key", key.to_str().unwrap()];
        let all = [&all[..], &["--out", out.to_str().unwrap()], further].concat();
        lonjakan(&all)
    };
    let serves = |text: &str| text.clone_into(&mut document.lock().unwrap());
    surge(&[]).complains(6, "needs its consent");
    assert_eq!(asked.lock().unwrap().len(), 0, "nobody may be asked without a token");
    surge(&["--consent", "t0ken"]).complains(6, "status 404");
    serves("another\n");
    surge(&["--consent", "t0ken"]).complains(6, "does not hold the token");
    serves("t0ken\n");
    surge(&["--consent", "t0ken"]).complains(6, "peaks at 20.0");
    let before: Vec<String> = asked.lock().unwrap().clone();
    assert!(before.iter().all(|line| line.starts_with("GET /.well-known/lonjakan-consent ")), "{before:?}");
    // Now it agrees, and is asked for its status: which shows that it is no portal.
    serves("t0ken\nrate_per_s_max = 20\n");
    surge(&["--consent", "t0ken"]).complains(2, "is no portal");
    assert!(asked.lock().unwrap().last().unwrap().starts_with("GET /api/v1/status "));
}

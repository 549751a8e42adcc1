//! What can be seen while a run goes on: the view on a terminal, which is given back on any end, and figures for Prometheus.

use crate::harness::{Desk, Finished, Running, run_in};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// To a terminal's other screen,
const ENTER: &str = "\u{1b}[?1049h";

/// and back.
const LEAVE: &str = "\u{1b}[?1049l";

/// A terminal that somebody looks at.
struct Terminal {
    screen: File,
    shown: String,
}

impl Terminal {
    /// The run with this terminal as its stderr.
    fn with_run(args: &[&str]) -> (Terminal, Running) {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&screen, size).unwrap();
        let tty =
            open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let running = Running::start_on(args, Stdio::from(tty));
        (Terminal { screen: File::from(screen), shown: String::new() }, running)
    }

    /// Waits until this word is shown. Blanks aren't sent: from word to word the cursor is moved.
    #[track_caller]
    fn shows(&mut self, words: &str) {
        let mut some = [0; 8192];
        let from = self.shown.len();
        while !self.shown[from..].contains(words) {
            // At the end of the program Linux says EIO.
            let read = self.screen.read(&mut some).unwrap_or(0);
            assert!(read > 0, "it ended without showing {words:?}: {:?}", self.shown);
            self.shown.push_str(&String::from_utf8_lossy(&some[..read]));
        }
    }

    /// Everything that was shown until the end of the program.
    fn until_its_end(mut self) -> String {
        let mut some = [0; 8192];
        while let Ok(read @ 1..) = self.screen.read(&mut some) {
            self.shown.push_str(&String::from_utf8_lossy(&some[..read]));
        }
        self.shown
    }
}

struct Watched {
    _desk: Desk,
    out: PathBuf,
    terminal: Terminal,
    running: Running,
}

/// A run of a minute, of which the first second is over and shown.
fn watched() -> Watched {
    let desk = Desk::new();
    let (scenario, out) = (desk.scenario(10, 60, 20, ""), desk.path("run"));
    let args = ["surge", scenario.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let (mut terminal, running) = Terminal::with_run(&args);
    terminal.shows(ENTER);
    terminal.shows("starting");
    terminal.shows("2\u{a0}s,");
    Watched { _desk: desk, out, terminal, running }
}

/// Taken once, given back once, and what follows is plain.
#[track_caller]
fn was_given_back(shown: &str) -> &str {
    assert_eq!((shown.matches(ENTER).count(), shown.matches(LEAVE).count()), (1, 1), "{shown:?}");
    let (before, after) = shown.split_once(LEAVE).unwrap();
    assert!(before.ends_with("\u{1b}[?25h"), "the cursor is hidden: {shown:?}");
    assert!(!after.contains('\u{1b}'), "{after:?}");
    after
}

#[test]
fn ctrl_c_gives_the_terminal_back_and_leaves_a_partial_record() {
    let Watched { _desk, out, terminal, running } = watched();
    running.ctrl_c();
    let shown = terminal.until_its_end();
    let Finished { code, stdout, .. } = running.end();
    assert_eq!(code, Some(0), "{stdout}");
    // Said in the view, and once more when it is over.
    assert_eq!(was_given_back(&shown).matches("cutting the run short").count(), 1, "{shown:?}");
    assert!(stdout.starts_with("scenario    scenario, seed 3") && stdout.contains("verdict"), "{stdout}");
    let record = run_in(&out).record;
    assert!(record.partial && record.unfinished_at.is_none());
}

#[test]
fn a_second_ctrl_c_gives_it_back_too() {
    let Watched { _desk, mut terminal, running, .. } = watched();
    // Nobody can be finished as long as the engine stands still.
    let services = running.children();
    let engine = services.iter().find(|service| service.command().contains(&"serve".to_owned())).unwrap();
    kill_process(engine.pid, Signal::STOP).unwrap();
    running.ctrl_c();
    terminal.shows("cutting");
    running.ctrl_c();
    let shown = terminal.until_its_end();
    assert_eq!(running.end().code, Some(130));
    kill_process(engine.pid, Signal::CONT).unwrap();
    was_given_back(&shown);
    assert!(services.iter().all(|service| service.ends()));
}

#[test]
fn plain_lines_on_a_terminal_where_they_are_asked_for() {
    let desk = Desk::new();
    let (scenario, out) = (desk.scenario(5, 1, 100, ""), desk.path("run"));
    let args = ["surge", scenario.to_str().unwrap(), "--out", out.to_str().unwrap(), "--plain"];
    let (terminal, running) = Terminal::with_run(&args);
    let shown = terminal.until_its_end();
    assert_eq!(running.end().code, Some(0), "{shown}");
    assert!(!shown.contains('\u{1b}') && shown.contains("bringing 5 applicants"), "{shown:?}");
}

/// What `curl` would say.
fn scrape(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("text/plain; version=0.0.4"), "{head}");
    body.to_owned()
}

#[test]
fn figures_for_prometheus_while_it_goes_on() {
    let desk = Desk::new();
    let (scenario, out) = (desk.scenario(10, 60, 1_000, ""), desk.path("run"));
    let scenario = scenario.to_str().unwrap();
    let args = ["surge", scenario, "--out", out.to_str().unwrap(), "--live-metrics", "127.0.0.1:0"];
    let mut running = Running::start(&args);
    let line = running.says("metrics at http://");
    let address = line.trim().strip_prefix("metrics at http://").unwrap().strip_suffix("/metrics").unwrap();
    running.says(" 5 s  ");
    let text = scrape(address);
    let value = |name: &str| -> f64 {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    };
    assert!(value("lonjakan_run_seconds") >= 5.0);
    assert!(
        value("lonjakan_applicants_started_total") >= 30.0 && value("lonjakan_arrivals_planned") == 600.0
    );
    let answered = value("lonjakan_service_seconds_count{step=\"status\"}");
    assert!(answered >= 30.0 && value("lonjakan_response_seconds_count{step=\"status\"}") == answered);
    // One of them; which, depends on how busy this machine is with other things.
    let verdicts = ["valid", "limited", "invalid"];
    let verdicts =
        verdicts.map(|verdict| value(&format!("lonjakan_generator_verdict{{verdict=\"{verdict}\"}}")));
    assert_eq!(verdicts.iter().sum::<f64>(), 1.0);
    assert!((0.0..=1.0).contains(&value("lonjakan_busy_ratio{resource=\"engine cpu\"}")));
    promtool_has_nothing_to_say(&text);
    running.ctrl_c();
    assert_eq!(running.end().code, Some(0));
}

/// Where it is installed (Debian's package prometheus).
#[expect(clippy::print_stdout, reason = "says what could not be checked")]
fn promtool_has_nothing_to_say(text: &str) {
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = promtool.spawn() else {
        println!("promtool is not installed: names and types of metrics are not checked");
        return;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let checked = child.wait_with_output().unwrap();
    let said = BufReader::new(checked.stderr.as_slice()).lines().map(Result::unwrap).collect::<Vec<_>>();
    assert!(checked.status.success() && said.is_empty(), "{said:?}");
}

#[test]
fn figures_are_for_this_machine_alone() {
    let desk = Desk::new();
    let scenario = desk.scenario(5, 1, 100, "");
    let args = ["surge", scenario.to_str().unwrap(), "--live-metrics", "0.0.0.0:0"];
    crate::harness::lonjakan(&args).complains(2, "only an address of this machine");
}

//! The terminal while the view has it: its other screen, drawn by a thread of its own, so that a terminal that is slow or held
//! (Ctrl-S) holds up no applicant. Given back on any end: in order, by a panic, or by a second Ctrl-C.
//!
//! The terminal stays in its usual mode, so Ctrl-C comes as a signal as ever. Whatever else is written on it is wiped by the next
//! picture, which is drawn whole.

use super::{Glance, view};
use crate::output;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, BufWriter, Stderr, stderr};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Whether the terminal shows our screen.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Pictures that may wait for a terminal that is slow; later ones are left out.
const BACKLOG: usize = 4;

/// A view on the terminal.
#[derive(Debug)]
pub(crate) struct Screen(Mutex<Option<Painter>>);

#[derive(Debug)]
struct Painter {
    news: SyncSender<News>,
    thread: JoinHandle<()>,
}

enum News {
    Glance(Box<Glance>),
    Said(String),
}

impl Screen {
    /// Takes the terminal that stderr is.
    ///
    /// # Errors
    /// When it has no size, or no thread can be had.
    pub(crate) fn open(title: String) -> io::Result<Screen> {
        let canvas = Canvas::take(title)?;
        let (news, heard) = sync_channel(BACKLOG);
        let thread = thread::Builder::new().name("view".to_owned()).spawn(move || canvas.paint(&heard))?;
        Ok(Screen(Mutex::new(Some(Painter { news, thread }))))
    }

    /// Shows a glance.
    pub(crate) fn show(&self, glance: Glance) {
        self.tell(News::Glance(Box::new(glance)));
    }

    /// Says what is going on, in the view.
    pub(crate) fn say(&self, line: &str) {
        self.tell(News::Said(line.to_owned()));
    }

    /// Gives the terminal back.
    pub(crate) fn close(&self) {
        let painter = self.painter().take();
        if let Some(Painter { news, thread }) = painter {
            drop(news);
            // If it has panicked, its message has been kept, and the terminal is given back already.
            let _ = thread.join();
        }
    }

    fn tell(&self, news: News) {
        if let Some(painter) = &*self.painter() {
            // With a full backlog, or a thread that is gone, there is nobody to show it to.
            let _ = painter.news.try_send(news);
        }
    }

    fn painter(&self) -> MutexGuard<'_, Option<Painter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

/// Gives the terminal back at once, if a view has it; for whoever ends the process. What was said meanwhile follows.
pub(crate) fn give_back() {
    if IS_TAKEN.swap(false, SeqCst) {
        // Where it cannot be written on any more, nobody sees it either.
        let _ = execute!(stderr(), EndSynchronizedUpdate, Show, LeaveAlternateScreen);
        output::release();
    }
}

struct Canvas {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
    title: String,
    glance: Option<Box<Glance>>,
    said: String,
}

impl Canvas {
    fn take(title: String) -> io::Result<Canvas> {
        let viewport = Viewport::Fixed(size()?);
        let backend = CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, stderr()));
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        output::hold();
        keep_panics();
        IS_TAKEN.store(true, SeqCst);
        // From here on it is given back when this is dropped.
        let mut canvas = Canvas { terminal, title, glance: None, said: String::new() };
        execute!(canvas.terminal.backend_mut(), EnterAlternateScreen, Hide)?;
        Ok(canvas)
    }

    /// Until nobody can have news any more, or the terminal is gone.
    fn paint(mut self, news: &Receiver<News>) {
        loop {
            if self.draw().is_err() {
                return;
            }
            match news.recv() {
                Ok(News::Glance(glance)) => self.glance = Some(glance),
                Ok(News::Said(line)) => self.said = line,
                Err(_) => return,
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let Canvas { terminal, title, glance, said } = self;
        if !IS_TAKEN.load(SeqCst) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        execute!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
        terminal.resize(size()?)?;
        let kept = output::held();
        let said = kept.last().unwrap_or(said);
        terminal.draw(|frame| view::draw(frame, title, glance.as_deref(), said))?;
        execute!(terminal.backend_mut(), EndSynchronizedUpdate)
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        // Else ratatui shows it once more, when the terminal is somebody else's again.
        let _ = self.terminal.show_cursor();
        give_back();
    }
}

/// Of the terminal that is drawn on, which need not be the one of stdin or of the session.
fn size() -> io::Result<Rect> {
    let size = rustix::termios::tcgetwinsize(stderr())?;
    if size.ws_col == 0 || size.ws_row == 0 {
        return Err(io::Error::other("the terminal has no size"));
    }
    Ok(Rect::new(0, 0, size.ws_col, size.ws_row))
}

/// What a panic says would be wiped: it is kept until the terminal is given back.
fn keep_panics() {
    panic::set_hook(Box::new(|panic| {
        output::say(&panic.to_string());
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            output::say(&backtrace.to_string());
        }
    }));
}

//! A connection's bytes, watched: what is no request is refused, and who is too slow is cut, before hyper spends anything on them.
//!
//! A head goes on to hyper whole or not at all. One that is refused is replaced by a stand-in, so that its answer keeps its place behind
//! the answers to earlier requests of the same connection.

use crate::Bounds;
use crate::framing::Framer;
use crate::head::{REFUSED, Violation};
use crate::pace::Meter;
use bytes::{Buf, BytesMut};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// What the two ends of a connection tell one another: the bytes here, the answering of requests there.
#[derive(Debug, Default)]
pub(crate) struct Shared(AtomicU8);

const ANSWERING: u8 = 1;
const BODY_MALFORMED: u8 = 2;

impl Shared {
    /// A request is being answered: nobody waits for the client meanwhile.
    pub(crate) fn set_answering(&self, is: bool) {
        if is {
            self.0.fetch_or(ANSWERING, Ordering::Relaxed);
        } else {
            self.0.fetch_and(!ANSWERING, Ordering::Relaxed);
        }
    }

    /// Whether the body of the request under way turned out to be none.
    pub(crate) fn body_is_malformed(&self) -> bool {
        self.0.load(Ordering::Relaxed) & BODY_MALFORMED != 0
    }

    fn is_answering(&self) -> bool {
        self.0.load(Ordering::Relaxed) & ANSWERING != 0
    }
}

/// Bytes taken and thrown away behind the last answer, and how long: a connection that is closed while its client still sends is reset,
/// and the client may lose the answer with it.
const LINGER_BYTES_MAX: u64 = 32 * 1024 * 1024;
const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Guarded<S> {
    inner: S,
    bounds: Bounds,
    shared: Arc<Shared>,
    framer: Framer,
    /// An incomplete head.
    held: BytesMut,
    /// What hyper may have and had no room for yet.
    ready: BytesMut,
    is_refused: bool,
    reading: Side,
    waits_for: WaitsFor,
    writing: Side,
    /// Nothing of an answer waits to be sent.
    is_flushed: bool,
    lingering: Option<Linger>,
}

/// What is waited for on the reading side; each has its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WaitsFor {
    /// Behind so many others.
    Request(u64),
    Head,
    /// Of the request with this number.
    Body(u64),
}

/// One direction: how long was waited, and the alarm that ends it.
#[derive(Default)]
struct Side {
    meter: Meter,
    alarm: Option<Pin<Box<Sleep>>>,
}

struct Linger {
    bytes_left: u64,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Guarded<S> {
    pub(crate) fn new(inner: S, bounds: Bounds, shared: Arc<Shared>) -> Guarded<S> {
        Guarded {
            inner,
            bounds,
            shared,
            framer: Framer::new(bounds.header_bytes_max, bounds.headers_max),
            held: BytesMut::new(),
            ready: BytesMut::new(),
            is_refused: false,
            reading: Side::default(),
            waits_for: WaitsFor::Request(0),
            writing: Side::default(),
            is_flushed: true,
            lingering: None,
        }
    }

    /// Lets go on to hyper what may, from what stands in `buf` behind `before`.
    fn judge_direct(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        let judged = self.framer.judge(&buf.filled()[before..]);
        self.held.extend_from_slice(&buf.filled()[before + judged.pass..]);
        buf.set_filled(before + judged.pass);
        self.refuse(judged.refused, judged.pass)
    }

    /// The same for what is held back, which has grown.
    fn judge_held(&mut self) -> io::Result<()> {
        let judged = self.framer.judge(&self.held);
        self.ready.unsplit(self.held.split_to(judged.pass));
        self.refuse(judged.refused, judged.pass)
    }

    /// A head that is refused goes on as its stand-in. A body that is none fails; what passed before it goes on first.
    fn refuse(&mut self, violation: Option<Violation>, passed: usize) -> io::Result<()> {
        let Some(violation) = violation else { return Ok(()) };
        tracing::debug!(?violation, "refused");
        self.is_refused = true;
        self.held.clear();
        if !self.framer.is_in_body() {
            let status = violation.status();
            let stand_in = format!("{REFUSED} /{status} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            self.ready.extend_from_slice(stand_in.as_bytes());
            return Ok(());
        }
        self.shared.0.fetch_or(BODY_MALFORMED, Ordering::Relaxed);
        if passed > 0 { Ok(()) } else { Err(malformed_body()) }
    }

    fn waits_for(&self) -> WaitsFor {
        if self.framer.is_in_body() {
            WaitsFor::Body(self.framer.requests())
        } else if self.held.is_empty() {
            WaitsFor::Request(self.framer.requests())
        } else {
            WaitsFor::Head
        }
    }

    /// Between the last byte of a request and the last of its answer, nobody waits for another.
    fn is_idle(&self) -> bool {
        self.is_flushed && !self.shared.is_answering()
    }

    fn hand_out(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.ready.len().min(buf.remaining());
        buf.put_slice(&self.ready[..length]);
        self.ready.advance(length);
    }
}

impl<S: AsyncRead + Unpin> Guarded<S> {
    /// Reads once; what is incomplete is held back, and then `buf` is as it was.
    fn poll_more(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<Read>> {
        if self.held.is_empty() {
            let before = buf.filled().len();
            ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
            let read = buf.filled().len() - before;
            self.judge_direct(buf, before)?;
            return Poll::Ready(Ok(Read { bytes: read, went_on: buf.filled().len() > before }));
        }
        let mut scratch = [0; 2_048];
        let mut scratch = ReadBuf::new(&mut scratch);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut scratch))?;
        self.held.extend_from_slice(scratch.filled());
        self.judge_held()?;
        Poll::Ready(Ok(Read { bytes: scratch.filled().len(), went_on: false }))
    }

    /// Nothing came: is the time up for what is waited for?
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let allowed = match self.waits_for {
            WaitsFor::Request(_) if !self.is_idle() => return Poll::Pending,
            WaitsFor::Request(_) => Some(self.bounds.idle_timeout),
            WaitsFor::Head => Some(self.bounds.header_timeout),
            WaitsFor::Body(_) => self.bounds.body_pace.allows(self.reading.meter.bytes),
        };
        ready!(self.reading.poll_over(cx, allowed));
        match self.waits_for {
            // Ended as if by the client: nobody is owed an answer.
            WaitsFor::Request(_) => Poll::Ready(Ok(())),
            WaitsFor::Head => Poll::Ready(self.refuse(Some(Violation::Slow), 0)),
            WaitsFor::Body(_) => {
                self.is_refused = true;
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the body comes too slowly")))
            }
        }
    }
}

struct Read {
    bytes: usize,
    went_on: bool,
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            if !this.ready.is_empty() {
                this.hand_out(buf);
                return Poll::Ready(Ok(()));
            }
            if this.is_refused {
                // Nothing is read any more. An answer is on its way, or, within a body, this is what fails it.
                return if this.framer.is_in_body() {
                    Poll::Ready(Err(malformed_body()))
                } else {
                    Poll::Pending
                };
            }
            let more = this.poll_more(cx, buf);
            let waits_for = this.waits_for();
            if this.waits_for != waits_for {
                (this.waits_for, this.reading.meter) = (waits_for, Meter::default());
            }
            match more {
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(Read { bytes: 0, .. })) => {
                    // The client is done. Half a head is nothing that hyper could answer.
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Ok(read)) => {
                    this.reading.meter.stop(Instant::now());
                    this.reading.meter.bytes += read.bytes as u64;
                    if read.went_on {
                        return Poll::Ready(Ok(()));
                    }
                }
                Poll::Pending => match ready!(this.poll_patience(cx)) {
                    Err(error) => return Poll::Ready(Err(error)),
                    Ok(()) if this.ready.is_empty() => return Poll::Ready(Ok(())),
                    Ok(()) => {}
                },
            }
        }
    }
}

impl Side {
    /// Ready once the other side was waited for as long as is `allowed` in all. An alarm that stands too early is left standing: it is
    /// set anew when it goes off, so that a client that keeps sending costs no timer.
    fn poll_over(&mut self, cx: &mut Context<'_>, allowed: Option<Duration>) -> Poll<()> {
        let Some(allowed) = allowed else { return Poll::Pending };
        let now = Instant::now();
        self.meter.wait(now);
        let ends_at = self.meter.ends_at(allowed, now);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(ends_at)));
        if alarm.deadline() > ends_at {
            alarm.as_mut().reset(ends_at);
        }
        while alarm.as_mut().poll(cx).is_ready() {
            if Instant::now() >= ends_at {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(ends_at);
        }
        Poll::Pending
    }

    /// Passes `moved` on, and counts the wait for it.
    fn poll_moved<T>(
        &mut self,
        cx: &mut Context<'_>,
        pace: crate::Pace,
        moved: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if moved.is_pending() {
            ready!(self.poll_over(cx, pace.allows(self.meter.bytes)));
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the answer is read too slowly",
            )));
        }
        if self.meter.is_waiting() {
            self.meter.stop(Instant::now());
        }
        moved
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.is_flushed = false;
        let moved = Pin::new(&mut this.inner).poll_write(cx, buf);
        let moved = ready!(this.writing.poll_moved(cx, this.bounds.answer_pace, moved))?;
        this.writing.meter.bytes += moved as u64;
        Poll::Ready(Ok(moved))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.is_flushed = false;
        let moved = Pin::new(&mut this.inner).poll_write_vectored(cx, bufs);
        let moved = ready!(this.writing.poll_moved(cx, this.bounds.answer_pace, moved))?;
        this.writing.meter.bytes += moved as u64;
        Poll::Ready(Ok(moved))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// With the last byte gone, the next answer has a time of its own, and the next request is waited for. hyper doesn't look for it
    /// before it is woken, so the alarm is set here.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.inner).poll_flush(cx);
        ready!(this.writing.poll_moved(cx, this.bounds.answer_pace, flushed))?;
        this.writing.meter = Meter::default();
        this.is_flushed = true;
        let is_waiting = matches!(this.waits_for, WaitsFor::Request(_)) && this.is_idle();
        if is_waiting && this.reading.poll_over(cx, Some(this.bounds.idle_timeout)).is_ready() {
            cx.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    /// Says that nothing more is coming, then takes what a client still sends that was refused within a request.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            let shut = Pin::new(&mut this.inner).poll_shutdown(cx);
            ready!(this.writing.poll_moved(cx, this.bounds.answer_pace, shut))?;
            if !this.is_refused && !this.framer.is_in_body() {
                return Poll::Ready(Ok(()));
            }
            let alarm = Box::pin(tokio::time::sleep(LINGER_TIMEOUT));
            this.lingering = Some(Linger { bytes_left: LINGER_BYTES_MAX, alarm });
        }
        let Some(linger) = &mut this.lingering else { return Poll::Ready(Ok(())) };
        linger.poll(cx, &mut this.inner)
    }
}

impl Linger {
    fn poll(&mut self, cx: &mut Context<'_>, inner: &mut (impl AsyncRead + Unpin)) -> Poll<io::Result<()>> {
        let mut scratch = [0; 8_192];
        while self.bytes_left > 0 {
            let mut scratch = ReadBuf::new(&mut scratch);
            if let Poll::Ready(read) = Pin::new(&mut *inner).poll_read(cx, &mut scratch) {
                if read.is_err() || scratch.filled().is_empty() {
                    break;
                }
                self.bytes_left = self.bytes_left.saturating_sub(scratch.filled().len() as u64);
                continue;
            }
            ready!(self.alarm.as_mut().poll(cx));
            break;
        }
        Poll::Ready(Ok(()))
    }
}

fn malformed_body() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the body is not framed as its head says")
}

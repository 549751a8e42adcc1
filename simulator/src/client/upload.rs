//! A request's body on its way out: at once, at the pace of a slow line, or stuck halfway.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// How a body goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Pace {
    /// As fast as the connection takes it.
    #[default]
    AtOnce,
    /// At so many bytes per second, by arithmetic from the first byte.
    BytesPerS(f64),
    /// Half of it, and then nothing ever.
    StuckHalfway,
}

/// Bytes on a slow line go out in pieces of this size: about one packet.
const PIECE_BYTES: usize = 1_400;

/// The body of one request.
#[derive(Debug)]
pub(super) struct Upload {
    rest: Bytes,
    pace: Pace,
    whole_bytes: usize,
    /// Its length is said before it is sent; without, HTTP sends it in chunks.
    declares_length: bool,
    /// On a slow line: its first byte's instant, and the timer of its next piece.
    slow: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Upload {
    pub(super) fn new(body: Bytes, pace: Pace) -> Upload {
        Upload { whole_bytes: body.len(), declares_length: true, rest: body, pace, slow: None }
    }

    /// The same, whose end nobody knows beforehand.
    pub(super) fn without_length(self) -> Upload {
        Upload { declares_length: false, ..self }
    }

    fn piece(&mut self, bytes: usize) -> Option<Result<Frame<Bytes>, Infallible>> {
        let bytes = bytes.min(self.rest.len());
        (bytes > 0).then(|| Ok(Frame::data(self.rest.split_to(bytes))))
    }

    /// The next piece leaves when those before it have had their time on the line.
    fn poll_slow(&mut self, bytes_per_s: f64, context: &mut Context<'_>) -> Poll<()> {
        let gone = (self.whole_bytes - self.rest.len()) as f64;
        let after = Duration::try_from_secs_f64(gone / bytes_per_s).unwrap_or(Duration::MAX);
        let (began, timer) = self.slow.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now)))
        });
        let due = *began + after;
        if timer.deadline() != due {
            timer.as_mut().reset(due);
        }
        timer.as_mut().poll(context)
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let half = self.whole_bytes / 2;
        match self.pace {
            _ if self.rest.is_empty() => Poll::Ready(None),
            Pace::AtOnce => {
                let all = self.rest.len();
                Poll::Ready(self.piece(all))
            }
            Pace::BytesPerS(bytes_per_s) => {
                ready!(self.poll_slow(bytes_per_s, context));
                Poll::Ready(self.piece(PIECE_BYTES))
            }
            Pace::StuckHalfway if self.rest.len() > half && half > 0 => Poll::Ready(self.piece(half)),
            // Nobody is to be woken: the caller's deadline is what ends this.
            Pace::StuckHalfway => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.declares_length { SizeHint::with_exact(self.rest.len() as u64) } else { SizeHint::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use tokio::time::timeout;

    const BODY: Bytes = Bytes::from_static(&[7; 7_000]);

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_takes_its_time_and_loses_nothing() {
        let check = async |pace, expect_ms: u128| {
            let began = Instant::now();
            let sent = Upload::new(BODY, pace).collect().await.unwrap().to_bytes();
            assert_eq!(sent, BODY);
            assert_eq!(began.elapsed().as_millis(), expect_ms, "{pace:?}");
        };
        check(Pace::AtOnce, 0).await;
        // The last of five pieces leaves when 5,600 bytes have had their time.
        check(Pace::BytesPerS(1_400.0), 4_000).await;
        check(Pace::BytesPerS(14_000.0), 400).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_stuck_one_never_ends() {
        let mut upload = Upload::new(BODY, Pace::StuckHalfway);
        assert_eq!(upload.size_hint().exact(), Some(7_000));
        assert_eq!(Upload::new(BODY, Pace::AtOnce).without_length().size_hint().exact(), None);
        let first = upload.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first.len(), 3_500);
        assert!(timeout(Duration::from_secs(3_600), upload.frame()).await.is_err());
        let empty = Upload::new(Bytes::new(), Pace::StuckHalfway);
        assert!(empty.is_end_stream());
    }
}

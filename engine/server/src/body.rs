//! Reading a request's body within bounds: refused on its declared length, at its first byte over the limit, or on its beginning.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use std::error::Error;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// What a body may be.
#[derive(Clone, Copy, Debug)]
pub struct BodyBounds {
    /// Bytes; this many are still taken.
    pub bytes_max: u64,
    /// From the first to the last byte.
    pub timeout: Duration,
}

/// Why a body was not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError<R> {
    /// Over the limit, as declared or as sent.
    #[error("body over its limit")]
    TooLarge,
    /// Not there within its time, or slower than [`crate::Bounds::body_pace`].
    #[error("body not there in time")]
    TooSlow,
    /// The connection ended within it.
    #[error("body cut off")]
    CutOff,
    /// What its beginning was refused for.
    #[error("body refused at its beginning")]
    Refused(R),
}

/// A client that is still sending when it is refused reads the answer only if its bytes are taken meanwhile: closing at once would
/// reset the connection. So the rest is read and thrown away, up to this much and this long.
const DISCARD_BYTES_MAX: usize = 32 * 1024 * 1024;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a body whole. `judge_start` sees its first chunk before anything more is read, and may refuse it.
///
/// # Errors
/// [`BodyError`]; the rest of a refused body is discarded in the background, within bounds.
pub async fn read<R>(
    mut body: Incoming,
    bounds: BodyBounds,
    judge_start: impl FnOnce(&[u8]) -> Result<(), R>,
) -> Result<Bytes, BodyError<R>> {
    let refused = match read_within(&mut body, bounds, judge_start).await {
        Ok(bytes) => return Ok(bytes),
        Err(refused) => refused,
    };
    if matches!(refused, BodyError::TooLarge | BodyError::Refused(_)) {
        tokio::spawn(discard(body));
    }
    Err(refused)
}

async fn read_within<R>(
    body: &mut Incoming,
    bounds: BodyBounds,
    judge_start: impl FnOnce(&[u8]) -> Result<(), R>,
) -> Result<Bytes, BodyError<R>> {
    let hint = body.size_hint();
    if hint.lower() > bounds.bytes_max {
        return Err(BodyError::TooLarge);
    }
    let deadline = Instant::now() + bounds.timeout;
    let Some(start) = next_chunk(body, deadline).await? else { return Ok(Bytes::new()) };
    judge_start(&start).map_err(BodyError::Refused)?;
    // A form usually comes in one piece: then it is not copied.
    if body.is_end_stream() {
        return within(start.len(), bounds).map(|()| start);
    }
    let capacity = usize::try_from(hint.exact().unwrap_or(0)).unwrap_or(0);
    let mut whole = BytesMut::with_capacity(capacity.max(start.len()));
    within(start.len(), bounds)?;
    whole.extend_from_slice(&start);
    while let Some(chunk) = next_chunk(body, deadline).await? {
        within(whole.len() + chunk.len(), bounds)?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn within<R>(bytes: usize, bounds: BodyBounds) -> Result<(), BodyError<R>> {
    if bytes as u64 > bounds.bytes_max { Err(BodyError::TooLarge) } else { Ok(()) }
}

/// The next piece of data; trailers are passed over.
async fn next_chunk<R>(body: &mut Incoming, deadline: Instant) -> Result<Option<Bytes>, BodyError<R>> {
    loop {
        match timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(BodyError::TooSlow),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(ended_early(&error)),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// The guard of the connection ends a body that comes too slowly, and says so by the kind of its error.
fn ended_early<R>(error: &hyper::Error) -> BodyError<R> {
    match io_cause(error).map(io::Error::kind) {
        Some(io::ErrorKind::TimedOut) => BodyError::TooSlow,
        _ => BodyError::CutOff,
    }
}

fn io_cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    error.downcast_ref().or_else(|| error.source().and_then(io_cause))
}

async fn discard(mut body: Incoming) {
    let deadline = Instant::now() + DISCARD_TIMEOUT;
    let mut discarded = 0;
    while let Ok(Some(chunk)) = next_chunk::<()>(&mut body, deadline).await {
        discarded += chunk.len();
        if discarded > DISCARD_BYTES_MAX {
            return;
        }
    }
}

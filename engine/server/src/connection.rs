//! One connection from its handshake to its last answer.

use crate::guarded::{Guarded, Shared};
use crate::head::REFUSED;
use crate::{Answer, Bounds, HangUp, Peer, Tls, refusal};
use hyper::body::Incoming;
use hyper::header::{HeaderValue, STRICT_TRANSPORT_SECURITY};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

/// Beyond what the guard lets through, so that hyper has nothing of its own to refuse: empty lines before a head count for it.
const HEADER_BYTES_SPARE: usize = 64;

/// A year (RFC 6797); other names of the same domain are for others to decide about.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What a connection is served by.
pub(crate) struct Serving<H> {
    pub(crate) bounds: Bounds,
    pub(crate) peer: Peer,
    pub(crate) handler: H,
    /// Changes when the service is told to end.
    pub(crate) ending: watch::Receiver<()>,
}

impl<H, F> Serving<H>
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    pub(crate) async fn connection(self, stream: TcpStream, tls: Option<Tls>) {
        let Some(tls) = tls else { return self.serve(stream, false).await };
        match timeout(self.bounds.handshake_timeout, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream, true).await,
            Ok(Err(error)) => tracing::debug!(%error, "no handshake"),
            Err(_) => tracing::debug!("no handshake in time"),
        }
    }

    async fn serve(mut self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, is_tls: bool) {
        let shared = Arc::new(Shared::default());
        let guarded = Guarded::new(stream, self.bounds, Arc::clone(&shared));
        let (bounds, peer, handler) = (self.bounds, self.peer, self.handler);
        let service = service_fn(move |request| {
            let answer = answer(request, bounds.request_timeout, peer, &handler, Arc::clone(&shared));
            async move {
                let mut answer = answer.await;
                if let Some(&hung_up) = answer.extensions().get::<HangUp>() {
                    return Err(hung_up);
                }
                if is_tls {
                    answer.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HSTS);
                }
                Ok(answer)
            }
        });
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .max_headers(bounds.headers_max)
            .max_header_size(bounds.header_bytes_max.saturating_add(HEADER_BYTES_SPARE))
            .serve_connection(TokioIo::new(guarded), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = over(&mut self.ending, bounds.connection_life) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection ended early");
        }
    }
}

/// The service ends, or the connection's time is up.
async fn over(ending: &mut watch::Receiver<()>, life: Duration) {
    // An error says that the other end is gone: the service ends then too.
    drop(timeout(life, ending.changed()).await);
}

/// Asks `handler`, unless the head was refused; overrules it where the body was.
fn answer<H, F>(
    mut request: Request<Incoming>,
    time: Duration,
    peer: Peer,
    handler: &H,
    shared: Arc<Shared>,
) -> impl Future<Output = Answer> + use<H, F>
where
    H: Fn(Request<Incoming>) -> F,
    F: Future<Output = Answer>,
{
    let asked = if request.method().as_str() == REFUSED {
        Err(refusal::to_stand_in(request.uri()))
    } else {
        shared.set_answering(true);
        request.extensions_mut().insert(peer);
        Ok(timeout(time, handler(request)))
    };
    async move {
        let asked = match asked {
            Ok(asked) => asked,
            Err(refused) => return refused,
        };
        let answered = asked.await.unwrap_or_else(|_| refusal::answer(StatusCode::SERVICE_UNAVAILABLE));
        shared.set_answering(false);
        if shared.body_is_malformed() { refusal::answer(StatusCode::BAD_REQUEST) } else { answered }
    }
}

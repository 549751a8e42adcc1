//! TLS by rustls: a certificate and its key from PEM files, HTTP/1.1 by ALPN.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

/// What a listener needs for TLS 1.2 and 1.3.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be read, or that holds no PEM of its kind.
    #[error("cannot use {}: {source}", file.display())]
    File {
        /// As set.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls_pki_types::pem::Error,
    },
    /// Certificate and key do not fit one another, or are of a kind that isn't supported.
    #[error("certificate and key cannot be used together: {0}")]
    Pair(rustls::Error),
}

impl Tls {
    /// Reads the chain in `certificate`, the server's own first, and its `key`.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(certificate: &Path, key: &Path) -> Result<Tls, TlsError> {
        let chain =
            CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.and_then(|chain: Vec<CertificateDer<'static>>| {
            if chain.is_empty() { Err(rustls_pki_types::pem::Error::NoItemsFound) } else { Ok(chain) }
        });
        let chain = chain.map_err(|source| TlsError::File { file: certificate.to_owned(), source })?;
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|source| TlsError::File { file: key.to_owned(), source })?;
        Tls::of(chain, key).map_err(TlsError::Pair)
    }

    fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Tls, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls(TlsAcceptor::from(Arc::new(config))))
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

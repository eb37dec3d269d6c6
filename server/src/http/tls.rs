//! TLS: reads the certificate, and accepts connections.

use crate::auth::settings::read_settings;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};
use tokio_rustls::server::TlsStream;

/// A certificate with its private key, for TLS 1.2 and 1.3. `Debug` does not print the key.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

/// An error of a certificate or private key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Unreadable {
        /// The path as specified.
        path: String,
        /// The system's error.
        error: std::io::Error,
    },
    /// A file with other content.
    #[error("`{path}` has no {expected}")]
    Missing {
        /// The path as specified.
        path: String,
        /// What the file must contain.
        expected: &'static str,
    },
    /// A private key of another certificate.
    #[error("the private key `{key}` does not belong to the first certificate of `{certificate}`")]
    OtherKey {
        /// The path of the certificate as specified.
        certificate: String,
        /// The path of the key as specified.
        key: String,
    },
    /// A certificate or key that rustls does not support.
    #[error("cannot use the certificate `{certificate}`: {error}")]
    Unsupported {
        /// The path of the certificate as specified.
        certificate: String,
        /// The error of rustls.
        error: Error,
    },
}

impl Tls {
    /// Reads a certificate, followed by those that signed it, and its private key. Both files are in PEM format.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(&read(certificate)?).filter_map(Result::ok).collect();
        if chain.is_empty() {
            return Err(TlsError::Missing { path: display(certificate), expected: "certificate in PEM format" });
        }
        let private_key = PrivateKeyDer::from_pem_slice(&read(key)?)
            .map_err(|_| TlsError::Missing { path: display(key), expected: "unencrypted private key in PEM format" })?;
        let config = build_config(chain, private_key).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::OtherKey { certificate: display(certificate), key: display(key) }
            }
            error => TlsError::Unsupported { certificate: display(certificate), error },
        })?;
        Ok(Self(Arc::new(config)))
    }

    /// Performs the handshake with a client.
    ///
    /// # Errors
    /// An error of the connection or of TLS.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> std::io::Result<TlsStream<S>> {
        TlsAcceptor::from(Arc::clone(&self.0)).accept(stream).await
    }
}

fn build_config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, Error> {
    let builder =
        ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    read_settings(path).map_err(|error| TlsError::Unreadable { path: display(path), error })
}

fn display(path: &Path) -> String {
    path.display().to_string()
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

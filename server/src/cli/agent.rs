//! What requests are sent with.

use super::exit::Failure;
use std::time::Duration;
use ureq::{Agent, Body};

/// Longer than any retry of AWS takes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// No answer is longer, in bytes.
const LONGEST: u64 = 10 << 20;

/// An agent that takes every status for an answer, and trusts whom the system trusts, or, as with AWS's own
/// clients, whom the file in `AWS_CA_BUNDLE` names.
///
/// # Errors
/// [`Failure::Usage`] for a file without certificates.
pub(super) fn agent() -> Result<Agent, Failure> {
    let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
    #[cfg(feature = "tls")]
    let config = config.tls_config(tls::config()?);
    Ok(config.build().into())
}

/// Returns the body of an answer.
///
/// # Errors
/// [`ureq::Error::BodyExceedsLimit`] for more than 10 MiB, and what the connection fails with.
pub(super) fn read_body(body: &mut Body) -> Result<Vec<u8>, ureq::Error> {
    body.with_config().limit(LONGEST).read_to_vec()
}

/// That an endpoint cannot be asked, and what to do about it: `help`, unless it is not trusted.
pub(super) fn unanswered(url: &str, error: &ureq::Error, help: &str) -> Failure {
    let told = error.to_string();
    let trust = "; name a file with the certificates to trust in AWS_CA_BUNDLE";
    // Of an endpoint that is not trusted, or a system that trusts nobody.
    let help = if told.contains("certificate") { trust } else { help };
    Failure::Failed(format!("the endpoint {url} cannot be asked: {told}{help}"))
}

#[cfg(feature = "tls")]
mod tls {
    use crate::auth::settings::read_settings;
    use crate::cli::exit::Failure;
    use std::ffi::OsStr;
    use std::sync::Arc;
    use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

    const BUNDLE: &str = "AWS_CA_BUNDLE";

    pub fn config() -> Result<TlsConfig, Failure> {
        let roots = match std::env::var_os(BUNDLE) {
            Some(path) if !path.is_empty() => RootCerts::Specific(Arc::new(certificates(&path)?)),
            _ => RootCerts::PlatformVerifier,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build())
    }

    fn certificates(path: &OsStr) -> Result<Vec<Certificate<'static>>, Failure> {
        let shown = path.display();
        let unreadable = |error| Failure::Usage(format!("{BUNDLE}: `{shown}` cannot be read: {error}"));
        let pem = read_settings(path.as_ref()).map_err(unreadable)?;
        let certificate = |item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None };
        let found: Vec<_> = parse_pem(&pem).filter_map(|item| item.ok().and_then(certificate)).collect();
        match found.is_empty() {
            true => Err(Failure::Usage(format!("{BUNDLE}: `{shown}` has no certificate in PEM"))),
            false => Ok(found),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{LONGEST, read_body};
    use std::io::{Read, Result};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use ureq::Body;

    /// An answer without an end, and how many bytes were taken of it.
    struct Endless(Arc<AtomicU64>);

    impl Read for Endless {
        fn read(&mut self, room: &mut [u8]) -> Result<usize> {
            self.0.fetch_add(room.len() as u64, Ordering::Relaxed);
            Ok(room.len())
        }
    }

    #[test]
    fn an_answer_without_an_end_is_read_up_to_a_limit() {
        let taken = Arc::new(AtomicU64::new(0));
        let mut body = Body::builder().reader(Endless(Arc::clone(&taken)));
        let error = read_body(&mut body).unwrap_err();
        assert!(matches!(error, ureq::Error::BodyExceedsLimit(LONGEST)), "{error}");
        assert!(taken.load(Ordering::Relaxed) <= LONGEST + 1);
    }
}

//! The HTTP client.

use crate::exit::CliError;
use http::{Request, Response, Uri};
use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::Duration;
use ureq::Agent;

/// Time limit of a request. Longer than AWS takes for any response.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// Maximum size of a response body, in bytes.
pub(crate) const MAX_BYTES: u64 = 10 << 20;

/// Maximum number of connections that wait for the next request.
const IDLE_CONNECTIONS: usize = 32;

/// Builds an HTTP client with a time limit per request. It returns responses of any status and does not follow redirects: a service of AWS sends none, and
/// the credentials are only for the requested host. It trusts the system's certificates or, as AWS's own
/// clients, those in the file `AWS_CA_BUNDLE`. Requests to this machine do not pass through a proxy.
///
/// # Errors
/// [`CliError::Usage`] for a file without certificates.
pub(crate) fn build_agent(url: &str, timeout: Duration) -> Result<Agent, CliError> {
    let config = Agent::config_builder().timeout_global(Some(timeout)).http_status_as_error(false).max_redirects(0);
    let config = config.max_idle_connections(IDLE_CONNECTIONS).max_idle_connections_per_host(IDLE_CONNECTIONS);
    let is_loopback = url.parse().is_ok_and(|uri: Uri| uri.host().is_some_and(is_loopback));
    let config = if is_loopback { config.proxy(None) } else { config };
    #[cfg(feature = "tls")]
    let config = config.tls_config(tls::build_config()?);
    Ok(config.build().into())
}

/// Parses a URL. The error of an invalid one names its `option`.
///
/// # Errors
/// [`CliError::Usage`] if it is not a URL with http or https, a host, and optionally a port from 1 to 65535.
pub(crate) fn parse_url(option: &str, url: &str) -> Result<Uri, CliError> {
    let invalid = || CliError::Usage(format!("{option}: `{url}` is not a valid URL; example: http://127.0.0.1:8083"));
    let uri: Uri = url.parse().map_err(|_| invalid())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().filter(|authority| is_http && !authority.host().is_empty()).ok_or_else(invalid)?;
    let after_user = authority.as_str().rsplit('@').next().unwrap_or_default();
    match after_user.strip_prefix(authority.host()) {
        // The parser and ureq ignore an invalid port: requests would go to port 80 or 443.
        Some(port) if !port.is_empty() && authority.port_u16().is_none_or(|port| port == 0) => {
            let found = port.trim_start_matches(':');
            Err(CliError::Usage(format!("{option}: expected a port from 1 to 65535, found `{found}`")))
        }
        _ => Ok(uri),
    }
}

/// Describes why there is no response within a time, without ureq's own terms.
pub(crate) fn describe_error(error: &ureq::Error, timeout: Duration) -> String {
    let text = match error {
        ureq::Error::Timeout(_) => format!("no response within {:.1}s", timeout.as_secs_f64()),
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    };
    let help = find_tls_help(&text).unwrap_or_default();
    text + help
}

/// Returns what to do about an error of TLS.
pub(crate) fn find_tls_help(error: &str) -> Option<&'static str> {
    if error.contains("certificate") {
        // Also if the system has no trusted certificates at all.
        Some("; set AWS_CA_BUNDLE to a file with the certificates to trust")
    } else if error.contains("InvalidContentType") {
        Some("; the response is not TLS: use http:// if the endpoint has no certificate")
    } else {
        None
    }
}

/// Returns whether the host of a URL is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    is_localhost(host) || address.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

/// Returns whether a host is `localhost`. A host name may end with a dot, and its case does not matter.
pub(crate) fn is_localhost(host: &str) -> bool {
    host.strip_suffix('.').unwrap_or(host).eq_ignore_ascii_case("localhost")
}

/// Sends a request and reads the response.
///
/// # Errors
/// [`ureq::Error::BodyExceedsLimit`] for more than 10 MiB, and connection errors.
pub(crate) fn send_request(agent: &Agent, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ureq::Error> {
    read_response(agent.run(request)?, MAX_BYTES)
}

/// Reads the body of a response.
///
/// # Errors
/// [`ureq::Error::BodyExceedsLimit`] for more than `max_bytes`, and connection errors.
pub(crate) fn read_response(response: Response<ureq::Body>, max_bytes: u64) -> Result<Response<Vec<u8>>, ureq::Error> {
    let (head, mut body) = response.into_parts();
    Ok(Response::from_parts(head, body.with_config().limit(max_bytes).read_to_vec()?))
}

#[cfg(feature = "tls")]
mod tls {
    use crate::exit::CliError;
    use sfn_alias_server::auth::settings::read_settings;
    use std::ffi::OsStr;
    use std::sync::Arc;
    use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

    const BUNDLE: &str = "AWS_CA_BUNDLE";

    pub fn build_config() -> Result<TlsConfig, CliError> {
        let roots = match std::env::var_os(BUNDLE) {
            Some(path) if !path.is_empty() => RootCerts::Specific(Arc::new(read_certificates(&path)?)),
            _ => RootCerts::PlatformVerifier,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build())
    }

    fn read_certificates(path: &OsStr) -> Result<Vec<Certificate<'static>>, CliError> {
        let display = path.display();
        let unreadable = |error| CliError::Usage(format!("{BUNDLE}: cannot read `{display}`: {error}"));
        let pem = read_settings(path.as_ref()).map_err(unreadable)?;
        let certificate = |item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None };
        let certificates: Vec<_> = parse_pem(&pem).filter_map(|item| item.ok().and_then(certificate)).collect();
        match certificates.is_empty() {
            true => Err(CliError::Usage(format!("{BUNDLE}: `{display}` has no PEM certificate"))),
            false => Ok(certificates),
        }
    }
}

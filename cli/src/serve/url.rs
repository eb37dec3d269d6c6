//! Checks the URLs of other services, to which the endpoint sends requests.

use crate::agent::{is_localhost, is_loopback, parse_url};
use crate::exit::CliError;
use crate::signing::is_aws_url;
use http::Uri;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

/// The name of this machine, in a form that every resolver knows.
const LOCALHOST: &str = "localhost";

/// Maximum time of a connection to this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// The text of the error of a URL of AWS.
pub(super) struct AwsError {
    /// What is expected instead.
    pub expected: &'static str,
    /// What to do.
    pub help: &'static str,
}

/// Checks the URL of an option. Returns the URL for requests. `aws_error` is specified if AWS itself is not allowed.
///
/// # Errors
/// [`CliError::Usage`] for an invalid URL, a password or a query in it, for another machine without TLS, and for AWS if
/// it is not allowed.
pub(super) fn check_url(option: &str, url: &str, aws_error: Option<&AwsError>) -> Result<String, CliError> {
    let usage = |detail: &str| Err(CliError::Usage(format!("{option}: {detail}")));
    // The URL is logged, so the error omits it too.
    if url.contains('@') {
        return usage("expected a URL without a user and a password; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    if url.contains(['?', '#']) {
        return usage("expected a URL without a query and a fragment");
    }
    if let (true, Some(AwsError { expected, help })) = (is_aws_url(option, url)?, aws_error) {
        return usage(&format!("expected {expected}, found `{url}`{help}"));
    }
    let uri = parse_url(option, url)?;
    let host = uri.host().unwrap_or_default();
    if uri.scheme_str() == Some("http") && !is_loopback(host) {
        return usage(&format!("expected https://, or an address of this machine, found `{url}`"));
    }
    Ok(if is_localhost(host) { url.replacen(host, LOCALHOST, 1) } else { url.to_owned() })
}

/// `[::1]`, as in a URL, is `::1`.
pub(super) fn strip_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Returns whether an endpoint that listens on `own` receives the requests to a URL.
pub(super) fn is_own_url(uri: &Uri, own: SocketAddr) -> bool {
    // Names are resolved only if the port is the same.
    port_of(uri) == own.port() && resolve(uri).iter().any(|address| is_received(address.ip(), own.ip()))
}

/// Returns whether the URL is of this machine, and nothing accepts connections there.
pub(super) fn is_closed(url: &str) -> bool {
    let uri = url.parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(is_loopback));
    let connect = |address| TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).is_ok();
    uri.is_some_and(|uri| !resolve(&uri).into_iter().any(connect))
}

fn port_of(uri: &Uri) -> u16 {
    let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    uri.port_u16().unwrap_or(default_port)
}

fn resolve(uri: &Uri) -> Vec<SocketAddr> {
    let host = uri.host().unwrap_or_default();
    let host = if is_localhost(host) { LOCALHOST } else { strip_brackets(host) };
    (host, port_of(uri)).to_socket_addrs().map(Iterator::collect).unwrap_or_default()
}

/// Returns whether a socket that is bound to `own` receives what is sent to an address. The ports are equal.
fn is_received(address: IpAddr, own: IpAddr) -> bool {
    let is_family = own.is_ipv6() || address.to_canonical().is_ipv4();
    match own.to_canonical().is_unspecified() {
        // Only addresses of this machine can be bound.
        true => is_family && UdpSocket::bind((address, 0)).is_ok(),
        false => address.to_canonical() == own.to_canonical(),
    }
}

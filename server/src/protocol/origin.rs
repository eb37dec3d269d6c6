//! Rejects requests of pages of other origins, which the browser of a user sends to addresses of its own machine and network
//! without asking.

use super::HttpError;
use super::host::{AllowedHosts, Authority, shorten};
use http::header::ORIGIN;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method};

/// The headers of the standard Fetch Metadata Request Headers.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// See [`SEC_FETCH_SITE`].
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Rejects a request that a page of another origin may have caused. Reads the head only, so that such a request costs nothing
/// else.
///
/// `allowed_hosts` is absent if requests must be signed. A page of another origin cannot sign, whatever its name resolves to.
///
/// # Errors
/// [`HttpError::UnknownHost`], [`HttpError::ForeignOrigin`] and [`HttpError::CrossSite`].
pub fn check_origin(head: &Parts, allowed_hosts: Option<&AllowedHosts>) -> Result<(), HttpError> {
    if let Some(hosts) = allowed_hosts {
        hosts.check(head)?;
    }
    check_origin_header(head)?;
    check_fetch_site(head)
}

/// Rejects an `Origin` that is not the one of the endpoint. Browsers send the header with every request that can change
/// something, and with every request whose response a page of another origin can read.
fn check_origin_header(head: &Parts) -> Result<(), HttpError> {
    let mut origins = head.headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return Ok(()) };
    if origins.next().is_none() && is_own_origin(origin, head) {
        return Ok(());
    }
    Err(HttpError::ForeignOrigin(shorten(origin.as_bytes())))
}

/// Compares an origin with the host of a request. The schemes can differ: a proxy may use https.
fn is_own_origin(origin: &HeaderValue, head: &Parts) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let Some((scheme, authority)) = origin else { return false };
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let port = |authority: Authority<'_>| authority.port.unwrap_or(default_port);
    match (Authority::parse(authority), Authority::from_head(head)) {
        (Some(origin), Some(own)) => origin.host.eq_ignore_ascii_case(own.host) && port(origin) == port(own),
        _ => false,
    }
}

/// Rejects requests of pages of other sites that have no `Origin`, such as those for images and scripts. A link to the
/// endpoint is allowed.
fn check_fetch_site(head: &Parts) -> Result<(), HttpError> {
    let has = |name: &HeaderName, expected: &str| head.headers.get_all(name).iter().any(|value| value == expected);
    let is_link = has(&SEC_FETCH_MODE, "navigate") && matches!(head.method, Method::GET | Method::HEAD);
    match ["cross-site", "same-site"].into_iter().find(|site| has(&SEC_FETCH_SITE, site)) {
        Some(site) if !is_link => Err(HttpError::CrossSite(site)),
        _ => Ok(()),
    }
}

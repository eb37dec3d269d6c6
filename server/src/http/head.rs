//! Rejects request heads that RFC 9112 forbids and hyper accepts.

use crate::protocol::HttpError;
use http::header::{HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Version};

/// Checks the headers `Host` and `Transfer-Encoding`.
///
/// # Errors
/// [`HttpError::Malformed`].
pub(super) fn check_head(head: &Parts) -> Result<(), HttpError> {
    check_host(head)?;
    check_transfer_codings(&head.headers)
}

/// RFC 9112, section 3.2: 400 for a missing, repeated or invalid `Host`.
fn check_host(head: &Parts) -> Result<(), HttpError> {
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version < Version::HTTP_11 => Ok(()),
        (Some(host), None) if is_host(host) => Ok(()),
        (None, _) => Err(bad_request("missing Host header; send it once")),
        (Some(_), Some(_)) => Err(bad_request("repeated Host header; send it once")),
        (Some(_), None) => Err(bad_request("invalid Host header; send a host name or address with an optional port")),
    }
}

/// An empty host is valid if the target has none.
fn is_host(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
}

/// RFC 9112, sections 6.1 and 7: 501 for an unknown transfer coding, 400 for a repeated `chunked`.
fn check_transfer_codings(headers: &HeaderMap) -> Result<(), HttpError> {
    let mut chunked = 0_usize;
    for value in headers.get_all(TRANSFER_ENCODING) {
        for coding in value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|it| !it.is_empty()) {
            if !coding.eq_ignore_ascii_case(b"chunked") {
                return Err(HttpError::Malformed { status: 501, message: UNKNOWN_TRANSFER_CODING });
            }
            chunked = chunked.saturating_add(1);
        }
    }
    if chunked > 1 { Err(bad_request("repeated transfer coding chunked; apply it once")) } else { Ok(()) }
}

const fn bad_request(message: &'static str) -> HttpError {
    HttpError::Malformed { status: 400, message }
}

const UNKNOWN_TRANSFER_CODING: &str = "unknown transfer coding; use chunked or none";

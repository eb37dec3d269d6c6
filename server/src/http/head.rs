//! What HTTP/1.1 does not allow in a head and hyper accepts.

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
    check_codings(&head.headers)
}

/// RFC 9112, section 3.2: 400 for no `Host`, more than one, or one that is not valid.
fn check_host(head: &Parts) -> Result<(), HttpError> {
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version < Version::HTTP_11 => Ok(()),
        (Some(host), None) if is_host(host) => Ok(()),
        (None, _) => Err(malformed("the header Host is missing; send it once")),
        (Some(_), Some(_)) => Err(malformed("the header Host came more than once; send it once")),
        (Some(_), None) => Err(malformed("the header Host is not a valid host; send a name or address with its port")),
    }
}

/// An empty host is valid where the target has none.
fn is_host(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
}

/// RFC 9112, sections 6.1 and 7: 501 for a transfer coding that is not known, 400 for `chunked` twice.
fn check_codings(headers: &HeaderMap) -> Result<(), HttpError> {
    let mut chunked = 0_usize;
    for value in headers.get_all(TRANSFER_ENCODING) {
        for coding in value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|it| !it.is_empty()) {
            if !coding.eq_ignore_ascii_case(b"chunked") {
                return Err(HttpError::Malformed { status: 501, message: UNKNOWN_CODING });
            }
            chunked = chunked.saturating_add(1);
        }
    }
    if chunked > 1 {
        Err(malformed("the transfer coding chunked is applied more than once; apply it once"))
    } else {
        Ok(())
    }
}

const fn malformed(message: &'static str) -> HttpError {
    HttpError::Malformed { status: 400, message }
}

const UNKNOWN_CODING: &str = "unknown transfer coding; send chunked or none";

//! The files of the console, and the headers of its responses.

use super::console::ConsoleFile;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, LOCATION, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// The path of the page.
const PAGE: &str = "/console/";

/// Only the files and the API of the endpoint itself. Other pages cannot embed the page or read its responses.
const SECURITY_HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// Returns whether a path is `/console` or below it.
pub(super) fn is_console_path(path: &str) -> bool {
    path.strip_prefix("/console").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) fn add_security_headers(headers: &mut HeaderMap) {
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Returns a redirect to the page.
pub(super) fn redirect_to_page(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(PAGE));
    response
}

/// Returns whether a request is that of a browser that opens a page.
pub(super) fn accepts_html(headers: &HeaderMap) -> bool {
    list_values(headers, ACCEPT).any(|value| media_type(value).eq_ignore_ascii_case("text/html"))
}

/// Returns the response with a file, compressed if the client accepts that, or 304 if the client has it.
pub(super) fn file_response(file: ConsoleFile, request: &HeaderMap) -> Response<Bytes> {
    let ConsoleFile { content_type, content, gzip, etag } = file;
    let compressed = !gzip.is_empty() && accepts_gzip(request);
    let etag = if compressed { mark_compressed(&etag) } else { etag };
    let is_known = list_values(request, IF_NONE_MATCH).any(|known| is_same_entity(known, &etag));
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    *response.body_mut() = if compressed { gzip } else { content };
    response
}

/// Returns the tag of the compressed content, which consists of other bytes: `"a"` becomes `"a-gzip"`.
fn mark_compressed(etag: &str) -> String {
    etag.strip_suffix('"').map_or_else(|| etag.to_owned(), |open| format!("{open}-gzip\""))
}

/// Compares a tag of `If-None-Match` (RFC 9110, section 13.1.2): `*` is any.
fn is_same_entity(known: &str, etag: &str) -> bool {
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag
}

/// Returns whether `Accept-Encoding` (RFC 9110, section 12.5.3) names gzip, not with the weight 0.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    list_values(headers, ACCEPT_ENCODING)
        .any(|value| media_type(value).eq_ignore_ascii_case("gzip") && weight(value) > 0.0)
}

/// Returns the elements of a header that is a list.
fn list_values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Returns an element without its parameters.
fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// Returns the parameter `q` of an element, or 1.
fn weight(value: &str) -> f32 {
    let parameters = value.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut weights = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weights.next().map_or(1.0, |(_, weight)| weight.trim().parse().unwrap_or(0.0))
}

//! Decodes the `Content-Encoding` of a request.

use super::HttpError;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use sfn_alias::Error;
use std::io::Read;

/// Decodes a body whose `Content-Encoding` is `gzip`, `identity` or absent.
///
/// # Errors
/// [`HttpError::ContentEncoding`] for another encoding or invalid data, and [`Error::TooLarge`] for more than
/// `limit` bytes before or after decoding.
pub fn decode_body(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, HttpError> {
    if body.len() > limit {
        return Err(Error::TooLarge { size: body.len(), limit }.into());
    }
    match headers.get(CONTENT_ENCODING).map(|encoding| encoding.as_bytes()) {
        None | Some(b"") => Ok(body),
        Some(identity) if identity.eq_ignore_ascii_case(b"identity") => Ok(body),
        Some(gzip) if gzip.eq_ignore_ascii_case(b"gzip") => decompress(&body, limit),
        Some(other) => Err(HttpError::ContentEncoding(format!(
            "unsupported content encoding `{}`; use gzip or none",
            other.escape_ascii()
        ))),
    }
}

fn decompress(compressed: &[u8], limit: usize) -> Result<Bytes, HttpError> {
    let mut body = Vec::new();
    // One more byte shows that the body exceeds the limit, without decompressing all of it.
    let readable = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = MultiGzDecoder::new(compressed).take(readable);
    decoder
        .read_to_end(&mut body)
        .map_err(|error| HttpError::ContentEncoding(format!("invalid gzip body: {error}")))?;
    if body.len() > limit {
        return Err(Error::TooLarge { size: body.len(), limit }.into());
    }
    Ok(body.into())
}

//! The bytes of a body as JSON bytes.

use super::HttpError;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use sfn_alias::Error;
use std::io::Read;

/// Undoes `Content-Encoding`: `gzip` or none.
///
/// # Errors
/// A `SerializationException` for another encoding or damaged data, which it names, and a
/// `RequestEntityTooLargeException` for data that is, or unpacks to, more than `limit` bytes.
pub fn decoded(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, HttpError> {
    if body.len() > limit {
        return Err(Error::TooLarge { size: body.len(), limit }.into());
    }
    match headers.get(CONTENT_ENCODING).map(|encoding| encoding.as_bytes()) {
        None | Some(b"") => Ok(body),
        Some(identity) if identity.eq_ignore_ascii_case(b"identity") => Ok(body),
        Some(gzip) if gzip.eq_ignore_ascii_case(b"gzip") => unpack(&body, limit),
        Some(other) => Err(HttpError::Encoding(format!(
            "the content encoding `{}` is not known: send gzip or none",
            other.escape_ascii()
        ))),
    }
}

fn unpack(packed: &[u8], limit: usize) -> Result<Bytes, HttpError> {
    let mut unpacked = Vec::new();
    // One byte more than allowed tells that it is too long, whatever it would have become.
    let readable = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = MultiGzDecoder::new(packed).take(readable);
    decoder.read_to_end(&mut unpacked).map_err(|error| {
        HttpError::Encoding(format!("the body is no gzip data, as the header Content-Encoding says: {error}"))
    })?;
    if unpacked.len() > limit {
        return Err(Error::TooLarge { size: unpacked.len(), limit }.into());
    }
    Ok(unpacked.into())
}

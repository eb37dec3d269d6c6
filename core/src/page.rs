//! Pagination and its tokens.
//!
//! A token contains the position of the page's last item, its own creation time, and a MAC over both, the
//! operation and the list's ARN. Tokens are stateless: a token stays valid when the item is deleted.

use crate::error::{Error, Result};
use crate::hex;
use crate::model::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;

/// Lifetime of a token, as AWS documents it.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const FORMAT: u8 = 1;
const MAC_BYTES: usize = 16;
/// AWS's default, also for 0.
const DEFAULT_RESULTS: usize = 100;

/// The requested page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRequest<'a> {
    /// Maximum number of items.
    pub limit: usize,
    pub token: Option<&'a str>,
}

impl<'a> PageRequest<'a> {
    pub fn new(max_results: Option<i64>, token: Option<&'a str>) -> Self {
        let limit = max_results.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
        Self { limit: limit.unwrap_or(DEFAULT_RESULTS), token }
    }
}

/// The position of a page's last item in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub number: i64,
    pub text: String,
}

/// The list that a token belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListId<'a> {
    pub operation: &'static str,
    pub arn: &'a str,
    /// The filter or order of the list, if the request can choose one.
    pub variant: &'static str,
}

/// Creates and verifies tokens with a store's key.
#[derive(Clone)]
pub(crate) struct PageTokenCodec {
    keyed: Hmac<Sha256>,
}

impl PageTokenCodec {
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC pads a key with zeros to its block size, 64 bytes.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// Creates a token.
    pub fn create(&self, list: ListId<'_>, cursor: &Cursor, now: Timestamp) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(now.as_millis().to_be_bytes());
        bytes.extend(cursor.number.to_be_bytes());
        bytes.extend(cursor.text.as_bytes());
        let tag = self.mac(list, &bytes).finalize().into_bytes();
        bytes.extend(tag.into_iter().take(MAC_BYTES));
        hex::encode(&bytes)
    }

    /// Verifies a token and returns its position.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] unless [`PageTokenCodec::create`] created the token for this list within the last
    /// 24 hours.
    pub fn verify(&self, list: ListId<'_>, token: &str, now: Timestamp) -> Result<Cursor> {
        self.decode(list, token, now).ok_or(Error::InvalidToken)
    }

    fn decode(&self, list: ListId<'_>, token: &str, now: Timestamp) -> Option<Cursor> {
        let bytes = hex::decode(token)?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
        self.mac(list, body).verify_truncated_left(tag).ok()?;
        let (format, rest) = body.split_first()?;
        let (created, rest) = rest.split_first_chunk()?;
        let (number, text) = rest.split_first_chunk()?;
        let created = Timestamp::from_millis(i64::from_be_bytes(*created));
        let text = std::str::from_utf8(text).ok()?.to_owned();
        (*format == FORMAT && now < created.saturating_add(LIFETIME))
            .then_some(Cursor { number: i64::from_be_bytes(*number), text })
    }

    fn mac(&self, list: ListId<'_>, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        for part in [list.operation.as_bytes(), list.arn.as_bytes(), list.variant.as_bytes(), body] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

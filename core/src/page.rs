//! Pages of lists, and the tokens between them.
//!
//! A token holds where the page ended, when it was made, and a MAC over both, the operation and the
//! list's ARN. Nothing is kept on the side, so a token lives on when what it points at is deleted.

use crate::error::{Error, Result};
use crate::hex;
use crate::model::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;

/// How long AWS documents that a token can be used.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const FORMAT: u8 = 1;
const MAC_BYTES: usize = 16;
/// AWS's default, also for 0.
const DEFAULT_RESULTS: usize = 100;

/// What a list request says of its page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// At most so many items.
    pub limit: usize,
    pub token: Option<&'a str>,
}

impl<'a> Page<'a> {
    pub fn new(max_results: Option<i64>, token: Option<&'a str>) -> Self {
        let limit = max_results.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
        Self { limit: limit.unwrap_or(DEFAULT_RESULTS), token }
    }
}

/// Where a page ended: the last item's place in its list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub number: i64,
    pub text: String,
}

/// The list that a token belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<'a> {
    pub operation: &'static str,
    pub arn: &'a str,
}

/// Makes and reads tokens with a store's key.
#[derive(Clone)]
pub(crate) struct Tokens {
    keyed: Hmac<Sha256>,
}

impl Tokens {
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC fills a key up to its block of 64 bytes with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        Self { keyed: Hmac::new(&block.into()) }
    }

    pub fn seal(&self, list: List<'_>, cursor: &Cursor, now: Timestamp) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(now.as_millis().to_be_bytes());
        bytes.extend(cursor.number.to_be_bytes());
        bytes.extend(cursor.text.as_bytes());
        let tag = self.mac(list, &bytes);
        bytes.extend(tag);
        hex::encode(&bytes)
    }

    /// # Errors
    /// [`Error::InvalidToken`] for anything that [`Tokens::seal`] did not make for this list within
    /// the last 24 hours.
    pub fn open(&self, list: List<'_>, token: &str, now: Timestamp) -> Result<Cursor> {
        self.read(list, token, now).ok_or(Error::InvalidToken)
    }

    fn read(&self, list: List<'_>, token: &str, now: Timestamp) -> Option<Cursor> {
        let bytes = hex::decode(token)?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
        if !same(tag, &self.mac(list, body)) {
            return None;
        }
        let (format, rest) = body.split_first()?;
        let (made, rest) = rest.split_first_chunk()?;
        let (number, text) = rest.split_first_chunk()?;
        let made = Timestamp::from_millis(i64::from_be_bytes(*made));
        let text = std::str::from_utf8(text).ok()?.to_owned();
        (*format == FORMAT && now < made.plus(LIFETIME)).then_some(Cursor { number: i64::from_be_bytes(*number), text })
    }

    fn mac(&self, list: List<'_>, body: &[u8]) -> [u8; MAC_BYTES] {
        let mut mac = self.keyed.clone();
        for part in [list.operation.as_bytes(), list.arn.as_bytes(), body] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let full = mac.finalize().into_bytes();
        let mut tag = [0; MAC_BYTES];
        tag.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        tag
    }
}

/// Compares in a time that does not tell where the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// Cuts what was fetched (one more than a page holds) to a page, and seals the token to the next.
pub(crate) fn cut<T>(items: &mut Vec<T>, limit: usize, seal: impl FnOnce(&T) -> String) -> Option<String> {
    let more = items.len() > limit;
    items.truncate(limit);
    if more { items.last().map(seal) } else { None }
}

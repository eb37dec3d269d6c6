//! What a signed request claims: the header `Authorization` and the time.

use crate::protocol::{Credential, Refusal};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::time::{Duration, SystemTime};
use time::PrimitiveDateTime;
use time::macros::format_description;

/// A signature as it arrived.
pub(super) struct Signature<'h> {
    pub credential: Credential<'h>,
    /// Names of the headers that are signed, in lower case.
    pub headers: Vec<&'h str>,
    /// Hexadecimal.
    pub value: &'h str,
    /// `X-Amz-Date` as it arrived.
    pub date: &'h str,
    /// The same as a time.
    pub time: SystemTime,
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256 ";

impl<'h> Signature<'h> {
    /// Reads the headers.
    ///
    /// # Errors
    /// `MissingAuthenticationTokenException` without the header, `IncompleteSignatureException` where
    /// something is missing in it.
    pub fn of(headers: &'h HeaderMap) -> Result<Self, Refusal> {
        let authorization = headers.get(AUTHORIZATION).ok_or_else(missing)?.to_str().map_err(|_| missing())?;
        let parameters = authorization.strip_prefix(ALGORITHM).ok_or_else(missing)?;
        let parameter = |name: &str| {
            let mut parts = parameters.split(',').map(str::trim);
            let found = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            found.filter(|value| !value.is_empty()).ok_or_else(|| without(name, authorization))
        };
        parameter("Credential")?;
        let credential = Credential::of(headers).ok_or_else(|| without("Credential", authorization))?;
        let date = headers.get("x-amz-date").and_then(|date| date.to_str().ok()).unwrap_or_default();
        let time = time_of(date).ok_or_else(|| undated(authorization))?;
        let headers = parameter("SignedHeaders")?.split(';').collect();
        Ok(Self { credential, headers, value: parameter("Signature")?, date, time })
    }
}

/// `20261122T193645Z` as a time.
fn time_of(text: &str) -> Option<SystemTime> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    let seconds = PrimitiveDateTime::parse(text, form).ok()?.assume_utc().unix_timestamp();
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// A time as `X-Amz-Date` has it.
pub(super) fn written(time: SystemTime) -> String {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    time::OffsetDateTime::from(time).format(form).unwrap_or_default()
}

fn missing() -> Refusal {
    let message = "Missing Authentication Token".to_owned();
    Refusal::Signature { code: "MissingAuthenticationTokenException", message }
}

fn without(name: &str, authorization: &str) -> Refusal {
    incomplete(format!("Authorization header requires '{name}' parameter. Authorization={}", shown(authorization)))
}

fn undated(authorization: &str) -> Refusal {
    let what = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
    incomplete(format!("{what} Authorization={}", shown(authorization)))
}

fn incomplete(message: String) -> Refusal {
    Refusal::Signature { code: "IncompleteSignatureException", message }
}

/// The scheme alone: what comes behind it may be a secret that somebody put there by mistake.
fn shown(authorization: &str) -> &str {
    authorization.split(' ').next().unwrap_or_default()
}

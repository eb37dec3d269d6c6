//! What a signed request claims: the header `Authorization` and the time.
//!
//! The texts, and the order in which they are looked for, are those that dynalite's authors recorded from
//! DynamoDB, a service of the same framework.

use crate::protocol::{Credential, HttpError};
use http::HeaderMap;
use std::time::{Duration, SystemTime};
use time::PrimitiveDateTime;
use time::macros::format_description;

/// A signature as it arrived.
pub(super) struct Signature<'h> {
    pub credential: Credential<'h>,
    /// What ends the credential: `aws4_request`.
    pub terminator: &'h str,
    /// Names of the headers that are signed, in lower case.
    pub headers: Vec<&'h str>,
    /// Hexadecimal.
    pub value: &'h str,
    /// `X-Amz-Date` as it arrived.
    pub date: &'h str,
    /// The same as a time.
    pub time: SystemTime,
}

/// What every version of the scheme begins with.
const SCHEME: &str = "AWS4-";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

impl<'h> Signature<'h> {
    /// Reads the headers.
    ///
    /// # Errors
    /// `MissingAuthenticationTokenException` without the header or with another scheme,
    /// `IncompleteSignatureException` where something is missing in it.
    pub fn of(headers: &'h HeaderMap) -> Result<Self, HttpError> {
        let authorization = once(headers, "Authorization")?.filter(|it| it.starts_with(SCHEME)).ok_or_else(missing)?;
        let (algorithm, parameters) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let date = once(headers, "X-Amz-Date")?;
        let [credential, value, signed] =
            ["Credential", "Signature", "SignedHeaders"].map(|name| part(parameters, name));
        let (Some(credential), Some(value), Some(signed), Some(date)) = (credential, value, signed, date) else {
            return Err(without([credential, value, signed, date], algorithm));
        };
        let time = time_of(date).ok_or_else(|| undated(date))?;
        if algorithm != ALGORITHM {
            return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). ")));
        }
        let [access_key_id, day, region, service, terminator] =
            credential.split('/').collect::<Vec<_>>().try_into().map_err(|_| unscoped(credential))?;
        let credential = Credential { access_key_id, date: day, region, service };
        Ok(Self { credential, terminator, headers: signed.split(';').collect(), value, date, time })
    }
}

/// A header's value. One that came twice could be read as either, here or by a proxy before.
fn once<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, HttpError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    match values.next() {
        None => Ok(value),
        Some(_) => Err(incomplete(format!("the header {name} came more than once; send it once"))),
    }
}

/// A parameter of the header `Authorization` that has a value.
fn part<'h>(parameters: &'h str, name: &str) -> Option<&'h str> {
    let mut parts = parameters.split([',', ' ']);
    parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).filter(|value| !value.is_empty())
}

/// `20261122T193645Z` as a time.
fn time_of(text: &str) -> Option<SystemTime> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    let seconds = PrimitiveDateTime::parse(text, form).ok()?.assume_utc().unix_timestamp();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// A time as `X-Amz-Date` has it.
pub(super) fn written(time: SystemTime) -> String {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    time::OffsetDateTime::from(time).format(form).unwrap_or_default()
}

fn missing() -> HttpError {
    let message = "Missing Authentication Token".to_owned();
    HttpError::Signature { code: "MissingAuthenticationTokenException", message }
}

/// Names all that is missing. Of the header the algorithm alone is told: what comes behind it may be a
/// secret that somebody put there by mistake.
fn without(found: [Option<&str>; 4], algorithm: &str) -> HttpError {
    const NEEDED: [&str; 4] = [
        "Authorization header requires 'Credential' parameter. ",
        "Authorization header requires 'Signature' parameter. ",
        "Authorization header requires 'SignedHeaders' parameter. ",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    ];
    let absent: String = NEEDED.iter().zip(found).filter(|(_, found)| found.is_none()).map(|(text, _)| *text).collect();
    incomplete(format!("{absent}Authorization={algorithm}"))
}

fn undated(date: &str) -> HttpError {
    let see = "See http://en.wikipedia.org/wiki/ISO_8601";
    incomplete(format!("Date must be in ISO-8601 'basic format'. Got '{date}'. {see}"))
}

fn unscoped(credential: &str) -> HttpError {
    let must = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term";
    incomplete(format!("{must}, got '{credential}'"))
}

fn incomplete(message: String) -> HttpError {
    HttpError::Signature { code: "IncompleteSignatureException", message }
}

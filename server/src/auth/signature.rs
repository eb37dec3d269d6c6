//! Parses the signature of a request: the headers `Authorization` and `X-Amz-Date`.
//!
//! The messages, and the order of the checks, were recorded from DynamoDB by the authors of dynalite. DynamoDB uses
//! the same framework as Step Functions.

use crate::protocol::{Credential, HttpError};
use http::HeaderMap;
use std::time::{Duration, SystemTime};
use time::PrimitiveDateTime;
use time::macros::format_description;

/// A parsed, unverified signature.
pub(super) struct Signature<'h> {
    pub credential: Credential<'h>,
    /// The last part of the credential: `aws4_request`.
    pub terminator: &'h str,
    /// The names of the signed headers, in lower case.
    pub signed_headers: Vec<&'h str>,
    /// The signature in hexadecimal.
    pub value: &'h str,
    /// The value of `X-Amz-Date`.
    pub date: &'h str,
    /// The parsed `X-Amz-Date`.
    pub time: SystemTime,
}

/// The prefix of all versions of the scheme.
const SCHEME_PREFIX: &str = "AWS4-";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

impl<'h> Signature<'h> {
    /// Parses the headers.
    ///
    /// # Errors
    /// `MissingAuthenticationTokenException` if the header is missing or has another scheme, and
    /// `IncompleteSignatureException` if a part of it is missing.
    pub fn from_headers(headers: &'h HeaderMap) -> Result<Self, HttpError> {
        let authorization = single_header(headers, "Authorization")?
            .filter(|it| it.starts_with(SCHEME_PREFIX))
            .ok_or_else(missing_token)?;
        let (algorithm, parameters) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let date = single_header(headers, "X-Amz-Date")?;
        let [credential, value, signed] =
            ["Credential", "Signature", "SignedHeaders"].map(|name| find_parameter(parameters, name));
        let (Some(credential), Some(value), Some(signed), Some(date)) = (credential, value, signed, date) else {
            return Err(missing_parameters([credential, value, signed, date], algorithm));
        };
        let time = parse_amz_date(date).ok_or_else(|| invalid_date(date))?;
        if algorithm != ALGORITHM {
            return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). ")));
        }
        let [access_key_id, date_stamp, region, service, terminator] =
            credential.split('/').collect::<Vec<_>>().try_into().map_err(|_| invalid_credential(credential))?;
        let credential = Credential { access_key_id, date: date_stamp, region, service };
        Ok(Self { credential, terminator, signed_headers: signed.split(';').collect(), value, date, time })
    }
}

/// Returns the value of a header. Rejects a repeated header: a proxy may have used the other value.
fn single_header<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, HttpError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    match values.next() {
        None => Ok(value),
        Some(_) => Err(incomplete(format!("repeated header {name}; send it once"))),
    }
}

/// Returns a non-empty parameter of the header `Authorization`.
fn find_parameter<'h>(parameters: &'h str, name: &str) -> Option<&'h str> {
    let mut parts = parameters.split([',', ' ']);
    parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).filter(|value| !value.is_empty())
}

/// Parses `X-Amz-Date`, for example `20261122T193645Z`.
fn parse_amz_date(text: &str) -> Option<SystemTime> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    let seconds = PrimitiveDateTime::parse(text, form).ok()?.assume_utc().unix_timestamp();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// Formats a time as in `X-Amz-Date`.
pub(super) fn format_amz_date(time: SystemTime) -> String {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    time::OffsetDateTime::from(time).format(form).unwrap_or_default()
}

fn missing_token() -> HttpError {
    let message = "Missing Authentication Token".to_owned();
    HttpError::Signature { code: "MissingAuthenticationTokenException", message }
}

/// Reports all missing parameters. Repeats only the algorithm of the header, because the rest may contain a secret.
fn missing_parameters(found: [Option<&str>; 4], algorithm: &str) -> HttpError {
    const REQUIRED: [&str; 4] = [
        "Authorization header requires 'Credential' parameter. ",
        "Authorization header requires 'Signature' parameter. ",
        "Authorization header requires 'SignedHeaders' parameter. ",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    ];
    let missing: String =
        REQUIRED.iter().zip(found).filter(|(_, found)| found.is_none()).map(|(text, _)| *text).collect();
    incomplete(format!("{missing}Authorization={algorithm}"))
}

fn invalid_date(date: &str) -> HttpError {
    let link = "See http://en.wikipedia.org/wiki/ISO_8601";
    incomplete(format!("Date must be in ISO-8601 'basic format'. Got '{date}'. {link}"))
}

fn invalid_credential(credential: &str) -> HttpError {
    let rule = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term";
    incomplete(format!("{rule}, got '{credential}'"))
}

fn incomplete(message: String) -> HttpError {
    HttpError::Signature { code: "IncompleteSignatureException", message }
}

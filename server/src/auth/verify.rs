//! Verifies signatures.

use super::Credentials;
use super::credentials::Principal;
use super::signature::{Signature, format_amz_date};
use crate::protocol::HttpError;
use aws_credential_types::Credentials as Identity;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::HeaderMap;
use http::request::Parts;
use sfn_alias::Scope;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq;

/// Maximum difference between the clocks of client and server.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(15 * 60);
/// The signing name of Step Functions.
const SERVICE: &str = "states";
/// The last part of a credential.
const TERMINATOR: &str = "aws4_request";
const CONTENT_HASH: &str = "x-amz-content-sha256";
/// Headers that must be signed, with their names in the message. Without them, a signature would be valid for another
/// endpoint, time or operation.
const REQUIRED_SIGNED_HEADERS: [(&str, &str); 3] =
    [("host", "'Host' or ':authority'"), ("x-amz-date", "'X-Amz-Date'"), ("x-amz-target", "'X-Amz-Target'")];

/// A request whose head is verified and whose body is not verified yet.
pub struct PendingAuth<'r> {
    signature: Signature<'r>,
    principal: &'r Principal,
    head: &'r Parts,
    scope: Scope,
    /// The signed hash of the body. If present, the signature itself is already verified.
    body_hash: Option<&'r str>,
}

impl<'r> PendingAuth<'r> {
    /// Checks what can be checked without the body. This includes the signature if `X-Amz-Content-Sha256`, the hash
    /// of the body, is signed.
    ///
    /// # Errors
    /// AWS's errors `MissingAuthenticationTokenException`, `IncompleteSignatureException`,
    /// `UnrecognizedClientException` and `InvalidSignatureException`.
    pub fn check_head(credentials: &'r Credentials, head: &'r Parts, now: SystemTime) -> Result<Self, HttpError> {
        let signature = Signature::from_headers(&head.headers)?;
        check_clock_skew(&signature, now)?;
        check_signed_headers(&signature, head)?;
        let principal = credentials.get(signature.credential.access_key_id);
        let scope = check_scope(&signature, principal)?;
        let principal = principal.ok_or_else(unrecognized_client_error)?;
        let body_hash = signed_body_hash(&signature, &head.headers);
        let pending = Self { signature, principal, head, scope, body_hash };
        if let Some(hash) = body_hash {
            pending.verify_signature(SignableBody::Precomputed(hash.to_owned()))?;
        }
        Ok(pending)
    }

    /// Verifies the body, and the signature unless its head was sufficient. Returns the account and region.
    ///
    /// # Errors
    /// `InvalidSignatureException` for a wrong signature, `UnrecognizedClientException` for a session token that does
    /// not belong to the access key.
    pub fn verify_body(self, body: &[u8]) -> Result<Scope, HttpError> {
        match self.body_hash {
            Some(hash) if hash == to_hex(&Sha256::digest(body)) => {}
            Some(_) => return Err(wrong_signature_error()),
            None => self.verify_signature(SignableBody::Bytes(body))?,
        }
        Ok(self.scope)
    }

    /// Compares the signature and the session token with the expected ones.
    fn verify_signature(&self, body: SignableBody<'_>) -> Result<(), HttpError> {
        let expected = self.expected_signature(body).ok_or_else(wrong_signature_error)?;
        if !bool::from(expected.as_bytes().ct_eq(self.signature.value.as_bytes())) {
            return Err(wrong_signature_error());
        }
        match self.has_valid_session_token() {
            true => Ok(()),
            false => Err(unrecognized_client_error()),
        }
    }

    fn has_valid_session_token(&self) -> bool {
        let received = self.head.headers.get("x-amz-security-token");
        match (&self.principal.session_token, received) {
            (None, None) => true,
            (Some(expected), Some(received)) => expected.as_bytes().ct_eq(received.as_bytes()).into(),
            _ => false,
        }
    }

    /// Computes the signature of the request. A precomputed body hash is compared with the body later, in
    /// [`PendingAuth::verify_body`].
    fn expected_signature(&self, body: SignableBody<'_>) -> Option<String> {
        let Self { signature, principal, head, .. } = self;
        let id = signature.credential.access_key_id;
        let identity = Identity::new(id, &*principal.secret_access_key, None, None, "file").into();
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(signature.credential.region)
            .name(SERVICE)
            .time(signature.time)
            .settings(settings)
            .build()
            .ok()?
            .into();
        let headers = self.signed_header_values()?;
        let uri = format!("http://localhost{}", head.uri.path_and_query()?);
        let request = SignableRequest::new(head.method.as_str(), uri, headers.into_iter(), body).ok()?;
        Some(sign(request, &params).ok()?.signature().to_owned())
    }

    /// Returns all values of the signed headers, except the date, which the signer adds. Returns `None` if a header is
    /// missing or listed twice: otherwise, a long header that is listed many times would be copied many times.
    fn signed_header_values(&self) -> Option<Vec<(&str, &str)>> {
        let mut names = HashSet::with_capacity(self.signature.signed_headers.len());
        if !self.signature.signed_headers.iter().all(|name| names.insert(*name)) {
            return None;
        }
        let mut values = Vec::with_capacity(self.signature.signed_headers.len());
        for name in self.signature.signed_headers.iter().filter(|name| **name != "x-amz-date") {
            self.head.headers.get(*name)?;
            for value in self.head.headers.get_all(*name) {
                values.push((*name, value.to_str().ok()?));
            }
        }
        Some(values)
    }
}

/// Returns the header `X-Amz-Content-Sha256` if it is signed and is a hash.
fn signed_body_hash<'h>(signature: &Signature<'_>, headers: &'h HeaderMap) -> Option<&'h str> {
    if !signature.signed_headers.contains(&CONTENT_HASH) {
        return None;
    }
    let mut values = headers.get_all(CONTENT_HASH).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let is_hash = |text: &&str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    value.to_str().ok().filter(is_hash)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_clock_skew(signature: &Signature<'_>, now: SystemTime) -> Result<(), HttpError> {
    // Saturates at the ends of the range of SystemTime.
    let earliest = now.checked_sub(MAX_CLOCK_SKEW).unwrap_or(now);
    let latest = now.checked_add(MAX_CLOCK_SKEW).unwrap_or(now);
    let (sent, text) = (signature.date, format_amz_date);
    let problem = if signature.time < earliest {
        format!("Signature expired: {sent} is now earlier than {} ({} - 15 min.)", text(earliest), text(now))
    } else if signature.time > latest {
        format!("Signature not yet current: {sent} is still later than {} ({} + 15 min.)", text(latest), text(now))
    } else {
        return Ok(());
    };
    Err(invalid_signature_error(problem))
}

/// `X-Amz-Target` is not required where the path, which is always signed, states what to do.
fn check_signed_headers(signature: &Signature<'_>, head: &Parts) -> Result<(), HttpError> {
    let is_required = |name: &str| name != "x-amz-target" || head.uri.path() == "/";
    let is_unsigned = |(name, _): &&(&str, &str)| is_required(name) && !signature.signed_headers.contains(name);
    let Some((_, label)) = REQUIRED_SIGNED_HEADERS.iter().find(is_unsigned) else { return Ok(()) };
    Err(invalid_signature_error(format!("{label} must be a 'SignedHeader' in the AWS Authorization.")))
}

/// Returns the principal's account in the signed region. Reports all problems of the credential scope at once.
fn check_scope(signature: &Signature<'_>, principal: Option<&Principal>) -> Result<Scope, HttpError> {
    let Signature { credential, terminator, date, .. } = signature;
    let account = principal.map_or(Scope::default().account(), |principal| &principal.account).to_owned();
    let scope = credential.scope(&account);
    let mut problems = String::new();
    if scope.is_none() {
        problems += &format!("Credential should be scoped to a valid region, not '{}'. ", credential.region);
    }
    if credential.service != SERVICE {
        problems += &format!("Credential should be scoped to correct service: '{SERVICE}'. ");
    }
    if *terminator != TERMINATOR {
        problems +=
            &format!("Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ");
    }
    let date_stamp = date.get(..8).unwrap_or_default();
    if credential.date != date_stamp {
        let what = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
        problems += &format!("{what}: '{}' != '{date_stamp}', from '{date}'.", credential.date);
    }
    scope.filter(|_| problems.is_empty()).ok_or_else(|| invalid_signature_error(problems))
}

fn unrecognized_client_error() -> HttpError {
    let message = "The security token included in the request is invalid.".to_owned();
    HttpError::Signature { code: "UnrecognizedClientException", message }
}

fn wrong_signature_error() -> HttpError {
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method. Consult the service documentation for details.";
    invalid_signature_error(text.to_owned())
}

fn invalid_signature_error(message: String) -> HttpError {
    HttpError::Signature { code: "InvalidSignatureException", message }
}

//! Whether a signature is the one that the secret makes.

use super::Credentials;
use super::credentials::Principal;
use super::signature::{Signature, written};
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

/// How far the client's clock may be from ours.
const SKEW: Duration = Duration::from_secs(15 * 60);
/// The service that clients sign for.
const SERVICE: &str = "states";
/// What ends a credential.
const TERMINATOR: &str = "aws4_request";
const CONTENT_HASH: &str = "x-amz-content-sha256";
/// Without these, a signature could be moved to another endpoint, time or operation.
const SIGNED: [(&str, &str); 3] =
    [("host", "'Host' or ':authority'"), ("x-amz-date", "'X-Amz-Date'"), ("x-amz-target", "'X-Amz-Target'")];

/// A request that says who sent it, and may have been sent by them: nothing is wrong with its head, and
/// its body is still to come.
pub struct PendingAuth<'r> {
    signature: Signature<'r>,
    principal: &'r Principal,
    head: &'r Parts,
    scope: Scope,
    /// The hash that the body has to have, where the signature has been checked with it.
    hash: Option<&'r str>,
}

/// Checks a request's signature, and answers the account and region that it is for.
///
/// # Errors
/// As [`PendingAuth::of`] and [`PendingAuth::prove`].
pub fn verify(credentials: &Credentials, head: &Parts, body: &[u8], now: SystemTime) -> Result<Scope, HttpError> {
    PendingAuth::of(credentials, head, now)?.prove(body)
}

impl<'r> PendingAuth<'r> {
    /// Checks all that can be checked before the body is there: the signature, too, where the body's hash is
    /// signed in `X-Amz-Content-Sha256`.
    ///
    /// # Errors
    /// AWS's refusals: `MissingAuthenticationTokenException`, `IncompleteSignatureException`,
    /// `UnrecognizedClientException`, `InvalidSignatureException`.
    pub fn of(credentials: &'r Credentials, head: &'r Parts, now: SystemTime) -> Result<Self, HttpError> {
        let signature = Signature::of(&head.headers)?;
        current(&signature, now)?;
        signed_enough(&signature)?;
        let principal = credentials.get(signature.credential.access_key_id);
        let scope = scope(&signature, principal)?;
        let principal = principal.ok_or_else(unrecognized)?;
        let hash = declared_hash(&signature, &head.headers);
        let claim = Self { signature, principal, head, scope, hash };
        if let Some(hash) = hash {
            claim.compare(SignableBody::Precomputed(hash.to_owned()))?;
        }
        Ok(claim)
    }

    /// Checks the signature itself.
    ///
    /// # Errors
    /// `InvalidSignatureException` where the secret makes another one, `UnrecognizedClientException` where
    /// the session's token is not the key's.
    pub fn prove(self, body: &[u8]) -> Result<Scope, HttpError> {
        match self.hash {
            Some(hash) if hash == hex(&Sha256::digest(body)) => {}
            Some(_) => return Err(mismatch()),
            None => self.compare(SignableBody::Bytes(body))?,
        }
        Ok(self.scope)
    }

    /// Compares the signature with the one that the secret makes, and the session's token with the key's.
    fn compare(&self, body: SignableBody<'_>) -> Result<(), HttpError> {
        let expected = self.expected(body).ok_or_else(mismatch)?;
        if !bool::from(expected.as_bytes().ct_eq(self.signature.value.as_bytes())) {
            return Err(mismatch());
        }
        match self.has_its_token() {
            true => Ok(()),
            false => Err(unrecognized()),
        }
    }

    fn has_its_token(&self) -> bool {
        let given = self.head.headers.get("x-amz-security-token");
        match (&self.principal.session_token, given) {
            (None, None) => true,
            (Some(token), Some(given)) => token.as_bytes().ct_eq(given.as_bytes()).into(),
            _ => false,
        }
    }

    /// The signature of what arrived, made with the secret. The body's hash is always that of the body, or is
    /// compared with it once the body is there.
    fn expected(&self, body: SignableBody<'_>) -> Option<String> {
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
        let headers = self.signed_headers()?;
        let uri = format!("http://localhost{}", head.uri.path_and_query()?);
        let request = SignableRequest::new(head.method.as_str(), uri, headers.into_iter(), body).ok()?;
        Some(sign(request, &params).ok()?.signature().to_owned())
    }

    /// Each value of each header that is signed; the date is left to the signer. `None` where one is missing, or
    /// named twice: a long header that is named often would be copied as often.
    fn signed_headers(&self) -> Option<Vec<(&str, &str)>> {
        let mut names = HashSet::with_capacity(self.signature.headers.len());
        if !self.signature.headers.iter().all(|name| names.insert(*name)) {
            return None;
        }
        let mut found = Vec::with_capacity(self.signature.headers.len());
        for name in self.signature.headers.iter().filter(|name| **name != "x-amz-date") {
            self.head.headers.get(*name)?;
            for value in self.head.headers.get_all(*name) {
                found.push((*name, value.to_str().ok()?));
            }
        }
        Some(found)
    }
}

/// The header `X-Amz-Content-Sha256`, where it is signed and a hash.
fn declared_hash<'h>(signature: &Signature<'_>, headers: &'h HeaderMap) -> Option<&'h str> {
    if !signature.headers.contains(&CONTENT_HASH) {
        return None;
    }
    let mut values = headers.get_all(CONTENT_HASH).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let is_hash = |text: &&str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    value.to_str().ok().filter(is_hash)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn current(signature: &Signature<'_>, now: SystemTime) -> Result<(), HttpError> {
    // A clock at the end of time has no later one.
    let (earliest, latest) = (now.checked_sub(SKEW).unwrap_or(now), now.checked_add(SKEW).unwrap_or(now));
    let sent = signature.date;
    if signature.time < earliest {
        let (earliest, now) = (written(earliest), written(now));
        return Err(invalid(format!("Signature expired: {sent} is now earlier than {earliest} ({now} - 15 min.)")));
    }
    if signature.time > latest {
        let (latest, now) = (written(latest), written(now));
        return Err(invalid(format!(
            "Signature not yet current: {sent} is still later than {latest} ({now} + 15 min.)"
        )));
    }
    Ok(())
}

fn signed_enough(signature: &Signature<'_>) -> Result<(), HttpError> {
    let unsigned = SIGNED.iter().find(|(name, _)| !signature.headers.contains(name));
    match unsigned {
        None => Ok(()),
        Some((_, shown)) => Err(invalid(format!("{shown} must be a 'SignedHeader' in the AWS Authorization."))),
    }
}

/// The principal's account in the region that was signed for; whatever is wrong with that is told at once.
fn scope(signature: &Signature<'_>, principal: Option<&Principal>) -> Result<Scope, HttpError> {
    let Signature { credential, terminator, date, .. } = signature;
    let account = principal.map_or(Scope::default().account(), |principal| &principal.account).to_owned();
    let scope = credential.scope(&account);
    let mut faults = String::new();
    if scope.is_none() {
        faults += &format!("Credential should be scoped to a valid region, not '{}'. ", credential.region);
    }
    if credential.service != SERVICE {
        faults += &format!("Credential should be scoped to correct service: '{SERVICE}'. ");
    }
    if *terminator != TERMINATOR {
        faults += &format!("Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ");
    }
    let day = date.get(..8).unwrap_or_default();
    if credential.date != day {
        let what = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
        faults += &format!("{what}: '{}' != '{day}', from '{date}'.", credential.date);
    }
    scope.filter(|_| faults.is_empty()).ok_or_else(|| invalid(faults))
}

fn unrecognized() -> HttpError {
    let message = "The security token included in the request is invalid.".to_owned();
    HttpError::Signature { code: "UnrecognizedClientException", message }
}

fn mismatch() -> HttpError {
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method. Consult the service documentation for details.";
    invalid(text.to_owned())
}

fn invalid(message: String) -> HttpError {
    HttpError::Signature { code: "InvalidSignatureException", message }
}

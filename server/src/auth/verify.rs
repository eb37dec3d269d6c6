//! Whether a signature is the one that the secret makes.

use super::Credentials;
use super::credentials::Principal;
use super::signature::{Signature, written};
use crate::protocol::Refusal;
use aws_credential_types::Credentials as Identity;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::request::Parts;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq;

/// How far the client's clock may be from ours.
const SKEW: Duration = Duration::from_secs(15 * 60);
/// The service that clients sign for.
const SERVICE: &str = "states";

/// Checks a request's signature, and answers the account of the one who signed it.
///
/// # Errors
/// AWS's refusals: `MissingAuthenticationTokenException`, `IncompleteSignatureException`,
/// `UnrecognizedClientException`, `InvalidSignatureException`.
pub fn verify<'c>(
    credentials: &'c Credentials,
    head: &Parts,
    body: &[u8],
    now: SystemTime,
) -> Result<&'c str, Refusal> {
    let signature = Signature::of(&head.headers)?;
    scoped(&signature)?;
    let principal = credentials.get(signature.credential.access_key_id).ok_or_else(unrecognized)?;
    current(&signature, now)?;
    signed_enough(&signature)?;
    let expected = expected(&signature, principal, head, body).ok_or_else(mismatch)?;
    match bool::from(expected.as_bytes().ct_eq(signature.value.as_bytes())) {
        true => Ok(&principal.account),
        false => Err(mismatch()),
    }
}

fn scoped(signature: &Signature<'_>) -> Result<(), Refusal> {
    let credential = &signature.credential;
    if credential.service != SERVICE {
        return Err(invalid(format!("Credential should be scoped to correct service: '{SERVICE}'. ")));
    }
    if !signature.date.starts_with(credential.date) {
        let day = signature.date.get(..8).unwrap_or_default();
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{day}', from '{}'.",
            credential.date, signature.date
        )));
    }
    Ok(())
}

fn current(signature: &Signature<'_>, now: SystemTime) -> Result<(), Refusal> {
    let (earliest, latest) = (now - SKEW, now + SKEW);
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

/// Without these, a signature could be moved to another request.
fn signed_enough(signature: &Signature<'_>) -> Result<(), Refusal> {
    let all = ["host", "x-amz-date", "x-amz-target"].into_iter();
    let unsigned: Vec<_> = all.filter(|name| !signature.headers.contains(name)).collect();
    match unsigned.is_empty() {
        true => Ok(()),
        false => {
            Err(invalid(format!("'{}' must be a 'SignedHeader' in the AWS Authorization.", unsigned.join("', '"))))
        }
    }
}

/// The signature of what arrived, made with the secret. The body's hash is always that of the body.
fn expected(signature: &Signature<'_>, principal: &Principal, head: &Parts, body: &[u8]) -> Option<String> {
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
    // The signer adds the date itself.
    let signed = signature.headers.iter().copied().filter(|name| *name != "x-amz-date");
    let headers: Option<Vec<_>> = signed.map(|name| Some((name, head.headers.get(name)?.to_str().ok()?))).collect();
    let uri = format!("http://localhost{}", head.uri);
    let request =
        SignableRequest::new(head.method.as_str(), uri, headers?.into_iter(), SignableBody::Bytes(body)).ok()?;
    Some(sign(request, &params).ok()?.signature().to_owned())
}

fn unrecognized() -> Refusal {
    let message = "The security token included in the request is invalid.".to_owned();
    Refusal::Signature { code: "UnrecognizedClientException", message }
}

fn mismatch() -> Refusal {
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method. Consult the service documentation for details.";
    invalid(text.to_owned())
}

fn invalid(message: String) -> Refusal {
    Refusal::Signature { code: "InvalidSignatureException", message }
}

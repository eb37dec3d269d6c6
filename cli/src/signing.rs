//! Signs requests with AWS Signature Version 4.

use crate::exit::CliError;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{Request, Uri};
use std::time::SystemTime;

/// Returns whether a URL belongs to AWS.
///
/// # Errors
/// [`CliError::Usage`] for an invalid URL. The message names `flag`.
pub(crate) fn is_aws_url(flag: &str, url: &str) -> Result<bool, CliError> {
    let invalid = || CliError::Usage(format!("{flag}: `{url}` is not a valid URL; example: http://127.0.0.1:8083"));
    let uri: Uri = url.parse().map_err(|_| invalid())?;
    let host = uri.scheme().and(uri.host()).ok_or_else(invalid)?;
    Ok([".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|domain| host.ends_with(domain)))
}

/// Signs a request with AWS Signature Version 4.
///
/// # Errors
/// [`CliError::Usage`] for credentials that are not valid in a header.
pub(crate) fn sign_request(
    request: &mut Request<Vec<u8>>,
    credentials: &Credentials,
    region: &str,
    service: &str,
) -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::Usage(format!("cannot sign the request: {error}"));
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| failed(&error))?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers, SignableBody::Bytes(request.body()));
    let output = signable.and_then(|signable| sign(signable, &params)).map_err(|error| failed(&error))?;
    output.into_parts().0.apply_to_request_http1x(request);
    Ok(())
}

//! AWS Signature Version 4, for the commands that ask AWS.

use super::exit::Failure;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{Request, Uri};
use std::time::SystemTime;

/// Whether a URL is of AWS itself.
///
/// # Errors
/// [`Failure::Usage`] for what is no URL, naming the flag.
pub(super) fn is_aws(flag: &str, url: &str) -> Result<bool, Failure> {
    let unusable = || Failure::Usage(format!("{flag}: `{url}` is no URL such as http://127.0.0.1:8083"));
    let uri: Uri = url.parse().map_err(|_| unusable())?;
    let host = uri.scheme().and(uri.host()).ok_or_else(unusable)?;
    Ok([".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|domain| host.ends_with(domain)))
}

/// Signs a request with AWS Signature Version 4.
///
/// # Errors
/// [`Failure::Usage`] for credentials that cannot stand in a header.
pub(super) fn signed(
    request: &mut Request<Vec<u8>>,
    credentials: &Credentials,
    region: &str,
    service: &str,
) -> Result<(), Failure> {
    let unusable = |error: &dyn std::fmt::Display| Failure::Usage(format!("the request cannot be signed: {error}"));
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unusable(&error))?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers, SignableBody::Bytes(request.body()));
    let output = signable.and_then(|signable| sign(signable, &params)).map_err(|error| unusable(&error))?;
    output.into_parts().0.apply_to_request_http1x(request);
    Ok(())
}

//! As whom requests are signed.

use super::args::VerifyArgs;
use super::profile;
use super::scope::ACCOUNT;
use super::sts::Role;
use crate::cli::exit::Failure;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderValue, Request, header};
use std::time::SystemTime;
use ureq::Agent;

/// The service that requests are signed for.
const SERVICE: &str = "states";

/// Signs as the user, as a role that the user assumes, or as nobody.
#[derive(Debug)]
pub(super) struct Identity {
    region: String,
    user: Option<Credentials>,
    role: Option<Role>,
}

impl Identity {
    /// # Errors
    /// [`Failure::Usage`] where credentials are needed and there are none.
    pub fn of(args: &VerifyArgs, needed: bool, agent: &Agent) -> Result<Self, Failure> {
        let user = profile::credentials(args)?;
        if user.is_none() && (needed || args.role_arn.is_some()) {
            return Err(Failure::Usage(format!("there are no credentials to sign with; {}", profile::HELP)));
        }
        let url = args.sts_endpoint_url.as_deref();
        let role = args.role_arn.as_deref().map(|arn| Role::new(arn, url, &args.region, agent));
        Ok(Self { region: args.region.clone(), user, role })
    }

    /// Signs a request; without credentials it only tells account and region.
    ///
    /// # Errors
    /// [`Failure`] where the role cannot be assumed.
    pub fn sign(&mut self, request: &mut Request<Vec<u8>>) -> Result<(), Failure> {
        let Some(user) = &self.user else {
            let value = unsigned(&self.region)?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
            return Ok(());
        };
        match &mut self.role {
            Some(role) => signed(request, role.session(user)?, &self.region, SERVICE),
            None => signed(request, user, &self.region, SERVICE),
        }
    }
}

fn unsigned(region: &str) -> Result<HeaderValue, Failure> {
    let credential = format!("{ACCOUNT}/20260101/{region}/{SERVICE}/aws4_request");
    HeaderValue::try_from(format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"))
        .map_err(|_| Failure::Usage(format!("--region: `{region}` is no region")))
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

//! As whom requests are signed.

use super::args::VerifyArgs;
use super::scope::ACCOUNT;
use super::sts::Role;
use crate::cli::exit::CliError;
use crate::cli::profile;
use crate::cli::signing::sign_request;
use aws_credential_types::Credentials;
use http::{HeaderValue, Request, header};
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
    /// [`CliError::Usage`] where credentials are needed and there are none.
    pub fn of(args: &VerifyArgs, needed: bool, agent: &Agent) -> Result<Self, CliError> {
        let user = profile::load_credentials(args.profile.as_deref())?;
        if user.is_none() && (needed || args.role_arn.is_some()) {
            return Err(CliError::Usage(format!("there are no credentials to sign with; {}", profile::HELP)));
        }
        let url = args.sts_endpoint_url.as_deref();
        let role = args.role_arn.as_deref().map(|arn| Role::new(arn, url, &args.region, agent));
        Ok(Self { region: args.region.clone(), user, role })
    }

    /// Signs a request; without credentials it only tells account and region.
    ///
    /// # Errors
    /// [`CliError`] where the role cannot be assumed.
    pub fn sign(&mut self, request: &mut Request<Vec<u8>>) -> Result<(), CliError> {
        let Some(user) = &self.user else {
            let value = unsigned(&self.region)?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
            return Ok(());
        };
        match &mut self.role {
            Some(role) => sign_request(request, role.session(user)?, &self.region, SERVICE),
            None => sign_request(request, user, &self.region, SERVICE),
        }
    }
}

fn unsigned(region: &str) -> Result<HeaderValue, CliError> {
    let credential = format!("{ACCOUNT}/20260101/{region}/{SERVICE}/aws4_request");
    HeaderValue::try_from(format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"))
        .map_err(|_| CliError::Usage(format!("--region: `{region}` is no region")))
}

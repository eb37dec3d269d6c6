//! Signs the requests.

use super::args::VerifyArgs;
use super::assumed_role::AssumedRole;
use super::endpoint_identity::ACCOUNT;
use crate::exit::CliError;
use crate::profile;
use crate::signing::sign_request;
use aws_credential_types::Credentials;
use http::{HeaderValue, Request, header};
use ureq::Agent;

/// The signing name of Step Functions.
const SERVICE: &str = "states";

/// Signs requests with the user's credentials or an assumed role, or adds an invalid signature.
#[derive(Debug)]
pub(super) struct Signer {
    region: String,
    user: Option<Credentials>,
    role: Option<AssumedRole>,
}

impl Signer {
    /// Loads the credentials.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there are no credentials, and `required` or a role is set.
    pub fn new(args: &VerifyArgs, required: bool, agent: &Agent) -> Result<Self, CliError> {
        let user = profile::load_credentials(args.profile.as_deref())?;
        if user.is_none() && (required || args.role_arn.is_some()) {
            return Err(CliError::Usage(format!("no credentials to sign with; {}", profile::HELP)));
        }
        let url = args.sts_endpoint_url.as_deref();
        let role = args.role_arn.as_deref().map(|arn| AssumedRole::new(arn, url, &args.region, agent));
        Ok(Self { region: args.region.clone(), user, role })
    }

    /// Signs a request. Without credentials, the invalid signature specifies only the account and region.
    ///
    /// # Errors
    /// [`CliError`] if the role cannot be assumed.
    pub fn sign(&mut self, request: &mut Request<Vec<u8>>) -> Result<(), CliError> {
        let Some(user) = &self.user else {
            let value = invalid_signature(&self.region)?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
            return Ok(());
        };
        match &mut self.role {
            Some(role) => sign_request(request, role.credentials(user)?, &self.region, SERVICE),
            None => sign_request(request, user, &self.region, SERVICE),
        }
    }
}

fn invalid_signature(region: &str) -> Result<HeaderValue, CliError> {
    let credential = format!("{ACCOUNT}/20260101/{region}/{SERVICE}/aws4_request");
    HeaderValue::try_from(format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"))
        .map_err(|_| CliError::Usage(format!("--region: `{region}` is not a valid region")))
}

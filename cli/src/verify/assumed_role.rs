//! Assumes a role with AWS STS.

use crate::agent::read_body;
use crate::exit::CliError;
use crate::signing::sign_request;
use aws_credential_types::Credentials;
use http::{Request, header};
use std::time::{Duration, Instant};
use ureq::Agent;

/// Credentials are valid for one hour, and are renewed earlier.
const RENEW_AFTER: Duration = Duration::from_secs(45 * 60);

/// A role and its temporary credentials.
#[derive(Debug)]
pub(super) struct AssumedRole {
    arn: String,
    url: String,
    region: String,
    agent: Agent,
    cached: Option<(Credentials, Instant)>,
}

impl AssumedRole {
    pub fn new(arn: &str, url: Option<&str>, region: &str, agent: &Agent) -> Self {
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let url = url.map_or_else(|| format!("https://sts.{region}.amazonaws.com{suffix}"), str::to_owned);
        Self { arn: arn.to_owned(), url, region: region.to_owned(), agent: agent.clone(), cached: None }
    }

    /// Returns the role's credentials. Assumes the role with the user's credentials if necessary.
    ///
    /// # Errors
    /// [`CliError::System`] if the role cannot be assumed.
    pub fn credentials(&mut self, user: &Credentials) -> Result<&Credentials, CliError> {
        let cached = match self.cached.take() {
            Some((credentials, since)) if since.elapsed() < RENEW_AFTER => (credentials, since),
            _ => (self.assume(user)?, Instant::now()),
        };
        Ok(&self.cached.insert(cached).0)
    }

    fn assume(&self, user: &Credentials) -> Result<Credentials, CliError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "AssumeRole")
            .append_pair("Version", "2011-06-15")
            .append_pair("RoleArn", &self.arn)
            .append_pair("RoleSessionName", "sfn-alias-verify")
            .append_pair("DurationSeconds", "3600")
            .finish();
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
            .body(body.into_bytes());
        let mut request = request.map_err(|error| CliError::Usage(format!("--sts-endpoint-url: {error}")))?;
        sign_request(&mut request, user, &self.region, "sts")?;
        let mut response = self.agent.run(request).map_err(|error| self.error(&error))?;
        let body = read_body(response.body_mut()).map_err(|error| self.error(&error))?;
        let body = String::from_utf8_lossy(&body);
        parse_credentials(&body).ok_or_else(|| {
            let text = |tag| find_tag(&body, tag).unwrap_or_default();
            self.error(&format_args!("status {} {} {}", response.status().as_u16(), text("Code"), text("Message")))
        })
    }

    fn error(&self, detail: &dyn std::fmt::Display) -> CliError {
        let Self { arn, url, .. } = self;
        CliError::System(format!("cannot assume the role `{arn}` at {url}: {detail}"))
    }
}

/// Parses the response. Credentials contain no characters that XML escapes.
fn parse_credentials(body: &str) -> Option<Credentials> {
    let (id, secret) = (find_tag(body, "AccessKeyId")?, find_tag(body, "SecretAccessKey")?);
    let token = find_tag(body, "SessionToken")?.to_owned();
    Some(Credentials::new(id, secret, Some(token), None, "role"))
}

fn find_tag<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
    Some(rest.split_once(&format!("</{tag}>"))?.0)
}

//! Assuming a role.

use crate::cli::agent::read_body;
use crate::cli::exit::CliError;
use crate::cli::signing::sign_request;
use aws_credential_types::Credentials;
use http::{Request, header};
use std::time::{Duration, Instant};
use ureq::Agent;

/// A session lasts an hour; a new one is asked for before that.
const RENEW: Duration = Duration::from_secs(45 * 60);

/// A role, and the session in it.
#[derive(Debug)]
pub(super) struct Role {
    arn: String,
    url: String,
    region: String,
    agent: Agent,
    session: Option<(Credentials, Instant)>,
}

impl Role {
    pub fn new(arn: &str, url: Option<&str>, region: &str, agent: &Agent) -> Self {
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let url = url.map_or_else(|| format!("https://sts.{region}.amazonaws.com{suffix}"), str::to_owned);
        Self { arn: arn.to_owned(), url, region: region.to_owned(), agent: agent.clone(), session: None }
    }

    /// The session's credentials, asked for with the user's.
    ///
    /// # Errors
    /// [`CliError::System`] where STS does not give any.
    pub fn session(&mut self, user: &Credentials) -> Result<&Credentials, CliError> {
        let session = match self.session.take() {
            Some((credentials, since)) if since.elapsed() < RENEW => (credentials, since),
            _ => (self.assume(user)?, Instant::now()),
        };
        Ok(&self.session.insert(session).0)
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
        let mut response = self.agent.run(request).map_err(|error| self.refused(&error))?;
        let answer = read_body(response.body_mut()).map_err(|error| self.refused(&error))?;
        let answer = String::from_utf8_lossy(&answer);
        credentials(&answer).ok_or_else(|| {
            let text = |tag| between(&answer, tag).unwrap_or_default();
            self.refused(&format_args!("status {} {} {}", response.status().as_u16(), text("Code"), text("Message")))
        })
    }

    fn refused(&self, fault: &dyn std::fmt::Display) -> CliError {
        let Self { arn, url, .. } = self;
        CliError::System(format!("the role `{arn}` cannot be assumed at {url}: {fault}"))
    }
}

/// What the answer has; keys and tokens have no characters that XML escapes.
fn credentials(answer: &str) -> Option<Credentials> {
    let (id, secret) = (between(answer, "AccessKeyId")?, between(answer, "SecretAccessKey")?);
    let token = between(answer, "SessionToken")?.to_owned();
    Some(Credentials::new(id, secret, Some(token), None, "role"))
}

fn between<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
    Some(rest.split_once(&format!("</{tag}>"))?.0)
}

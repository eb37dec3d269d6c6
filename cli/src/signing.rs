//! Credentials, and AWS Signature Version 4.

use crate::agent::{TIMEOUT, build_agent, parse_url, send_request};
use crate::exit::CliError;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{Request, header};
use sfn_alias_server::auth::settings::read_profiles;
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use ureq::Agent;

/// The identity of the requests.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// This account, without a valid signature.
    Account(String),
    /// The user: signed with a profile of the credentials file, or by default with the environment's credentials.
    User(Option<String>),
    /// These keys.
    Keys(Credentials),
    /// A role that the user assumes.
    Role(Box<AssumedRole>),
}

impl Caller {
    /// Selects the identity for an endpoint: the user for AWS, with a profile, or if there are credentials. Otherwise
    /// the account, because an endpoint for tests may not require a signature.
    pub fn select(profile: Option<&str>, is_aws: bool, account: &str) -> Self {
        match is_aws || profile.is_some() || load_credentials(None).is_ok() {
            true => Self::User(profile.map(str::to_owned)),
            false => Self::Account(account.to_owned()),
        }
    }

    /// Selects the identity for an emulator: a profile, or the keys `test` and `test`. The user's own keys in the environment
    /// are only for AWS.
    pub fn select_for_emulator(profile: Option<&str>, is_aws: bool) -> Self {
        match is_aws || profile.is_some() {
            true => Self::User(profile.map(str::to_owned)),
            false => Self::Keys(Credentials::new("test", "test", None, None, "default")),
        }
    }

    /// Adds the header `Authorization`. Loads the credentials for each request, because temporary ones can change during a
    /// long command.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there are no credentials, [`CliError::System`] if the role cannot be assumed.
    pub fn authorize(&self, request: &mut Request<Vec<u8>>, region: &str, service: &str) -> Result<(), CliError> {
        let credentials = match self {
            Self::Account(account) => {
                let credential = format!("{account}/20260101/{region}/{service}/aws4_request");
                let value = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0");
                let invalid = |_| CliError::Usage(format!("invalid region `{region}` or account `{account}`"));
                request.headers_mut().insert(header::AUTHORIZATION, value.try_into().map_err(invalid)?);
                return Ok(());
            }
            Self::Keys(credentials) => credentials.clone(),
            Self::User(profile) => load_credentials(profile.as_deref())?,
            Self::Role(role) => role.credentials(region)?,
        };
        sign_request(request, &credentials, region, service)
    }
}

/// Returns the URL of an AWS service in a region.
pub(crate) fn aws_url(service: &str, region: &str) -> String {
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://{service}.{region}.amazonaws.com{suffix}")
}

/// The domains of the endpoints of AWS.
const AWS_DOMAINS: [&str; 5] =
    ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn"];

/// Returns whether a URL belongs to AWS. The error of an invalid URL names its `option`.
pub(crate) fn is_aws_url(option: &str, url: &str) -> Result<bool, CliError> {
    let uri = parse_url(option, url)?;
    // A domain name may end with a dot, and its case does not matter.
    let host = uri.host().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    Ok(AWS_DOMAINS
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))))
}

/// Signs a request. The error is for credentials that are not valid in a header.
fn sign_request(
    request: &mut Request<Vec<u8>>,
    credentials: &Credentials,
    region: &str,
    service: &str,
) -> Result<(), CliError> {
    let failed = |error: &dyn Display| CliError::Usage(format!("cannot sign the request: {error}"));
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

/// Loads the credentials to sign with.
///
/// # Errors
/// [`CliError::Usage`] if there are none, and for a specified profile that does not exist or has no keys.
pub(crate) fn load_credentials(profile: Option<&str>) -> Result<Credentials, CliError> {
    let has_keys = read_variable("AWS_ACCESS_KEY_ID").is_some();
    let profile = profile.map(str::to_owned).or_else(|| read_variable("AWS_PROFILE").filter(|_| !has_keys));
    if let Some(profile) = profile {
        return load_profile(&profile);
    }
    let none = || CliError::Usage(format!("no credentials to sign with; {HELP}"));
    load_environment().or_else(|| load_profile("default").ok()).ok_or_else(none)
}

/// How to provide credentials.
const HELP: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --profile with a profile that \
     has keys; users of IAM Identity Center (SSO) run: eval \"$(aws configure export-credentials --format env)\"";

fn load_environment() -> Option<Credentials> {
    let (id, secret) = (read_variable("AWS_ACCESS_KEY_ID")?, read_variable("AWS_SECRET_ACCESS_KEY")?);
    Some(Credentials::new(id, secret, read_variable("AWS_SESSION_TOKEN"), None, "environment"))
}

fn load_profile(profile: &str) -> Result<Credentials, CliError> {
    let path = credentials_path()?;
    let display = path.display();
    let unreadable = |error| CliError::Usage(format!("cannot read the credentials file `{display}`: {error}; {HELP}"));
    let file = read_profiles(&path).map_err(unreadable)?;
    let setting = |name| file.get_from(Some(profile), name).filter(|value| !value.is_empty()).map(str::to_owned);
    let (Some(id), Some(secret)) = (setting("aws_access_key_id"), setting("aws_secret_access_key")) else {
        return Err(CliError::Usage(format!(
            "credentials file `{display}`: profile `{profile}` has no aws_access_key_id and aws_secret_access_key; {HELP}"
        )));
    };
    Ok(Credentials::new(id, secret, setting("aws_session_token"), None, "file"))
}

fn credentials_path() -> Result<PathBuf, CliError> {
    if let Some(path) = read_variable("AWS_SHARED_CREDENTIALS_FILE") {
        return Ok(path.into());
    }
    let home =
        std::env::home_dir().ok_or_else(|| CliError::Usage(format!("cannot find the home directory; {HELP}")))?;
    Ok(home.join(".aws/credentials"))
}

fn read_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Credentials are valid for one hour, and are renewed earlier.
const RENEW_AFTER: Duration = Duration::from_secs(45 * 60);

/// A role and its temporary credentials.
#[derive(Debug, Clone)]
pub(crate) struct AssumedRole {
    arn: String,
    url: String,
    profile: Option<String>,
    agent: Agent,
    cached: Arc<Mutex<Option<(Credentials, Instant)>>>,
}

impl AssumedRole {
    /// `url` is the STS endpoint; the default is AWS STS in the region.
    pub fn new(arn: &str, url: Option<&str>, region: &str, profile: Option<&str>) -> Result<Self, CliError> {
        let url = url.map_or_else(|| aws_url("sts", region), str::to_owned);
        let (arn, profile) = (arn.to_owned(), profile.map(str::to_owned));
        let agent = build_agent(&url, TIMEOUT)?;
        Ok(Self { arn, url, profile, agent, cached: Arc::default() })
    }

    /// Returns the role's credentials. Assumes the role with the user's credentials if necessary.
    fn credentials(&self, region: &str) -> Result<Credentials, CliError> {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let valid = match cached.take().filter(|(_, since)| since.elapsed() < RENEW_AFTER) {
            Some(valid) => valid,
            None => (self.assume(region)?, Instant::now()),
        };
        Ok(cached.insert(valid).0.clone())
    }

    fn assume(&self, region: &str) -> Result<Credentials, CliError> {
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
        sign_request(&mut request, &load_credentials(self.profile.as_deref())?, region, "sts")?;
        let response = send_request(&self.agent, request).map_err(|error| self.error(&error))?;
        let body = String::from_utf8_lossy(response.body());
        parse_credentials(&body).ok_or_else(|| {
            let text = |tag| find_tag(&body, tag).unwrap_or_default();
            self.error(&format_args!("status {} {} {}", response.status().as_u16(), text("Code"), text("Message")))
        })
    }

    fn error(&self, detail: &dyn Display) -> CliError {
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

//! Loads AWS credentials from the environment or the shared credentials file.

use crate::exit::CliError;
use aws_credential_types::Credentials;
use ini::Ini;
use sfn_alias_server::auth::settings::read_settings_text;
use std::fmt::Display;
use std::path::PathBuf;

/// Loads the credentials to sign with. Returns `None` if there are none and no profile is specified.
///
/// # Errors
/// [`CliError::Usage`] for a specified profile that does not exist or has no keys.
pub(crate) fn load_credentials(profile: Option<&str>) -> Result<Option<Credentials>, CliError> {
    let profile =
        profile.map(str::to_owned).or_else(|| if keys_in_environment() { None } else { read_variable("AWS_PROFILE") });
    match &profile {
        Some(profile) => load_profile(profile).map(Some),
        None => Ok(load_environment().or_else(|| load_profile("default").ok())),
    }
}

/// How to provide credentials.
pub(crate) const HELP: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --profile with a profile that \
     has keys; users of IAM Identity Center (SSO) run: eval \"$(aws configure export-credentials --format env)\"";

fn keys_in_environment() -> bool {
    read_variable("AWS_ACCESS_KEY_ID").is_some()
}

fn load_environment() -> Option<Credentials> {
    let (id, secret) = (read_variable("AWS_ACCESS_KEY_ID")?, read_variable("AWS_SECRET_ACCESS_KEY")?);
    Some(Credentials::new(id, secret, read_variable("AWS_SESSION_TOKEN"), None, "environment"))
}

fn load_profile(profile: &str) -> Result<Credentials, CliError> {
    let path = credentials_path()?;
    let display = path.display();
    let unreadable =
        |error: &dyn Display| CliError::Usage(format!("cannot read the credentials file `{display}`: {error}; {HELP}"));
    let text = read_settings_text(&path).map_err(|error| unreadable(&error))?;
    let file = Ini::load_from_str_noescape(&text).map_err(|error| unreadable(&error))?;
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

//! The user's own credentials: of the environment, or of the shared credentials file.

use super::exit::Failure;
use crate::auth::settings::read_settings_text;
use aws_credential_types::Credentials;
use ini::Ini;
use std::fmt::Display;
use std::path::PathBuf;

/// The credentials to sign with; `None` where there are none and none were asked for.
///
/// # Errors
/// [`Failure::Usage`] for a profile that was asked for and is not there, or has no keys.
pub(super) fn credentials(profile: Option<&str>) -> Result<Option<Credentials>, Failure> {
    let asked =
        profile.map(str::to_owned).or_else(|| if keys_in_environment() { None } else { variable("AWS_PROFILE") });
    match &asked {
        Some(profile) => of_file(profile).map(Some),
        None => Ok(of_environment().or_else(|| of_file("default").ok())),
    }
}

/// What to do where there are none.
pub(super) const HELP: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has keys with \
     --profile; users of IAM Identity Center (SSO) run: eval \"$(aws configure export-credentials --format env)\"";

fn keys_in_environment() -> bool {
    variable("AWS_ACCESS_KEY_ID").is_some()
}

fn of_environment() -> Option<Credentials> {
    let (id, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
    Some(Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment"))
}

fn of_file(profile: &str) -> Result<Credentials, Failure> {
    let path = path()?;
    let shown = path.display();
    let unreadable =
        |error: &dyn Display| Failure::Usage(format!("the credentials file `{shown}` cannot be read: {error}; {HELP}"));
    let text = read_settings_text(&path).map_err(|error| unreadable(&error))?;
    let file = Ini::load_from_str_noescape(&text).map_err(|error| unreadable(&error))?;
    let setting = |name| file.get_from(Some(profile), name).filter(|value| !value.is_empty()).map(str::to_owned);
    let (Some(id), Some(secret)) = (setting("aws_access_key_id"), setting("aws_secret_access_key")) else {
        return Err(Failure::Usage(format!(
            "the credentials file `{shown}` has no aws_access_key_id and aws_secret_access_key of profile `{profile}`; {HELP}"
        )));
    };
    Ok(Credentials::new(id, secret, setting("aws_session_token"), None, "file"))
}

fn path() -> Result<PathBuf, Failure> {
    if let Some(path) = variable("AWS_SHARED_CREDENTIALS_FILE") {
        return Ok(path.into());
    }
    let home = std::env::home_dir().ok_or_else(|| Failure::Usage(format!("there is no home folder; {HELP}")))?;
    Ok(home.join(".aws/credentials"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

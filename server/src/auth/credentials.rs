//! Reads the file of credentials that may use the endpoint.

use super::settings::read_profiles;
use ini::Properties;
use sfn_alias::Scope;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Credentials by access key id. `Debug` does not print them.
#[derive(Clone, Default)]
pub struct Credentials(HashMap<String, Principal>);

/// Who may use the endpoint.
#[derive(Debug, Clone)]
pub enum Access {
    /// Any client, without a signature.
    Anonymous,
    /// Clients that sign with one of these credentials.
    Signed(Credentials),
}

/// The owner of an access key.
#[derive(Clone)]
pub(super) struct Principal {
    pub secret_access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    pub account: String,
}

/// An error of a credentials file.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read, or is not an INI file.
    #[error("cannot read the credentials file `{path}`: {detail}")]
    Unreadable {
        /// The path as specified.
        path: String,
        /// The error of the system or the parser.
        detail: String,
    },
    /// A missing or invalid setting.
    #[error("credentials file `{path}`, profile `{profile}`: {setting} is missing or invalid; expected {expected}{}", format_unused(.unused))]
    Setting {
        /// The path as specified.
        path: String,
        /// The profile.
        profile: String,
        /// The setting.
        setting: &'static str,
        /// The expected value.
        expected: &'static str,
        /// Up to 3 settings of the profile that are not used: one of them may be the mistyped name.
        unused: Vec<String>,
    },
    /// Two profiles with the same access key id, whose account is therefore ambiguous.
    #[error(
        "credentials file `{path}`, profile `{profile}`: aws_access_key_id is also used by another profile; use a different one"
    )]
    Repeated {
        /// The path as specified.
        path: String,
        /// The second profile.
        profile: String,
    },
    /// A file without a profile.
    #[error(
        "credentials file `{path}` has no profile; add `[name]` with aws_access_key_id, aws_secret_access_key and aws_account_id"
    )]
    Empty {
        /// The path as specified.
        path: String,
    },
}

impl Credentials {
    /// Reads a file in the format of AWS's shared credentials file, with an account for each profile:
    /// `aws_access_key_id`, `aws_secret_access_key`, `aws_account_id` and, for temporary credentials,
    /// `aws_session_token`.
    ///
    /// # Errors
    /// [`CredentialsError`].
    pub fn read(path: &Path) -> Result<Self, CredentialsError> {
        let display = path.display().to_string();
        let file = read_profiles(path)
            .map_err(|error| CredentialsError::Unreadable { path: display.clone(), detail: error.to_string() })?;
        let mut credentials = HashMap::new();
        for (profile, settings) in file.iter().filter_map(|(name, settings)| Some((name?, settings))) {
            let (id, principal) = parse_profile(settings).map_err(|(setting, expected)| CredentialsError::Setting {
                path: display.clone(),
                profile: profile.to_owned(),
                setting,
                expected,
                unused: find_unused(settings),
            })?;
            if credentials.insert(id, principal).is_some() {
                return Err(CredentialsError::Repeated { path: display, profile: profile.to_owned() });
            }
        }
        if credentials.is_empty() { Err(CredentialsError::Empty { path: display }) } else { Ok(Self(credentials)) }
    }

    pub(super) fn get(&self, access_key_id: &str) -> Option<&Principal> {
        self.0.get(access_key_id)
    }
}

/// Returns the access key id and its owner, or else the invalid setting and its expected value.
fn parse_profile(settings: &Properties) -> Result<(String, Principal), (&'static str, &'static str)> {
    let get = |name| settings.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let require = |name, expected| get(name).ok_or((name, expected));
    let id = require("aws_access_key_id", "an access key id")?;
    let secret_access_key = require("aws_secret_access_key", "a secret access key")?;
    let account = get("aws_account_id").filter(|account| Scope::is_account_id(account));
    let account = account.ok_or(("aws_account_id", "an account id of 12 digits"))?;
    let session_token = get("aws_session_token");
    Ok((id, Principal { secret_access_key, session_token, account }))
}

/// The settings that [`Credentials::read`] uses.
const SETTINGS: [&str; 4] = ["aws_access_key_id", "aws_secret_access_key", "aws_account_id", "aws_session_token"];

fn find_unused(settings: &Properties) -> Vec<String> {
    settings.iter().map(|(name, _)| name).filter(|name| !SETTINGS.contains(name)).take(3).map(str::to_owned).collect()
}

fn format_unused(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
    if names.is_empty() { String::new() } else { format!("; not used: {}", names.join(", ")) }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.0.len()).finish()
    }
}

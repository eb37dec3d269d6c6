//! The file of credentials that may use the endpoint.

use super::settings::read_settings_text;
use ini::Ini;
use sfn_alias::Scope;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Secrets by access key id. `Debug` does not show them.
#[derive(Clone, Default)]
pub struct Credentials(HashMap<String, Principal>);

/// Who an access key belongs to.
#[derive(Clone)]
pub(super) struct Principal {
    pub secret_access_key: String,
    /// Of a session's key; other keys have none.
    pub session_token: Option<String>,
    pub account: String,
}

/// Why a file of credentials is refused.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read, or is no INI file.
    #[error("the credentials file `{path}` cannot be read: {fault}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system or the parser said.
        fault: String,
    },
    /// A setting that is missing or wrong.
    #[error("the credentials file `{path}`, profile `{profile}`: {setting} must be {expected}")]
    Setting {
        /// The path as given.
        path: String,
        /// The profile.
        profile: String,
        /// The setting.
        setting: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// Two profiles with one access key: which account is it of?
    #[error(
        "the credentials file `{path}`, profile `{profile}`: aws_access_key_id is that of a profile before; give each its own"
    )]
    Repeated {
        /// The path as given.
        path: String,
        /// The second profile.
        profile: String,
    },
    /// A file without a profile.
    #[error(
        "the credentials file `{path}` has no profile; write `[name]` and below it aws_access_key_id, aws_secret_access_key and aws_account_id"
    )]
    Empty {
        /// The path as given.
        path: String,
    },
}

impl Credentials {
    /// Reads a file in the form of AWS's own credentials file, with the account of each profile:
    /// `aws_access_key_id`, `aws_secret_access_key`, `aws_account_id`, and for keys of a session `aws_session_token`.
    ///
    /// # Errors
    /// [`CredentialsError`], which names the profile and the setting.
    pub fn read(path: &Path) -> Result<Self, CredentialsError> {
        let shown = path.display().to_string();
        let unreadable = |fault: String| CredentialsError::Unreadable { path: shown.clone(), fault };
        let text = read_settings_text(path).map_err(|error| unreadable(error.to_string()))?;
        let file = Ini::load_from_str_noescape(&text).map_err(|error| unreadable(error.to_string()))?;
        let mut found = HashMap::new();
        for profile in file.sections().flatten() {
            let setting = |setting, expected| {
                let missing = || CredentialsError::Setting {
                    path: shown.clone(),
                    profile: profile.to_owned(),
                    setting,
                    expected,
                };
                let value = file.get_from(Some(profile), setting).filter(|value| !value.is_empty());
                value.map(str::to_owned).ok_or_else(missing)
            };
            let id = setting("aws_access_key_id", "the id of an access key")?;
            let secret_access_key = setting("aws_secret_access_key", "its secret")?;
            let account = setting("aws_account_id", "12 digits, the account it belongs to")?;
            if !Scope::is_account(&account) {
                let (setting, expected) = ("aws_account_id", "12 digits, the account it belongs to");
                return Err(CredentialsError::Setting { path: shown, profile: profile.to_owned(), setting, expected });
            }
            let session_token =
                file.get_from(Some(profile), "aws_session_token").filter(|token| !token.is_empty()).map(str::to_owned);
            if found.insert(id, Principal { secret_access_key, session_token, account }).is_some() {
                return Err(CredentialsError::Repeated { path: shown, profile: profile.to_owned() });
            }
        }
        if found.is_empty() { Err(CredentialsError::Empty { path: shown }) } else { Ok(Self(found)) }
    }

    pub(super) fn get(&self, access_key_id: &str) -> Option<&Principal> {
        self.0.get(access_key_id)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.0.len()).finish()
    }
}

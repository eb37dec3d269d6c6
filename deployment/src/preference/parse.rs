//! Parses preferences: the JSON form, and the shorthand form for command lines: `10/5m`, `linear 10/1m`, `5/1m,25/10m,50/10m`, `all-at-once`.

use super::{CustomStep, DeploymentPreference, DeploymentType};
use crate::error::DeploymentError;
use std::str::FromStr;

const MAX_BYTES: usize = 2000;

impl DeploymentPreference {
    /// Parses the JSON form of CloudFormation.
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidInput`] if the JSON is not a preference.
    pub fn from_json(json: &[u8]) -> Result<Self, DeploymentError> {
        DeploymentError::parse("deployment preference", json)
    }
}

impl DeploymentPreference {
    /// Returns the shorthand form, for example `canary 10/5m`. It does not include the version and the alarms.
    ///
    /// ```
    /// use sfn_alias_deployment::DeploymentPreference;
    /// let canary: DeploymentPreference = "10/2h".parse()?;
    /// assert_eq!(canary.to_shorthand(), "canary 10/120m");
    /// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
    /// ```
    pub fn to_shorthand(&self) -> String {
        let known = self.known_type().unwrap_or(DeploymentType::AllAtOnce);
        match known {
            DeploymentType::AllAtOnce => "all-at-once".to_owned(),
            DeploymentType::Canary => format!("canary {}", format_step(self.percentage, self.interval)),
            DeploymentType::Linear => format!("linear {}", format_step(self.percentage, self.interval)),
            DeploymentType::Custom => {
                let steps = self.steps.iter().flatten().map(|step| format_step(step.percentage, step.interval));
                format!("custom {}", steps.collect::<Vec<_>>().join(","))
            }
        }
    }
}

fn format_step(percentage: Option<i64>, minutes: Option<i64>) -> String {
    format!("{}/{}m", percentage.unwrap_or_default(), minutes.unwrap_or_default())
}

/// Parses the shorthand form of a preference. It does not include the version to deploy.
///
/// One step is a canary deployment, several steps are a `CUSTOM` one. A type before the steps overrides that.
///
/// # Errors
/// Returns [`DeploymentError::InvalidRequest`] with the problem and the valid form.
///
/// ```
/// use sfn_alias_deployment::DeploymentPreference;
/// let canary: DeploymentPreference = "10/5m".parse()?;
/// assert_eq!((canary.deployment_type.as_deref(), canary.percentage, canary.interval), (Some("CANARY"), Some(10), Some(5)));
/// let linear: DeploymentPreference = "linear 10/1m".parse()?;
/// assert_eq!(linear.deployment_type.as_deref(), Some("LINEAR"));
/// let custom: DeploymentPreference = "5/1m,25/10m".parse()?;
/// assert_eq!(custom.deployment_type.as_deref(), Some("CUSTOM"));
/// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
/// ```
impl FromStr for DeploymentPreference {
    type Err = DeploymentError;

    fn from_str(text: &str) -> Result<Self, DeploymentError> {
        let parsed = match text.len() {
            0..=MAX_BYTES => parse(text.trim()),
            length => Err(format!("the preference has {length} bytes; use up to {MAX_BYTES}")),
        };
        parsed.map_err(DeploymentError::InvalidRequest)
    }
}

fn parse(text: &str) -> Result<DeploymentPreference, String> {
    // A list of steps may contain spaces too.
    let typed = text.split_once(char::is_whitespace).filter(|(word, _)| !word.contains('/'));
    let (word, rest) = typed.unwrap_or(("", text));
    let named = match word.to_ascii_lowercase().as_str() {
        "" => None,
        "canary" => Some(DeploymentType::Canary),
        "linear" => Some(DeploymentType::Linear),
        "custom" => Some(DeploymentType::Custom),
        "all-at-once" => return Err(format!("`{word}` expects no steps, found `{rest}`; remove them")),
        _ => return Err(format!("unknown type `{word}`; use canary, linear, custom or all-at-once")),
    };
    if named.is_none() && rest.eq_ignore_ascii_case("all-at-once") {
        return Ok(create_preference(DeploymentType::AllAtOnce));
    }
    let steps = rest.split(',').map(|step| parse_step(step.trim())).collect::<Result<Vec<_>, _>>()?;
    let default_type = if steps.len() == 1 { DeploymentType::Canary } else { DeploymentType::Custom };
    let deployment_type = named.unwrap_or(default_type);
    let preference = create_preference(deployment_type);
    match (deployment_type, steps.as_slice()) {
        (DeploymentType::Custom, _) => Ok(DeploymentPreference { steps: Some(steps), ..preference }),
        (_, [step]) => Ok(DeploymentPreference { percentage: step.percentage, interval: step.interval, ..preference }),
        _ => Err(format!("`{word}` expects one step, found {}; for a list of steps, remove `{word}`", steps.len())),
    }
}

fn create_preference(deployment_type: DeploymentType) -> DeploymentPreference {
    DeploymentPreference { deployment_type: Some(deployment_type.as_str().to_owned()), ..Default::default() }
}

fn parse_step(text: &str) -> Result<CustomStep, String> {
    let (percent, time) = text
        .split_once('/')
        .ok_or_else(|| format!("`{text}` is not a valid step; expected PERCENT/TIME, for example 10/5m"))?;
    let percent = percent.strip_suffix('%').unwrap_or(percent);
    let invalid = || format!("`{percent}` in `{text}` is not a valid percentage; use 1 to 99");
    let percentage = parse_digits(percent).ok_or_else(invalid)?;
    Ok(CustomStep { percentage: Some(percentage), interval: Some(parse_minutes(time, text)?) })
}

fn parse_minutes(time: &str, step: &str) -> Result<i64, String> {
    let invalid =
        || format!("`{time}` in `{step}` is not a valid interval; use whole minutes or hours, for example 5m or 2h");
    let (digits, unit) = match (time.strip_suffix('m'), time.strip_suffix('h')) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 60),
        _ => return Err(invalid()),
    };
    parse_digits(digits).and_then(|count| count.checked_mul(unit)).ok_or_else(invalid)
}

/// Parses digits. Unlike `str::parse`, it rejects a sign.
fn parse_digits(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

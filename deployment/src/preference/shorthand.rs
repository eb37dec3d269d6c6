//! The short form for command lines: `10/5m`, `linear 10/1m`, `5/1m,25/10m,50/10m`, `all-at-once`.

use super::{CustomStep, DeploymentPreference, DeploymentType};
use crate::error::DeploymentError;

/// Longer text is no short form.
const LONGEST: usize = 2000;

impl DeploymentPreference {
    /// Reads a preference in its short form; which version it deploys is not part of it.
    ///
    /// One step is a canary, several are our own `CUSTOM`. A word before says otherwise.
    ///
    /// # Errors
    /// [`DeploymentError::Short`] says what is wrong and how to write it.
    ///
    /// ```
    /// use sfn_alias_deployment::DeploymentPreference;
    /// let canary = DeploymentPreference::from_shorthand("10/5m")?;
    /// assert_eq!((canary.deployment_type.as_deref(), canary.percentage, canary.interval), (Some("CANARY"), Some(10), Some(5)));
    /// assert_eq!(DeploymentPreference::from_shorthand("linear 10/1m")?.deployment_type.as_deref(), Some("LINEAR"));
    /// assert_eq!(DeploymentPreference::from_shorthand("5/1m,25/10m")?.deployment_type.as_deref(), Some("CUSTOM"));
    /// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
    /// ```
    pub fn from_shorthand(text: &str) -> Result<Self, DeploymentError> {
        let refuse = |fault: String| DeploymentError::Short { fault };
        if text.len() > LONGEST {
            return Err(refuse(format!("the text has {} bytes; {LONGEST} are the most", text.len())));
        }
        read(text.trim()).map_err(refuse)
    }
}

fn read(text: &str) -> Result<DeploymentPreference, String> {
    // A list of steps may have blanks as well.
    let worded = text.split_once(char::is_whitespace).filter(|(word, _)| !word.contains('/'));
    let (word, rest) = worded.unwrap_or(("", text));
    let named = match word.to_ascii_lowercase().as_str() {
        "" => None,
        "canary" => Some(DeploymentType::Canary),
        "linear" => Some(DeploymentType::Linear),
        "custom" => Some(DeploymentType::Custom),
        _ => return Err(format!("`{word}` is no type: use canary, linear, custom or all-at-once")),
    };
    if named.is_none() && rest.eq_ignore_ascii_case("all-at-once") {
        return Ok(of(DeploymentType::AllAtOnce));
    }
    let steps = rest.split(',').map(|step| read_step(step.trim())).collect::<Result<Vec<_>, _>>()?;
    let kind = named.unwrap_or(if steps.len() == 1 { DeploymentType::Canary } else { DeploymentType::Custom });
    match (kind, steps.as_slice()) {
        (DeploymentType::Custom, _) => Ok(DeploymentPreference { steps: Some(steps), ..of(kind) }),
        (_, [step]) => Ok(DeploymentPreference { percentage: step.percentage, interval: step.interval, ..of(kind) }),
        _ => Err(format!("`{word}` takes one step, not {}: leave the word away for a list of steps", steps.len())),
    }
}

fn of(kind: DeploymentType) -> DeploymentPreference {
    DeploymentPreference { deployment_type: Some(kind.as_str().to_owned()), ..Default::default() }
}

fn read_step(text: &str) -> Result<CustomStep, String> {
    let (percent, span) = text
        .split_once('/')
        .ok_or_else(|| format!("`{text}` is no step: write percent, a slash and minutes, for example 10/5m"))?;
    let percent = percent.strip_suffix('%').unwrap_or(percent);
    let percentage = number(percent).ok_or_else(|| format!("`{percent}` in `{text}` is no percentage: use 1 to 99"))?;
    Ok(CustomStep { percentage: Some(percentage), interval: Some(minutes(span, text)?) })
}

fn minutes(span: &str, step: &str) -> Result<i64, String> {
    let refuse = || format!("`{span}` in `{step}` is no interval: use whole minutes or hours, for example 5m or 2h");
    let (digits, unit) = match (span.strip_suffix('m'), span.strip_suffix('h')) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 60),
        _ => return Err(refuse()),
    };
    number(digits).and_then(|count| count.checked_mul(unit)).ok_or_else(refuse)
}

/// Digits alone: a sign would be read by `parse` as well.
fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

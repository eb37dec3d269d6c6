//! The validation of a preference, with the provider's texts where they exist.

use self::RuleSource::{Own, ProviderCode, ProviderSchema};
use super::{CustomStep, DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES};
use serde::Serialize;
use std::fmt;

const TYPES: &str = "use LINEAR, CANARY or ALL_AT_ONCE";
const MAX_PERCENTAGE: i64 = 99;
const MAX_ALARMS: usize = 100;

/// Which rule a problem violates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RuleSource {
    /// The code of CloudFormation's provider. The text is the provider's.
    #[serde(rename = "provider code")]
    ProviderCode,
    /// CloudFormation's resource schema. The text is ours.
    #[serde(rename = "provider schema")]
    ProviderSchema,
    /// A rule of sfn-alias for its own extensions.
    #[serde(rename = "own")]
    Own,
}

/// A problem of a preference. `Display` is its message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreferenceProblem {
    /// A JSON pointer into the preference. It is empty for the whole preference.
    pub path: String,
    /// A code that is stable across releases.
    pub code: &'static str,
    /// Which rule the preference violates.
    pub source: RuleSource,
    /// The message. For a check of the provider, it is the provider's text.
    pub message: String,
}

impl fmt::Display for PreferenceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl PreferenceProblem {
    fn new(source: RuleSource, code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, source, message: message.into() }
    }

    /// Returns the problem of an unknown type.
    pub fn unknown_type(value: &str) -> Self {
        Self::new(ProviderSchema, "type-unknown", "/Type", format!("unknown `Type` `{value}`: {TYPES}"))
    }

    /// Returns the problem of a percentage that is not an integer from 1 to 99. `step` is the index of the step that the
    /// member belongs to, if any.
    pub fn percentage_range(value: &str, step: Option<usize>) -> Self {
        let (source, member) = locate_member("Percentage", step);
        let message = format!("`{member}` must be an integer from 1 to {MAX_PERCENTAGE}: found `{value}`");
        Self::new(source, "percentage-range", format!("/{member}"), message)
    }

    /// Returns the problem of an interval that is not an integer from 1 to 2100. `step` is the index of the step that
    /// the member belongs to, if any.
    pub fn interval_range(value: &str, step: Option<usize>) -> Self {
        let (source, member) = locate_member("Interval", step);
        let message =
            format!("`{member}` must be an integer from 1 to {MAX_DURATION_MINUTES} (minutes): found `{value}`");
        Self::new(source, "interval-range", format!("/{member}"), message)
    }
}

/// Returns who defines the range of a member, and its path.
fn locate_member(member: &str, step: Option<usize>) -> (RuleSource, String) {
    step.map_or_else(|| (ProviderSchema, member.to_owned()), |step| (Own, format!("Steps/{step}/{member}")))
}

impl DeploymentPreference {
    /// Returns all problems of the preference: first those of the resource's schema, then those of the provider in its
    /// order, then those of the extension CUSTOM.
    ///
    /// ```
    /// use sfn_alias_deployment::DeploymentPreference;
    /// let json = br#"{"StateMachineVersionArn": "v", "Type": "CANARY", "Percentage": 5}"#;
    /// let problems = DeploymentPreference::from_json(json)?.problems();
    /// let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    /// assert_eq!(messages, ["Deployments of type 'CANARY' require an interval for traffic shifting. Configure the \
    ///     deployment preference with the 'interval' property and try again."]);
    /// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
    /// ```
    pub fn problems(&self) -> Vec<PreferenceProblem> {
        let mut problems = Problems(Vec::new());
        problems.check_version(self.state_machine_version_arn.as_deref());
        problems.check_ranges(self.percentage, self.interval, None);
        problems.check_alarms(self.alarms.as_deref());
        problems.check_type(self);
        problems.0
    }
}

/// The problems that were found so far.
struct Problems(Vec<PreferenceProblem>);

impl Problems {
    fn add(&mut self, source: RuleSource, code: &'static str, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(PreferenceProblem::new(source, code, path, message));
    }

    fn check_version(&mut self, version: Option<&str>) {
        match version.map(|arn| arn.chars().count()) {
            None => {
                let message = "`StateMachineVersionArn` is required: specify the ARN of the version to deploy";
                self.add(ProviderSchema, "version-missing", "", message);
            }
            Some(1..=2048) => {}
            Some(length) => {
                let message = format!("`StateMachineVersionArn` must have 1 to 2048 characters: found {length}");
                self.add(ProviderSchema, "version-length", "/StateMachineVersionArn", message);
            }
        }
    }

    fn check_ranges(&mut self, percentage: Option<i64>, interval: Option<i64>, step: Option<usize>) {
        let out_of_range = |value: Option<i64>, max: i64| {
            value.filter(|value| !(1..=max).contains(value)).map(|value| value.to_string())
        };
        let percentage = out_of_range(percentage, MAX_PERCENTAGE);
        let interval = out_of_range(interval, MAX_DURATION_MINUTES);
        self.0.extend(percentage.map(|value| PreferenceProblem::percentage_range(&value, step)));
        self.0.extend(interval.map(|value| PreferenceProblem::interval_range(&value, step)));
    }

    fn check_alarms(&mut self, names: Option<&[String]>) {
        let Some(names) = names else { return };
        if !(1..=MAX_ALARMS).contains(&names.len()) {
            let message = format!("`Alarms` must have 1 to {MAX_ALARMS} names, or be omitted: found {}", names.len());
            self.add(ProviderSchema, "alarm-count", "/Alarms", message);
        }
        // Only up to the maximum: finding duplicates takes quadratic time.
        for (index, name) in names.iter().enumerate().take(MAX_ALARMS) {
            let (path, length) = (format!("/Alarms/{index}"), name.chars().count());
            if !(1..=256).contains(&length) {
                let message = format!("each name in `Alarms` must have 1 to 256 characters: found {length}");
                self.add(ProviderSchema, "alarm-length", path, message);
            } else if names.iter().take(index).any(|earlier| earlier == name) {
                let message = format!("duplicate alarm `{name}` in `Alarms`: remove one");
                self.add(ProviderSchema, "alarm-repeated", path, message);
            }
        }
    }

    fn check_type(&mut self, preference: &DeploymentPreference) {
        let deployment_type = match (&preference.deployment_type, preference.known_type()) {
            (None, _) => return self.add(ProviderSchema, "type-missing", "", format!("`Type` is required: {TYPES}")),
            (Some(value), None) => return self.0.push(PreferenceProblem::unknown_type(value)),
            (_, Some(known)) => known,
        };
        if deployment_type != DeploymentType::Custom && preference.steps.is_some() {
            let message = "`Steps` requires the type CUSTOM, which CloudFormation does not support: use `Percentage` \
                           and `Interval` instead of `Steps`";
            self.add(ProviderSchema, "steps-unexpected", "/Steps", message);
        }
        match deployment_type {
            DeploymentType::AllAtOnce => {}
            DeploymentType::Canary | DeploymentType::Linear => self.check_gradual(deployment_type, preference),
            DeploymentType::Custom => self.check_custom(preference),
        }
    }

    fn check_gradual(&mut self, deployment_type: DeploymentType, preference: &DeploymentPreference) {
        let (code, missing, properties) = match (preference.interval, preference.percentage) {
            (None, None) => {
                let properties = "'interval' and 'percentage' properties";
                ("interval-and-percentage-required", "an interval and percentage", properties)
            }
            (None, Some(_)) => ("interval-required", "an interval", "'interval' property"),
            (Some(_), None) => ("percentage-required", "a percentage", "'percentage' property"),
            (Some(interval), Some(percentage)) if deployment_type == DeploymentType::Linear => {
                return self.check_linear_duration(interval, percentage);
            }
            (Some(_), Some(_)) => return,
        };
        let message = format!(
            "Deployments of type '{}' require {missing} for traffic shifting. Configure the deployment preference with \
             the {properties} and try again.",
            deployment_type.as_str()
        );
        self.add(ProviderCode, code, "", message);
    }

    fn check_linear_duration(&mut self, interval: i64, percentage: i64) {
        if !(1..=MAX_PERCENTAGE).contains(&percentage) {
            return;
        }
        // The provider's estimate: the number of updates multiplied by the interval.
        let updates = percentage.saturating_add(99).checked_div(percentage).unwrap_or(i64::MAX);
        let minutes = updates.saturating_mul(interval);
        if minutes > MAX_DURATION_MINUTES {
            let message = format!(
                "The linear deployment configured is estimated to take {minutes} minutes, which exceeds the maximum \
                 allowable deployment time of {MAX_DURATION_MINUTES} minutes. Configure the deployment preference to \
                 use a higher shift percentage or lower time interval and try again."
            );
            self.add(ProviderCode, "linear-too-long", "", message);
        }
    }

    fn check_custom(&mut self, preference: &DeploymentPreference) {
        if preference.percentage.is_some() || preference.interval.is_some() {
            let message = "`Percentage` and `Interval` cannot be combined with `Steps`: remove them";
            self.add(Own, "custom-mixed", "", message);
        }
        let steps = preference.steps.as_deref().unwrap_or_default();
        if steps.is_empty() {
            let message = "`Steps` must have at least one step for the type CUSTOM: found none";
            return self.add(Own, "steps-missing", "", message);
        }
        let mut previous = 0;
        // Only the first 100: more than 99 steps cannot all increase, so one of these has a problem.
        for (index, step) in steps.iter().enumerate().take(100) {
            self.check_custom_step(index, step, previous);
            previous = step.percentage.unwrap_or(previous);
        }
        let minutes = steps.iter().filter_map(|step| step.interval).fold(0, i64::saturating_add);
        if minutes > MAX_DURATION_MINUTES {
            let message = format!("`Steps` must take up to {MAX_DURATION_MINUTES} minutes in total: found {minutes}");
            self.add(Own, "custom-too-long", "/Steps", message);
        }
    }

    fn check_custom_step(&mut self, index: usize, step: &CustomStep, previous: i64) {
        self.check_ranges(step.percentage, step.interval, Some(index));
        let path = format!("/Steps/{index}");
        match (step.percentage, step.interval) {
            (Some(percentage), Some(_)) if percentage <= previous => {
                let message = format!(
                    "`Steps/{index}/Percentage` must be greater than in the previous step ({previous}): found \
                     {percentage}"
                );
                self.add(Own, "step-not-increasing", path, message);
            }
            (Some(_), Some(_)) => {}
            _ => {
                let message = format!("`Steps/{index}` requires both `Percentage` and `Interval`: add the missing one");
                self.add(Own, "step-incomplete", path, message);
            }
        }
    }
}

//! The validation of a preference, with the provider's texts where they exist.

use super::{CustomStep, DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES};
use serde::Serialize;
use std::fmt;

const TYPES: &str = "use LINEAR, CANARY or ALL_AT_ONCE (or the extension CUSTOM, outside templates)";
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

/// A problem of a preference. `Display` is the message; for a check of the provider, it is the provider's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreferenceProblem {
    /// There is no version to deploy.
    #[error("`StateMachineVersionArn` is required: specify the ARN of the version to deploy")]
    VersionMissing,
    /// The length of the version ARN violates the schema.
    #[error("`StateMachineVersionArn` must have 1 to 2048 characters: found {length}")]
    VersionLength {
        /// The number of characters.
        length: usize,
    },
    /// There is no type.
    #[error("`Type` is required: {TYPES}")]
    TypeMissing,
    /// The type is unknown.
    #[error("unknown `Type` `{value}`: {TYPES}")]
    TypeUnknown {
        /// The specified value.
        value: String,
    },
    /// The percentage is not an integer from 1 to 99.
    #[error("`{}Percentage` must be an integer from 1 to {MAX_PERCENTAGE}: found `{value}`", StepPrefix(*.step))]
    PercentageRange {
        /// The specified value.
        value: String,
        /// The index of the step, if the member belongs to one.
        step: Option<usize>,
    },
    /// The interval is not an integer from 1 to 2100.
    #[error("`{}Interval` must be an integer from 1 to {MAX_DURATION_MINUTES} (minutes): found `{value}`", StepPrefix(*.step))]
    IntervalRange {
        /// The specified value.
        value: String,
        /// The index of the step, if the member belongs to one.
        step: Option<usize>,
    },
    /// The list of alarms is empty, or has more than 100 names.
    #[error("`Alarms` must have 1 to {MAX_ALARMS} names, or be omitted: found {count}")]
    AlarmCount {
        /// The number of names.
        count: usize,
    },
    /// The length of an alarm name violates the schema.
    #[error("each name in `Alarms` must have 1 to 256 characters: found {length}")]
    AlarmLength {
        /// The index of the name.
        index: usize,
        /// The number of characters.
        length: usize,
    },
    /// An alarm is listed twice.
    #[error("duplicate alarm `{name}` in `Alarms`: remove one")]
    AlarmRepeated {
        /// The index of the second occurrence.
        index: usize,
        /// The name.
        name: String,
    },
    /// Both interval and percentage are missing.
    #[error(
        "Deployments of type '{}' require an interval and percentage for traffic shifting. Configure the deployment preference with the 'interval' and 'percentage' properties and try again.",
        .deployment_type.as_str()
    )]
    IntervalAndPercentageRequired {
        /// LINEAR or CANARY.
        deployment_type: DeploymentType,
    },
    /// The interval is missing.
    #[error(
        "Deployments of type '{}' require an interval for traffic shifting. Configure the deployment preference with the 'interval' property and try again.",
        .deployment_type.as_str()
    )]
    IntervalRequired {
        /// LINEAR or CANARY.
        deployment_type: DeploymentType,
    },
    /// The percentage is missing.
    #[error(
        "Deployments of type '{}' require a percentage for traffic shifting. Configure the deployment preference with the 'percentage' property and try again.",
        .deployment_type.as_str()
    )]
    PercentageRequired {
        /// LINEAR or CANARY.
        deployment_type: DeploymentType,
    },
    /// A LINEAR deployment takes more than 2100 minutes.
    #[error(
        "The linear deployment configured is estimated to take {minutes} minutes, which exceeds the maximum allowable deployment time of {MAX_DURATION_MINUTES} minutes. Configure the deployment preference to use a higher shift percentage or lower time interval and try again."
    )]
    LinearTooLong {
        /// The provider's estimate: the number of updates multiplied by the interval.
        minutes: i64,
    },
    /// CUSTOM has no steps.
    #[error("`Steps` must have at least one step for the type CUSTOM: found none")]
    StepsMissing,
    /// A type of CloudFormation has steps.
    #[error(
        "`Steps` requires the type CUSTOM, which CloudFormation does not support: use `Percentage` and `Interval` instead of `Steps`"
    )]
    StepsUnexpected,
    /// CUSTOM has a percentage or interval outside its steps.
    #[error("`Percentage` and `Interval` cannot be combined with `Steps`: remove them")]
    CustomMixed,
    /// A step lacks a member.
    #[error("`Steps/{step}` requires both `Percentage` and `Interval`: add the missing one")]
    StepIncomplete {
        /// The index of the step.
        step: usize,
    },
    /// The percentage of a step is not greater than that of the previous one.
    #[error("`Steps/{step}/Percentage` must be greater than in the previous step ({previous}): found {percentage}")]
    StepNotIncreasing {
        /// The index of the step.
        step: usize,
        /// Its percentage.
        percentage: i64,
        /// The percentage of the previous step.
        previous: i64,
    },
    /// The steps take more than 2100 minutes in total.
    #[error("`Steps` must take up to {MAX_DURATION_MINUTES} minutes in total: found {minutes}")]
    CustomTooLong {
        /// The sum of the intervals.
        minutes: i64,
    },
}

/// Formats the path of a member's step, or nothing if the member belongs to the preference.
struct StepPrefix(Option<usize>);

impl fmt::Display for StepPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |step| write!(f, "Steps/{step}/"))
    }
}

impl PreferenceProblem {
    /// Returns a code that is stable across releases.
    pub const fn code(&self) -> &'static str {
        self.code_and_source().0
    }

    /// Returns which rule the problem violates.
    pub const fn rule_source(&self) -> RuleSource {
        self.code_and_source().1
    }

    const fn code_and_source(&self) -> (&'static str, RuleSource) {
        use RuleSource::{Own, ProviderCode, ProviderSchema};
        match self {
            Self::VersionMissing => ("version-missing", ProviderSchema),
            Self::VersionLength { .. } => ("version-length", ProviderSchema),
            Self::TypeMissing => ("type-missing", ProviderSchema),
            Self::TypeUnknown { .. } => ("type-unknown", ProviderSchema),
            Self::PercentageRange { step: None, .. } => ("percentage-range", ProviderSchema),
            Self::PercentageRange { step: Some(_), .. } => ("percentage-range", Own),
            Self::IntervalRange { step: None, .. } => ("interval-range", ProviderSchema),
            Self::IntervalRange { step: Some(_), .. } => ("interval-range", Own),
            Self::AlarmCount { .. } => ("alarm-count", ProviderSchema),
            Self::AlarmLength { .. } => ("alarm-length", ProviderSchema),
            Self::AlarmRepeated { .. } => ("alarm-repeated", ProviderSchema),
            Self::IntervalAndPercentageRequired { .. } => ("interval-and-percentage-required", ProviderCode),
            Self::IntervalRequired { .. } => ("interval-required", ProviderCode),
            Self::PercentageRequired { .. } => ("percentage-required", ProviderCode),
            Self::LinearTooLong { .. } => ("linear-too-long", ProviderCode),
            Self::StepsMissing => ("steps-missing", Own),
            Self::StepsUnexpected => ("steps-unexpected", ProviderSchema),
            Self::CustomMixed => ("custom-mixed", Own),
            Self::StepIncomplete { .. } => ("step-incomplete", Own),
            Self::StepNotIncreasing { .. } => ("step-not-increasing", Own),
            Self::CustomTooLong { .. } => ("custom-too-long", Own),
        }
    }

    /// Returns a JSON pointer into the preference. It is empty for the whole preference.
    pub fn path(&self) -> String {
        let member_path = |step: &Option<usize>, member: &str| match step {
            Some(step) => format!("/Steps/{step}/{member}"),
            None => format!("/{member}"),
        };
        match self {
            Self::VersionLength { .. } => "/StateMachineVersionArn".to_owned(),
            Self::TypeUnknown { .. } => "/Type".to_owned(),
            Self::PercentageRange { step, .. } => member_path(step, "Percentage"),
            Self::IntervalRange { step, .. } => member_path(step, "Interval"),
            Self::AlarmCount { .. } => "/Alarms".to_owned(),
            Self::AlarmLength { index, .. } | Self::AlarmRepeated { index, .. } => format!("/Alarms/{index}"),
            Self::StepsUnexpected | Self::CustomTooLong { .. } => "/Steps".to_owned(),
            Self::StepIncomplete { step } | Self::StepNotIncreasing { step, .. } => format!("/Steps/{step}"),
            _ => String::new(),
        }
    }
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
        let mut problems = Vec::new();
        check_version(self, &mut problems);
        check_ranges(self.percentage, self.interval, None, &mut problems);
        check_alarms(self.alarms.as_deref(), &mut problems);
        check_type(self, &mut problems);
        problems
    }
}

fn check_version(preference: &DeploymentPreference, problems: &mut Vec<PreferenceProblem>) {
    match preference.state_machine_version_arn.as_deref().map(|arn| arn.chars().count()) {
        None => problems.push(PreferenceProblem::VersionMissing),
        Some(1..=2048) => {}
        Some(length) => problems.push(PreferenceProblem::VersionLength { length }),
    }
}

fn check_ranges(
    percentage: Option<i64>,
    interval: Option<i64>,
    step: Option<usize>,
    problems: &mut Vec<PreferenceProblem>,
) {
    let out_of_range = |value: Option<i64>, max: i64| value.filter(|value| !(1..=max).contains(value));
    let percentage = out_of_range(percentage, MAX_PERCENTAGE).map(|value| value.to_string());
    let interval = out_of_range(interval, MAX_DURATION_MINUTES).map(|value| value.to_string());
    problems.extend(percentage.map(|value| PreferenceProblem::PercentageRange { value, step }));
    problems.extend(interval.map(|value| PreferenceProblem::IntervalRange { value, step }));
}

fn check_alarms(names: Option<&[String]>, problems: &mut Vec<PreferenceProblem>) {
    let Some(names) = names else { return };
    if !(1..=MAX_ALARMS).contains(&names.len()) {
        problems.push(PreferenceProblem::AlarmCount { count: names.len() });
    }
    // Only up to the maximum: finding duplicates takes quadratic time.
    for (index, name) in names.iter().enumerate().take(MAX_ALARMS) {
        let length = name.chars().count();
        if !(1..=256).contains(&length) {
            problems.push(PreferenceProblem::AlarmLength { index, length });
        } else if names.iter().take(index).any(|earlier| earlier == name) {
            problems.push(PreferenceProblem::AlarmRepeated { index, name: name.clone() });
        }
    }
}

fn check_type(preference: &DeploymentPreference, problems: &mut Vec<PreferenceProblem>) {
    let deployment_type = match (&preference.deployment_type, preference.known_type()) {
        (None, _) => return problems.push(PreferenceProblem::TypeMissing),
        (Some(value), None) => return problems.push(PreferenceProblem::TypeUnknown { value: value.clone() }),
        (_, Some(known)) => known,
    };
    if deployment_type != DeploymentType::Custom && preference.steps.is_some() {
        problems.push(PreferenceProblem::StepsUnexpected);
    }
    match deployment_type {
        DeploymentType::AllAtOnce => {}
        DeploymentType::Canary | DeploymentType::Linear => check_gradual(deployment_type, preference, problems),
        DeploymentType::Custom => check_custom(preference, problems),
    }
}

fn check_gradual(
    deployment_type: DeploymentType,
    preference: &DeploymentPreference,
    problems: &mut Vec<PreferenceProblem>,
) {
    match (preference.interval, preference.percentage) {
        (None, None) => problems.push(PreferenceProblem::IntervalAndPercentageRequired { deployment_type }),
        (None, Some(_)) => problems.push(PreferenceProblem::IntervalRequired { deployment_type }),
        (Some(_), None) => problems.push(PreferenceProblem::PercentageRequired { deployment_type }),
        (Some(interval), Some(percentage))
            if deployment_type == DeploymentType::Linear && (1..=MAX_PERCENTAGE).contains(&percentage) =>
        {
            let updates = percentage.saturating_add(99).checked_div(percentage).unwrap_or(i64::MAX);
            let minutes = updates.saturating_mul(interval);
            problems.extend((minutes > MAX_DURATION_MINUTES).then_some(PreferenceProblem::LinearTooLong { minutes }));
        }
        _ => {}
    }
}

fn check_custom(preference: &DeploymentPreference, problems: &mut Vec<PreferenceProblem>) {
    if preference.percentage.is_some() || preference.interval.is_some() {
        problems.push(PreferenceProblem::CustomMixed);
    }
    let steps = preference.steps.as_deref().unwrap_or_default();
    if steps.is_empty() {
        return problems.push(PreferenceProblem::StepsMissing);
    }
    let mut previous = 0;
    // Only the first 100: more than 99 steps cannot all increase, so one of these has a problem.
    for (index, step) in steps.iter().enumerate().take(100) {
        check_custom_step(index, step, previous, problems);
        previous = step.percentage.unwrap_or(previous);
    }
    let minutes = steps.iter().filter_map(|step| step.interval).fold(0, i64::saturating_add);
    problems.extend((minutes > MAX_DURATION_MINUTES).then_some(PreferenceProblem::CustomTooLong { minutes }));
}

fn check_custom_step(index: usize, step: &CustomStep, previous: i64, problems: &mut Vec<PreferenceProblem>) {
    check_ranges(step.percentage, step.interval, Some(index), problems);
    match (step.percentage, step.interval) {
        (Some(percentage), Some(_)) if percentage <= previous => {
            problems.push(PreferenceProblem::StepNotIncreasing { step: index, percentage, previous });
        }
        (Some(_), Some(_)) => {}
        _ => problems.push(PreferenceProblem::StepIncomplete { step: index }),
    }
}

//! Everything that is wrong with a preference, with the provider's texts where it has them.

use super::{CustomStep, DeploymentPreference, DeploymentType, MAX_MINUTES};
use serde::Serialize;
use std::fmt;

const TYPES: &str = "give LINEAR, CANARY or ALL_AT_ONCE, or outside of templates our own CUSTOM";
const MOST_PERCENT: i64 = 99;
const MOST_ALARMS: usize = 100;

/// Where a refusal is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Provenance {
    /// CloudFormation's provider answers this text.
    #[serde(rename = "provider code")]
    ProviderCode,
    /// CloudFormation's schema of the resource forbids it; the text is ours.
    #[serde(rename = "provider schema")]
    ProviderSchema,
    /// Ours: of what CloudFormation does not have.
    #[serde(rename = "own")]
    Own,
}

/// One thing that is wrong with a preference. `Display` is the sentence, for the provider's own checks the
/// provider's to the letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreferenceProblem {
    /// No version to deploy.
    #[error("StateMachineVersionArn is missing: give the ARN of the version to deploy")]
    VersionMissing,
    /// A version ARN of a length that the schema forbids.
    #[error("StateMachineVersionArn has {length} characters: give 1 to 2048")]
    VersionLength {
        /// Characters.
        length: usize,
    },
    /// No type.
    #[error("Type is missing: {TYPES}")]
    TypeMissing,
    /// A type that there is not.
    #[error("Type is `{given}`: {TYPES}")]
    TypeUnknown {
        /// As specified.
        given: String,
    },
    /// A percentage that is no whole number of 1 to 99.
    #[error("{}Percentage is `{given}`: give a whole number of 1 to {MOST_PERCENT}", In(*.step))]
    PercentageRange {
        /// As specified.
        given: String,
        /// The place in `Steps`, for one that stands there.
        step: Option<usize>,
    },
    /// An interval that is no whole number of 1 to 2100 minutes.
    #[error("{}Interval is `{given}`: give a whole number of 1 to {MAX_MINUTES} minutes", In(*.step))]
    IntervalRange {
        /// As specified.
        given: String,
        /// The place in `Steps`, for one that stands there.
        step: Option<usize>,
    },
    /// An empty list of alarms, or more than 100.
    #[error("Alarms has {count} names: give 1 to {MOST_ALARMS}, or leave it away")]
    AlarmCount {
        /// How many.
        count: usize,
    },
    /// An alarm name of a length that the schema forbids.
    #[error("Alarms has a name of {length} characters: give 1 to 256")]
    AlarmLength {
        /// Its place in the list.
        index: usize,
        /// Characters.
        length: usize,
    },
    /// The same alarm twice.
    #[error("Alarms has `{name}` twice: remove one of the two")]
    AlarmRepeated {
        /// The place of the second.
        index: usize,
        /// The name.
        name: String,
    },
    /// Neither interval nor percentage.
    #[error(
        "Deployments of type '{}' require an interval and percentage for traffic shifting. Configure the deployment preference with the 'interval' and 'percentage' properties and try again.",
        .kind.as_str()
    )]
    IntervalAndPercentageRequired {
        /// LINEAR or CANARY.
        kind: DeploymentType,
    },
    /// No interval.
    #[error(
        "Deployments of type '{}' require an interval for traffic shifting. Configure the deployment preference with the 'interval' property and try again.",
        .kind.as_str()
    )]
    IntervalRequired {
        /// LINEAR or CANARY.
        kind: DeploymentType,
    },
    /// No percentage.
    #[error(
        "Deployments of type '{}' require a percentage for traffic shifting. Configure the deployment preference with the 'percentage' property and try again.",
        .kind.as_str()
    )]
    PercentageRequired {
        /// LINEAR or CANARY.
        kind: DeploymentType,
    },
    /// A LINEAR deployment of more than 2100 minutes.
    #[error(
        "The linear deployment configured is estimated to take {minutes} minutes, which exceeds the maximum allowable deployment time of {MAX_MINUTES} minutes. Configure the deployment preference to use a higher shift percentage or lower time interval and try again."
    )]
    LinearTooLong {
        /// As the provider estimates: the number of updates, times the interval.
        minutes: i64,
    },
    /// CUSTOM without steps.
    #[error("Steps is missing: give the type CUSTOM at least one step")]
    StepsMissing,
    /// `Steps` with a type of CloudFormation's.
    #[error("Steps is for the type CUSTOM, which is not CloudFormation's: give Percentage and Interval instead")]
    StepsUnexpected,
    /// `Percentage` or `Interval` beside the steps of CUSTOM.
    #[error("Percentage or Interval stands beside Steps: the type CUSTOM has them in its steps, remove them here")]
    CustomMixed,
    /// A step that lacks a member.
    #[error("Steps/{step} lacks Percentage or Interval: give both")]
    StepIncomplete {
        /// Its place in `Steps`.
        step: usize,
    },
    /// A step that does not go further than the one before.
    #[error("Steps/{step} moves no traffic on, from {before} percent to {percentage}: give more than the step before")]
    StepNotMore {
        /// Its place in `Steps`.
        step: usize,
        /// Its percentage.
        percentage: i64,
        /// The one before it.
        before: i64,
    },
    /// Steps of more than 2100 minutes together.
    #[error("Steps take {minutes} minutes together: shorten them to {MAX_MINUTES} or fewer")]
    CustomTooLong {
        /// The sum of the intervals.
        minutes: i64,
    },
}

/// What stands before a member's name: its step, for one that stands in a step.
struct In(Option<usize>);

impl fmt::Display for In {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |step| write!(f, "Steps/{step}/"))
    }
}

impl PreferenceProblem {
    /// A code that stays the same in every later version.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::VersionMissing => "version-missing",
            Self::VersionLength { .. } => "version-length",
            Self::TypeMissing => "type-missing",
            Self::TypeUnknown { .. } => "type-unknown",
            Self::PercentageRange { .. } => "percentage-range",
            Self::IntervalRange { .. } => "interval-range",
            Self::AlarmCount { .. } => "alarm-count",
            Self::AlarmLength { .. } => "alarm-length",
            Self::AlarmRepeated { .. } => "alarm-repeated",
            Self::IntervalAndPercentageRequired { .. } => "interval-and-percentage-required",
            Self::IntervalRequired { .. } => "interval-required",
            Self::PercentageRequired { .. } => "percentage-required",
            Self::LinearTooLong { .. } => "linear-too-long",
            Self::StepsMissing => "steps-missing",
            Self::StepsUnexpected => "steps-unexpected",
            Self::CustomMixed => "custom-mixed",
            Self::StepIncomplete { .. } => "step-incomplete",
            Self::StepNotMore { .. } => "step-not-more",
            Self::CustomTooLong { .. } => "custom-too-long",
        }
    }

    /// Where it is known from.
    pub const fn basis(&self) -> Provenance {
        match self {
            Self::IntervalAndPercentageRequired { .. }
            | Self::IntervalRequired { .. }
            | Self::PercentageRequired { .. }
            | Self::LinearTooLong { .. } => Provenance::ProviderCode,
            Self::PercentageRange { step: Some(_), .. } | Self::IntervalRange { step: Some(_), .. } => Provenance::Own,
            Self::StepsMissing
            | Self::CustomMixed
            | Self::StepIncomplete { .. }
            | Self::StepNotMore { .. }
            | Self::CustomTooLong { .. } => Provenance::Own,
            _ => Provenance::ProviderSchema,
        }
    }

    /// Where it stands, as a JSON pointer into the preference; empty for the preference as a whole.
    pub fn path(&self) -> String {
        let in_step = |step: &Option<usize>, member: &str| match step {
            Some(step) => format!("/Steps/{step}/{member}"),
            None => format!("/{member}"),
        };
        match self {
            Self::VersionLength { .. } => "/StateMachineVersionArn".to_owned(),
            Self::TypeUnknown { .. } => "/Type".to_owned(),
            Self::PercentageRange { step, .. } => in_step(step, "Percentage"),
            Self::IntervalRange { step, .. } => in_step(step, "Interval"),
            Self::AlarmCount { .. } => "/Alarms".to_owned(),
            Self::AlarmLength { index, .. } | Self::AlarmRepeated { index, .. } => format!("/Alarms/{index}"),
            Self::StepsUnexpected | Self::CustomTooLong { .. } => "/Steps".to_owned(),
            Self::StepIncomplete { step } | Self::StepNotMore { step, .. } => format!("/Steps/{step}"),
            _ => String::new(),
        }
    }
}

impl DeploymentPreference {
    /// Everything that is wrong with a preference: first what the resource's schema forbids, then what the
    /// provider looks at, in its order, then the rules of our own extension.
    ///
    /// ```
    /// use sfn_alias_deployment::DeploymentPreference;
    /// let preference = DeploymentPreference::from_json(br#"{"StateMachineVersionArn": "v", "Type": "CANARY", "Percentage": 5}"#)?;
    /// let found: Vec<String> = preference.problems().iter().map(ToString::to_string).collect();
    /// assert_eq!(found, ["Deployments of type 'CANARY' require an interval for traffic shifting. Configure the \
    ///     deployment preference with the 'interval' property and try again."]);
    /// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
    /// ```
    pub fn problems(&self) -> Vec<PreferenceProblem> {
        let mut found = Vec::new();
        version(self, &mut found);
        ranges(self.percentage, self.interval, None, &mut found);
        alarms(self.alarms.as_deref().unwrap_or_default(), self.alarms.is_some(), &mut found);
        kind(self, &mut found);
        found
    }
}

fn version(preference: &DeploymentPreference, found: &mut Vec<PreferenceProblem>) {
    match preference.state_machine_version_arn.as_deref().map(|arn| arn.chars().count()) {
        None => found.push(PreferenceProblem::VersionMissing),
        Some(1..=2048) => {}
        Some(length) => found.push(PreferenceProblem::VersionLength { length }),
    }
}

fn ranges(percentage: Option<i64>, interval: Option<i64>, step: Option<usize>, found: &mut Vec<PreferenceProblem>) {
    let outside = |value: Option<i64>, most: i64| value.filter(|value| !(1..=most).contains(value));
    let percentage = outside(percentage, MOST_PERCENT).map(|given| given.to_string());
    let interval = outside(interval, MAX_MINUTES).map(|given| given.to_string());
    found.extend(percentage.map(|given| PreferenceProblem::PercentageRange { given, step }));
    found.extend(interval.map(|given| PreferenceProblem::IntervalRange { given, step }));
}

fn alarms(names: &[String], given: bool, found: &mut Vec<PreferenceProblem>) {
    if given && !(1..=MOST_ALARMS).contains(&names.len()) {
        found.push(PreferenceProblem::AlarmCount { count: names.len() });
    }
    // More are refused as a whole; looking at each would take the square of any number of them.
    for (index, name) in names.iter().enumerate().take(MOST_ALARMS) {
        let length = name.chars().count();
        if !(1..=256).contains(&length) {
            found.push(PreferenceProblem::AlarmLength { index, length });
        } else if names.iter().take(index).any(|before| before == name) {
            found.push(PreferenceProblem::AlarmRepeated { index, name: name.clone() });
        }
    }
}

fn kind(preference: &DeploymentPreference, found: &mut Vec<PreferenceProblem>) {
    let kind = match (&preference.deployment_type, preference.known_type()) {
        (None, _) => return found.push(PreferenceProblem::TypeMissing),
        (Some(given), None) => return found.push(PreferenceProblem::TypeUnknown { given: given.clone() }),
        (_, Some(kind)) => kind,
    };
    if kind != DeploymentType::Custom && preference.steps.is_some() {
        found.push(PreferenceProblem::StepsUnexpected);
    }
    match kind {
        DeploymentType::AllAtOnce => {}
        DeploymentType::Canary | DeploymentType::Linear => gradual(kind, preference, found),
        DeploymentType::Custom => custom(preference, found),
    }
}

fn gradual(kind: DeploymentType, preference: &DeploymentPreference, found: &mut Vec<PreferenceProblem>) {
    match (preference.interval, preference.percentage) {
        (None, None) => found.push(PreferenceProblem::IntervalAndPercentageRequired { kind }),
        (None, Some(_)) => found.push(PreferenceProblem::IntervalRequired { kind }),
        (Some(_), None) => found.push(PreferenceProblem::PercentageRequired { kind }),
        (Some(interval), Some(percentage))
            if kind == DeploymentType::Linear && (1..=MOST_PERCENT).contains(&percentage) =>
        {
            let updates = percentage.saturating_add(99).checked_div(percentage).unwrap_or(i64::MAX);
            let minutes = updates.saturating_mul(interval);
            found.extend((minutes > MAX_MINUTES).then_some(PreferenceProblem::LinearTooLong { minutes }));
        }
        _ => {}
    }
}

fn custom(preference: &DeploymentPreference, found: &mut Vec<PreferenceProblem>) {
    if preference.percentage.is_some() || preference.interval.is_some() {
        found.push(PreferenceProblem::CustomMixed);
    }
    let steps = preference.steps.as_deref().unwrap_or_default();
    if steps.is_empty() {
        return found.push(PreferenceProblem::StepsMissing);
    }
    let mut before = 0;
    // From the hundredth on there is nothing more to move: one of the first hundred is refused.
    for (step, given) in steps.iter().enumerate().take(100) {
        custom_step(step, given, before, found);
        before = given.percentage.unwrap_or(before);
    }
    let minutes = steps.iter().filter_map(|step| step.interval).fold(0, i64::saturating_add);
    found.extend((minutes > MAX_MINUTES).then_some(PreferenceProblem::CustomTooLong { minutes }));
}

fn custom_step(step: usize, given: &CustomStep, before: i64, found: &mut Vec<PreferenceProblem>) {
    ranges(given.percentage, given.interval, Some(step), found);
    match (given.percentage, given.interval) {
        (Some(percentage), Some(_)) if percentage <= before => {
            found.push(PreferenceProblem::StepNotMore { step, percentage, before });
        }
        (Some(_), Some(_)) => {}
        _ => found.push(PreferenceProblem::StepIncomplete { step }),
    }
}

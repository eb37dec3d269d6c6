//! The shape as it stands in a template.

use super::whole::{interval, percentage};
use crate::error::DeploymentError;
use serde::{Deserialize, Serialize};

/// The longest that a deployment may be estimated to take, in minutes.
pub const MAX_MINUTES: i64 = 2100;

/// `DeploymentPreference` of `AWS::StepFunctions::StateMachineAlias`, with its members as they stand in a
/// template; nothing is checked yet, [`super::problems`] does that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeploymentPreference {
    /// The version to deploy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_version_arn: Option<String>,
    /// `ALL_AT_ONCE`, `CANARY`, `LINEAR`, or our own `CUSTOM`.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub deployment_type: Option<String>,
    /// Percent of the starts that a shift moves, 1 to 99.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "percentage")]
    pub percentage: Option<i64>,
    /// Minutes between two shifts, 1 to 2100.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "interval")]
    pub interval: Option<i64>,
    /// Names of CloudWatch alarms that end the deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<String>>,
    /// The steps of `CUSTOM`; not CloudFormation's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<CustomStep>>,
}

/// One step of a `CUSTOM` deployment; not CloudFormation's. After the last, all starts go to the new version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct CustomStep {
    /// Percent of the starts that the new version gets, 1 to 99, more than in the step before.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "percentage")]
    pub percentage: Option<i64>,
    /// For how many minutes, 1 to 2100.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "interval")]
    pub interval: Option<i64>,
}

impl DeploymentPreference {
    /// Reads a preference as CloudFormation writes it in JSON.
    ///
    /// # Errors
    /// [`DeploymentError::Unreadable`] for what is not JSON of that shape.
    pub fn from_json(json: &[u8]) -> Result<Self, DeploymentError> {
        DeploymentError::read("a deployment preference", json)
    }

    /// The type, when it is one.
    pub fn known_type(&self) -> Option<DeploymentType> {
        DeploymentType::from_name(self.deployment_type.as_deref()?)
    }
}

/// How traffic shifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentType {
    /// One update, alarms not looked at.
    AllAtOnce,
    /// A share first, the rest after an interval.
    Canary,
    /// Equal shares, one an interval.
    Linear,
    /// Any list of shares and intervals; not CloudFormation's.
    Custom,
}

impl DeploymentType {
    /// All types; the first three are CloudFormation's.
    pub const ALL: [Self; 4] = [Self::AllAtOnce, Self::Canary, Self::Linear, Self::Custom];

    /// As a template spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllAtOnce => "ALL_AT_ONCE",
            Self::Canary => "CANARY",
            Self::Linear => "LINEAR",
            Self::Custom => "CUSTOM",
        }
    }

    /// The type that a template names.
    pub fn from_name(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether CloudFormation knows it.
    pub const fn is_cloud_formation(self) -> bool {
        !matches!(self, Self::Custom)
    }
}

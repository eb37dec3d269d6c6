//! The JSON form of a preference, as in a template.

use crate::json_integer::{interval, percentage};
use serde::{Deserialize, Serialize};

/// The maximum estimated duration of a deployment, in minutes.
pub const MAX_DURATION_MINUTES: i64 = 2100;

/// `DeploymentPreference` of `AWS::StepFunctions::StateMachineAlias`, with its members as in a template. It is not
/// validated: see [`DeploymentPreference::problems`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields, expecting = "an object")]
pub struct DeploymentPreference {
    /// The version to deploy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_version_arn: Option<String>,
    /// `ALL_AT_ONCE`, `CANARY`, `LINEAR`, or the extension `CUSTOM`.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub deployment_type: Option<String>,
    /// The percentage of executions that each shift moves, 1 to 99.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "percentage")]
    pub percentage: Option<i64>,
    /// The minutes between two shifts, 1 to 2100.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "interval")]
    pub interval: Option<i64>,
    /// The names of the CloudWatch alarms that roll the deployment back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<String>>,
    /// The steps of `CUSTOM`. CloudFormation does not support them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<CustomStep>>,
}

/// One step of a `CUSTOM` deployment. After the last step, all executions go to the new version. CloudFormation does
/// not support it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields, expecting = "an object")]
pub struct CustomStep {
    /// The percentage of executions that the new version receives: 1 to 99, and more than in the previous step.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "percentage")]
    pub percentage: Option<i64>,
    /// The minutes until the next step, 1 to 2100.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "interval")]
    pub interval: Option<i64>,
}

impl DeploymentPreference {
    /// Returns the type, or `None` if it is missing or unknown.
    pub fn known_type(&self) -> Option<DeploymentType> {
        DeploymentType::from_name(self.deployment_type.as_deref()?)
    }
}

/// How traffic shifts to the new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentType {
    /// One update. Alarms are ignored.
    AllAtOnce,
    /// A first share, and the rest after an interval.
    Canary,
    /// Equal shares, one per interval.
    Linear,
    /// Any list of shares and intervals. CloudFormation does not support it.
    Custom,
}

impl DeploymentType {
    /// All types. The first three are CloudFormation's.
    pub const ALL: [Self; 4] = [Self::AllAtOnce, Self::Canary, Self::Linear, Self::Custom];

    /// Returns the name in a template.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllAtOnce => "ALL_AT_ONCE",
            Self::Canary => "CANARY",
            Self::Linear => "LINEAR",
            Self::Custom => "CUSTOM",
        }
    }

    /// Returns the type with this name in a template.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deployment_type| deployment_type.as_str() == name)
    }

    /// Whether CloudFormation supports the type.
    pub const fn is_cloud_formation(self) -> bool {
        !matches!(self, Self::Custom)
    }
}

//! Plans: the steps of a deployment.

use super::error::DeploymentError;
use super::preference::{DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES};
use super::routing;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// The provider checks the alarms and the alias at this interval.
pub const POLL_INTERVAL_SECONDS: u64 = 60;

/// The request that a plan is computed from. All methods of the JSON API use it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object")]
pub struct PlanRequest {
    /// The preference, as in a template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preference: Option<DeploymentPreference>,
    /// The shorthand form of the preference, for example `10/5m`. Exclusive with `preference`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shorthand: Option<String>,
    /// The names of alarms. Required to be absent if the preference has alarms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<String>>,
    /// The alias's current routing.
    #[serde(deserialize_with = "super::json_integer::routes")]
    pub current_routing: Vec<Route>,
    /// The version to deploy. Optional if the preference specifies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_version: Option<String>,
}

/// The steps of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The type, in a template's spelling.
    #[serde(rename = "type")]
    pub deployment_type: &'static str,
    /// Who defines the steps.
    pub source: PlanSource,
    /// The version that traffic is shifted away from, and back to in a rollback.
    pub origin: String,
    /// The version to deploy.
    pub target: String,
    /// The alias's routing before the deployment.
    pub before: Vec<Route>,
    /// The updates, in order. The first one is made immediately.
    pub steps: Vec<Step>,
    /// The time from the first update to the last.
    pub duration_seconds: u64,
    /// What a person should know about the plan.
    pub notes: Vec<Note>,
    #[serde(skip)]
    pub(super) preference: DeploymentPreference,
}

/// Who defines the steps of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PlanSource {
    /// CloudFormation's provider.
    #[serde(rename = "CloudFormation")]
    CloudFormation,
    /// sfn-alias: an extension that CloudFormation does not support.
    #[serde(rename = "sfn-alias")]
    SfnAlias,
}

/// One update of the alias.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The time since the first update.
    pub offset_seconds: u64,
    /// The routing that the step sets.
    pub routing: Vec<Route>,
    /// The percentage of executions that the new version receives.
    pub target_weight: u8,
    /// What follows the step.
    pub then: AfterStep,
}

/// What follows a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AfterStep {
    /// The deployment waits for the interval. It checks the alias and the alarms meanwhile.
    Wait {
        /// The interval.
        seconds: u64,
        /// The time between two checks.
        poll_seconds: u64,
        /// The alarms to check.
        alarms: Vec<String>,
    },
    /// The deployment has succeeded. Alarms are no longer checked.
    Done,
}

impl Step {
    /// Returns the time until the next step, 0 for the last step.
    pub const fn wait_seconds(&self) -> u64 {
        match self.then {
            AfterStep::Wait { seconds, .. } => seconds,
            AfterStep::Done => 0,
        }
    }
}

/// A note about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// A code that is stable across releases.
    pub code: &'static str,
    /// The text.
    pub message: String,
}

/// Returns the steps with which CloudFormation's provider would deploy a version to an alias. `new_version` is optional
/// if the preference specifies the version.
///
/// # Errors
/// Returns [`DeploymentError::InvalidPreference`], [`DeploymentError::SplitAlias`],
/// [`DeploymentError::ConflictingVersions`], and [`DeploymentError::Rejected`] for routings that AWS would reject.
///
/// ```
/// use sfn_alias_deployment::{DeploymentPreference, plan_deployment};
/// use sfn_alias::wire::output::RoutingConfigurationOutput;
/// let version = |n| format!("arn:aws:states:us-east-1:123456789012:stateMachine:orders:{n}");
/// let now = [RoutingConfigurationOutput { state_machine_version_arn: version(1), weight: 100 }];
/// let preference: DeploymentPreference = "10/5m".parse()?;
/// let plan = plan_deployment(&preference, &now, Some(&version(2)))?;
/// let steps: Vec<(u64, u8)> = plan.steps.iter().map(|step| (step.offset_seconds, step.target_weight)).collect();
/// assert_eq!(steps, [(0, 10), (300, 100)]);
/// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
/// ```
pub fn plan_deployment(
    preference: &DeploymentPreference,
    current_routing: &[Route],
    new_version: Option<&str>,
) -> Result<Plan, DeploymentError> {
    let mut preference = preference.clone();
    let target = merge_version(&mut preference, new_version)?;
    let deployment_type = match (preference.problems(), preference.known_type()) {
        (problems, Some(known)) if problems.is_empty() => known,
        (problems, _) => return Err(DeploymentError::InvalidPreference(problems)),
    };
    routing::validate_routing(current_routing)?;
    routing::validate_routing(&routing::single_route(&target))?;
    let origin = find_origin(deployment_type, current_routing, &target)?;
    Ok(build_plan(deployment_type, preference, current_routing, origin, target))
}

impl PlanRequest {
    /// Returns the requested plan.
    ///
    /// # Errors
    /// Returns the errors of [`plan_deployment`], [`DeploymentError::InvalidShorthand`],
    /// [`DeploymentError::PreferenceOrShorthand`] or [`DeploymentError::ConflictingAlarms`].
    pub fn plan(&self) -> Result<Plan, DeploymentError> {
        let mut preference = match (&self.preference, &self.shorthand) {
            (Some(preference), None) => preference.clone(),
            (None, Some(shorthand)) => shorthand.parse()?,
            _ => return Err(DeploymentError::PreferenceOrShorthand),
        };
        if self.alarms.is_some() && preference.alarms.is_some() {
            return Err(DeploymentError::ConflictingAlarms);
        }
        preference.alarms = preference.alarms.or_else(|| self.alarms.clone());
        plan_deployment(&preference, &self.current_routing, self.new_version.as_deref())
    }
}

impl Plan {
    /// Returns the request of this plan.
    pub fn request(&self) -> PlanRequest {
        let (preference, current_routing) = (Some(self.preference.clone()), self.before.clone());
        PlanRequest { preference, current_routing, ..PlanRequest::default() }
    }

    /// Returns the alarms to check. It is empty for ALL_AT_ONCE, which ignores the alarms of the preference.
    pub fn alarms(&self) -> &[String] {
        let ignored = self.preference.known_type() == Some(DeploymentType::AllAtOnce) || self.is_unchanged();
        let alarms = self.preference.alarms.as_deref().unwrap_or_default();
        if ignored { &[] } else { alarms }
    }

    /// Whether the alias already routes all traffic to the new version.
    pub fn is_unchanged(&self) -> bool {
        self.origin == self.target && self.before.len() == 1
    }

    /// Returns the plan as JSON.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Returns the version to deploy, and sets it in the preference.
fn merge_version(preference: &mut DeploymentPreference, requested: Option<&str>) -> Result<String, DeploymentError> {
    if let Some(requested) = requested {
        let version = preference.state_machine_version_arn.get_or_insert_with(|| requested.to_owned());
        if version != requested {
            let (requested, preference) = (requested.to_owned(), version.clone());
            return Err(DeploymentError::ConflictingVersions { requested, preference });
        }
    }
    Ok(preference.state_machine_version_arn.clone().unwrap_or_default())
}

/// Returns the version that traffic is shifted away from, after the provider's preflight checks.
fn find_origin(deployment_type: DeploymentType, current: &[Route], target: &str) -> Result<String, DeploymentError> {
    if deployment_type != DeploymentType::AllAtOnce && current.len() > 1 {
        return Err(DeploymentError::SplitAlias { deployment_type: deployment_type.as_str() });
    }
    let origin = current.first().map(|route| route.state_machine_version_arn.clone()).unwrap_or_default();
    if origin != target {
        routing::validate_routing(&routing::split_routes(target, 50, &origin))?;
    }
    Ok(origin)
}

fn build_plan(
    deployment_type: DeploymentType,
    preference: DeploymentPreference,
    before: &[Route],
    origin: String,
    target: String,
) -> Plan {
    let source = if deployment_type.is_cloud_formation() { PlanSource::CloudFormation } else { PlanSource::SfnAlias };
    let mut plan = Plan {
        deployment_type: deployment_type.as_str(),
        source,
        origin,
        target,
        before: before.to_vec(),
        steps: Vec::new(),
        duration_seconds: 0,
        notes: Vec::new(),
        preference,
    };
    plan.steps = build_steps(&plan, deployment_type);
    plan.duration_seconds = plan.steps.iter().map(Step::wait_seconds).fold(0, u64::saturating_add);
    plan.notes = super::plan_notes::plan_notes(&plan, deployment_type);
    plan
}

fn build_steps(plan: &Plan, deployment_type: DeploymentType) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut offset_seconds = 0_u64;
    let traffic_steps =
        if plan.is_unchanged() { vec![(100, 0)] } else { traffic_steps(deployment_type, &plan.preference) };
    for (target_weight, minutes) in traffic_steps {
        let seconds = minutes.saturating_mul(60);
        let routing = match target_weight {
            100 => routing::single_route(&plan.target),
            weight => routing::split_routes(&plan.target, weight, &plan.origin),
        };
        let alarms = plan.alarms().to_vec();
        let wait = AfterStep::Wait { seconds, poll_seconds: POLL_INTERVAL_SECONDS, alarms };
        let then = if target_weight == 100 { AfterStep::Done } else { wait };
        steps.push(Step { offset_seconds, routing, target_weight, then });
        offset_seconds = offset_seconds.saturating_add(seconds);
    }
    steps
}

/// Returns, for each step, the percentage of the new version and the minutes until the next step. The preference must
/// have no problems.
fn traffic_steps(deployment_type: DeploymentType, preference: &DeploymentPreference) -> Vec<(u8, u64)> {
    let (percentage, interval) = (to_percentage(preference.percentage), to_minutes(preference.interval));
    let mut steps = match deployment_type {
        DeploymentType::AllAtOnce => Vec::new(),
        DeploymentType::Canary => vec![(percentage, interval)],
        DeploymentType::Linear => linear_percentages(percentage).map(|percentage| (percentage, interval)).collect(),
        DeploymentType::Custom => {
            let steps = preference.steps.as_deref().unwrap_or_default();
            steps.iter().map(|step| (to_percentage(step.percentage), to_minutes(step.interval))).collect()
        }
    };
    steps.push((100, 0));
    steps
}

/// Returns P, 2P, 3P and so on, below 100.
fn linear_percentages(percentage: u8) -> impl Iterator<Item = u8> {
    std::iter::successors(Some(percentage), move |last| last.checked_add(percentage)).take_while(|last| *last < 100)
}

/// Returns 100, which ends the steps, for a value that is out of range. Validation has excluded such values.
fn to_percentage(value: Option<i64>) -> u8 {
    value.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..100).contains(value)).unwrap_or(100)
}

fn to_minutes(value: Option<i64>) -> u64 {
    value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0).min(MAX_DURATION_MINUTES as u64)
}

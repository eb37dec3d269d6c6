//! What a deployment will do, as data.

use super::error::DeploymentError;
use super::preference::{DeploymentPreference, DeploymentType};
use super::routes;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// The provider looks at the alarms and at the alias once in so many seconds.
pub const POLL_SECONDS: u64 = 60;

/// What a plan is made of; as JSON it is what every door of this module takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PlanRequest {
    /// What is asked for, as a template writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preference: Option<DeploymentPreference>,
    /// Or its short form, for example `10/5m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shorthand: Option<String>,
    /// Names of alarms, where the preference has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<String>>,
    /// Where the alias leads now.
    #[serde(deserialize_with = "super::listed::listed")]
    pub current_routing: Vec<Route>,
    /// The version to deploy, where the preference does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_version: Option<String>,
}

/// What a deployment will do, step by step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The type, as a template spells it.
    #[serde(rename = "type")]
    pub deployment_type: &'static str,
    /// Whose steps these are.
    pub source: PlanSource,
    /// The version that traffic is taken from, and given back to when an alarm goes off.
    pub origin: String,
    /// The version that is deployed.
    pub target: String,
    /// Where the alias leads before.
    pub before: Vec<Route>,
    /// The updates, in order; the first is made at once.
    pub steps: Vec<Step>,
    /// From the first update to the last.
    pub duration_seconds: u64,
    /// What a person should know of it.
    pub notes: Vec<Note>,
    #[serde(skip)]
    pub(super) preference: DeploymentPreference,
}

/// Whose steps a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PlanSource {
    /// Those of CloudFormation's provider.
    #[serde(rename = "CloudFormation")]
    CloudFormation,
    /// Our own extension: CloudFormation does not take it.
    #[serde(rename = "sfn-alias")]
    Own,
}

/// One update of the alias.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Seconds after the first update.
    pub offset_seconds: u64,
    /// Where the alias leads from then on.
    pub routing: Vec<Route>,
    /// Percent of the starts that the new version gets.
    pub target_weight: u8,
    /// What comes before the next step.
    pub then: AfterStep,
}

/// What follows a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AfterStep {
    /// The interval is waited for. All the while the alias, and the alarms, are looked at.
    Wait {
        /// How long.
        seconds: u64,
        /// How often is looked.
        poll_seconds: u64,
        /// The alarms that are looked at.
        alarms: Vec<String>,
    },
    /// Nothing: the deployment has succeeded, and no alarm is watched any longer.
    Done,
}

impl Step {
    /// Seconds until the next step; 0 for the last.
    pub const fn wait_seconds(&self) -> u64 {
        match self.then {
            AfterStep::Wait { seconds, .. } => seconds,
            AfterStep::Done => 0,
        }
    }
}

/// Something to know about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// A code that stays the same in every later version.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

/// The plan of a deployment: the steps that CloudFormation's provider would take from the routing that the
/// alias has, or its refusal. `new_version` may be left away where the preference names it.
///
/// # Errors
/// [`DeploymentError::InvalidPreference`], [`DeploymentError::TwoRoutes`] and, for routings that AWS would refuse,
/// [`DeploymentError::Refused`].
///
/// ```
/// use sfn_alias_deployment::{DeploymentPreference, plan_deployment};
/// use sfn_alias::wire::output::RoutingConfigurationOutput;
/// let version = |n| format!("arn:aws:states:us-east-1:123456789012:stateMachine:orders:{n}");
/// let now = [RoutingConfigurationOutput { state_machine_version_arn: version(1), weight: 100 }];
/// let plan = plan_deployment(&DeploymentPreference::from_shorthand("10/5m")?, &now, Some(&version(2)))?;
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
    let target = version_of(&mut preference, new_version)?;
    let kind = match (preference.problems(), preference.known_type()) {
        (found, Some(kind)) if found.is_empty() => kind,
        (found, _) => return Err(DeploymentError::InvalidPreference(found)),
    };
    routes::check(current_routing)?;
    routes::check(&routes::only(&target))?;
    let origin = origin(kind, current_routing, &target)?;
    Ok(assemble(kind, preference, current_routing, origin, target))
}

impl PlanRequest {
    /// The plan that is asked for.
    ///
    /// # Errors
    /// As [`plan_deployment`], and [`DeploymentError::Short`], [`DeploymentError::OnePreference`] or
    /// [`DeploymentError::TwoAlarms`].
    pub fn plan(&self) -> Result<Plan, DeploymentError> {
        let mut preference = match (&self.preference, &self.shorthand) {
            (Some(preference), None) => preference.clone(),
            (None, Some(shorthand)) => DeploymentPreference::from_shorthand(shorthand)?,
            _ => return Err(DeploymentError::OnePreference),
        };
        if self.alarms.is_some() && preference.alarms.is_some() {
            return Err(DeploymentError::TwoAlarms);
        }
        preference.alarms = preference.alarms.or_else(|| self.alarms.clone());
        plan_deployment(&preference, &self.current_routing, self.new_version.as_deref())
    }
}

impl Plan {
    /// What this plan was made of.
    pub fn request(&self) -> PlanRequest {
        let (preference, current_routing) = (Some(self.preference.clone()), self.before.clone());
        PlanRequest { preference, current_routing, ..PlanRequest::default() }
    }

    /// The alarms that are looked at; none for ALL_AT_ONCE, whatever the preference says.
    pub fn alarms(&self) -> &[String] {
        let ignored = self.preference.known_type() == Some(DeploymentType::AllAtOnce) || self.is_unchanged();
        let alarms = self.preference.alarms.as_deref().unwrap_or_default();
        if ignored { &[] } else { alarms }
    }

    /// Whether the alias leads to the new version alone already.
    pub fn is_unchanged(&self) -> bool {
        self.origin == self.target && self.before.len() == 1
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn version_of(preference: &mut DeploymentPreference, given: Option<&str>) -> Result<String, DeploymentError> {
    if let Some(given) = given {
        let named = preference.state_machine_version_arn.get_or_insert_with(|| given.to_owned());
        if named != given {
            return Err(DeploymentError::TwoVersions { given: given.to_owned(), preference: named.clone() });
        }
    }
    Ok(preference.state_machine_version_arn.clone().unwrap_or_default())
}

/// The version that traffic is taken from, where the provider's preflight check lets the deployment begin.
fn origin(kind: DeploymentType, current: &[Route], target: &str) -> Result<String, DeploymentError> {
    if kind != DeploymentType::AllAtOnce && current.len() > 1 {
        return Err(DeploymentError::TwoRoutes { kind: kind.as_str() });
    }
    let origin = current.first().map(|route| route.state_machine_version_arn.clone()).unwrap_or_default();
    if origin != target {
        routes::check(&routes::split(target, 50, &origin))?;
    }
    Ok(origin)
}

fn assemble(
    kind: DeploymentType,
    preference: DeploymentPreference,
    before: &[Route],
    origin: String,
    target: String,
) -> Plan {
    let source = if kind.is_cloud_formation() { PlanSource::CloudFormation } else { PlanSource::Own };
    let before = before.to_vec();
    let kind_text = kind.as_str();
    let (steps, notes) = (Vec::new(), Vec::new());
    let mut plan = Plan {
        deployment_type: kind_text,
        source,
        origin,
        target,
        before,
        steps,
        duration_seconds: 0,
        notes,
        preference,
    };
    plan.steps = steps_of(&plan, kind);
    plan.duration_seconds = plan.steps.iter().map(Step::wait_seconds).fold(0, u64::saturating_add);
    plan.notes = super::notes::notes(&plan, kind);
    plan
}

fn steps_of(plan: &Plan, kind: DeploymentType) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut offset_seconds = 0_u64;
    let shares = if plan.is_unchanged() { vec![(100, 0)] } else { super::shares::shares(kind, &plan.preference) };
    for (target_weight, minutes) in shares {
        let seconds = minutes.saturating_mul(60);
        let routing = match target_weight {
            100 => routes::only(&plan.target),
            weight => routes::split(&plan.target, weight, &plan.origin),
        };
        let alarms = plan.alarms().to_vec();
        let wait = AfterStep::Wait { seconds, poll_seconds: POLL_SECONDS, alarms };
        let then = if target_weight == 100 { AfterStep::Done } else { wait };
        steps.push(Step { offset_seconds, routing, target_weight, then });
        offset_seconds = offset_seconds.saturating_add(seconds);
    }
    steps
}

//! Computes the plan of a request.

use super::error::DeploymentError;
use super::plan::{AfterStep, Note, POLL_INTERVAL_SECONDS, Plan, PlanSource, Step};
use super::preference::{DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES};
use super::routing;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

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
    pub current_routing: Vec<Route>,
    /// The version to deploy. Optional if the preference specifies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_version: Option<String>,
}

impl PlanRequest {
    /// Returns the steps with which CloudFormation's provider would deploy the version to the alias.
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidRequest`], [`DeploymentError::InvalidPreference`],
    /// [`DeploymentError::SplitAlias`], and [`DeploymentError::Rejected`] for routings that AWS would reject.
    ///
    /// ```
    /// use sfn_alias_deployment::{PlanRequest, Route};
    /// let version = |n| format!("arn:aws:states:us-east-1:123456789012:stateMachine:orders:{n}");
    /// let request = PlanRequest {
    ///     shorthand: Some("10/5m".to_owned()),
    ///     current_routing: vec![Route { state_machine_version_arn: version(1), weight: 100 }],
    ///     new_version: Some(version(2)),
    ///     ..Default::default()
    /// };
    /// let steps: Vec<(u64, u8)> =
    ///     request.plan()?.steps.iter().map(|step| (step.offset_seconds, step.target_weight)).collect();
    /// assert_eq!(steps, [(0, 10), (300, 100)]);
    /// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
    /// ```
    pub fn plan(&self) -> Result<Plan, DeploymentError> {
        let mut preference = self.merge_preference()?;
        let target = merge_version(&mut preference, self.new_version.as_deref())?;
        let deployment_type = match (preference.problems(), preference.known_type()) {
            (problems, Some(known)) if problems.is_empty() => known,
            (problems, _) => return Err(DeploymentError::InvalidPreference(problems)),
        };
        routing::parse_routes(&self.current_routing)?;
        routing::parse_routes(&routing::single_route(&target))?;
        let origin = find_origin(deployment_type, &self.current_routing, &target)?;
        Ok(build_plan(deployment_type, preference, &self.current_routing, origin, target))
    }

    /// Returns the preference with the alarms.
    fn merge_preference(&self) -> Result<DeploymentPreference, DeploymentError> {
        let invalid = |text: &str| DeploymentError::InvalidRequest(text.to_owned());
        let mut preference = match (&self.preference, &self.shorthand) {
            (Some(preference), None) => preference.clone(),
            (None, Some(shorthand)) => shorthand.parse()?,
            _ => return Err(invalid("expected exactly one of `preference` and `shorthand`")),
        };
        if self.alarms.is_some() && preference.alarms.is_some() {
            return Err(invalid("alarms are specified in both the request and the preference; specify them once"));
        }
        preference.alarms = preference.alarms.or_else(|| self.alarms.clone());
        Ok(preference)
    }
}

impl Plan {
    /// Returns the request of this plan.
    pub fn request(&self) -> PlanRequest {
        let (preference, current_routing) = (Some(self.preference.clone()), self.before.clone());
        PlanRequest { preference, current_routing, ..PlanRequest::default() }
    }
}

/// Returns the version to deploy, and sets it in the preference.
fn merge_version(preference: &mut DeploymentPreference, requested: Option<&str>) -> Result<String, DeploymentError> {
    if let Some(requested) = requested {
        let version = preference.state_machine_version_arn.get_or_insert_with(|| requested.to_owned());
        if version != requested {
            return Err(DeploymentError::InvalidRequest(format!(
                "conflicting versions to deploy: `{requested}` in the request and `{version}` in the preference; specify \
                 one"
            )));
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
        routing::parse_routes(&routing::split_routes(target, 50, &origin))?;
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
    plan.notes = plan_notes(&plan, deployment_type);
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

/// Returns the notes of a plan, most important first.
fn plan_notes(plan: &Plan, deployment_type: DeploymentType) -> Vec<Note> {
    let preference = &plan.preference;
    let (is_at_once, is_unchanged) = (deployment_type == DeploymentType::AllAtOnce, plan.is_unchanged());
    let mut notes = Vec::new();
    let mut note_if = |applies: bool, code: &'static str, message: &str| {
        notes.extend(applies.then(|| Note { code, message: message.to_owned() }));
    };
    note_if(is_unchanged, "unchanged", "the alias already routes all traffic to this version: nothing to shift");
    let is_custom = !deployment_type.is_cloud_formation();
    note_if(is_custom, "not-cloudformation", "CUSTOM is an extension of sfn-alias: CloudFormation does not support it");
    let text = "ALL_AT_ONCE ignores alarms: this deployment is not rolled back automatically";
    note_if(is_at_once && preference.alarms.is_some(), "alarms-ignored", text);
    let has_gradual_members = preference.percentage.is_some() || preference.interval.is_some();
    let text = "ALL_AT_ONCE ignores Percentage and Interval";
    note_if(is_at_once && has_gradual_members, "gradual-members-ignored", text);
    let text = "no alarm is specified: this deployment is not rolled back automatically";
    note_if(!is_at_once && !is_unchanged && preference.alarms.is_none(), "no-alarms", text);
    let estimate = preference.interval.unwrap_or(0).saturating_mul(plan.steps.len() as i64);
    let minutes = plan.duration_seconds / 60;
    let plural = if minutes == 1 { "" } else { "s" };
    let text = format!("CloudFormation estimates {estimate} minutes; the deployment takes {minutes} minute{plural}");
    note_if(deployment_type == DeploymentType::Linear && !is_unchanged, "linear-estimate", &text);
    notes
}

//! The command-line options that specify a plan.

use crate::exit::CliError;
use crate::input;
use clap::Args;
use serde_json::{Value, json};
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{DeploymentPreference, PlanRequest, Route};

/// The options of a plan.
#[derive(Debug, Args)]
pub(crate) struct PreferenceArgs {
    /// How traffic shifts: `10/5m` (canary), `linear 10/1m`, `all-at-once`, or steps such as `5/1m,25/10m` (an
    /// extension); or a DeploymentPreference of CloudFormation: JSON, @FILE, or - for standard input
    pub preference: String,
    /// The alias's current version ARN or routing: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "ROUTING")]
    pub current: String,
    /// The version to deploy, if the preference does not specify it
    #[arg(long, value_name = "VERSION_ARN")]
    pub new: Option<String>,
    /// A CloudWatch alarm that rolls back the deployment; repeatable
    #[arg(long, value_name = "NAME")]
    pub alarm: Vec<String>,
}

impl PreferenceArgs {
    /// Parses the options.
    pub fn request(&self) -> Result<PlanRequest, CliError> {
        let request = parse_preference(&self.preference, &self.alarm)?;
        let preference = request.preference.as_ref();
        let has_version = preference.is_some_and(|preference| preference.state_machine_version_arn.is_some());
        if self.new.is_none() && !has_version {
            let text = "the preference does not specify the version to deploy; use --new VERSION_ARN";
            return Err(CliError::Usage(text.to_owned()));
        }
        if let Some(new) = &self.new {
            validate_version_arn("--new", new)?;
        }
        let current_routing = parse_routing(&self.current)?;
        Ok(PlanRequest { current_routing, new_version: self.new.clone(), ..request })
    }
}

/// Parses a preference in JSON or shorthand form. The result lacks the current routing and the version to deploy.
pub(crate) fn parse_preference(preference: &str, alarms: &[String]) -> Result<PlanRequest, CliError> {
    // Parsed here instead of by the plan, so that an error is reported before the first request.
    let preference = if preference == "-" || preference.starts_with(['{', '@']) {
        DeploymentPreference::from_json(&input::read_argument(preference)?)?
    } else {
        preference.parse()?
    };
    let alarms = (!alarms.is_empty()).then(|| alarms.to_vec());
    Ok(PlanRequest { preference: Some(preference), alarms, ..PlanRequest::default() })
}

/// Checks that the value of `option` is a version ARN.
pub(crate) fn validate_version_arn(option: &str, value: &str) -> Result<(), CliError> {
    match parse_arn(value).map(|arn| arn.resource) {
        Ok(Resource::Version { .. }) => Ok(()),
        _ => Err(CliError::Usage(format!(
            "{option}: expected a version ARN (...:stateMachine:NAME:NUMBER), found `{value}`"
        ))),
    }
}

/// Parses a version ARN, a list of routes, or an object with `routingConfiguration`.
fn parse_routing(argument: &str) -> Result<Vec<Route>, CliError> {
    if parse_arn(argument).is_ok() {
        validate_version_arn("--current", argument)?;
        return Ok(vec![Route { state_machine_version_arn: argument.to_owned(), weight: 100 }]);
    }
    let invalid = |error| {
        CliError::Usage(format!(
            "--current: expected a version ARN, JSON, @FILE or -; the value is not a routing in JSON: {error}"
        ))
    };
    let mut value: Value = serde_json::from_slice(&input::read_argument(argument)?).map_err(invalid)?;
    let routing = value.get_mut("routingConfiguration").map(Value::take);
    let request = json!({ "currentRouting": routing.unwrap_or(value) });
    let routes = serde_json::from_value::<PlanRequest>(request).map_err(invalid)?.current_routing;
    routes.iter().try_for_each(|route| validate_version_arn("--current", &route.state_machine_version_arn))?;
    Ok(routes)
}

//! How traffic is to shift, from the command line.

use super::exit::CliError;
use super::input;
use clap::Args;
use serde_json::{Value, json};
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{DeploymentPreference, PlanRequest, Route};

/// What a plan is made of.
#[derive(Debug, Args)]
pub(super) struct PreferenceArgs {
    /// 10/5m, `linear 10/1m`, all-at-once, steps as 5/1m,25/10m (not CloudFormation's); or CloudFormation's
    /// DeploymentPreference: JSON, @FILE, or - for standard input
    pub preference: String,
    /// Where the alias leads now: a version's ARN, or a routing: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "ROUTING")]
    pub current: String,
    /// The version to deploy, where the preference does not say
    #[arg(long, value_name = "VERSION_ARN")]
    pub new: Option<String>,
    /// A CloudWatch alarm that sends all traffic back; give it again for each alarm
    #[arg(long, value_name = "NAME")]
    pub alarm: Vec<String>,
}

impl PreferenceArgs {
    /// # Errors
    /// [`CliError::Usage`] for what cannot be read.
    pub fn request(&self) -> Result<PlanRequest, CliError> {
        let request = request(&self.preference, &self.alarm)?;
        let named = request.preference.as_ref().and_then(|preference| preference.state_machine_version_arn.as_ref());
        if self.new.is_none() && named.is_none() {
            return Err(CliError::Usage("--new: the preference names no version; give the one to deploy".to_owned()));
        }
        if let Some(new) = &self.new {
            version("--new", new)?;
        }
        Ok(PlanRequest { current_routing: routing(&self.current)?, new_version: self.new.clone(), ..request })
    }
}

/// A preference in either form, with alarms; current routing and version are still to be told.
///
/// # Errors
/// [`CliError::Usage`] for what cannot be read.
pub(super) fn request(preference: &str, alarms: &[String]) -> Result<PlanRequest, CliError> {
    // Read at once: what is wrong with it is told before anybody is asked.
    let preference = if preference == "-" || preference.starts_with(['{', '@']) {
        DeploymentPreference::from_json(&input::read_argument(preference)?)?
    } else {
        DeploymentPreference::from_shorthand(preference)?
    };
    let alarms = (!alarms.is_empty()).then(|| alarms.to_vec());
    Ok(PlanRequest { preference: Some(preference), alarms, ..PlanRequest::default() })
}

/// # Errors
/// [`CliError::Usage`] for what is no version's ARN, naming where it was given.
pub(super) fn version(from: &str, given: &str) -> Result<(), CliError> {
    match parse_arn(given).map(|arn| arn.resource) {
        Ok(Resource::Version { .. }) => Ok(()),
        _ => Err(CliError::Usage(format!("{from}: `{given}` is no version; give a version's ARN"))),
    }
}

/// A routing as a request has it, with or without its name, or all traffic to one version.
fn routing(given: &str) -> Result<Vec<Route>, CliError> {
    if parse_arn(given).is_ok() {
        version("--current", given)?;
        return Ok(vec![Route { state_machine_version_arn: given.to_owned(), weight: 100 }]);
    }
    let wrong = |error| CliError::Usage(format!("--current: neither a version's ARN nor a routing in JSON: {error}"));
    let mut value: Value = serde_json::from_slice(&input::read_argument(given)?).map_err(wrong)?;
    let named = value.get_mut("routingConfiguration").map(Value::take);
    let request = json!({ "currentRouting": named.unwrap_or(value) });
    let routes = serde_json::from_value::<PlanRequest>(request).map_err(wrong)?.current_routing;
    routes.iter().try_for_each(|route| version("--current", &route.state_machine_version_arn))?;
    Ok(routes)
}

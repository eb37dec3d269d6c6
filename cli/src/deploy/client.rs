//! Executes the calls of a deployment.

use super::alarms::AlarmSource;
use super::args::DeployArgs;
use super::observation::{observe_reply, parse_alias, parse_update};
use crate::args::BackendArgs;
use crate::backend::Backend;
use crate::endpoint::{Caller, Endpoint, STEP_FUNCTIONS};
use crate::exit::CliError;
use crate::signing::is_aws_url;
use serde::Serialize;
use sfn_alias::model::Resource;
use sfn_alias::{Reply, parse_arn};
use sfn_alias_deployment::{Action, Observation, Route};

/// The service of the alias, and the source of alarm states.
pub(super) struct Client {
    backend: Backend,
    pub alarm_source: Option<AlarmSource>,
}

impl Client {
    /// Opens the service and the alarm source of the command line.
    ///
    /// # Errors
    /// Returns [`CliError::Usage`] if ALIAS_ARN is not an alias ARN, and [`CliError::System`] if the file cannot be
    /// opened.
    pub fn open(args: &DeployArgs) -> Result<Self, CliError> {
        let not_an_alias = || {
            CliError::Usage(format!(
                "ALIAS_ARN: expected an alias ARN (...:stateMachine:NAME:ALIAS), found `{}`",
                args.alias
            ))
        };
        let arn = parse_arn(&args.alias).map_err(|_| not_an_alias())?;
        if !matches!(arn.resource, Resource::Alias { .. }) {
            return Err(not_an_alias());
        }
        let (account, region) = (arn.account.to_owned(), arn.region.to_owned());
        let is_aws = args.data.is_none() && is_aws_url("--endpoint-url", &args.endpoint_url)?;
        let caller = match is_aws || args.profile.is_some() {
            true => Caller::User(args.profile.clone()),
            false => Caller::Account(account.clone()),
        };
        let alarm_source = AlarmSource::from_args(args, is_aws, &region, &caller)?;
        let (data, endpoint_url) = (args.data.clone(), args.endpoint_url.clone());
        let backend = match data {
            Some(_) => Backend::open(&BackendArgs { data, endpoint_url, account, region })?,
            None => Backend::Endpoint(Endpoint::new(&endpoint_url, STEP_FUNCTIONS, &region, caller)?),
        };
        Ok(Self { backend, alarm_source })
    }

    /// Returns the routing of an alias.
    ///
    /// # Errors
    /// Returns [`CliError::Rejected`] with the service's error, and the errors of [`Backend::call`].
    pub fn describe_routing(&self, alias: &str) -> Result<Vec<Route>, CliError> {
        let request = serde_json::json!({ "stateMachineAliasArn": alias }).to_string();
        match parse_alias(&self.backend.call("DescribeStateMachineAlias", request.as_bytes())?) {
            Observation::Alias { routing_configuration } => Ok(routing_configuration),
            Observation::Failed { code, message } => Err(CliError::Rejected(format!("{alias}: {code}: {message}"))),
            other => Err(CliError::System(format!("cannot describe the alias: {other:?}"))),
        }
    }

    /// Executes an action. A failure is an observation too.
    pub fn execute(&self, action: &Action) -> Observation {
        match action {
            Action::DescribeAlias { input } => self.call("DescribeStateMachineAlias", input, parse_alias),
            Action::UpdateAlias { input } => {
                let versions = input.routing_configuration.iter().map(|route| route.state_machine_version_arn.as_str());
                let arns: Vec<&str> = std::iter::once(input.state_machine_alias_arn.as_str()).chain(versions).collect();
                add_arns(&arns, self.call("UpdateStateMachineAlias", input, parse_update))
            }
            Action::DescribeAlarms { input } => match &self.alarm_source {
                Some(source) => source.describe_alarms(input),
                None => {
                    let message = no_alarm_source_error().to_string();
                    Observation::Failed { code: "NoAlarms".to_owned(), message }
                }
            },
            Action::Wait { .. } | Action::Done { .. } => Observation::Waited,
        }
    }

    fn call(&self, operation: &str, input: &impl Serialize, parse: fn(&Reply) -> Observation) -> Observation {
        let body = serde_json::to_vec(input).map_err(|error| CliError::System(error.to_string()));
        observe_reply(body.and_then(|body| self.backend.call(operation, &body)), parse)
    }
}

/// Adds the ARNs of the request to a not-found error: the message of AWS does not name the resource.
fn add_arns(arns: &[&str], observation: Observation) -> Observation {
    match observation {
        Observation::Failed { code, message } if code.starts_with("ResourceNotFound") => {
            Observation::Failed { code, message: format!("{message} One of: {}", arns.join(", ")) }
        }
        other => other,
    }
}

/// Returns the error of a deployment with alarms but without an alarm source.
pub(super) fn no_alarm_source_error() -> CliError {
    let text =
        "the endpoint is not AWS, so the alarm states need a source: use --alarm-command or --cloudwatch-endpoint-url";
    CliError::Usage(text.to_owned())
}

//! Executes the calls of a deployment.

use super::alarms::{AlarmSource, observe_reply};
use super::args::DeployArgs;
use crate::args::BackendArgs;
use crate::endpoint::{Backend, Endpoint, STEP_FUNCTIONS};
use crate::exit::CliError;
use crate::signing::{Caller, is_aws_url};
use serde::Serialize;
use serde_json::Value;
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{Action, CallFailure, Deployment, DeploymentRequest, Observation, Route};

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

    /// Creates a deployment that starts at the alias's current routing.
    ///
    /// # Errors
    /// Returns [`CliError::Rejected`] with the service's error, the errors of [`Backend::call`], and those of
    /// [`DeploymentRequest::start`].
    pub fn start_deployment(&self, request: &DeploymentRequest) -> Result<Deployment, CliError> {
        Ok(request.start(self.describe_routing(&request.state_machine_alias_arn)?)?)
    }

    /// Checks that a deployment with alarms has an alarm source.
    ///
    /// # Errors
    /// Returns [`CliError::Usage`] if it does not.
    pub fn check_alarm_source(&self, deployment: &Deployment) -> Result<(), CliError> {
        let is_required = !deployment.plan().alarms().is_empty();
        if is_required && self.alarm_source.is_none() { Err(no_alarm_source_error()) } else { Ok(()) }
    }

    fn describe_routing(&self, alias: &str) -> Result<Vec<Route>, CliError> {
        let request = serde_json::json!({ "stateMachineAliasArn": alias }).to_string();
        let reply = self.backend.call("DescribeStateMachineAlias", request.as_bytes())?;
        match observe_reply(Ok(reply), parse_alias) {
            Observation::Alias { routing_configuration } => Ok(routing_configuration),
            Observation::Failed(CallFailure { code, message, .. }) => {
                Err(CliError::Rejected(format!("{alias}: {code}: {message}")))
            }
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
                    Observation::Failed(CallFailure { code: "NoAlarms".to_owned(), message, status: None })
                }
            },
            Action::Wait { .. } | Action::Done { .. } => Observation::Waited,
        }
    }

    fn call(&self, operation: &str, input: &impl Serialize, parse: fn(&Value) -> Option<Observation>) -> Observation {
        let body = serde_json::to_vec(input).map_err(CliError::system);
        observe_reply(body.and_then(|body| self.backend.call(operation, &body)), parse)
    }
}

fn parse_alias(body: &Value) -> Option<Observation> {
    let routing_configuration = serde_json::from_value(body.get("routingConfiguration")?.clone()).ok()?;
    Some(Observation::Alias { routing_configuration })
}

/// A response without `updateDate`, for example of a proxy, does not confirm the update.
fn parse_update(body: &Value) -> Option<Observation> {
    body.get("updateDate").map(|_| Observation::Updated)
}

/// Adds the ARNs of the request to a not-found error: the message of AWS does not name the resource.
fn add_arns(arns: &[&str], observation: Observation) -> Observation {
    match observation {
        Observation::Failed(failure) if failure.code.starts_with("ResourceNotFound") => {
            let message = format!("{} One of: {}", failure.message, arns.join(", "));
            Observation::Failed(CallFailure { message, ..failure })
        }
        other => other,
    }
}

/// Returns the error of a deployment with alarms but without an alarm source.
fn no_alarm_source_error() -> CliError {
    let text =
        "the endpoint is not AWS, so the alarm states need a source: use --alarm-command or --cloudwatch-endpoint-url";
    CliError::Usage(text.to_owned())
}

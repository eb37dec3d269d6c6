//! Executes the calls of a deployment.

use super::alarms::{AlarmSource, observe_reply};
use super::args::DeployArgs;
use super::service::AliasService;
use crate::endpoint::Backend;
use crate::exit::CliError;
use serde::Serialize;
use serde_json::Value;
use sfn_alias::model::{Arn, Resource};
use sfn_alias::parse_arn;
use sfn_alias_deployment::{
    Action, CallFailure, Deployment, DeploymentRequest, Observation, Preparation, PrepareRequest, prepare_deployment,
};

/// The service of the alias, and the source of alarm states.
pub(super) struct Client {
    backend: Backend,
    pub alarm_source: Option<AlarmSource>,
}

impl Client {
    /// Opens the service and the alarm source of the command line.
    pub fn open(args: &DeployArgs) -> Result<Self, CliError> {
        let arn = parse_alias_arn(&args.alias)?;
        Ok(Self { backend: args.service.open(&arn)?, alarm_source: AlarmSource::from_args(args, &arn)? })
    }

    /// Reads the alias and the version before a new deployment, or creates the alias.
    pub fn prepare(&self, args: &DeployArgs, request: &DeploymentRequest) -> Result<Preparation, CliError> {
        let mut service = AliasService { backend: &self.backend, log: args.log() };
        let (create_alias, dry_run) = (args.create_alias, args.dry_run);
        let request = PrepareRequest { deployment: request.clone(), create_alias, dry_run };
        Ok(prepare_deployment(&mut service, &request)?)
    }

    /// Checks that a deployment with alarms has an alarm source.
    pub fn check_alarm_source(&self, deployment: &Deployment) -> Result<(), CliError> {
        let is_required = !deployment.plan().alarms().is_empty();
        if is_required && self.alarm_source.is_none() { Err(no_alarm_source_error()) } else { Ok(()) }
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

/// Parses the argument `ALIAS_ARN`.
pub(super) fn parse_alias_arn(alias: &str) -> Result<Arn<'_>, CliError> {
    let arn = parse_arn(alias).ok().filter(|arn| matches!(arn.resource, Resource::Alias { .. }));
    arn.ok_or_else(|| {
        let expected = "expected an alias ARN (...:stateMachine:NAME:ALIAS)";
        CliError::Usage(format!("ALIAS_ARN: {expected}, found `{alias}`"))
    })
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

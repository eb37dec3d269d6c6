//! Makes the calls that a deployment asks for.

use super::alarms::Alarms;
use super::args::DeployArgs;
use crate::cli::args::BackendArgs;
use crate::cli::backend::Backend;
use crate::cli::endpoint::{Caller, Endpoint, STEP_FUNCTIONS};
use crate::cli::exit::CliError;
use crate::cli::signing::is_aws_url;
use serde::Serialize;
use serde_json::Value;
use sfn_alias::model::Resource;
use sfn_alias::{Reply, parse_arn};
use sfn_alias_deployment::{Action, Observation, Route};

/// The alias's service, and who knows the alarms.
pub(super) struct Client {
    backend: Backend,
    pub alarms: Option<Alarms>,
}

impl Client {
    /// # Errors
    /// [`CliError::Usage`] for an ARN that is no alias's, [`CliError::System`] for a file that cannot be opened.
    pub fn of(args: &DeployArgs) -> Result<Self, CliError> {
        let no_alias = || CliError::Usage(format!("ALIAS_ARN: `{}` is no ARN of an alias", args.alias));
        let arn = parse_arn(&args.alias).map_err(|_| no_alias())?;
        if !matches!(arn.resource, Resource::Alias { .. }) {
            return Err(no_alias());
        }
        let (account, region) = (arn.account.to_owned(), arn.region.to_owned());
        let aws = args.data.is_none() && is_aws_url("--endpoint-url", &args.endpoint_url)?;
        let caller = match aws || args.profile.is_some() {
            true => Caller::User(args.profile.clone()),
            false => Caller::Account(account.clone()),
        };
        let alarms = Alarms::of(args, aws, &region, &caller)?;
        let (data, endpoint_url) = (args.data.clone(), args.endpoint_url.clone());
        let backend = match data {
            Some(_) => Backend::open(&BackendArgs { data, endpoint_url, account, region })?,
            None => Backend::Endpoint(Endpoint::new(&endpoint_url, STEP_FUNCTIONS, &region, caller)?),
        };
        Ok(Self { backend, alarms })
    }

    /// Where an alias leads.
    ///
    /// # Errors
    /// [`CliError::Rejected`] with the service's error, and as [`Backend::call`].
    pub fn routing(&self, alias: &str) -> Result<Vec<Route>, CliError> {
        let request = serde_json::json!({ "stateMachineAliasArn": alias }).to_string();
        match described(&self.backend.call("DescribeStateMachineAlias", request.as_bytes())?) {
            Observation::Alias { routing_configuration } => Ok(routing_configuration),
            Observation::Failed { code, message } => Err(CliError::Rejected(format!("{alias}: {code}: {message}"))),
            other => Err(CliError::System(format!("the alias cannot be described: {other:?}"))),
        }
    }

    /// Makes the call of an action. That it cannot be made, or has no answer, is an observation as well.
    pub fn perform(&self, action: &Action) -> Observation {
        match action {
            Action::DescribeAlias { input } => self.ask("DescribeStateMachineAlias", input, described),
            Action::UpdateAlias { input } => {
                let versions = input.routing_configuration.iter().map(|route| route.state_machine_version_arn.as_str());
                let named: Vec<&str> =
                    std::iter::once(input.state_machine_alias_arn.as_str()).chain(versions).collect();
                naming(&named, self.ask("UpdateStateMachineAlias", input, updated))
            }
            Action::DescribeAlarms { input } => match &self.alarms {
                Some(alarms) => alarms.states(input),
                None => Observation::Failed { code: "NoAlarms".to_owned(), message: no_alarms().to_string() },
            },
            Action::Wait { .. } | Action::Done { .. } => Observation::Waited,
        }
    }

    fn ask(&self, operation: &str, input: &impl Serialize, told: fn(&Reply) -> Observation) -> Observation {
        let body = serde_json::to_vec(input).map_err(|error| CliError::System(error.to_string()));
        observed(body.and_then(|body| self.backend.call(operation, &body)), told)
    }
}

/// AWS does not say what it is that does not exist.
fn naming(asked: &[&str], observation: Observation) -> Observation {
    match observation {
        Observation::Failed { code, message } if code.starts_with("ResourceNotFound") => {
            Observation::Failed { code, message: format!("{message} One of: {}", asked.join(", ")) }
        }
        other => other,
    }
}

/// What to do where alarms are watched and nobody knows them.
pub(super) fn no_alarms() -> CliError {
    let text = "the deployment watches alarms, and off AWS nobody knows them: give --alarm-command, or \
                --cloudwatch-endpoint-url";
    CliError::Usage(text.to_owned())
}

/// An answer, or that there is none: that is worth another attempt.
pub(super) fn observed(answer: Result<Reply, CliError>, told: fn(&Reply) -> Observation) -> Observation {
    match answer {
        Ok(reply) => told(&reply),
        // All else that a request needs was looked at before the first one.
        Err(CliError::Usage(message)) => Observation::Failed { code: "CredentialsError".to_owned(), message },
        Err(other) => Observation::Failed { code: "NetworkError".to_owned(), message: other.to_string() },
    }
}

fn described(reply: &Reply) -> Observation {
    let routing = |body: &Value| serde_json::from_value(body.get("routingConfiguration")?.clone()).ok();
    match (reply.status, serde_json::from_slice(&reply.body).ok().as_ref().and_then(routing)) {
        (200, Some(routing_configuration)) => Observation::Alias { routing_configuration },
        _ => failed(reply),
    }
}

fn updated(reply: &Reply) -> Observation {
    if reply.status == 200 { Observation::Updated } else { failed(reply) }
}

/// The error of an answer. One without a name is of whoever stands between, and worth another attempt where
/// its status is.
pub(super) fn failed(reply: &Reply) -> Observation {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
    let unnamed = if reply.status >= 500 { "ServiceUnavailable" } else { "UnexpectedAnswer" };
    let code = text(["__type", "code"]).unwrap_or_else(|| unnamed.to_owned());
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    let message = text(["message", "Message"]).unwrap_or_else(|| format!("an answer with status {}", reply.status));
    Observation::Failed { code, message }
}

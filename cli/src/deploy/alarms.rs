//! Alarm states of CloudWatch, or of a command.

use super::alarm_command::{CommandError, TIMEOUT, run_alarm_command};
use super::args::DeployArgs;
use super::observation::observe_reply;
use crate::endpoint::{CLOUDWATCH, Caller, Endpoint};
use crate::exit::CliError;
use crate::signing::is_aws_url;
use serde_json::Value;
use sfn_alias_deployment::{Alarm, AlarmState, AlarmsInput, CallFailure, Observation};
use std::collections::BTreeMap;

/// Where alarm states come from.
pub(super) enum AlarmSource {
    CloudWatch(Endpoint),
    Command(String),
}

impl AlarmSource {
    /// Returns the source of the command line, or `None` if there is none.
    ///
    /// # Errors
    /// Returns [`CliError::Usage`] if the CloudWatch URL is invalid.
    pub fn from_args(args: &DeployArgs, is_aws: bool, region: &str, caller: &Caller) -> Result<Option<Self>, CliError> {
        if let Some(command) = &args.alarm_command {
            return Ok(Some(Self::Command(command.clone())));
        }
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let aws_url = is_aws.then(|| format!("https://monitoring.{region}.amazonaws.com{suffix}"));
        let configured = configured_url(args).or(aws_url.map(|url| ("--endpoint-url", url)));
        let Some((option, url)) = configured else { return Ok(None) };
        let caller = match is_aws_url(option, &url)? {
            true => Caller::User(args.profile.clone()),
            false => caller.clone(),
        };
        Ok(Some(Self::CloudWatch(Endpoint::new(&url, CLOUDWATCH, region, caller)?)))
    }

    /// Returns the states of these alarms. A failure to read them is an observation too.
    pub fn describe_alarms(&self, input: &AlarmsInput) -> Observation {
        match self {
            Self::CloudWatch(endpoint) => {
                let body = serde_json::to_vec(input).map_err(|error| CliError::System(error.to_string()));
                observe_reply(body.and_then(|body| endpoint.call("DescribeAlarms", &body)), parse_alarms)
            }
            Self::Command(command) => match run_alarm_command(command, &input.alarm_names, TIMEOUT) {
                Ok(output) => parse_command_output(&output),
                // Like a call without a response: it is retried before the deployment is rolled back.
                Err(CommandError::Transient(message)) => Observation::Failed(CallFailure::network(message)),
                Err(CommandError::Permanent(message)) => alarm_command_failure(message),
            },
        }
    }
}

/// Returns the CloudWatch URL, and the option or environment variable that specifies it. Unlike the option, the
/// variable may be set without alarms, because it applies to all commands.
fn configured_url(args: &DeployArgs) -> Option<(&'static str, String)> {
    const VARIABLE: &str = "AWS_ENDPOINT_URL_CLOUDWATCH";
    let option = args.cloudwatch_endpoint_url.clone().map(|url| ("--cloudwatch-endpoint-url", url));
    option.or_else(|| std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()).map(|url| (VARIABLE, url)))
}

fn parse_alarms(body: &Value) -> Option<Observation> {
    let body = body.as_object()?;
    let lists = ["CompositeAlarms", "MetricAlarms"].into_iter().filter_map(|list| body.get(list)?.as_array());
    Some(Observation::Alarms { alarms: lists.flatten().filter_map(parse_alarm).collect() })
}

fn parse_alarm(alarm: &Value) -> Option<Alarm> {
    let name = alarm.get("AlarmName")?.as_str()?.to_owned();
    let state = serde_json::from_value::<AlarmState>(alarm.get("StateValue")?.clone()).ok()?;
    Some(Alarm { name, state })
}

fn parse_command_output(output: &[u8]) -> Observation {
    match serde_json::from_slice::<BTreeMap<String, AlarmState>>(output) {
        Ok(states) => {
            Observation::Alarms { alarms: states.into_iter().map(|(name, state)| Alarm { name, state }).collect() }
        }
        Err(error) => alarm_command_failure(format!(
            "invalid output of the alarm command, expected {{\"name\": \"OK\", ...}}: {error}"
        )),
    }
}

/// Returns the failure of a command that is not retried.
fn alarm_command_failure(message: String) -> Observation {
    Observation::Failed(CallFailure { code: "AlarmCommand".to_owned(), message, status: None })
}

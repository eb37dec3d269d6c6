//! The states of alarms: of CloudWatch, or of a command.

use super::args::DeployArgs;
use super::client::{failed, observed};
use super::command::{Fault, PATIENCE, ask};
use crate::cli::endpoint::{CLOUDWATCH, Caller, Endpoint};
use crate::cli::exit::CliError;
use crate::cli::signing::is_aws_url;
use serde_json::Value;
use sfn_alias::Reply;
use sfn_alias_deployment::{Alarm, AlarmState, AlarmsInput, Observation};
use std::collections::BTreeMap;

/// Of a command that can never tell the alarms.
const COMMAND: &str = "AlarmCommand";

/// Who knows the states of alarms.
pub(super) enum Alarms {
    CloudWatch(Endpoint),
    Command(String),
}

impl Alarms {
    /// `None` where nobody was named.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a URL that is none.
    pub fn of(args: &DeployArgs, aws: bool, region: &str, caller: &Caller) -> Result<Option<Self>, CliError> {
        if let Some(command) = &args.alarm_command {
            return Ok(Some(Self::Command(command.clone())));
        }
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let of_aws = aws.then(|| format!("https://monitoring.{region}.amazonaws.com{suffix}"));
        let Some((from, url)) = named(args).or(of_aws.map(|url| ("--endpoint-url", url))) else { return Ok(None) };
        let caller = match is_aws_url(from, &url)? {
            true => Caller::User(args.profile.clone()),
            false => caller.clone(),
        };
        Ok(Some(Self::CloudWatch(Endpoint::new(&url, CLOUDWATCH, region, caller)?)))
    }

    /// What is told of these alarms; also that nothing can be told.
    pub fn states(&self, input: &AlarmsInput) -> Observation {
        match self {
            Self::CloudWatch(endpoint) => {
                let body = serde_json::to_vec(input).map_err(|error| CliError::System(error.to_string()));
                observed(body.and_then(|body| endpoint.call("DescribeAlarms", &body)), described)
            }
            Self::Command(command) => match ask(command, &input.alarm_names, PATIENCE) {
                Ok(printed) => told(&printed),
                // As a call that had no answer: it is asked again before anything is rolled back.
                Err(Fault::Passing(message)) => Observation::Failed { code: "NetworkError".to_owned(), message },
                Err(Fault::Lasting(message)) => Observation::Failed { code: COMMAND.to_owned(), message },
            },
        }
    }
}

/// The URL of CloudWatch, and what names it. A variable names it for all commands, and so it may be there where no
/// alarm is watched.
fn named(args: &DeployArgs) -> Option<(&'static str, String)> {
    const VARIABLE: &str = "AWS_ENDPOINT_URL_CLOUDWATCH";
    let flag = args.cloudwatch_endpoint_url.clone().map(|url| ("--cloudwatch-endpoint-url", url));
    flag.or_else(|| std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()).map(|url| (VARIABLE, url)))
}

fn described(reply: &Reply) -> Observation {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if reply.status != 200 || !body.is_object() {
        return failed(reply);
    }
    let kinds = ["CompositeAlarms", "MetricAlarms"].iter().filter_map(|kind| body.get(kind)?.as_array());
    let name = |alarm: &Value| Some(alarm.get("AlarmName")?.as_str()?.to_owned());
    let known = |alarm: &Value| serde_json::from_value::<AlarmState>(alarm.get("StateValue")?.clone()).ok();
    let state = |alarm: &Value| Some(Alarm { name: name(alarm)?, state: known(alarm)? });
    Observation::Alarms { alarms: kinds.flatten().filter_map(state).collect() }
}

fn told(printed: &[u8]) -> Observation {
    match serde_json::from_slice::<BTreeMap<String, AlarmState>>(printed) {
        Ok(states) => {
            Observation::Alarms { alarms: states.into_iter().map(|(name, state)| Alarm { name, state }).collect() }
        }
        Err(fault) => {
            let message = format!("the alarm command must print {{\"name\": \"OK\", ...}}: {fault}");
            Observation::Failed { code: COMMAND.to_owned(), message }
        }
    }
}

//! The states of alarms: of CloudWatch, or of a command.

use super::args::DeployArgs;
use super::client::{failed, observed};
use crate::cli::endpoint::{CLOUDWATCH, Caller, Endpoint};
use crate::cli::exit::Failure;
use crate::cli::signature::is_aws;
use serde_json::Value;
use sfn_alias::Reply;
use sfn_alias_deployment::{AlarmState, AlarmsInput, Observation, State};
use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A command that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(60);
/// No list of a hundred alarms is longer.
const LONGEST: u64 = 1 << 20;

/// Who knows the states of alarms.
pub(super) enum Alarms {
    CloudWatch(Endpoint),
    Command(String),
}

impl Alarms {
    /// `None` where nobody was named.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a URL that is none.
    pub fn of(args: &DeployArgs, aws: bool, region: &str, caller: &Caller) -> Result<Option<Self>, Failure> {
        if let Some(command) = &args.alarm_command {
            return Ok(Some(Self::Command(command.clone())));
        }
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let of_aws = aws.then(|| format!("https://monitoring.{region}.amazonaws.com{suffix}"));
        let url = args.cloudwatch_endpoint_url.clone().or(of_aws);
        let Some(url) = url else { return Ok(None) };
        let caller = match is_aws("--cloudwatch-endpoint-url", &url)? {
            true => Caller::User(args.profile.clone()),
            false => caller.clone(),
        };
        Ok(Some(Self::CloudWatch(Endpoint::new(&url, CLOUDWATCH, region, caller)?)))
    }

    /// # Errors
    /// [`Failure::Usage`] where there are no credentials to ask with.
    pub fn states(&self, input: &AlarmsInput) -> Result<Observation, Failure> {
        match self {
            Self::CloudWatch(endpoint) => {
                let body = serde_json::to_vec(input).map_err(|error| Failure::Failed(error.to_string()))?;
                observed(endpoint.call("DescribeAlarms", &body), described)
            }
            Self::Command(command) => Ok(match ask(command, &input.alarm_names) {
                // As a call that had no answer: it is asked again before anything is rolled back.
                Err(message) => Observation::Failed { code: "NetworkError".to_owned(), message },
                Ok(printed) => told(&printed),
            }),
        }
    }
}

fn described(reply: &Reply) -> Observation {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if reply.status != 200 || !body.is_object() {
        return failed(reply);
    }
    let kinds = ["CompositeAlarms", "MetricAlarms"].iter().filter_map(|kind| body.get(kind)?.as_array());
    let text = |alarm: &Value, member| Some(alarm.get(member)?.as_str()?.to_owned());
    let state = |alarm: &Value| serde_json::from_value(alarm.get("StateValue")?.clone()).ok();
    let state = |alarm: &Value| Some(AlarmState { name: text(alarm, "AlarmName")?, state: state(alarm)? });
    Observation::Alarms { alarms: kinds.flatten().filter_map(state).collect() }
}

fn told(printed: &[u8]) -> Observation {
    let wrong = |fault: String| {
        let message = format!("the alarm command must print {{\"name\": \"OK\", ...}}: {fault}");
        Observation::Failed { code: "AlarmCommand".to_owned(), message }
    };
    let states: BTreeMap<String, State> = match serde_json::from_slice(printed) {
        Ok(states) => states,
        Err(error) => return wrong(error.to_string()),
    };
    Observation::Alarms { alarms: states.into_iter().map(|(name, state)| AlarmState { name, state }).collect() }
}

/// What the command prints, within bounds of time and length.
fn ask(command: &str, names: &[String]) -> Result<Vec<u8>, String> {
    let failed = |fault: &dyn std::fmt::Display| format!("the alarm command {fault}");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$@\"")).arg("sh").args(names);
    let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|error| failed(&error))?;
    let Some(output) = child.stdout.take() else { return Err(failed(&"has no output")) };
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut printed = Vec::new();
        let read = output.take(LONGEST).read_to_end(&mut printed);
        // Nobody listens any more after the time is up.
        send.send(read.map(|_| printed)).ok();
    });
    let Ok(read) = receive.recv_timeout(PATIENCE) else {
        child.kill().and_then(|()| child.wait()).map_err(|error| failed(&error))?;
        return Err(failed(&format_args!("took longer than {} seconds", PATIENCE.as_secs())));
    };
    let status = child.wait().map_err(|error| failed(&error))?;
    let printed = read.map_err(|error| failed(&error))?;
    if status.success() { Ok(printed) } else { Err(failed(&format_args!("ended with {status}"))) }
}

//! Alarm states of CloudWatch, or of a command.

use super::args::DeployArgs;
use crate::endpoint::{CLOUDWATCH, Endpoint};
use crate::exit::CliError;
use crate::signing::{Caller, aws_url, is_aws_url};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use sfn_alias::Reply;
use sfn_alias::model::Arn;
use sfn_alias_deployment::{Alarm, AlarmState, AlarmsInput, CallFailure, Observation};
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Where alarm states come from.
pub(super) enum AlarmSource {
    CloudWatch(Endpoint),
    Command(String),
}

impl AlarmSource {
    /// Returns the source of the command line, or `None` if there is none.
    pub fn from_args(args: &DeployArgs, alias: &Arn<'_>) -> Result<Option<Self>, CliError> {
        if let Some(command) = &args.alarm_command {
            return Ok(Some(Self::Command(command.clone())));
        }
        let is_aws = args.service.data.is_none() && args.service.endpoint.is_aws()?;
        let default_url = || is_aws.then(|| ("--endpoint-url", aws_url("monitoring", alias.region)));
        let Some((option, url)) = configured_url(args).or_else(default_url) else { return Ok(None) };
        let caller = Caller::select(args.service.endpoint.profile.as_deref(), is_aws_url(option, &url)?, alias.account);
        Ok(Some(Self::CloudWatch(Endpoint::new(&url, CLOUDWATCH, alias.region, caller)?)))
    }

    /// Returns the states of these alarms. A failure to read them is an observation too.
    pub fn describe_alarms(&self, input: &AlarmsInput) -> Observation {
        match self {
            Self::CloudWatch(endpoint) => {
                let body = serde_json::to_vec(input).map_err(CliError::system);
                observe_reply(body.and_then(|body| endpoint.call("DescribeAlarms", &body)), parse_alarms)
            }
            Self::Command(command) => match run_alarm_command(command, &input.alarm_names, TIMEOUT) {
                Ok(output) => parse_command_output(&output),
                Err(failure) => Observation::Failed(failure),
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
        Err(error) => Observation::Failed(permanent_failure(format!(
            "invalid output of the alarm command, expected {{\"name\": \"OK\", ...}}: {error}"
        ))),
    }
}

/// Returns the failure of a command that is not retried. All other failures are like a call without a response: it is
/// retried before the deployment is rolled back.
fn permanent_failure(message: String) -> CallFailure {
    CallFailure { code: "AlarmCommand".to_owned(), message, status: None }
}

/// Converts a reply, or the failure to get one, to an observation. `parse` parses the body of a successful reply.
pub(super) fn observe_reply(reply: Result<Reply, CliError>, parse: fn(&Value) -> Option<Observation>) -> Observation {
    let failure = match reply {
        Ok(Reply { status, body }) => {
            let value = (status == 200).then(|| serde_json::from_slice(&body).unwrap_or_default());
            match value.as_ref().and_then(parse) {
                Some(observation) => return observation,
                None => CallFailure::from_response(status, &body),
            }
        }
        // Missing credentials: all other options were validated before the first request.
        Err(CliError::Usage(message)) => CallFailure::credentials(message),
        Err(other) => CallFailure::network(other.to_string()),
    };
    Observation::Failed(failure)
}

/// The command is killed after this time.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The maximum length of the output. The states of a hundred alarms are shorter.
const MAX_BYTES: u64 = 1 << 20;
/// The exit codes with which the shell reports that a command is not executable or not found.
const NOT_RUNNABLE: [i32; 2] = [126, 127];

/// The process group of the running command.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

/// Runs a shell command with the alarm names as arguments, and returns its output. Time and output are limited. The
/// command runs in its own process group, so that it is killed with its children.
///
/// # Errors
/// What failed, and whether another attempt may succeed.
pub fn run_alarm_command(command: &str, names: &[String], timeout: Duration) -> Result<Vec<u8>, CallFailure> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$@\"")).arg("sh").args(names);
    shell.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped());
    let not_started = |error| permanent_failure(format!("cannot run the shell `sh`: {error}"));
    let child = shell.spawn().map_err(not_started)?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    set_running(group);
    let output = read_output(child).map(|output| output.recv_timeout(timeout));
    set_running(None);
    if !matches!(output, Ok(Ok(_))) {
        kill_group(group);
    }
    match output.map_err(io_error)? {
        Ok(result) => result.map_err(io_error).and_then(|(status, output)| check_result(command, status, output)),
        Err(_) => {
            let seconds = timeout.as_secs();
            Err(CallFailure::network(format!("the alarm command timed out after {seconds} seconds")))
        }
    }
}

/// Kills the running command.
pub(super) fn kill_running() {
    kill_group(*RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
}

fn set_running(group: Option<Pid>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = group;
}

fn kill_group(group: Option<Pid>) {
    // An error means that it has exited meanwhile.
    group.map(|group| kill_process_group(group, Signal::KILL).ok());
}

type CommandOutput = std::io::Result<(ExitStatus, Vec<u8>)>;

/// Reads the output and waits for the exit, in a new thread. It waits for a killed process too, so that the process does
/// not become a zombie.
fn read_output(mut child: Child) -> std::io::Result<Receiver<CommandOutput>> {
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut bytes = Vec::new();
        // Closes the pipe after the maximum, which ends the command.
        let stdout = child.stdout.take();
        let read = stdout.map_or(Ok(0), |stdout| stdout.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes));
        let exited = child.wait();
        // After a timeout there is no receiver.
        sender.send(read.and(exited).map(|status| (status, bytes))).ok();
    };
    std::thread::Builder::new().spawn(read)?;
    Ok(receiver)
}

fn check_result(command: &str, status: ExitStatus, output: Vec<u8>) -> Result<Vec<u8>, CallFailure> {
    if output.len() as u64 > MAX_BYTES {
        return Err(permanent_failure(format!("the alarm command `{command}` printed more than {MAX_BYTES} bytes")));
    }
    match status.code() {
        Some(0) => Ok(output),
        Some(code) if NOT_RUNNABLE.contains(&code) => Err(permanent_failure(format!(
            "cannot run the alarm command `{command}` ({status}); use an executable command"
        ))),
        _ => Err(CallFailure::network(format!("expected exit status 0 of the alarm command, found {status}"))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn io_error(error: std::io::Error) -> CallFailure {
    CallFailure::network(format!("the alarm command failed: {error}"))
}

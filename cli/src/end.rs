//! `sfn-alias end`

use crate::endpoint::{BackendArgs, SIGNING_HELP, describe_own_file, describe_own_url};
use crate::exit::{CliError, CommandResult};
use crate::output::unknown_response;
use crate::{input, output};
use clap::Args;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Number, Value, json};

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  ARN=arn:aws:states:us-east-1:000000000000:execution:orders:o-1
  sfn-alias end $ARN --output '{\"total\": 30}'
  sfn-alias end $ARN --error Orders.Broken --cause 'no stock' --after 2s
  sfn-alias end $ARN --timed-out --data aliases.db

Without --error and --timed-out, the execution succeeds. An execution that has ended does not change: the command then prints its end if it is the same, and an error otherwise. An end in the future is replaced.

This is not an operation of AWS: --endpoint-url is a URL of `sfn-alias serve`. The command prints the response. The exit code is 1 if the response is an error of the service.", SIGNING_HELP].concat())]
#[command(mut_arg("endpoint_url", describe_own_url), mut_arg("data", describe_own_file))]
pub(crate) struct EndArgs {
    /// ARN of the execution
    #[arg(value_name = "ARN")]
    pub execution: String,
    /// The execution succeeds with this output: JSON, @FILE, or - for standard input [default: {}]
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, conflicts_with_all = ["error", "cause", "timed_out"])]
    pub output: Option<String>,
    /// The execution fails with this error code
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    pub error: Option<String>,
    /// Why the execution fails
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub cause: Option<String>,
    /// The execution times out
    #[arg(long)]
    pub timed_out: bool,
    /// Time until the end, for example 500ms, 2s, 5m or 1h; until then, the execution is RUNNING
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub after: Option<String>,
    /// Print the response unchanged, on one line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub backend: BackendArgs,
}

/// Runs `sfn-alias end`.
pub(crate) fn run(args: &EndArgs) -> CommandResult {
    let request = build_request(args)?;
    let reply = args.backend.open_own()?.end_execution(request.as_bytes())?;
    if reply.status == 200 {
        serde_json::from_slice::<EndResponse>(&reply.body).map_err(|error| unknown_response(&error))?;
    }
    output::print_reply(&reply, args.json)
}

/// The members of the response, which another server does not send.
#[derive(Deserialize)]
struct EndResponse {
    #[serde(rename = "executionArn")]
    _execution_arn: String,
    #[serde(rename = "status")]
    _status: String,
    #[serde(rename = "stopDate")]
    _stop_date: f64,
}

/// Returns the request in JSON. The output is inserted as text, so that its numbers do not change.
fn build_request(args: &EndArgs) -> Result<String, CliError> {
    let texts = [("error", &args.error), ("cause", &args.cause)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, json!(text.as_ref()?))));
    let status = args.timed_out.then(|| ("status", json!("TIMED_OUT")));
    let after = args.after.as_deref().map(|after| ("after", parse_after(after)));
    let members = [("executionArn", json!(args.execution))].into_iter().chain(texts).chain(status).chain(after);
    let mut members: Vec<String> = members.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    if let Some(output) = &args.output {
        members.push(format!("\"output\":{}", read_output(output)?));
    }
    Ok(format!("{{{}}}", members.join(",")))
}

/// A time without a unit is a number of seconds.
fn parse_after(text: &str) -> Value {
    text.parse::<Number>().map_or_else(|_| json!(text), Value::Number)
}

fn read_output(argument: &str) -> Result<String, CliError> {
    let invalid = |error: &dyn std::fmt::Display| {
        CliError::Usage(format!(
            "--output: expected JSON, @FILE, or - for standard input; the value is not JSON: {error}"
        ))
    };
    let text = String::from_utf8(input::read_argument(argument)?).map_err(|error| invalid(&error))?;
    serde_json::from_str::<IgnoredAny>(&text).map_err(|error| invalid(&error))?;
    Ok(text)
}

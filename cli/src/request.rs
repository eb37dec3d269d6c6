//! `sfn-alias call`, `check` and `fingerprint`

use crate::args::{CallArgs, CheckArgs, FingerprintArgs};
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::{input, output};
use serde::de::IgnoredAny;
use serde_json::json;
use sfn_alias::{Limits, Operation, Problem, UnknownMembers, check_from};

/// Runs `sfn-alias call`.
pub(crate) fn call(args: &CallArgs) -> CommandResult {
    // Our message for an unknown operation is more helpful than AWS's.
    let operation: Operation = args.operation.parse()?;
    let body = input::read_argument(&args.input)?;
    // AWS does not report where the error is.
    serde_json::from_slice::<IgnoredAny>(&body).map_err(not_json)?;
    let reply = args.backend.open(operation)?.call(operation.as_str(), &body)?;
    output::print_reply(&reply, args.json)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn not_json(error: serde_json::Error) -> CliError {
    CliError::Usage(format!("the request is not JSON: {error}; expected JSON, @FILE, or - for standard input"))
}

/// Runs `sfn-alias check`.
pub(crate) fn check(args: &CheckArgs) -> CommandResult {
    let input = input::read_argument(&args.input)?;
    let problems = check_from(&args.operation, &input[..], &Limits::default(), UnknownMembers::Report)?;
    if args.json {
        output::print_value(&problems)?;
    } else {
        problems.iter().try_for_each(print_problem)?;
    }
    Ok(if problems.is_empty() { OK } else { REJECTED })
}

fn print_problem(problem: &Problem) -> Result<(), CliError> {
    let Problem { path, code, error, message, fix } = problem;
    // Some messages already contain the path.
    let prefix = match path.as_str() {
        _ if message.starts_with(&format!("`{path}`")) => String::new(),
        "" if message.starts_with("cannot parse the request") => String::new(),
        "" => "the request: ".to_owned(),
        path => format!("{path}: "),
    };
    output::print_line(format_args!("{prefix}{message} ({error}, {code})\n  help: {fix}"))
}

/// Runs `sfn-alias fingerprint`.
pub(crate) fn fingerprint(args: &FingerprintArgs) -> CommandResult {
    let fingerprint = sfn_alias::fingerprint_from(&input::read_argument(&args.input)?[..]);
    let fingerprint = fingerprint.map_err(|error| CliError::rejected(&error))?.to_hex();
    match args.json {
        true => output::print_line(json!({ "fingerprint": fingerprint }))?,
        false => output::print_line(fingerprint)?,
    }
    Ok(OK)
}

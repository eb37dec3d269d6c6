//! `sfn-alias check`

use crate::args::CheckArgs;
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::{input, output};
use sfn_alias::Problem;

pub(crate) fn run(args: &CheckArgs) -> CommandResult {
    let problems = sfn_alias::check_strict(&args.operation, &input::read_argument(&args.input)?)?;
    if args.json {
        let json = serde_json::to_vec(&problems).map_err(|error| CliError::System(error.to_string()))?;
        output::print_json(&json, false)?;
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

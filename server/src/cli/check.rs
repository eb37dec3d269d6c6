//! `sfn-alias check`

use super::args::CheckArgs;
use super::exit::{Failure, OK, Outcome, REFUSED};
use super::{input, output};
use sfn_alias::Problem;

pub(super) fn run(args: &CheckArgs) -> Outcome {
    let problems = sfn_alias::check_request(&args.operation, &input::read(&args.input)?)?;
    if args.json {
        let json = serde_json::to_vec(&problems).map_err(|error| Failure::Failed(error.to_string()))?;
        output::json(&json, false)?;
    } else {
        problems.iter().try_for_each(print_problem)?;
    }
    Ok(if problems.is_empty() { OK } else { REFUSED })
}

fn print_problem(problem: &Problem) -> Result<(), Failure> {
    let Problem { path, code, error, message, fix } = problem;
    let location = if path.is_empty() { "the request" } else { path };
    output::line(format_args!("{location}: {message} ({error}, {code})\n  help: {fix}"))
}

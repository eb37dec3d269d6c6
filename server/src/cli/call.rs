//! `sfn-alias call`

use super::args::CallArgs;
use super::exit::{FAILED, OK, Outcome, REFUSED};
use super::target::Target;
use super::{input, output};
use sfn_alias::Operation;

pub(super) fn run(args: &CallArgs) -> Outcome {
    // A misspelt operation is told here, with more to say than AWS says.
    args.operation.parse::<Operation>()?;
    let body = input::read(&args.input)?;
    let reply = Target::of(&args.target)?.call(&args.operation, &body)?;
    output::json(&reply.body, args.json)?;
    Ok(match reply.status {
        200..300 => OK,
        500.. => FAILED,
        _ => REFUSED,
    })
}

//! `sfn-alias call`

use crate::args::CallArgs;
use crate::backend::Backend;
use crate::exit::{CommandResult, OK, REJECTED, SYSTEM_ERROR};
use crate::{input, output};
use sfn_alias::Operation;

pub(crate) fn run(args: &CallArgs) -> CommandResult {
    // Our message for an unknown operation is more helpful than AWS's.
    args.operation.parse::<Operation>()?;
    let body = input::read_argument(&args.input)?;
    let reply = Backend::open(&args.backend)?.call(&args.operation, &body)?;
    output::print_json(&reply.body, args.json)?;
    Ok(match reply.status {
        200..300 => OK,
        500.. => SYSTEM_ERROR,
        _ => REJECTED,
    })
}

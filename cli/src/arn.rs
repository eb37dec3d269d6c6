//! `sfn-alias arn`

use crate::args::ArnArgs;
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::output;
use serde_json::{Map, Value};
use sfn_alias::model::{Arn, Resource};
use sfn_alias::parse_arn;
use std::io::Write;

pub(crate) fn run(args: &ArnArgs) -> CommandResult {
    let mut code = OK;
    for text in &args.arns {
        match parse_arn(text) {
            Ok(arn) => print_arn(&arn, args.json)?,
            Err(error) => {
                code = REJECTED;
                writeln!(std::io::stderr(), "sfn-alias: {}: {error}", error.code()).ok();
            }
        }
    }
    Ok(code)
}

fn print_arn(arn: &Arn<'_>, as_json: bool) -> Result<(), CliError> {
    let parts = arn_parts(arn);
    if as_json {
        let object: Map<String, Value> = parts.into_iter().map(|(name, part)| (name.to_owned(), part.into())).collect();
        return output::print_line(Value::Object(object));
    }
    parts.into_iter().try_for_each(|(name, part)| output::print_line(format_args!("{name:<16} {part}")))
}

/// Returns the parts of an ARN with the names of the API's members.
fn arn_parts<'a>(arn: &Arn<'a>) -> Vec<(&'static str, &'a str)> {
    let mut parts = vec![("arn", arn.as_str()), ("kind", resource_type(arn))];
    parts.extend([("partition", arn.partition), ("region", arn.region), ("account", arn.account)]);
    match arn.resource {
        Resource::StateMachine { name } => parts.push(("stateMachine", name)),
        Resource::Version { name, number } => parts.extend([("stateMachine", name), ("version", number)]),
        Resource::Alias { name, alias } => parts.extend([("stateMachine", name), ("alias", alias)]),
        Resource::Label { name, label } => parts.extend([("stateMachine", name), ("label", label)]),
        Resource::Execution { name, execution } => parts.extend([("stateMachine", name), ("execution", execution)]),
        Resource::Express { name, execution, id } => {
            parts.extend([("stateMachine", name), ("execution", execution), ("id", id)]);
        }
        Resource::Other { .. } => {}
    }
    if !matches!(arn.resource, Resource::Execution { .. } | Resource::Express { .. } | Resource::Other { .. }) {
        parts.push(("stateMachineArn", arn.state_machine_arn()));
    }
    parts
}

const fn resource_type<'a>(arn: &Arn<'a>) -> &'a str {
    match arn.resource {
        Resource::Version { .. } => "version",
        Resource::Alias { .. } => "alias",
        Resource::Label { .. } => "label",
        _ => arn.resource_type(),
    }
}

//! `sfn-alias schema`

use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::Deserialize;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias schema
  sfn-alias schema findings > findings.schema.json
  sfn-alias schema outcomes > outcomes.schema.json

The schemas have the version 2020-12 of JSON Schema. In an editor with a YAML language server, the first line of a file selects its schema:
  # yaml-language-server: $schema=outcomes.schema.json")]
pub(crate) struct SchemaArgs {
    /// Name of the schema; without it, the command lists the names
    #[arg(value_parser = PossibleValuesParser::new(schemas().map(|(name, _)| name)))]
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Description {
    description: String,
}

/// Runs `sfn-alias schema`.
pub(crate) fn run(args: &SchemaArgs) -> CommandResult {
    match args.name.as_deref() {
        Some(name) => print_schema(name),
        None => list_schemas(),
    }
}

fn print_schema(name: &str) -> CommandResult {
    for (_, text) in schemas().filter(|(other, _)| *other == name) {
        output::print_text(text)?;
    }
    Ok(OK)
}

fn list_schemas() -> CommandResult {
    let mut schemas: Vec<_> = schemas().collect();
    schemas.sort_unstable();
    for (name, text) in schemas {
        let Description { description } = serde_json::from_str(text).map_err(CliError::system)?;
        output::print_line(format_args!("{name:<11} {description}"))?;
    }
    Ok(OK)
}

/// Returns the name and the text of each schema.
fn schemas() -> impl Iterator<Item = (&'static str, &'static str)> {
    let deployment = sfn_alias_deployment::JSON_SCHEMAS;
    sfn_alias::JSON_SCHEMAS.iter().chain(deployment).chain(sfn_alias_template::JSON_SCHEMAS).copied()
}

//! Finds members that an operation does not have, for example in files for `--cli-input-json` of the AWS CLI.

use crate::constraint::{Member, Rule};
use crate::error::Result;
use crate::operation::Operation;
use crate::problem::{Problem, ProblemCode};
use serde_json::Value;

/// Maximum number of characters of an unknown member's name that a message repeats.
const MAX_NAME_CHARACTERS: usize = 64;
/// Unknown members are reported up to this number of problems.
const MAX_PROBLEMS: usize = 100;

/// Like [`crate::check`], and also reports members that the operation does not have. AWS ignores such members; the
/// AWS CLI and SDKs reject them before they send the request.
///
/// # Errors
/// [`crate::Error::UnknownOperation`] for an unknown operation.
///
/// ```
/// let input = br#"{"name": "PROD", "routingConfigurations": []}"#;
/// let problems = sfn_alias::check_strict("CreateStateMachineAlias", input)?;
/// assert_eq!(problems[1].path, "/routingConfigurations");
/// assert_eq!(
///     problems[1].message,
///     "Unknown parameter in input: \"routingConfigurations\", must be one of: \
///      description, name, routingConfiguration",
/// );
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn check_strict(operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
    let mut problems = crate::check(operation, input)?;
    let members = operation.parse::<Operation>()?.members();
    // A request that is not JSON is already reported.
    if problems.iter().all(|problem| ![ProblemCode::NotJson, ProblemCode::TooLargeRequest].contains(&problem.code)) {
        let value: Value = serde_json::from_slice(input).unwrap_or_default();
        check_members(&value, members, &JsonPath { pointer: String::new(), cli: "input".to_owned() }, &mut problems);
    }
    Ok(problems)
}

/// The path of a value.
struct JsonPath {
    /// As a JSON pointer.
    pointer: String,
    /// As the AWS CLI prints it.
    cli: String,
}

impl JsonPath {
    fn member(&self, name: &str) -> Self {
        let cli = if self.pointer.is_empty() { name.to_owned() } else { format!("{}.{name}", self.cli) };
        Self { pointer: format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1")), cli }
    }

    fn item(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer), cli: format!("{}[{index}]", self.cli) }
    }
}

fn check_members(value: &Value, members: &[Member], path: &JsonPath, problems: &mut Vec<Problem>) {
    let Value::Object(object) = value else { return };
    for (name, value) in object {
        match members.iter().find(|member| member.name == name) {
            Some(member) => check_value(value, &member.rule, &path.member(name), problems),
            None if problems.len() < MAX_PROBLEMS => problems.push(unknown_member(name, members, path)),
            None => return,
        }
    }
}

fn check_value(value: &Value, rule: &Rule, path: &JsonPath, problems: &mut Vec<Problem>) {
    match (rule, value) {
        (Rule::Structure(members), _) => check_members(value, members, path, problems),
        (Rule::List { item, .. }, Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                check_value(value, item, &path.item(index), problems);
            }
        }
        _ => {}
    }
}

/// Creates a problem with botocore's message, which the AWS CLI prints.
fn unknown_member(name: &str, members: &[Member], path: &JsonPath) -> Problem {
    let short: String = name.chars().take(MAX_NAME_CHARACTERS).collect();
    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
    Problem {
        path: path.member(&short).pointer,
        code: ProblemCode::UnknownMember,
        error: "ParamValidationError",
        message: format!("Unknown parameter in {}: \"{short}\", must be one of: {}", path.cli, names.join(", ")),
        fix: "use one of these names, or remove the member".to_owned(),
    }
}

//! Requests that are kept in files, such as those of `aws stepfunctions ... --cli-input-json`.

use crate::constraint::{Member, Rule};
use crate::error::Result;
use crate::operation::Operation;
use crate::problem::{Problem, ProblemCode};
use serde_json::Value;

/// How much of an unknown member's name a message repeats.
const SHOWN_CHARACTERS: usize = 64;
/// So many unknown members are told.
const MAX_TOLD: usize = 100;

/// As [`crate::check`], and also the members that the operation does not have. AWS ignores those
/// without a word; the AWS CLI and the SDKs refuse them before they send anything.
///
/// # Errors
/// [`crate::Error::UnknownOperation`] for an unknown operation.
///
/// ```
/// let input = br#"{"name": "PROD", "routingConfigurations": []}"#;
/// let problems = sfn_alias::check_request("CreateStateMachineAlias", input)?;
/// assert_eq!(problems[1].path, "/routingConfigurations");
/// assert_eq!(
///     problems[1].message,
///     "Unknown parameter in input: \"routingConfigurations\", must be one of: \
///      description, name, routingConfiguration",
/// );
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn check_request(operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
    let mut problems = crate::check(operation, input)?;
    let members = operation.parse::<Operation>()?.members();
    // What is no JSON is a problem already.
    if problems.iter().all(|problem| ![ProblemCode::NotJson, ProblemCode::TooLargeRequest].contains(&problem.code)) {
        let value: Value = serde_json::from_slice(input).unwrap_or_default();
        structure(&value, members, &Place { pointer: String::new(), shown: "input".to_owned() }, &mut problems);
    }
    Ok(problems)
}

/// Where a value stands, as a JSON pointer and as the CLI writes it.
struct Place {
    pointer: String,
    shown: String,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let shown = if self.pointer.is_empty() { name.to_owned() } else { format!("{}.{name}", self.shown) };
        Self { pointer: format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1")), shown }
    }

    fn item(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer), shown: format!("{}[{index}]", self.shown) }
    }
}

fn structure(value: &Value, members: &[Member], place: &Place, problems: &mut Vec<Problem>) {
    let Value::Object(given) = value else { return };
    for (name, value) in given {
        match members.iter().find(|member| member.name == name) {
            Some(member) => inner(value, &member.rule, &place.member(name), problems),
            None if problems.len() < MAX_TOLD => problems.push(unknown(name, members, place)),
            None => return,
        }
    }
}

fn inner(value: &Value, rule: &Rule, place: &Place, problems: &mut Vec<Problem>) {
    match (rule, value) {
        (Rule::Structure(members), _) => structure(value, members, place, problems),
        (Rule::List { item, .. }, Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                inner(value, item, &place.item(index), problems);
            }
        }
        _ => {}
    }
}

/// In botocore's words, which are what the CLI prints.
fn unknown(name: &str, members: &[Member], place: &Place) -> Problem {
    let short: String = name.chars().take(SHOWN_CHARACTERS).collect();
    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
    Problem {
        path: place.member(&short).pointer,
        code: ProblemCode::UnknownMember,
        error: "ParamValidationError",
        message: format!("Unknown parameter in {}: \"{short}\", must be one of: {}", place.shown, names.join(", ")),
        fix: "use one of these names, or remove the member".to_owned(),
    }
}

//! Validation of a request before it is sent.

use crate::command::{self, Request, collect_problems};
use crate::constraint::{Member, Path, Rule};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::operation::{MAX_NAME_CHARACTERS, Operation};
use crate::problem::{Problem, ProblemCode};
use crate::wire::input::*;
use crate::wire::{DeserializeRequest, deserialize_request, find_wrong_types};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Unknown members are reported up to this number of problems.
const MAX_PROBLEMS: usize = 100;

/// Validates a request without reading any stored data. Returns the error that AWS would return.
///
/// # Errors
/// The error that AWS would return; [`crate::Error::UnknownOperation`] for an unknown operation.
///
/// ```
/// let input = br#"{"name": "123", "routingConfiguration": []}"#;
/// let error = sfn_alias::validate("CreateStateMachineAlias", input).unwrap_err();
/// assert_eq!(error.code(), "ValidationException");
/// assert!(error.to_string().starts_with("2 validation errors detected: Value '123' at 'name'"));
/// ```
pub fn validate(operation: &str, input: &[u8]) -> Result<()> {
    validate_from(operation, input, &Limits::default())
}

/// Returns every problem of a request at once, including those that AWS would report one at a time.
///
/// # Errors
/// [`crate::Error::UnknownOperation`] for an unknown operation.
///
/// ```
/// let input = br#"{"name": "PROD", "routingConfiguration": [
///     {"stateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1", "weight": 90},
///     {"stateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1", "weight": 9}]}"#;
/// let problems = sfn_alias::check("CreateStateMachineAlias", input)?;
/// let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
/// assert_eq!(codes, ["version-repeated", "weights-sum"]);
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn check(operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
    check_from(operation, input, &Limits::default(), UnknownMembers::Ignore)
}

/// Like [`validate`], for JSON bytes or values of another programming language, and within other limits.
///
/// # Errors
/// Like [`validate`].
pub fn validate_from(operation: &str, source: &(impl DeserializeRequest + ?Sized), limits: &Limits) -> Result<()> {
    validate_operation(operation.parse()?, source, limits)
}

/// Whether [`check_from`] reports members that the operation does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownMembers {
    /// They are ignored, as AWS does.
    Ignore,
    /// They are problems: the AWS CLI and SDKs reject them before they send the request.
    Report,
}

/// Like [`check`], for JSON bytes or values of another programming language, within other limits, and optionally with
/// unknown members.
///
/// # Errors
/// Like [`check`].
///
/// ```
/// use sfn_alias::{Limits, UnknownMembers, check_from};
/// let input = br#"{"name": "PROD", "routingConfigurations": []}"#;
/// let problems = check_from("CreateStateMachineAlias", &input[..], &Limits::default(), UnknownMembers::Report)?;
/// assert_eq!(problems[1].path, "/routingConfigurations");
/// assert_eq!(
///     problems[1].message,
///     "Unknown parameter in input: \"routingConfigurations\", must be one of: \
///      description, name, routingConfiguration",
/// );
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn check_from(
    operation: &str,
    source: &(impl DeserializeRequest + ?Sized),
    limits: &Limits,
    unknown_members: UnknownMembers,
) -> Result<Vec<Problem>> {
    let operation: Operation = operation.parse()?;
    let problems = collect_operation_problems(operation, source, limits);
    let mut problems =
        problems.unwrap_or_else(|error| find_problems_with_wrong_types(operation, source, &error, limits));
    // A request that is not JSON is already reported.
    let is_readable = |problem: &Problem| ![ProblemCode::NotJson, ProblemCode::TooLargeRequest].contains(&problem.code);
    if unknown_members == UnknownMembers::Report && problems.iter().all(is_readable) {
        find_unknown_members(&source.read().unwrap_or_default(), operation.members(), None, &mut problems);
    }
    Ok(problems)
}

/// Validation of typed inputs.
#[expect(private_bounds, reason = "sealed: implemented for the inputs of this crate only")]
pub trait Validate: Request + Sized {
    /// Like [`validate`].
    ///
    /// # Errors
    /// Like [`validate`].
    fn validate(&self) -> Result<()> {
        command::validate(self, &Limits::default())
    }

    /// Like [`check`].
    fn check(&self) -> Vec<Problem> {
        collect_problems(self, &Limits::default())
    }
}

impl<R: Request> Validate for R {}

macro_rules! implement_validation {
    ($($(#[$doc:meta])* $name:ident $method:ident { $input:ident => $($details:tt)* })*) => {
        fn validate_operation(
            operation: Operation,
            request: &(impl DeserializeRequest + ?Sized),
            limits: &Limits,
        ) -> Result<()> {
            match operation { $(Operation::$name => validate_typed::<$input<'_>>(request, limits),)* }
        }

        fn collect_operation_problems(
            operation: Operation,
            request: &(impl DeserializeRequest + ?Sized),
            limits: &Limits,
        ) -> Result<Vec<Problem>> {
            match operation { $(Operation::$name => collect_typed_problems::<$input<'_>>(request, limits),)* }
        }
    };
}

crate::for_each_operation!(implement_validation);

fn validate_typed<'s, I: Request + Deserialize<'s>>(
    request: &'s (impl DeserializeRequest + ?Sized),
    limits: &Limits,
) -> Result<()> {
    command::validate(&deserialize_request::<I>(request, limits)?, limits)
}

fn collect_typed_problems<'s, I: Request + Deserialize<'s>>(
    request: &'s (impl DeserializeRequest + ?Sized),
    limits: &Limits,
) -> Result<Vec<Problem>> {
    Ok(collect_problems(&deserialize_request::<I>(request, limits)?, limits))
}

/// Returns the problems of a request that cannot be deserialized: each member of the wrong type, and the problems of
/// all other members.
fn find_problems_with_wrong_types(
    operation: Operation,
    request: &(impl DeserializeRequest + ?Sized),
    error: &Error,
    limits: &Limits,
) -> Vec<Problem> {
    let mut value: Value = match error {
        Error::WrongType { .. } => request.read().unwrap_or_default(),
        _ => return vec![Problem::from_error("", error)],
    };
    let type_errors = find_wrong_types(&value, operation.members());
    let mut found: Vec<_> = type_errors.iter().map(|error| Problem::from_error(error.pointer(), error)).collect();
    for error in &type_errors {
        replace_wrong_value(&mut value, error);
    }
    let others = collect_operation_problems(operation, value.to_string().as_bytes(), limits).unwrap_or_default();
    let is_unaffected = |other: &Problem| found.iter().all(|wrong| !contains_pointer(&wrong.path, &other.path));
    let others: Vec<_> = others.into_iter().filter(is_unaffected).collect();
    found.extend(others);
    found
}

/// Replaces a value of the wrong type so that the request can be deserialized. A member becomes null, which means absent.
/// An item of a list cannot be null: it becomes a string or an object, the only types of items in the service model.
fn replace_wrong_value(request: &mut Value, error: &Error) {
    let Error::WrongType { pointer, expected, .. } = error else { return };
    let parent = pointer.rsplit_once('/').and_then(|(parent, _)| request.pointer(parent));
    let replacement = match parent {
        Some(Value::Array(_)) if *expected == "a string" => Value::from("x"),
        Some(Value::Array(_)) => Value::Object(Map::new()),
        _ => Value::Null,
    };
    if let Some(value) = request.pointer_mut(pointer) {
        *value = replacement;
    }
}

/// Returns whether a JSON pointer is `parent`, or points into the value at `parent`.
fn contains_pointer(parent: &str, pointer: &str) -> bool {
    pointer.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn find_unknown_members(value: &Value, members: &[Member], parent: Option<&Path<'_>>, problems: &mut Vec<Problem>) {
    let Value::Object(object) = value else { return };
    for (name, value) in object {
        match members.iter().find(|member| member.name == name) {
            Some(member) => {
                find_unknown_in_value(value, &member.rule, &Path::member(parent, member.name), problems);
            }
            None if problems.len() < MAX_PROBLEMS => problems.push(unknown_member(name, members, parent)),
            None => return,
        }
    }
}

fn find_unknown_in_value(value: &Value, rule: &Rule, path: &Path<'_>, problems: &mut Vec<Problem>) {
    match (rule, value) {
        (Rule::Structure(members), _) => find_unknown_members(value, members, Some(path), problems),
        (Rule::List { item, .. }, Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                find_unknown_in_value(value, item, &Path::item(path, index), problems);
            }
        }
        _ => {}
    }
}

/// Creates a problem with botocore's message, which the AWS CLI prints.
fn unknown_member(name: &str, members: &[Member], parent: Option<&Path<'_>>) -> Problem {
    let short: String = name.chars().take(MAX_NAME_CHARACTERS).collect();
    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
    let (pointer, parent) = (parent.map(Path::pointer), parent.map(Path::format_for_cli));
    let parent = parent.unwrap_or_else(|| "input".to_owned());
    Problem {
        path: format!("{}/{}", pointer.unwrap_or_default(), short.replace('~', "~0").replace('/', "~1")),
        code: ProblemCode::UnknownMember,
        error: "ParamValidationError",
        message: format!("Unknown parameter in {parent}: \"{short}\", must be one of: {}", names.join(", ")),
        fix: "use one of these names, or remove the member".to_owned(),
    }
}

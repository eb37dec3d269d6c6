//! Executes requests. One table maps each operation to the engine function that decides it.

use super::call::Call;
use crate::command::{Qualifier, Request, collect_problems, validate};
use crate::definition;
use crate::engine::execution::RandomValues;
use crate::engine::{alias, execution, state_machine, tags, version};
use crate::error::{Error, Result};
use crate::json::SerializeResponse;
use crate::model::StateMachine;
use crate::operation::Operation;
use crate::options::Limits;
use crate::page::{Cursor, ListId, PageRequest, truncate_page};
use crate::problem::Problem;
use crate::wire::input::*;
use crate::wire::output::*;
use crate::wire::{DeserializeRequest, deserialize_request, find_wrong_types};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A request that the service can execute.
pub(super) trait Execute: Request {
    type Output: Serialize;

    fn execute<'c>(command: Self::Command<'c>, call: &Call<'_>) -> Result<Self::Output>
    where
        Self: 'c;
}

/// Implements [`Execute`] for each input type.
macro_rules! implement_execute {
    ($($input:ident => $output:ident, |$command:ident, $call:ident| $run:expr;)*) => {
        $(
            impl Execute for $input<'_> {
                type Output = $output;

                fn execute<'c>($command: Self::Command<'c>, $call: &Call<'_>) -> Result<$output>
                where
                    Self: 'c,
                {
                    $run
                }
            }
        )*
    };
}

implement_execute! {
    CreateStateMachineAliasInput => CreateStateMachineAliasOutput, |command, call|
        call.write(command.state_machine_arn, |view, context| alias::create(view, &command, context));
    DescribeStateMachineAliasInput => DescribeStateMachineAliasOutput, |command, call|
        call.read(command.state_machine.unqualified_arn, |view, context| alias::describe(view, &command, context));
    ListStateMachineAliasesInput => AliasPage, |command, call|
        call.read(command.state_machine.unqualified_arn, |view, context| alias::list(view, &command, context));
    UpdateStateMachineAliasInput => UpdateStateMachineAliasOutput, |command, call|
        call.write(command.state_machine.unqualified_arn, |view, context| alias::update(view, &command, context));
    DeleteStateMachineAliasInput => Empty, |command, call|
        call.write(command.state_machine.unqualified_arn, |view, context| alias::delete(view, &command, context));
    CreateStateMachineInput => CreateStateMachineOutput, |command, call| {
        call.purge_expired()?;
        let arn = call.scope.state_machine_arn(command.name);
        call.write(&arn, |view, context| state_machine::create(view, &arn, &command, context))
    };
    UpdateStateMachineInput => UpdateStateMachineOutput, |command, call| {
        let id = call.id_rng.uuid();
        call.write(command.state_machine.unqualified_arn, |view, context| state_machine::update(view, &command, &id, context))
    };
    DescribeStateMachineInput => DescribeStateMachineOutput, |command, call|
        call.read(command.state_machine.unqualified_arn, |view, context| state_machine::describe(view, &command, context));
    ListStateMachinesInput => ListStateMachinesOutput, |command, call|
        list_state_machines(&command.page, call);
    DeleteStateMachineInput => Empty, |state_machine, call| {
        call.purge_expired()?;
        call.write(state_machine.unqualified_arn, |view, context| state_machine::delete(view, &state_machine, context))
    };
    PublishStateMachineVersionInput => PublishStateMachineVersionOutput, |command, call|
        call.write(command.state_machine.unqualified_arn, |view, context| version::publish(view, &command, context));
    ListStateMachineVersionsInput => ListStateMachineVersionsOutput, |command, call|
        call.read(command.state_machine.unqualified_arn, |view, context| version::list(view, &command, context));
    DeleteStateMachineVersionInput => Empty, |command, call|
        call.write(command.state_machine.unqualified_arn, |view, context| version::delete(view, &command, context));
    StartExecutionInput => StartExecutionOutput, |command, call| {
        let random = generate_random_values(command.state_machine.qualifier, command.name.is_none(), call);
        call.write(command.state_machine.unqualified_arn, |view, context| execution::start(view, &command, &random, context))
    };
    DescribeExecutionInput => DescribeExecutionOutput, |command, call|
        call.read(&command.state_machine_arn, |view, context| execution::describe(view, &command, context));
    DescribeStateMachineForExecutionInput => DescribeStateMachineForExecutionOutput, |command, call|
        call.read(&command.state_machine_arn, |view, context| execution::describe_state_machine(view, &command, context));
    ListExecutionsInput => ListExecutionsOutput, |command, call|
        call.read(command.state_machine.unqualified_arn, |view, context| execution::list(view, &command, context));
    StopExecutionInput => StopExecutionOutput, |command, call|
        call.write(&command.execution.state_machine_arn, |view, context| execution::stop(view, &command, context));
    TagResourceInput => Empty, |command, call|
        call.write(command.arn, |view, context| tags::tag(view, &command, context));
    UntagResourceInput => Empty, |command, call|
        call.write(command.arn, |view, context| tags::untag(view, &command, context));
    ListTagsForResourceInput => ListTagsForResourceOutput, |command, call|
        call.read(command.arn, |view, context| tags::list(view, &command, context));
    ValidateStateMachineDefinitionInput => ValidateStateMachineDefinitionOutput, |command, _call|
        Ok(validate_definition(command.definition));
}

/// Generates the random values of a start. Only a start with an alias uses a percent value. With a seed, the n-th such
/// start therefore always gets the same value.
fn generate_random_values(qualifier: Qualifier<'_>, unnamed: bool, call: &Call<'_>) -> RandomValues {
    RandomValues {
        percent: if matches!(qualifier, Qualifier::Alias(_)) { call.picker.next_percent() } else { 0 },
        name: if unnamed { call.id_rng.uuid() } else { String::new() },
        express_id: call.id_rng.uuid(),
    }
}

fn validate_definition(definition: &str) -> ValidateStateMachineDefinitionOutput {
    let diagnostic = |error: definition::DefinitionError| Diagnostic {
        severity: "ERROR".to_owned(),
        code: error.code.to_owned(),
        message: error.message,
        location: error.location,
    };
    let diagnostics: Vec<_> = definition::find_error(definition).map(diagnostic).into_iter().collect();
    let result = if diagnostics.is_empty() { "OK" } else { "FAIL" }.to_owned();
    ValidateStateMachineDefinitionOutput { result, diagnostics, truncated: false }
}

fn list_state_machines(page: &PageRequest<'_>, call: &Call<'_>) -> Result<ListStateMachinesOutput> {
    let prefix = call.scope.state_machine_arn("");
    let list = ListId { operation: "ListStateMachines", arn: &prefix };
    let tokens = call.context.tokens;
    let after = page.token.map(|token| tokens.verify(list, token, call.now())).transpose()?;
    let mut found = fetch_state_machines(&prefix, after.map(|cursor| cursor.text), page.limit.saturating_add(1), call)?;
    let next_token = truncate_page(&mut found, page.limit, |(arn, _)| {
        tokens.create(list, &Cursor { number: 0, text: arn.clone() }, call.now())
    });
    let item = |(arn, machine): (String, StateMachine)| StateMachineListItem {
        creation_date: machine.created,
        name: arn.strip_prefix(&prefix).unwrap_or_default().to_owned(),
        state_machine_arn: arn,
        kind: machine.kind.as_str().to_owned(),
    };
    Ok(ListStateMachinesOutput { next_token, state_machines: found.into_iter().map(item).collect() })
}

/// Returns up to `limit` state machines in the order of their ARNs, without those whose deletion has ended.
fn fetch_state_machines(
    prefix: &str,
    mut after: Option<String>,
    limit: usize,
    call: &Call<'_>,
) -> Result<Vec<(String, StateMachine)>> {
    let mut found = Vec::new();
    loop {
        let remaining = limit.saturating_sub(found.len());
        let fetched = call.transaction.state_machines(prefix, after.as_deref(), remaining)?;
        let last_page = fetched.len() < remaining;
        after = fetched.last().map(|(arn, _)| arn.clone());
        let now = call.now();
        found.extend(fetched.into_iter().filter(|(_, machine)| machine.deleting_until.is_none_or(|until| now < until)));
        if last_page || found.len() >= limit {
            return Ok(found);
        }
    }
}

fn execute_typed<'s, I: Execute + Deserialize<'s>, K: SerializeResponse>(
    request: &'s (impl DeserializeRequest + ?Sized),
    serializer: &K,
    call: &Call<'_>,
) -> Result<K::Output> {
    let input: I = deserialize_request(request, call.context.limits)?;
    let output = request.run_without_global_lock(|| call.execute(&input))?;
    serializer.write(&output)
}

fn validate_typed<'s, I: Request + Deserialize<'s>>(
    request: &'s (impl DeserializeRequest + ?Sized),
    limits: &Limits,
) -> Result<()> {
    validate(&deserialize_request::<I>(request, limits)?, limits).map(drop)
}

fn find_problems_typed<'s, I: Request + Deserialize<'s>>(
    request: &'s (impl DeserializeRequest + ?Sized),
    limits: &Limits,
) -> Result<Vec<Problem>> {
    Ok(collect_problems(&deserialize_request::<I>(request, limits)?, limits))
}

/// Calls a generic function with the input type of an operation.
macro_rules! dispatch {
    ($operation:expr, $function:ident $(with $extra:ty)?, ($($argument:expr),*)) => {
        match $operation {
            Operation::CreateStateMachineAlias => $function::<CreateStateMachineAliasInput<'_> $(, $extra)?>($($argument),*),
            Operation::DescribeStateMachineAlias => $function::<DescribeStateMachineAliasInput<'_> $(, $extra)?>($($argument),*),
            Operation::ListStateMachineAliases => $function::<ListStateMachineAliasesInput<'_> $(, $extra)?>($($argument),*),
            Operation::UpdateStateMachineAlias => $function::<UpdateStateMachineAliasInput<'_> $(, $extra)?>($($argument),*),
            Operation::DeleteStateMachineAlias => $function::<DeleteStateMachineAliasInput<'_> $(, $extra)?>($($argument),*),
            Operation::CreateStateMachine => $function::<CreateStateMachineInput<'_> $(, $extra)?>($($argument),*),
            Operation::UpdateStateMachine => $function::<UpdateStateMachineInput<'_> $(, $extra)?>($($argument),*),
            Operation::DescribeStateMachine => $function::<DescribeStateMachineInput<'_> $(, $extra)?>($($argument),*),
            Operation::ListStateMachines => $function::<ListStateMachinesInput<'_> $(, $extra)?>($($argument),*),
            Operation::DeleteStateMachine => $function::<DeleteStateMachineInput<'_> $(, $extra)?>($($argument),*),
            Operation::PublishStateMachineVersion => $function::<PublishStateMachineVersionInput<'_> $(, $extra)?>($($argument),*),
            Operation::ListStateMachineVersions => $function::<ListStateMachineVersionsInput<'_> $(, $extra)?>($($argument),*),
            Operation::DeleteStateMachineVersion => $function::<DeleteStateMachineVersionInput<'_> $(, $extra)?>($($argument),*),
            Operation::StartExecution => $function::<StartExecutionInput<'_> $(, $extra)?>($($argument),*),
            Operation::DescribeExecution => $function::<DescribeExecutionInput<'_> $(, $extra)?>($($argument),*),
            Operation::DescribeStateMachineForExecution => {
                $function::<DescribeStateMachineForExecutionInput<'_> $(, $extra)?>($($argument),*)
            }
            Operation::ListExecutions => $function::<ListExecutionsInput<'_> $(, $extra)?>($($argument),*),
            Operation::StopExecution => $function::<StopExecutionInput<'_> $(, $extra)?>($($argument),*),
            Operation::TagResource => $function::<TagResourceInput<'_> $(, $extra)?>($($argument),*),
            Operation::UntagResource => $function::<UntagResourceInput<'_> $(, $extra)?>($($argument),*),
            Operation::ListTagsForResource => $function::<ListTagsForResourceInput<'_> $(, $extra)?>($($argument),*),
            Operation::ValidateStateMachineDefinition => {
                $function::<ValidateStateMachineDefinitionInput<'_> $(, $extra)?>($($argument),*)
            }
        }
    };
}

/// Deserializes and executes a request, and serializes its response.
pub(super) fn execute_request<K: SerializeResponse>(
    operation: Operation,
    request: &(impl DeserializeRequest + ?Sized),
    serializer: &K,
    call: &Call<'_>,
) -> Result<K::Output> {
    dispatch!(operation, execute_typed with K, (request, serializer, call))
}

/// Validates a request without stored data and returns the error that AWS would return.
pub(crate) fn validate_request(
    operation: Operation,
    request: &(impl DeserializeRequest + ?Sized),
    limits: &Limits,
) -> Result<()> {
    dispatch!(operation, validate_typed, (request, limits))
}

/// Returns all problems of a request that can be found without stored data.
pub(crate) fn find_problems(
    operation: Operation,
    request: &(impl DeserializeRequest + ?Sized),
    limits: &Limits,
) -> Vec<Problem> {
    dispatch!(operation, find_problems_typed, (request, limits))
        .unwrap_or_else(|error| find_problems_with_wrong_types(operation, request, &error, limits))
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
    let others = dispatch!(operation, find_problems_typed, (value.to_string().as_bytes(), limits)).unwrap_or_default();
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
